import Basics
public import EventLoop
public import HearthProto
public import Logging
import Serving
public import Wire

/// Calls one server over one connection at a time; confined to its loop.
///
/// It connects when the first call is made. A call that is made while no connection can be had
/// fails at once with UNAVAILABLE, unless it waits: see ``CallOptions``.
public final class Channel {
  /// How the server is reached.
  public struct Settings: Sendable {
    /// Bounds of the connection.
    public var http2 = HTTP2Settings()
    /// Pauses between attempts to connect.
    public var backoff = Backoff()
    /// When a silent server is asked whether it is there while calls are open; nil for never.
    public var keepalive: Keepalive? = Keepalive(interval: .seconds(10), timeout: .seconds(5))
    /// Keys and certificates; nil for plaintext.
    public var tls: TLSSettings?
    /// Name that the server's certificate must have; the host of the address when nil.
    public var serverName: String?
    /// Sizes of messages and of the memory that decoding one may take.
    public var limits = WireLimits()
    /// Who is told of handshakes that fail, and of certificates that can't be read.
    public var logger: Logger?
    /// Most calls that wait for a connection.
    public var waitingMax = 1_000

    /// Makes settings with the defaults.
    public init() {}
  }

  /// `host:port` of the server.
  public let address: String

  let loop: Loop
  let arena: CallArena
  private let settings: Settings
  private var tls: TLSContext?
  private var faultLog = FaultLog()
  private var machine: ChannelMachine
  private var connecting: Connecting?
  private var connection: Connection?
  /// Connections that the server drains, with calls that have not ended.
  private var leaving: [ObjectIdentifier: Connection] = [:]
  private var waiting: [any WaitingCall] = []
  private var timer: LoopTimer?

  /// Makes a channel to `host:port`; throws when keys or certificates can't be used.
  public init(
    to address: String,
    loop: Loop,
    settings: Settings = Settings()
  ) throws(WireError) {
    self.address = address
    self.loop = loop
    self.settings = settings
    arena = CallArena(limits: settings.limits)
    tls = try settings.tls.map { (tls) throws(WireError) in
      try TLSContext(role: .client, settings: tls)
    }
    machine = ChannelMachine(backoff: settings.backoff, seed: UInt64.random(in: 0 ... .max))
    do throws(UVError) {
      timer = try LoopTimer(loop: loop, clock: Connection.clock) { [unowned self] in
        timePassed()
      }
    } catch {
      throw WireError(.outOfMemory, "\(error)")
    }
  }

  deinit { cut(GRPCStatus(.unavailable, "the channel to \(address) was closed")) }

  /// Whether a connection is up.
  public var isReady: Bool { machine.state == .ready }

  /// Whether one more call would wait for no other's end.
  public var hasRoom: Bool {
    guard let connection, machine.state == .ready else {
      return waiting.count < settings.waitingMax
    }
    return connection.session.canOpen
  }

  /// Ends all calls with UNAVAILABLE and closes; no call can be made any more.
  public func close() {
    machine.shutDown()
    cut(GRPCStatus(.unavailable, "the channel to \(address) was closed"))
  }

  /// Begins a call; see ``ClientStream``.
  public func stream<Request, Response>(
    _ method: MethodDescriptor<Request, Response>,
    options: CallOptions = CallOptions()
  ) -> ClientStream<Request, Response> {
    let call = ClientStream(method, options: options, channel: self)
    begin(call)
    return call
  }

  /// Makes a unary call; `done` is called exactly once.
  @discardableResult
  public func call<Request, Response>(
    _ method: MethodDescriptor<Request, Response>,
    _ request: Request,
    options: CallOptions = CallOptions(),
    done: @escaping (Result<Response, GRPCStatus>) -> Void
  ) -> ClientStream<Request, Response> {
    let call = ClientStream(method, options: options, channel: self)
    var response: Response?
    call.onMessage = { response = $0 }
    call.onClose = { status in
      if status.code != .ok {
        done(.failure(status))
      } else if let response {
        done(.success(response))
      } else {
        done(.failure(GRPCStatus(.internal, "the server sent no answer")))
      }
    }
    call.send(request)
    call.end()
    begin(call)
    return call
  }

  private func begin(_ call: any WaitingCall) {
    if let connection, machine.state == .ready, call.open(on: connection) { return }
    guard waiting.count < settings.waitingMax else {
      let words = count(waiting.count, "call", ("waits", "wait")) + " for \(address)"
      later(call, GRPCStatus(.resourceExhausted, words))
      return
    }
    if machine.wanted(at: Connection.clock.now) { connect() }
    switch machine.state {
    case .backingOff(_, let reason) where !call.waitsForReady:
      later(call, GRPCStatus(.unavailable, reason))
    case .shutDown:
      later(call, GRPCStatus(.unavailable, "the channel to \(address) was closed"))
    default:
      waiting.append(call)
      arm()
    }
  }

