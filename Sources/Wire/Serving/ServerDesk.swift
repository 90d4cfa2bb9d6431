import Basics
public import EventLoop
public import Logging
public import Wire

/// What all servers do with connections, whatever is spoken on them: takes them, chooses which one
/// goes where there is no room, drains them, and reads certificates again; confined to its loop.
public final class ServerDesk {
  /// How connections are taken.
  public struct Settings: Sendable {
    /// How they are taken from the socket.
    public var listener: TCPListener.Settings
    /// Most connections of one address; nil for half of those that there may be.
    public var hostConnectionsMax: Int?
    /// Keys and certificates; nil for plaintext.
    public var tls: TLSSettings?
    /// What is served: `call` or `request`.
    public var served: String

    /// Makes settings.
    public init(
      listener: TCPListener.Settings,
      hostConnectionsMax: Int?,
      tls: TLSSettings?,
      served: String
    ) {
      (self.listener, self.hostConnectionsMax) = (listener, hostConnectionsMax)
      (self.tls, self.served) = (tls, served)
    }
  }

  /// Connections that were given up, by why.
  public private(set) var faults: [ConnectionFault: Int] = [:]

  private let loop: Loop
  private let settings: Settings
  private let logger: Logger
  private var tls: TLSContext?

  /// When our certificate expires, in seconds since 1970; nil where there is none.
  public var certificateExpiry: Int? { tls?.expiry }
  private var listener: TCPListener?
  private var connections = ConnectionTable()
  private var faultLog = FaultLog()
  private var isShedding = false
  private var drained: (() -> Void)?
  private var drainTimer: LoopTimer?

  private static let clock = LoopClock()

  /// Makes a desk; throws when keys or certificates can't be used.
  public init(loop: Loop, settings: Settings, logger: Logger) throws(WireError) {
    (self.loop, self.settings, self.logger) = (loop, settings, logger)
    tls = try settings.tls.map { (tls) throws(WireError) in
      try TLSContext(role: .server, settings: tls)
    }
  }

  /// Open connections.
  public var count: Int { connections.count }

  /// All of them, in no order.
  public var all: some Collection<any ServedConnection> { connections.all }

  /// What became of connections at the socket.
  public var listenerCounts: TCPListener.Counts? { listener?.counts }

  /// Listens on `host:port`, and makes the connection of each stream that is taken; returns the
  /// address with the port that the kernel chose for port 0.
  public func listen(
    on address: String,
    making make: @escaping (TCPStream, TLSSession?) throws -> any ServedConnection
  ) throws(UVError) -> String {
    let listener = try TCPListener(on: address, loop: loop, settings: settings.listener) {
      [unowned self] in accept($0, make)
    }
    listener.onFull = { [unowned self] in makeRoom() }
    self.listener = listener
    return listener.localAddress ?? address
  }

  /// Stops taking connections and calls, waits until those that are open have ended, and closes
  /// what is left after `limit` of wall time; then calls `done`, later than this call.
  public func shutDown(within limit: Duration, done: @escaping () -> Void) {
    listener?.close()
    drained = done
    for connection in connections.all { connection.shutDown() }
    guard !connections.isEmpty,
      let timer = try? LoopTimer(
        loop: loop,
        clock: Self.clock,
        fire: { [unowned self] in for connection in connections.all { connection.close() } }
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

  /// A connection goes on as another one, which speaks what the first found out.
  public func replace(_ connection: any ServedConnection, with other: any ServedConnection) {
    if connections.remove(connection) { connections.insert(other) }
  }

  /// A connection is closed.
  public func closed(_ connection: any ServedConnection) {
    guard connections.remove(connection) else { return }
    listener?.release()
    finishIfDrained()
  }

  /// Counts a connection that was given up, and logs it where its kind was not just logged.
  public func note(_ fault: ConnectionFault, of peer: String, _ why: String) {
    faults[fault, default: 0] += 1
    guard let times = faultLog.note(fault, at: Self.clock.now) else { return }
    logger.log(fault, of: peer, why, times: times)
  }

  /// Gives up connections that hold most memory, while there is too little for the others.
  public func shed(while isShort: () -> Bool) {
    guard !isShedding else { return }
    isShedding = true
    defer { isShedding = false }
    while isShort(),
      let most = connections.all.max(by: { $0.heldMemoryBytes < $1.heldMemoryBytes }),
      most.heldMemoryBytes > 0
    {
      most.giveUp(.memory, "it held the most memory when there was too little")
    }
  }

  private func accept(
    _ stream: TCPStream,
    _ make: (TCPStream, TLSSession?) throws -> any ServedConnection
  ) {
    do {
      let connection = try make(stream, try tls.map { try TLSSession(context: $0) })
      let most = settings.hostConnectionsMax ?? max(1, settings.listener.connectionsMax / 2)
      let isOver = connections.count(of: connection.host) >= most
      let isRefused = isOver && !displace(connections.longestIdle(of: connection.host))
      connections.insert(connection)
      if isRefused { connection.giveUp(.refused, "its address has as many connections as it may") }
    } catch {
      logger.warning("connection not served", metadata: ["error": "\(error)"])
      stream.close()
      listener?.release()
    }
  }

  private func displace(_ connection: (any ServedConnection)?) -> Bool {
    connection?.giveUp(.displaced, "no \(settings.served) for longest, and there was no room")
    return connection != nil
  }

  private func makeRoom() {
    guard !displace(connections.longestIdle()) else { return }
    let count = connections.count
    note(.full, of: "", "all of \(count) connections have \(settings.served)s: others wait")
  }

  private func finishIfDrained() {
    guard connections.isEmpty, let done = drained else { return }
    (drained, drainTimer) = (nil, nil)
    done()
  }
}
