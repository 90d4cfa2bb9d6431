/// How a call ended: one of gRPC's 17 codes and a message for people.
///
/// Source: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
public struct GRPCStatus: Error, Hashable, Sendable, CustomStringConvertible {
  /// The canonical codes with their numbers on the wire.
  public enum Code: UInt8, CaseIterable, Sendable {
    /// The call succeeded.
    case ok
    /// The caller gave the call up.
    case cancelled
    /// An error that nobody classified.
    case unknown
    /// The request is wrong whatever the state of the system.
    case invalidArgument
    /// The deadline passed first.
    case deadlineExceeded
    /// What was asked for does not exist.
    case notFound
    /// What was to be made exists.
    case alreadyExists
    /// The caller may not do this.
    case permissionDenied
    /// A quota or a bound is used up.
    case resourceExhausted
    /// The system's state does not allow it, and retrying alone does not help.
    case failedPrecondition
    /// Another change got in between.
    case aborted
    /// Past the end of a valid range.
    case outOfRange
    /// The server has no such method.
    case unimplemented
    /// An invariant broke.
    case `internal`
    /// The server can't be reached now; retrying helps.
    case unavailable
    /// Data is lost or corrupted.
    case dataLoss
    /// Who calls is not known.
    case unauthenticated

    /// The name as gRPC writes it, such as `RESOURCE_EXHAUSTED`.
    public var name: StaticString {
      switch self {
      case .ok: "OK"
      case .cancelled: "CANCELLED"
      case .unknown: "UNKNOWN"
      case .invalidArgument: "INVALID_ARGUMENT"
      case .deadlineExceeded: "DEADLINE_EXCEEDED"
      case .notFound: "NOT_FOUND"
      case .alreadyExists: "ALREADY_EXISTS"
      case .permissionDenied: "PERMISSION_DENIED"
      case .resourceExhausted: "RESOURCE_EXHAUSTED"
      case .failedPrecondition: "FAILED_PRECONDITION"
      case .aborted: "ABORTED"
      case .outOfRange: "OUT_OF_RANGE"
      case .unimplemented: "UNIMPLEMENTED"
      case .internal: "INTERNAL"
      case .unavailable: "UNAVAILABLE"
      case .dataLoss: "DATA_LOSS"
      case .unauthenticated: "UNAUTHENTICATED"
      }
    }
  }

  /// The code.
  public var code: Code
  /// What happened, for people; at most ``messageBytesMax`` of it are sent.
  public var message: String

  /// The longest message that is sent, in bytes before they are encoded.
  public static let messageBytesMax = 2048

  /// Makes a status.
  public init(_ code: Code, _ message: String = "") {
    self.code = code
    self.message = message
  }

  /// The call succeeded.
  public static let ok = GRPCStatus(.ok)

  /// The code's name and the message.
  public var description: String { message.isEmpty ? "\(code.name)" : "\(code.name): \(message)" }

  /// What a code that the peer sent as text means: ``Code/unknown`` for a number that has no name,
  /// nil for what is no number.
  static func code(text: Span<UInt8>) -> Code? {
    guard (1...3).contains(text.count) else { return nil }
    var number = 0
    for index in 0..<text.count {
      let digit = Int(text[index]) - 48
      guard (0...9).contains(digit) else { return nil }
      number = number * 10 + digit
    }
    return UInt8(exactly: number).flatMap(Code.init(rawValue:)) ?? .unknown
  }

  /// The status of a response that is HTTP but not gRPC.
  ///
  /// Source: https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
  static func status(http: Int) -> GRPCStatus {
    let code: Code =
      switch http {
      case 400: .internal
      case 401: .unauthenticated
      case 403: .permissionDenied
      case 404: .unimplemented
      case 429, 502, 503, 504: .unavailable
      default: .unknown
      }
    return GRPCStatus(code, "the server answered with HTTP status \(http)")
  }

  /// The status of a call whose stream the peer reset with this HTTP/2 error code.
  ///
  /// Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Errors"
  static func status(reset code: UInt32) -> GRPCStatus {
    let status: Code =
      switch code {
      case 0x7: .unavailable
      case 0x8: .cancelled
      case 0xb: .resourceExhausted
      case 0xc: .permissionDenied
      case 0x5: .unknown
      default: .internal
      }
    return GRPCStatus(status, "the stream was reset with HTTP/2 error \(code)")
  }
}
