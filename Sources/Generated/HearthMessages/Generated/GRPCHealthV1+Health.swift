// Generated from proto/grpc/health/v1/health.proto by generate-proto.

extension GRPCHealthV1 {
  /// Asks for the health of one service.
  public struct HealthCheckRequest: Equatable, Sendable {
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

extension GRPCHealthV1 {
  /// The health of one service.
  public struct HealthCheckResponse: Equatable, Sendable {
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
