import Basics
import EventLoop
import Serving
import Wire

/// One client's connection that speaks HTTP/2: its requests are answered beside each other.
final class HTTP2Connection: TurnParticipant, ServedConnection {
  var turnMarks = TurnMarks()

  private let transport: Transport
  private let session: HTTP2Session
  private let loop: Loop
  private weak var server: HTTPServer?
  private var timer: LoopTimer?
  private var watch: PeerWatch
  /// What it holds in memory, in bytes, as it was counted last.
  private(set) var heldMemoryBytes = 0
  private var isReady = false
  private var isDraining = false
  private var isClosed = false

  private static let drainNumber: UInt64 = 1

  /// Goes on with a transport on which the client began to speak HTTP/2.
  init(_ transport: Transport, server: HTTPServer) throws {
    self.transport = transport
    self.server = server
    loop = server.loop
    session = try HTTP2Session(
      role: .server,
      settings: server.settings.http2,
      budget: server.budget,
      carrying: .http(server.settings.limits)
    )
    let settings = server.settings
    watch = PeerWatch(
      PeerTimeouts(
        handshake: settings.headTimeout,
        frame: settings.headTimeout,
        idle: settings.idleTimeout,
        stall: settings.stallTimeout
      ),
      at: HTTP1Connection.clock.now
    )
    timer = try LoopTimer(loop: loop, clock: HTTP1Connection.clock) { [unowned self] in
      timePassed()
    }
    session.peer = Peer(address: String(transport.host))
    session.delegate = self
    transport.owner = self
    wantFlush()
  }

  var host: Substring { transport.host }
  var idleSince: Instant? { watch.idleSince(session) }

  func shutDown() {
    guard !isDraining, !isClosed else { return }
    isDraining = true
    session.announceShutdown()
    session.ping(Self.drainNumber)
    wantFlush()
  }

  func close() {
    guard !isClosed else { return }
    transport.close()
    release()
  }

  func giveUp(_ fault: ConnectionFault, _ why: String) {
    guard !isClosed else { return }
    server?.desk.note(fault, of: String(host), why)
    close()
  }

  private func release() {
    isClosed = true
    timer = nil
    session.close(GRPCStatus(.unavailable, "the connection is closed"))
    server?.heldBytes -= heldMemoryBytes
    heldMemoryBytes = 0
    server?.desk.closed(self)
  }

  /// Sends what the peer is to be told yet, and closes.
  private func finish() {
    guard !isClosed else { return }
    session.takeOutput { bytes in
      transport.write(bytes)
      return bytes.count
    }
    guard !isClosed else { return }
    transport.closeAfterWriting()
    release()
  }

  /// Has what requests produced be written at the end of this turn.
  func wantFlush() { loop.markDirty(self) }

  func drain() {}
  func resume(for share: Duration) {}

  func flush() {
    guard !isClosed else { return }
    do throws(WireError) {
      while transport.isWritable, !isClosed {
        try session.produce()
        guard session.outputCount > 0 else { break }
        session.takeOutput { bytes in
          transport.write(bytes)
          return bytes.count
        }
      }
      if let failure = session.failure { throw failure }
    } catch {
      return fail(error)
    }
    guard !isClosed else { return }
    if isDraining, session.streamCount == 0, session.isDone { return finish() }
    session.waitsUnsent(session.outputCount + transport.queuedBytes)
    let now = session.heldMemoryBytes
    server?.heldBytes += now - heldMemoryBytes
    heldMemoryBytes = now
    server?.shed()
    arm()
  }

  private func fail(_ error: WireError) {
    guard !isClosed else { return }
    server?.desk.note(ConnectionFault(error), of: String(host), error.message)
    finish()
  }

  // MARK: Time

  private func arm() {
    guard !isClosed else { return }
    let isWaitedFor =
      session.outboundBytes > 0 || session.outputCount > 0 || transport.queuedBytes > 0
    let due = watch.deadline(
      session,
      isReady: isReady,
      isDraining: isDraining,
      isWaitedFor: isWaitedFor,
      at: HTTP1Connection.clock.now
    )
    timer?.arm(at: min(due, session.deadline))
  }

  private func timePassed() {
    let now = HTTP1Connection.clock.now
    session.expireDeadlines(at: now)
    let overdue = watch.overdue(session, isReady: isReady, isDraining: isDraining, at: now)
    for lapse in overdue {
      switch lapse {
      case .fault(let fault, let why): return giveUp(fault, why)
      case .idle: shutDown()
      case .undrained: if session.streamCount == 0 { return close() }
      case .look:
        let stall = watch.look(
          taken: transport.takenBytes,
          queued: transport.queuedBytes,
          hasStalledCalls: session.giveUpStalled(after: PeerWatch.looksMax)
        )
        if let stall { return giveUp(.stalled, stall) }
      }
    }
    wantFlush()
  }
}

