import Basics
public import EventLoop
public import HearthProto
public import Logging
public import Serving
public import Wire

/// Serves gRPC methods on one loop.
///
/// Register methods, then listen. ``shutDown(within:done:)`` lets calls finish; dropping the server
/// cuts them off.
public final class Server {
  /// How connections are served.
  public struct Settings: Sendable {
    /// Bounds of each connection.
    public var http2 = HTTP2Settings()
    /// How connections are taken.
    public var listener = TCPListener.Settings()
    /// Most connections of one address; nil for half of those that there may be.
    public var hostConnectionsMax: Int?
    /// When a silent client with open calls is asked whether it is there; nil for never.
    public var keepalive: Keepalive? = Keepalive()
    /// How long a client may take, from its connection on, to speak TLS and HTTP/2.
    public var handshakeTimeout = Duration.seconds(10)
    /// How long a client may take to complete a frame that it began.
    public var frameTimeout = Duration.seconds(10)
    /// How long a client may have no call open.
    public var idleTimeout = Duration.seconds(300)
    /// How long a client may take nothing of what waits for it.
    public var stallTimeout = Duration.seconds(60)
    /// The most that waits to be sent on all connections together, in bytes; the one that holds
    /// most is given up before.
    public var outboundBytesMax = 256 << 20
    /// The same of what arrived and is not complete, or not taken in.
    public var inboundBytesMax = 256 << 20
    /// Keys and certificates; nil for plaintext.
    public var tls: TLSSettings?
    /// Sizes of messages and of the memory that decoding one may take.
    public var limits = WireLimits()

    /// Makes settings with the defaults.
    public init() {}
  }

  /// What became of connections and calls so far.
  public struct Counts: Sendable, Hashable {
    /// Calls that began.
    public var calls = 0
    /// Calls of methods that do not exist.
    public var unknownMethods = 0
    /// Connections that were given up, by why.
    public var faults: [ConnectionFault: Int] = [:]

    /// Connections that were given up.
    var lostConnections: Int { faults.values.reduce(0, +) }
  }

  /// What became of connections and calls so far.
  public private(set) var counts = Counts()

  /// How calls ended, by the path of their method.
  public private(set) var tallies: [[UInt8]: StatusTally] = [:]

  /// Called with whoever had a connection that closed, after its calls have ended.
  public var onClose: ((Peer) -> Void)?

  /// Memory for decoding requests and encoding answers of unary calls; reset after each.
  public let arena: CallArena

  /// The same for streams: a unary handler may send on them while it reads its request.
  let streamArena: CallArena

  /// Names of the services that methods were registered of, in order.
  public private(set) var services: [String] = []

  private let loop: Loop
  private let settings: Settings
  private let logger: Logger
  private var tls: TLSContext?
  private let budget: MemoryBudget
  private var isShedding = false
  private var faultLog = FaultLog()
  private var methods: [[UInt8]: any ServedMethod] = [:]
  private var listener: TCPListener?
  private var connections = ConnectionTable<Connection>()
  private var drained: (() -> Void)?
  private var drainTimer: LoopTimer?

  /// Makes a server without methods; throws when keys or certificates can't be used.
  public init(loop: Loop, settings: Settings = Settings(), logger: Logger) throws(WireError) {
    self.loop = loop
    self.settings = settings
    self.logger = logger
    budget = MemoryBudget(
      outboundBytesMax: settings.outboundBytesMax,
      inboundBytesMax: settings.inboundBytesMax
    )
    arena = CallArena(limits: settings.limits)
    streamArena = CallArena(limits: settings.limits)
    tls = try settings.tls.map { (tls) throws(WireError) in
      try TLSContext(role: .server, settings: tls)
    }
  }

  deinit {
    for connection in connections.all {
      connection.close(GRPCStatus(.unavailable, "the server stopped"))
      connection.flush()
    }
  }

  /// Open connections.
  public var connectionCount: Int { connections.count }

  /// Open calls.
  public var callCount: Int { connections.all.reduce(0) { $0 + $1.session.streamCount } }

  /// What became of connections at the socket.
  var listenerCounts: TCPListener.Counts? { listener?.counts }

  /// Listens on `host:port`; returns the address with the port that the kernel chose for port 0.
  @discardableResult
  public func listen(on address: String) throws(UVError) -> String {
    let listener = try TCPListener(on: address, loop: loop, settings: settings.listener) {
      [unowned self] in accept($0)
    }
    listener.onFull = { [unowned self] in makeRoom() }
    self.listener = listener
    return listener.localAddress ?? address
  }

