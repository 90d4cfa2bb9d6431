// Generated from proto/grpc/health/v1/health.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

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

extension GRPCHealthV1.HealthCheckRequest: ProtoMessage {
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
    self.init()
    service = try unsafe Field.text(c.pointee.service, "service")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.service = try arena.text(service, "service")
  }
}

extension GRPCHealthV1.HealthCheckResponse: ProtoMessage {
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
    self.init()
    status = unsafe Field.number(c.pointee.status)
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.status = arena.number(status)
  }
}
