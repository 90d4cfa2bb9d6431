import Wire

/// Why a command did not do what was asked, in words that say what to do.
struct Failure: Error {
  /// The documented exit codes.
  enum Code: Int32 {
    case failed = 1
    case refused = 2
    case notFound = 3
    case unreachable = 4
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// A call to the control plane at `address` ended with `status`.
  init(_ status: GRPCStatus, from address: String) {
    switch status.code {
    case .unavailable, .deadlineExceeded:
      self.init(
        .unreachable,
        "the control plane at \(address) can't be reached: \(status.message) "
          + "(start a fleet with `hearth dev`, or name another with --address)"
      )
    case .notFound: self.init(.notFound, status.message)
    default: self.init(.failed, "\(address): \(status)")
    }
  }
}
