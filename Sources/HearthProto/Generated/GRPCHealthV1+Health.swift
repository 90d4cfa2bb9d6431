// Generated from proto/grpc/health/v1/health.proto by generate-proto.
public import Basics
import CHearthProto

extension GRPCHealthV1 {
  /// Served by every process that serves anything.
  public enum Health {
    /// The service's full name.
    public static let name: StaticString = "grpc.health.v1.Health"

    /// Answers at once.
    ///
    /// NOT_FOUND when the server does not know the service.
    public static let check =
      MethodDescriptor<GRPCHealthV1.HealthCheckRequest, GRPCHealthV1.HealthCheckResponse>(
        path: "/grpc.health.v1.Health/Check",
        clientStreaming: false,
        serverStreaming: false
      )

    /// Answers at once and again at each change, until the caller cancels.
    ///
    /// An unknown service is answered with SERVICE_UNKNOWN, since it may appear later.
    public static let watch =
      MethodDescriptor<GRPCHealthV1.HealthCheckRequest, GRPCHealthV1.HealthCheckResponse>(
        path: "/grpc.health.v1.Health/Watch",
        clientStreaming: false,
        serverStreaming: true
      )
  }
}

extension GRPCHealthV1 {
  /// Asks for the health of one service.
  public struct HealthCheckRequest: ProtoMessage {
    /// Full name such as "hearth.v1.Router"; empty for the server as a whole.
    public var service: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      service: String = ""
    ) {
      self.service = service
    }
  }
}

extension GRPCHealthV1.HealthCheckRequest {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.health.v1.HealthCheckRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCHealthV1.HealthCheckRequest: @unsafe CMessage {
  typealias Raw = Grpc__Health__V1__HealthCheckRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__health__v1__health_check_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__health__v1__health_check_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    service = try unsafe Field.text(c.pointee.service, "service")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.service = try arena.text(service, "service")
  }
}

extension GRPCHealthV1 {
  /// The health of one service.
  public struct HealthCheckResponse: ProtoMessage {
    /// What a client may expect of a service.
    public enum ServingStatus: ProtoEnum {
      /// Not stated.
      case unknown
      /// Takes calls.
      case serving
      /// Takes no calls now.
      case notServing
      /// The server has no such service; only Watch answers this.
      case serviceUnknown
      /// A number that is not known here.
      case unrecognized(Int32)

      /// Makes the value with this number.
      public init(rawValue: Int32) {
        switch rawValue {
        case 0: self = .unknown
        case 1: self = .serving
        case 2: self = .notServing
        case 3: self = .serviceUnknown
        default: self = .unrecognized(rawValue)
        }
      }

      /// The value's number.
      public var rawValue: Int32 {
        switch self {
        case .unknown: 0
        case .serving: 1
        case .notServing: 2
        case .serviceUnknown: 3
        case .unrecognized(let number): number
        }
      }
    }

    /// The service's health now.
    public var status: GRPCHealthV1.HealthCheckResponse.ServingStatus

    /// Makes a message; fields that are left out have their defaults.
    public init(
      status: GRPCHealthV1.HealthCheckResponse.ServingStatus = .init(rawValue: 0)
    ) {
      self.status = status
    }
  }
}

extension GRPCHealthV1.HealthCheckResponse {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.health.v1.HealthCheckResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCHealthV1.HealthCheckResponse: @unsafe CMessage {
  typealias Raw = Grpc__Health__V1__HealthCheckResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__health__v1__health_check_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__health__v1__health_check_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    status = unsafe Field.number(c.pointee.status)
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.status = arena.number(status)
  }
}
