import Basics
public import EventLoop
public import Wire

/// Asks one server over connections that are kept for the next request; confined to its loop.
///
/// A connection carries one request at a time, so there are as many as requests that are open. What
/// is asked on a connection that the server closed meanwhile is asked again on a new one, once, if
/// nothing of an answer came.
public final class HTTPClient {
  /// How a server is asked.
  public struct Settings: Sendable {
    /// What a response may take in memory.
    public var limits = HTTP1Limits(bodyBytesMax: .max / 2)
    /// How long a connection may take to be made.
    public var connectTimeout = Duration.seconds(5)
    /// Connections that are kept while nothing is asked.
    public var idleConnectionsMax = 64
    /// How long they are kept: less than servers do, so that theirs rarely close first.
    public var idleTimeout = Duration.seconds(4)
    /// Bounds of what waits to be sent.
    public var stream = TCPStream.Limits(queueBytesMax: 128 << 20)

    /// Makes settings with the defaults.
    public init() {}
  }

  /// `host:port` of the server.
  public let address: String
  let loop: Loop
  let settings: Settings
  private var idle: [HTTPClientConnection] = []
  private var calls: [ObjectIdentifier: HTTPCall] = [:]
  private var timer: LoopTimer?
  private let tls: TLSContext?

  /// Makes a client of the server at `host:port`, without connecting.
  ///
  /// `tls`: for HTTPS; the server's certificate must be of the address's host.
  public init(
    to address: String,
    loop: Loop,
    settings: Settings = Settings(),
    tls: TLSContext? = nil
  ) throws(UVError) {
    self.address = address
    self.loop = loop
    self.settings = settings
    self.tls = tls
    timer = try LoopTimer(loop: loop, clock: LoopClock()) { [unowned self] in closeOld() }
  }

  deinit {
    for call in calls.values { call.cancel() }
    for connection in idle { connection.close() }
  }

  /// Requests that are open.
  public var callCount: Int { calls.count }

  /// Sends a request; set what is to be heard of it before the loop turns.
  public func send(
    _ method: StaticString,
    _ target: String,
    _ fields: HTTPFields = HTTPFields(),
    body: [UInt8] = []
  ) -> HTTPCall {
    var output = Bytes()
    HTTP1Writer.request(
      method,
      target: target,
      fields: fields,
      body: body.isEmpty && method.equals("GET") ? .none : .length(body.count),
      into: &output
    )
    var request: [UInt8] = []
    request.reserveCapacity(output.count + body.count)
    output.withSpan { request.append(copying: $0) }
    request += body
    let call = HTTPCall(request, isHeadOnly: method.equals("HEAD"), of: self)
    calls[ObjectIdentifier(call)] = call
    begin(call)
    return call
  }

  /// Gives a call a connection.
  func begin(_ call: HTTPCall) {
    while let connection = idle.popLast() {
      if connection.isUsable { return connection.begin(call, isReused: true) }
    }
    call.connecting = TCPStream.connect(
      to: address,
      on: loop,
      timeout: settings.connectTimeout,
      limits: settings.stream
    ) { [unowned self, unowned call] result in
      call.connecting = nil
      switch result {
      case .failure(let error): call.end(HTTPFault(503, "\(error)"))
      case .success(let stream):
        do throws(WireError) {
          let transport = Transport(stream, tls: try session())
          HTTPClientConnection(transport, of: self).begin(call, isReused: false)
        } catch {
          stream.close()
          call.end(HTTPFault(503, "\(error)"))
        }
      }
    }
  }

  private func session() throws(WireError) -> TLSSession? {
    guard let tls else { return nil }
    let host = address[..<(address.lastIndex(of: ":") ?? address.endIndex)]
    return try TLSSession(context: tls, serverName: host.filter { $0 != "[" && $0 != "]" })
  }

  func ended(_ call: HTTPCall) { calls[ObjectIdentifier(call)] = nil }

  /// A connection has answered and may be used again.
  func keep(_ connection: HTTPClientConnection) {
    guard idle.count < settings.idleConnectionsMax else { return connection.close() }
    idle.append(connection)
    timer?.arm(at: idle.first?.idleSince.advanced(by: settings.idleTimeout))
  }

  func lost(_ connection: HTTPClientConnection) { idle.removeAll { $0 === connection } }

  private func closeOld() {
    let now = LoopClock().now
    while let first = idle.first, now >= first.idleSince.advanced(by: settings.idleTimeout) {
      idle.removeFirst().close()
    }
    timer?.arm(at: idle.first?.idleSince.advanced(by: settings.idleTimeout))
  }
}

/// A request that was sent, and its response.
public final class HTTPCall {
  /// The head of the response came.
  public var onHead: ((HTTPResponseHead) -> Void)?
  /// A part of the body came; it is gone when the call returns.
  public var onBody: ((Span<UInt8>) -> Void)?
  /// The response is complete, or why it never will be; nothing is heard after it.
  public var onEnd: ((HTTPFault?) -> Void)?

  /// Until something of the response came.
  private(set) var request: [UInt8]
  let isHeadOnly: Bool
  var connecting: Connecting?
  weak var connection: HTTPClientConnection?
  private weak var client: HTTPClient?
  private var isOver = false
  private var hasRetried = false
  private var isPaused = false

  init(_ request: [UInt8], isHeadOnly: Bool, of client: HTTPClient) {
    self.request = request
    self.isHeadOnly = isHeadOnly
    self.client = client
  }

  /// Takes the request back: its connection is closed, so that the server can see it.
  public func cancel() {
    connecting?.cancel()
    connecting = nil
    let connection = connection
    end(HTTPFault(499, "taken back"), isHeard: false)
    connection?.close()
  }

  /// Reads no more until ``resume()``: what takes the response is full.
  public func pause() {
    isPaused = true
    connection?.setReading(false)
  }

  /// Goes on after ``pause()``.
  public func resume() {
    isPaused = false
    connection?.setReading(true)
  }

  /// The response begins: the request won't be sent again.
  func began() { request = [] }

  /// The connection ended without an answer.
  func failed(_ fault: HTTPFault, mayRetry: Bool) {
    guard mayRetry, !hasRetried, let client else { return end(fault) }
    hasRetried = true
    client.begin(self)
  }

  func end(_ fault: HTTPFault?, isHeard: Bool = true) {
    guard !isOver else { return }
    isOver = true
    let heard = onEnd
    (onHead, onBody, onEnd, connection) = (nil, nil, nil, nil)
    if isHeard { heard?(fault) }
    client?.ended(self)
  }
}
