/// Why a peer's stream or request is ended: a gRPC status as a value.
public struct Rejection: Error, Sendable, Hashable {
  /// The canonical codes that the machines use, with their numbers.
  public enum Code: Int, Sendable, Hashable {
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case unavailable = 14
  }

  /// The code.
  public let code: Code
  /// What was wrong, where, and what to do.
  public let message: String

  /// Makes a rejection.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
