import CZMQ
public import EventLoop

/// A ZeroMQ socket on a loop: it takes in messages as they come, a share of them each turn.
public final class ZMQSocket: TurnParticipant {
  /// What a socket is for.
  public enum Kind: Sendable {
    /// Hears everything that is published.
    case subscriber
    /// Publishes to whoever listens.
    case publisher
    /// Sends and hears messages with whoever it is connected to.
    case dealer
    /// Hears messages that begin with who sent them, and answers.
    case router

    fileprivate var raw: CInt {
      switch self {
      case .subscriber: ZMQ_SUB
      case .publisher: ZMQ_PUB
      case .dealer: ZMQ_DEALER
      case .router: ZMQ_ROUTER
      }
    }
  }

  /// What one socket may take in memory.
  public struct Limits: Sendable {
    /// Most bytes of a frame; who sends more loses its connection.
    public var frameBytesMax = 4 << 20
    /// Most messages that wait in libzmq; of those that are published, more are lost.
    public var messagesMax = 1_000
    /// Most frames of a message that are kept.
    public var framesMax = 8

    /// Makes limits with the defaults.
    public init() {}
  }

  /// What the loop remembers of the socket.
  public var turnMarks = TurnMarks()

  private let raw: RawSocket
  private let loop: Loop
  private let limits: Limits
  private let onMessage: ([[UInt8]]) -> Void
  private var watch: DescriptorWatch?
  private var isClosed = false
  private static let messagesPerTurn = 64

  /// Makes a socket that is connected nowhere; `onMessage` is called with the frames of each
  /// message that comes.
  public init(
    _ kind: Kind,
    of context: ZMQContext,
    loop: Loop,
    limits: Limits = .init(),
    onMessage: @escaping ([[UInt8]]) -> Void = { _ in }
  ) throws {
    raw = try RawSocket(kind.raw, of: context)
    (self.loop, self.limits, self.onMessage) = (loop, limits, onMessage)
    try raw.set(ZMQ_LINGER, CInt(0))
    try raw.set(ZMQ_IPV6, CInt(1))
    try raw.set(ZMQ_MAXMSGSIZE, Int64(limits.frameBytesMax))
    try raw.set(ZMQ_RCVHWM, CInt(limits.messagesMax))
    try raw.set(ZMQ_SNDHWM, CInt(limits.messagesMax))
    // A peer that vanished without a word is found out and connected to again.
    try raw.set(ZMQ_HEARTBEAT_IVL, CInt(10_000))
    try raw.set(ZMQ_RECONNECT_IVL, CInt(100))
    try raw.set(ZMQ_RECONNECT_IVL_MAX, CInt(2_000))
    if kind == .subscriber { try raw.subscribe() }
    watch = try DescriptorWatch(raw.descriptor, loop: loop) { [unowned self] in receive() }
  }

  // The descriptor is the library's, which closes it with the socket.
  deinit { close() }

  /// Hears nothing more, whoever still keeps the socket.
  public func close() {
    isClosed = true
    watch = nil
  }

  /// Connects to `tcp://host:port`, now and again whenever the connection is lost.
  public func connect(to endpoint: String) throws(ZMQError) {
    try raw.connect(to: endpoint)
    loop.markReady(self)
  }

  /// Listens on `tcp://host:port`; returns the endpoint, with the port chosen for 0 or `*`.
  @discardableResult
  public func bind(to endpoint: String) throws(ZMQError) -> String {
    try raw.bind(to: endpoint)
    loop.markReady(self)
    return raw.endpoint
  }

  /// Sends a message; false when too many wait.
  @discardableResult
  public func send(_ frames: [[UInt8]]) -> Bool {
    // Sending may take note of what came, and the descriptor says nothing of it then.
    defer { loop.markReady(self) }
    return raw.send(frames)
  }

  /// Looks whether something came that the descriptor says nothing of any more.
  public func drain() { receive() }

  /// Nothing is collected to be sent.
  public func flush() {}

  /// Takes in more of what came.
  public func resume(for share: Duration) { receive() }

  /// The descriptor tells of changes, not of messages: all that is there must be taken now, or be
  /// come back to.
  private func receive() {
    let own = self
    defer { withExtendedLifetime(own) {} }
    for _ in 0..<Self.messagesPerTurn {
      guard !isClosed, raw.canReceive, let message = raw.receive(framesMax: limits.framesMax) else {
        return
      }
      onMessage(message)
    }
    loop.markUnfinished(self)
  }
}