  /// Stops taking connections and calls, waits until those that are open have ended, and ends them
  /// by force after `limit` of wall time; then calls `done`, later than this call.
  public func shutDown(within limit: Duration, done: @escaping () -> Void) {
    listener?.close()
    drained = done
    for connection in connections.all { connection.shutDown() }
    guard !connections.isEmpty,
      let timer = try? LoopTimer(
        loop: loop,
        clock: Connection.clock,
        fire: { [unowned self] in
          for connection in connections.all {
            connection.close(GRPCStatus(.unavailable, "the server stopped"))
          }
        }
      )
    else {
      loop.runLater { [self] in finishIfDrained() }
      return
    }
    timer.arm(after: limit)
    drainTimer = timer
  }

  /// Reads keys and certificates again, for connections to come; false where there are none.
  ///
  /// Throws when they can't be used: those that were read before stay.
  public func rereadCertificates() throws(WireError) -> Bool {
    guard let files = settings.tls else { return false }
    tls = try TLSContext(role: .server, settings: files)
    return true
  }

  func register(_ method: any ServedMethod, _ path: StaticString) {
    let bytes = path.withUTF8Buffer { unsafe Array($0) }
    precondition(methods[bytes] == nil, "\(path) is served twice")
    methods[bytes] = method
    tallies[bytes] = StatusTally()
    let parts = bytes.split(separator: UInt8(ascii: "/"))
    guard let name = parts.first.map({ String(decoding: $0, as: UTF8.self) }),
      !services.contains(name)
    else { return }
    services = (services + [name]).sorted()
  }

  private func displace(_ connection: Connection?) -> Bool {
    connection?.cut(for: .displaced, "no call for longest, and there was no room")
    return connection != nil
  }

  private func makeRoom() {
    guard !displace(connections.longestIdle()) else { return }
    note(.full, of: "", "all of \(connections.count) connections have calls: others wait")
  }

  private func accept(_ stream: TCPStream) {
    do {
      let session = try HTTP2Session(
        role: .server,
        settings: settings.http2,
        isSecure: tls != nil,
        budget: budget
      )
      let tls = try tls.map { try TLSSession(context: $0) }
      let connection = try Connection(
        stream: stream,
        session: session,
        tls: tls,
        keepalive: settings.keepalive,
        timeouts: PeerTimeouts(
          handshake: settings.handshakeTimeout,
          frame: settings.frameTimeout,
          idle: settings.idleTimeout,
          stall: settings.stallTimeout
        ),
        loop: loop,
        owner: self
      )
      let host = connection.host
      let most = settings.hostConnectionsMax ?? max(1, settings.listener.connectionsMax / 2)
      let isOver = connections.count(of: host) >= most
      let isRefused = isOver && !displace(connections.longestIdle(of: host))
      connections.insert(connection)
      if isRefused { connection.cut(for: .refused, "\(host) has as many connections as it may") }
    } catch {
      logger.warning("connection not served", metadata: ["error": "\(error)"])
      stream.close()
      listener?.release()
    }
  }

  private func finishIfDrained() {
    guard connections.isEmpty, let done = drained else { return }
    (drained, drainTimer) = (nil, nil)
    done()
  }
}

extension Server: ConnectionOwner {
  func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)? {
    guard let method = methods[stream.path],
      let connection = stream.session?.delegate as? Connection
    else {
      counts.unknownMethods += 1
      return nil
    }
    counts.calls += 1
    stream.tally = tallies[stream.path]
    stream.takesOneMessage = method.takesOneMessage
    return method.handler(of: stream, on: connection)
  }

  func connectionIsReady(_ connection: Connection) {}
  func connectionWillFlush(_ connection: Connection) { shed() }
  func connectionIsLeaving(_ connection: Connection) {}

  func connection(_ connection: Connection, closedWith status: GRPCStatus) {
    connections.remove(connection)
    listener?.release()
    onClose?(connection.session.peer)
    if let fault = connection.fault {
      note(fault, of: connection.session.peer.address, status.message)
    }
    finishIfDrained()
  }

  private func note(_ fault: ConnectionFault, of peer: String, _ why: String) {
    counts.faults[fault, default: 0] += 1
    guard let times = faultLog.note(fault, at: Connection.clock.now) else { return }
    logger.log(fault, of: peer, why, times: times)
  }

  /// Gives up connections that hold most memory, until there is enough for the others.
  private func shed() {
    guard !isShedding else { return }
    isShedding = true
    defer { isShedding = false }
    while budget.isNearlyUsed,
      let most = connections.all.max(by: {
        $0.session.heldMemoryBytes < $1.session.heldMemoryBytes
      }), most.session.heldMemoryBytes > 0
    {
      most.cut(for: .memory, "it held the most memory when there was too little")
    }
  }
}
