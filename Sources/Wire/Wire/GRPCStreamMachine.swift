/// The states of one call, seen from one end: what was sent by either side so far.
///
/// Each side goes idle, open, ended, so the state is a product of two. There are three kinds of
/// wrong input. The peer's violations come back as the status to end the call with. What arrives or
/// is sent after the call is over is dropped: both sides may end it at any time. All other misuse
/// is a bug of ours and traps.
public struct GRPCStreamMachine: Sendable {
  /// Which end this is.
  public enum Role: Sendable {
    /// The end that opened the stream.
    case client
    /// The end that answers.
    case server
  }

  /// How far one side has come.
  public enum Side: UInt8, Sendable {
    /// No headers yet.
    case idle
    /// Headers, and perhaps messages.
    case open
    /// Nothing more will come.
    case ended
  }

  /// Which end this is.
  public let role: Role
  /// What we sent.
  public private(set) var local = Side.idle
  /// What we received.
  public private(set) var remote = Side.idle
  /// Whether the call has its status: nothing more is sent or handed over.
  public private(set) var isOver = false
  /// Whether the peer may send one message only.
  public var takesOneMessage = false
  /// Whether the peer sent a message.
  public private(set) var hasMessage = false

  /// Makes the machine of a call that has not begun.
  public init(role: Role) {
    self.role = role
  }

  /// Notes that headers were sent; false when they are not to be sent.
  public mutating func sendHead() -> Bool {
    guard !isOver, local == .idle else { return false }
    local = .open
    return true
  }

  /// Whether a message may be sent now; false after the call is over.
  public func sendMessage() -> Bool {
    guard !isOver else { return false }
    precondition(local == .open, "a message was sent while our side was \(local)")
    return true
  }

  /// Notes that our side ends; false when it has ended.
  public mutating func sendEnd() -> Bool {
    guard !isOver, local != .ended else { return false }
    precondition(role == .server || local == .open, "a client ended a call that it had not begun")
    local = .ended
    return true
  }

  /// Notes the peer's headers; nghttp2 lets only one such block in.
  public mutating func receivedHead() {
    if remote == .idle { remote = .open }
  }

  /// Notes a message; a status when the call must end because of it.
  public mutating func receivedMessage() -> GRPCStatus? {
    guard remote == .open else {
      return GRPCStatus(.internal, "a message came before the headers")
    }
    guard !(takesOneMessage && hasMessage) else {
      return GRPCStatus(.internal, "more than one message in a call that takes one")
    }
    hasMessage = true
    return nil
  }

  /// Notes the end of the peer's side; a status when the call must end because of how it ended.
  ///
  /// `status` is what the trailers said, on the client; `isCut` tells that a message is incomplete.
  public mutating func receivedEnd(status: GRPCStatus?, isCut: Bool) -> GRPCStatus? {
    guard remote != .ended else { return nil }
    remote = .ended
    if let status, status.code != .ok { return status }
    if isCut { return GRPCStatus(.internal, "the peer's side ended within a message") }
    if role == .client, status == nil {
      return GRPCStatus(.internal, "the response ended without a status")
    }
    if takesOneMessage, !hasMessage {
      return GRPCStatus(.internal, "no message in a call that takes one")
    }
    return status
  }

  /// Notes that the call has its status; false when it had one.
  public mutating func end() -> Bool {
    guard !isOver else { return false }
    isOver = true
    return true
  }
}
