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
  public var counts: Counts {
    var counts = requestCounts
    counts.faults = desk.faults
    return counts
  }
  private var requestCounts = Counts()
  /// Answers a request whose head came: at once or later, on the loop.
  public var onRequest: ((HTTPExchange) -> Void)?
  /// An exchange is over.
  public var onEnd: ((HTTPExchange) -> Void)?
  /// A request can't be taken; the exchange is nil where its head was not complete.
  public var onRefusal: ((HTTPFault, HTTPExchange?) -> Void)?
  /// How a request that can't be taken is answered: in plain text unless something else is set.
  public var describe: (HTTPFault) -> (HTTPFields, [UInt8]) = { fault in
    var fields = HTTPFields()
    fields.append("content-type", "text/plain; charset=utf-8")
    return (fields, Array("\(fault.reason)\n".utf8))
  }

  let settings: Settings
  let loop: Loop
  let desk: ServerDesk
  let budget: MemoryBudget
  private let logger: Logger
  /// What all connections hold, in bytes.
  var heldBytes = 0

  /// Makes a server; throws when keys or certificates can't be used.
  public init(loop: Loop, settings: Settings = Settings(), logger: Logger) throws(WireError) {
    self.loop = loop
    self.settings = settings
    self.logger = logger
    budget = MemoryBudget(
      outboundBytesMax: settings.heldBytesMax,
      inboundBytesMax: settings.heldBytesMax
    )
    desk = try ServerDesk(
      loop: loop,
      settings: .init(
        listener: settings.listener,
        hostConnectionsMax: settings.hostConnectionsMax,
        tls: settings.tls,
        served: "request"
      ),
      logger: logger
    )
  }

  deinit { for connection in desk.all { connection.close() } }

  /// Open connections.
  public var connectionCount: Int { desk.count }

  /// Listens on `host:port`; returns the address with the port that the kernel chose for port 0.
  @discardableResult
  public func listen(on address: String) throws(UVError) -> String {
    try desk.listen(on: address) { [unowned self] in
      try HTTP1Connection(Transport($0, tls: $1), server: self)
    }
  }

  /// Stops taking connections and requests, waits until those that are being answered have their
  /// answers, and cuts them off after `limit` of wall time; then calls `done`, later than this
  /// call.
  public func shutDown(within limit: Duration, done: @escaping () -> Void) {
    desk.shutDown(within: limit, done: done)
  }

  /// Reads keys and certificates again, for connections to come; false where there are none.
  ///
  /// Throws when they can't be used: those that were read before stay.
  public func rereadCertificates() throws(WireError) -> Bool { try desk.rereadCertificates() }

  func began(_ exchange: HTTPExchange) {
    requestCounts.requests += 1
    if let onRequest { onRequest(exchange) } else { exchange.fail() }
  }

  func ended(_ exchange: HTTPExchange) { onEnd?(exchange) }

  func refused(_ fault: HTTPFault, _ exchange: HTTPExchange?) {
    requestCounts.refused += 1
    onRefusal?(fault, exchange)
    logger.debug(
      "request refused",
      metadata: ["status": "\(fault.status)", "why": "\(fault.reason)"]
    )
  }

  /// Gives up connections that hold most memory, until there is enough for the others.
  func shed() { desk.shed { heldBytes > settings.heldBytesMax } }
}