  /// Fails a call, but not inside the function that makes it.
  private func later(_ call: any WaitingCall, _ status: GRPCStatus) {
    loop.runLater { call.fail(status) }
  }

  private func connect() {
    connecting = TCPStream.connect(
      to: address,
      on: loop,
      timeout: Connection.clock.now.duration(to: machine.attemptEnd ?? .zero)
    ) { [unowned self] result in
      connecting = nil
      do {
        try open(try result.get())
      } catch {
        failed("\(error)")
      }
    }
    arm()
  }

  /// Reads keys and certificates again if their files have changed.
  private func rereadCertificates() {
    guard let files = settings.tls, let old = tls, !old.isCurrent else { return }
    do throws(WireError) {
      tls = try TLSContext(role: .client, settings: files)
    } catch {
      settings.logger?.warning("certificates can't be read again", metadata: ["why": "\(error)"])
    }
  }

  private func open(_ stream: TCPStream) throws {
    rereadCertificates()
    let name =
      settings.serverName
      ?? String(address.prefix(upTo: address.lastIndex(of: ":") ?? address.endIndex))
    let session = try HTTP2Session(
      role: .client,
      settings: settings.http2,
      authority: address,
      isSecure: tls != nil
    )
    let tls = try tls.map { try TLSSession(context: $0, serverName: name) }
    connection = try Connection(
      stream: stream,
      session: session,
      tls: tls,
      keepalive: settings.keepalive,
      loop: loop,
      owner: self
    )
  }

  private func failed(_ reason: String) {
    machine.failed(reason, at: Connection.clock.now)
    let calls = waiting
    waiting = []
    for call in calls {
      if call.waitsForReady {
        waiting.append(call)
      } else {
        call.fail(GRPCStatus(.unavailable, reason))
      }
    }
    arm()
  }

  private func openWaiting() {
    guard let connection else { return }
    var index = 0
    while index < waiting.count, waiting[index].open(on: connection) { index += 1 }
    waiting.removeFirst(index)
    arm()
  }

  /// Arms the timer for the next attempt and the earliest deadline of a call that waits.
  private func arm() {
    var due = Instant.distantFuture
    for call in waiting { due = min(due, call.deadline) }
    if case .backingOff(let until, _) = machine.state, !waiting.isEmpty { due = min(due, until) }
    if let end = machine.attemptEnd { due = min(due, end) }
    timer?.arm(at: due)
  }

  private func timePassed() {
    let now = Connection.clock.now
    let late = waiting.filter { $0.deadline <= now }
    waiting.removeAll { $0.deadline <= now }
    for call in late {
      call.fail(GRPCStatus(.deadlineExceeded, "the deadline passed while connecting to \(address)"))
    }
    if let end = machine.attemptEnd, end <= now {
      connection?.close(GRPCStatus(.unavailable, "\(address) did not answer in HTTP/2"))
    }
    connectForWaiting()
    arm()
  }

  private func connectForWaiting() {
    if !waiting.isEmpty, machine.wanted(at: Connection.clock.now) { connect() }
  }

  private func cut(_ status: GRPCStatus) {
    connecting?.cancel()
    for connection in leaving.values { connection.close(status) }
    connection?.close(status)
    connection = nil
    let calls = waiting
    waiting = []
    for call in calls { call.fail(status) }
    timer = nil
  }
}

extension Channel: ConnectionOwner {
  func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)? { nil }

  func connectionIsReady(_ connection: Connection) {
    machine.connected()
    openWaiting()
  }

  func connectionWillFlush(_ connection: Connection) {
    guard !waiting.isEmpty, connection === self.connection, machine.state == .ready else { return }
    openWaiting()
  }

  func connectionIsLeaving(_ connection: Connection) {
    guard connection === self.connection else { return }
    leaving[ObjectIdentifier(connection)] = connection
    self.connection = nil
    machine.disconnected()
    connectForWaiting()
  }

  func connection(_ connection: Connection, closedWith status: GRPCStatus) {
    leaving[ObjectIdentifier(connection)] = nil
    if connection.fault == .handshake, let logger = settings.logger,
      faultLog.note(.handshake, at: connection.now) != nil
    {
      logger.warning(
        "TLS handshake failed",
        metadata: ["peer": "\(address)", "why": "\(status.message)"]
      )
    }
    guard connection === self.connection else { return }
    self.connection = nil
    if machine.state == .ready {
      machine.disconnected()
    } else {
      failed("connect to \(address): \(status.message)")
    }
    connectForWaiting()
  }
}
