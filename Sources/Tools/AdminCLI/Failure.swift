import Wire

/// Why a command did not do what was asked, in words that say what to do.
struct Failure: Error {
  /// The exit codes that ``HearthCommand`` documents.
  enum Code: Int32 {
    case failed = 1
    case refused = 2
    case notFound = 3
    case unreachable = 4
    case noPlan = 255
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// A call to the control plane at `address` ended with `status`.
  ///
  /// `isConnected`: whether it is known to be there, so that UNAVAILABLE is its own word about
  /// another process.
  init(_ status: GRPCStatus, from address: String, isConnected: Bool = false) {
    switch status.code {
    case .unavailable where isConnected: self.init(.unreachable, status.message)
    case .unavailable, .deadlineExceeded:
      self.init(
        .unreachable,
        "the control plane at \(address) can't be reached: \(status.message) "
          + "(start a fleet with `hearth dev`, or name another with --address)"
      )
    case .notFound: self.init(.notFound, status.message)
    case .invalidArgument, .failedPrecondition, .alreadyExists:
      self.init(.failed, status.message)
    case .resourceExhausted: self.init(.refused, status.message)
    default: self.init(.failed, "the control plane at \(address) answered \(status)")
    }
  }
}
