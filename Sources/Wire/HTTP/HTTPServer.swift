import Basics
public import EventLoop
public import Logging
public import Serving
public import Wire

/// Serves HTTP on one loop: whoever makes it answers the requests.
///
/// ``shutDown(within:done:)`` lets answers finish; dropping the server cuts them off.
public final class HTTPServer {
  /// What became of connections and requests so far.
  public struct Counts: Sendable, Hashable {
    /// Requests that began.
    public var requests = 0
    /// Requests that were refused because they break the protocol, or a limit of it.
    public var refused = 0
    /// Connections that were given up, by why.
    public var faults: [ConnectionFault: Int] = [:]
  }

  /// What became of connections and requests so far.
  public private(set) var counts = Counts()
  /// Answers a request whose head came: at once or later, on the loop.
  public var onRequest: ((HTTPExchange) -> Void)?
  /// An exchange is over.
  public var onEnd: ((HTTPExchange) -> Void)?
  /// How a request that can't be taken is answered: in plain text unless something else is set.
  public var describe: (HTTPFault) -> (HTTPFields, [UInt8]) = { fault in
    var fields = HTTPFields()
    fields.append("content-type", "text/plain; charset=utf-8")
    return (fields, Array("\(fault.reason)\n".utf8))
  }

  let settings: Settings
  private let loop: Loop
  private let logger: Logger
  private var tls: TLSContext?
  private var listener: TCPListener?
  private var connections = ConnectionTable<HTTP1Connection>()
  private var faultLog = FaultLog()
  /// What all connections hold, in bytes.
  var heldBytes = 0
  private var drained: (() -> Void)?
  private var drainTimer: LoopTimer?

  /// Makes a server; throws when keys or certificates can't be used.
  public init(loop: Loop, settings: Settings = Settings(), logger: Logger) throws(WireError) {
    self.loop = loop
    self.settings = settings
    self.logger = logger
    tls = try settings.tls.map { (tls) throws(WireError) in
      try TLSContext(role: .server, settings: tls)
    }
  }

  deinit { for connection in connections.all { connection.close() } }

  /// Open connections.
  public var connectionCount: Int { connections.count }

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

  /// Stops taking connections and requests, waits until those that are being answered have their
  /// answers, and cuts them off after `limit` of wall time; then calls `done`, later than this
  /// call.
  public func shutDown(within limit: Duration, done: @escaping () -> Void) {
    listener?.close()
    drained = done
    for connection in connections.all { connection.shutDown() }
    guard !connections.isEmpty,
      let timer = try? LoopTimer(
        loop: loop,
        clock: HTTP1Connection.clock,
        fire: { [unowned self] in
          for connection in connections.all { connection.close() }
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

  private func accept(_ stream: TCPStream) {
    do {
      let tls = try tls.map { try TLSSession(context: $0) }
      let connection = try HTTP1Connection(Transport(stream, tls: tls), server: self, loop: loop)
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

  private func displace(_ connection: HTTP1Connection?) -> Bool {
    connection?.giveUp(.displaced, "no request for longest, and there was no room")
    return connection != nil
  }

  private func makeRoom() {
    guard !displace(connections.longestIdle()) else { return }
    note(.full, of: "", "all of \(connections.count) connections have requests: others wait")
  }

  func began(_ exchange: HTTPExchange) {
    counts.requests += 1
    if let onRequest { onRequest(exchange) } else { exchange.fail() }
  }

  func ended(_ exchange: HTTPExchange) { onEnd?(exchange) }

  func refused(_ fault: HTTPFault) {
    counts.refused += 1
    logger.debug(
      "request refused",
      metadata: ["status": "\(fault.status)", "why": "\(fault.reason)"]
    )
  }

  func note(_ fault: ConnectionFault, of peer: String, _ why: String) {
    counts.faults[fault, default: 0] += 1
    guard let times = faultLog.note(fault, at: HTTP1Connection.clock.now) else { return }
    logger.log(fault, of: peer, why, times: times)
  }

  func closed(_ connection: HTTP1Connection) {
    guard connections.remove(connection) else { return }
    listener?.release()
    finishIfDrained()
  }

  /// Gives up connections that hold most memory, until there is enough for the others.
  func shed() {
    while heldBytes > settings.heldBytesMax,
      let most = connections.all.max(by: { $0.heldBytes < $1.heldBytes }), most.heldBytes > 0
    {
      most.giveUp(.memory, "it held the most memory when there was too little")
    }
  }

  private func finishIfDrained() {
    guard connections.isEmpty, let done = drained else { return }
    (drained, drainTimer) = (nil, nil)
    done()
  }
}