extension HTTP2Connection: TransportOwner {
  func transport(_ transport: Transport, received bytes: Span<UInt8>) {
    let now = HTTP1Connection.clock.now
    do throws(WireError) {
      try session.receive(bytes, at: now)
    } catch {
      // What nghttp2 has to say of it goes first.
      try? session.produce()
      return fail(error)
    }
    watch.noteFrames(session, isInRecord: transport.isInRecord, at: now)
    wantFlush()
  }

  func transportDidEnd(_ transport: Transport) { close() }
  func transportDidDrain(_ transport: Transport) { wantFlush() }
  func transport(_ transport: Transport, closedFor reason: String?) { close() }
}

extension HTTP2Connection: HTTP2SessionDelegate {
  func received(_ head: Result<HTTPRequestHead, HTTPFault>, on stream: HTTPStream) {
    guard let server else { return stream.breakOff() }
    switch head {
    case .success(let head):
      stream.bodyTimeout = server.settings.bodyTimeout
      HTTP2Request(stream, of: self).begin(head, server)
    case .failure(let fault):
      server.refused(fault, nil)
      server.answer(fault, nil, on: stream)
    }
  }

  func receivedSettings(_ session: HTTP2Session) { isReady = true }
  func receivedGoAway(_ session: HTTP2Session, isError: Bool) { isDraining = true }
  func receivedPong(_ session: HTTP2Session, _ number: UInt64) {
    if number == Self.drainNumber { session.refuseStreams() }
  }
}

/// One request on a connection that speaks HTTP/2: hands what comes to its exchange, and what the
/// exchange has to say to its stream.
private final class HTTP2Request: HTTPStreamHandler, HTTPExchangeCarrier {
  private let stream: HTTPStream
  private weak var connection: HTTP2Connection?
  private weak var server: HTTPServer?
  private var exchange: HTTPExchange?

  init(_ stream: HTTPStream, of connection: HTTP2Connection) {
    (self.stream, self.connection) = (stream, connection)
  }

  func begin(_ head: HTTPRequestHead, _ server: HTTPServer) {
    self.server = server
    stream.handler = self
    let client = connection.map { String($0.host) } ?? ""
    let now = HTTP1Connection.clock.now
    let exchange = HTTPExchange(head, client: client, at: now, carrier: self)
    self.exchange = exchange
    server.began(exchange)
    if head.expectsContinue { stream.goOn() }
  }

  /// The exchange is over.
  private func end() {
    guard let exchange else { return }
    self.exchange = nil
    server?.ended(exchange)
    connection?.wantFlush()
  }

  func received(_ bytes: Span<UInt8>, on stream: HTTPStream) { exchange?.onBody?(bytes) }
  func receivedEnd(_ stream: HTTPStream) { exchange?.onComplete?() }
  func becameWritable(_ stream: HTTPStream) {
    exchange?.onWritable?()
    connection?.wantFlush()
  }

  func failed(_ stream: HTTPStream, _ fault: HTTPFault) {
    let exchange = exchange
    server?.refused(fault, exchange)
    exchange?.abandon(because: fault)
    end()
    server?.answer(fault, exchange, on: stream)
    connection?.wantFlush()
  }

  func abandoned(_ stream: HTTPStream) {
    exchange?.abandon()
    end()
  }

  var isWritable: Bool { stream.isWritable }

  func respond(_ exchange: HTTPExchange, _ head: HTTPResponseHead, length: Int?) {
    var fields = head.fields
    let hasBody = head.status != 204 && head.status != 304
    if hasBody, let length { fields.append("content-length", "\(length)") }
    stream.respond(HTTPResponseHead(status: head.status, fields: fields), isEnd: false)
    connection?.wantFlush()
  }

  func write(_ exchange: HTTPExchange, _ bytes: Span<UInt8>) {
    stream.write(bytes)
    connection?.wantFlush()
  }

  func finish(_ exchange: HTTPExchange) {
    stream.finish()
    end()
  }

  func fail(_ exchange: HTTPExchange) {
    stream.breakOff()
    end()
  }

  func setReading(_ exchange: HTTPExchange, _ isReading: Bool) {
    if isReading { stream.resume() } else { stream.pause() }
    connection?.wantFlush()
  }
}

extension HTTPServer {
  /// Answers a request by HTTP/2 that can't be taken, or whose rest can't; cuts its answer off
  /// where that has begun.
  fileprivate func answer(_ fault: HTTPFault, _ exchange: HTTPExchange?, on stream: HTTPStream) {
    guard exchange?.status == nil else { return stream.breakOff() }
    var (fields, body) = describe(fault.of(exchange))
    fields.append("content-length", "\(body.count)")
    stream.respond(HTTPResponseHead(status: fault.status, fields: fields), isEnd: false)
    stream.write(body.span)
    stream.finish()
  }
}
