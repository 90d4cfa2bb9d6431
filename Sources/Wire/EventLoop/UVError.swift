import CUV

/// What libuv, or the kernel through it, refused to do.
public struct UVError: Error, Sendable, Hashable, CustomStringConvertible {
  /// libuv's code, a negative errno on Linux.
  public let code: CInt
  /// What was tried, for people: `listen on 127.0.0.1:7000`.
  public let operation: String

  /// Makes an error.
  public init(code: CInt, operation: String) {
    self.code = code
    self.operation = operation
  }

  /// libuv's short name of the code, such as `EADDRINUSE`.
  public var name: String { unsafe String(cString: uv_err_name(code)) }

  /// What was tried and why it failed.
  public var description: String {
    unsafe "\(operation): \(String(cString: uv_strerror(code))) (\(name))"
  }

  /// Throws when `code` is negative.
  static func check(_ code: CInt, _ operation: @autoclosure () -> String) throws(UVError) {
    if code < 0 { throw UVError(code: code, operation: operation()) }
  }

  static func timedOut(_ operation: String) -> UVError {
    UVError(code: UV_ETIMEDOUT.rawValue, operation: operation)
  }

  static func canceled(_ operation: String) -> UVError {
    UVError(code: UV_ECANCELED.rawValue, operation: operation)
  }
}
