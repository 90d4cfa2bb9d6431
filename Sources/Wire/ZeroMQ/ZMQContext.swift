import CZMQ

/// What libzmq refused to do.
public struct ZMQError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was tried and why it failed, for people.
  public let description: String

  /// Describes the library's latest error.
  init(_ operation: String) {
    let why = unsafe zmq_strerror(zmq_errno()).map { unsafe String(cString: $0) }
    description = "\(operation): \(why ?? "unknown error")"
  }
}

/// Owns libzmq's thread for I/O; all sockets made of it end before it does.
@safe public final class ZMQContext {
  let raw: UnsafeMutableRawPointer

  /// Starts the thread, which lives as long as the context.
  public init() throws(ZMQError) {
    guard let raw = unsafe zmq_ctx_new() else { throw ZMQError("start ZeroMQ") }
    unsafe self.raw = raw
  }

  deinit { _ = unsafe zmq_ctx_term(raw) }
}
