import Basics
import EventLoop
import Serving
import Wire

/// One client's connection that speaks HTTP/1.1: its requests are answered one after the other.
///
/// What a client sends before it has the answer waits, bounded. After a request that breaks the
/// protocol, or one whose body was not all taken, the connection ends: its bytes may mean anything.
final class HTTP1Connection: TurnParticipant, ServedConnection {
  var turnMarks = TurnMarks()
  let transport: Transport

  private let loop: Loop
  private weak var server: HTTPServer?
  private var timer: LoopTimer?
  private var reader: HTTP1RequestReader
  private var exchange: HTTPExchange?
  private var isRequestComplete = false
  private var body = HTTP1Writer.Body.none
  private var closesAfter = false
  /// What came first, until it is clear which HTTP the client speaks; nil from then on.
  private var opening: [UInt8]? = []
  /// What came after the request that is being answered.
  private var held = Bytes()
  private var output = Bytes()
  /// What it holds in memory, in bytes, as it was counted last.
  private(set) var heldMemoryBytes = 0
  private var isHalfClosed = false
  private var isReading = true
  private var isPausedByExchange = false
  private var isDraining = false
  private var phase = Phase.open
  private var watch: HTTP1Watch
  private var lingerBytes = 0

  private enum Phase { case open, lingering, closed }

  /// What a client of HTTP/2 sends first (RFC 9113, 3.4).
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  private static let heldBytesMax = 64 << 10
  /// What is written in one turn of the loop before a sender should wait.
  private static let outputBytesMax = 256 << 10
  /// Requests that are answered in one turn of the loop before others have theirs.
  private static let requestsMax = 8
  private static let lingerBytesMax = 1 << 20
  static let clock = LoopClock()

  init(_ transport: Transport, server: HTTPServer) throws(UVError) {
    self.transport = transport
    self.server = server
    loop = server.loop
    reader = HTTP1RequestReader(limits: server.settings.limits)
    watch = HTTP1Watch(server.settings, at: Self.clock.now)
    timer = try LoopTimer(loop: loop, clock: Self.clock) { [unowned self] in timePassed() }
    transport.owner = self
    transport.start()
    wantFlush()
  }

  var host: Substring { transport.host }
  var idleSince: Instant? { exchange == nil ? watch.waitsSince : nil }

  /// Closes once the request that is being answered has its answer.
  func shutDown() {
    isDraining = true
    if exchange == nil { beginLingering() }
    wantFlush()
  }

  /// Closes now.
  func close() {
    guard phase != .closed else { return }
    phase = .closed
    transport.close()
    release()
  }

  private func release() {
    timer = nil
    if let exchange { abandon(exchange) }
    server?.heldBytes -= heldMemoryBytes
    heldMemoryBytes = 0
    held.removeAll(keeping: 0)
    server?.desk.closed(self)
  }

  private func abandon(_ exchange: HTTPExchange, because fault: HTTPFault? = nil) {
    self.exchange = nil
    exchange.abandon(because: fault)
    server?.ended(exchange)
  }

  /// Closes now, because of the client.
  func giveUp(_ fault: ConnectionFault, _ why: String) {
    guard phase != .closed else { return }
    note(fault, why)
    close()
  }

  private func note(_ fault: ConnectionFault, _ why: String) {
    server?.desk.note(fault, of: String(host), why)
  }

  /// Counts what it holds among what all connections do.
  private func count() {
    let now = held.count + output.count + transport.queuedBytes
    server?.heldBytes += now - heldMemoryBytes
    heldMemoryBytes = now
    server?.shed()
  }

  private func wantFlush() { loop.markDirty(self) }

  func drain() {}

  func resume(for share: Duration) {
    guard phase == .open, exchange == nil, !held.isEmpty else { return }
    var bytes = Bytes()
    swap(&bytes, &held)
    bytes.withSpan { take($0) }
    if isHalfClosed, exchange == nil, held.isEmpty { beginLingering() }
    wantFlush()
  }

  func flush() {
    guard phase != .closed else { return }
    let wasFull = !isWritable
    send()
    if wasFull, isWritable { exchange?.onWritable?() }
    guard phase != .closed else { return }
    count()
    guard phase != .closed else { return }
    adjustReading()
    arm()
  }

  private func send() {
    output.withSpan { if !$0.isEmpty { transport.write($0) } }
    output.removeAll(keeping: 0)
  }

  private func adjustReading() {
    let wants =
      phase == .lingering
      || held.count < Self.heldBytesMax && !(isPausedByExchange && !isRequestComplete)
    guard wants != isReading, !isHalfClosed else { return }
    isReading = wants
    if wants { transport.stream.resumeReading() } else { transport.stream.pauseReading() }
  }

  /// Reads what came, up to the end of the first request that is not answered at once.
  private func take(_ bytes: Span<UInt8>) {
    var (offset, count) = (0, 0)
    do throws(HTTPFault) {
      while phase == .open, exchange == nil || !isRequestComplete, count < Self.requestsMax,
        let event = try reader.next(bytes, from: &offset)
      {
        switch event {
        case .head(let head):
          begin(head)
          if !head.hasBody { count += 1 }
        case .body(let range):
          exchange?.onBody?(bytes.extracting(range))
          watch.waits(from: Self.clock.now)
        case .end:
          count += 1
          complete()
        }
      }
    } catch {
      refuse(error)
      return
    }
    guard phase == .open, offset < bytes.count else { return }
    held.append(bytes.extracting(offset...))
    if exchange == nil { loop.markUnfinished(self) }
  }

  /// Finds out which HTTP the client speaks; whether it is this one, and what came is to be read.
  private func decides(_ bytes: [UInt8]) -> Bool {
    if transport.isSecure ? transport.agreedProtocol == .http2 : bytes.starts(with: Self.preface) {
      becomeHTTP2(bytes)
      return false
    }
    guard transport.isSecure || !Self.preface.starts(with: bytes) else {
      opening = bytes
      return false
    }
    let earlier = opening ?? []
    opening = nil
    if !earlier.isEmpty { take(earlier.span) }
    return true
  }

  private func becomeHTTP2(_ bytes: [UInt8]) {
    guard let server, let other = try? HTTP2Connection(transport, server: server) else {
      return close()
    }
    phase = .closed
    timer = nil
    server.desk.replace(self, with: other)
    other.transport(transport, received: bytes.span)
  }

  private func begin(_ head: HTTPRequestHead) {
    let now = Self.clock.now
    let exchange = HTTPExchange(head, client: String(transport.host), at: now, carrier: self)
    self.exchange = exchange
    (isRequestComplete, isPausedByExchange) = (!head.hasBody, false)
    watch.waits(from: now)
    closesAfter = !head.keepsAlive
    server?.began(exchange)
    guard exchange.status == nil, !exchange.isOver else { return }
    if head.expectsContinue { HTTP1Writer.goOn(into: &output) }
    if !head.hasBody { exchange.onComplete?() }
  }

  private func complete() {
    isRequestComplete = true
    exchange?.onComplete?()
  }

  /// The response is complete: the next request's turn, if there may be one.
  private func end(_ exchange: HTTPExchange) {
    guard self.exchange === exchange else { return }
    server?.ended(exchange)
    self.exchange = nil
    watch.waits(from: Self.clock.now)
    if closesAfter || isDraining || isHalfClosed && held.isEmpty {
      beginLingering()
    } else if !held.isEmpty {
      loop.markUnfinished(self)
    }
    wantFlush()
  }

  /// Answers a request that can't be taken; nothing of it was handed on that is not cut off.
  private func refuse(_ fault: HTTPFault) {
    server?.refused(fault, exchange)
    let hasBegun = exchange?.status != nil
    if let exchange { abandon(exchange, because: fault) }
    if !hasBegun, let server {
      let (fields, body) = server.describe(fault.of(exchange))
      HTTP1Writer.response(
        status: fault.status,
        fields: fields,
        body: .length(body.count),
        closes: true,
        into: &output
      )
      output.append(body.span)
    }
    beginLingering()
    wantFlush()
  }

  /// Sends what is left and the end, and reads on for a while: closing with bytes unread would
  /// take the answer away from the client.
  private func beginLingering() {
    guard phase == .open else { return }
    phase = .lingering
    held.removeAll(keeping: 0)
    send()
    guard phase == .lingering else { return }
    if isHalfClosed {
      phase = .closed
      transport.closeAfterWriting()
      return release()
    }
    watch.lingers(from: Self.clock.now)
    transport.end()
  }

  // MARK: Time

  private func arm() {
    guard phase != .closed else { return }
    let (queued, taken) = (transport.queuedBytes, transport.takenBytes)
    timer?.arm(at: watch.due(owed, queued: queued, taken: taken, at: Self.clock.now))
  }

  private var owed: HTTP1Watch.Owed {
    guard phase == .open else { return .nothing }
    guard transport.isReady else { return .handshake }
    guard opening?.isEmpty ?? true else { return .head }
    if exchange != nil { return isRequestComplete || !isReading ? .nothing : .body }
    return reader.isInside ? .head : .request
  }

  private func timePassed() {
    let (queued, taken) = (transport.queuedBytes, transport.takenBytes)
    switch watch.overdue(owed, queued: queued, taken: taken, at: Self.clock.now) {
    case .stalled: return giveUp(.stalled, "it took nothing of what waited for too long")
    case .owing: endOwing()
    case .unheard: probe()
    case .lingered: return close()
    case nil: break
    }
    wantFlush()
  }

  private func endOwing() {
    switch owed {
    case .handshake: giveUp(.slow, "no TLS came in time")
    case .request, .nothing: close()
    case .head, .body: refuse(HTTPFault(408, "the request was not complete in time"))
    }
  }

  /// Sends what a client that is still there ignores; one that is gone answers with a reset.
  private func probe() {
    let canAsk = exchange.map { $0.status == nil && $0.head.takesChunks } ?? false
    watch.probed(again: canAsk, at: Self.clock.now)
    if canAsk { HTTP1Writer.stillThere(into: &output) }
  }
}

extension HTTP1Connection: TransportOwner {
  func transport(_ transport: Transport, received bytes: Span<UInt8>) {
    if phase == .lingering {
      lingerBytes += bytes.count
      if lingerBytes > Self.lingerBytesMax { close() }
      return
    }
    if let opening, !decides(opening + [UInt8](bytes)) { return wantFlush() }
    if exchange == nil, !reader.isInside, held.isEmpty {
      watch.waits(from: Self.clock.now)
    }
    if !held.isEmpty || exchange != nil && isRequestComplete {
      held.append(bytes)
    } else {
      take(bytes)
    }
    wantFlush()
  }

  func transportDidEnd(_ transport: Transport) {
    isHalfClosed = true
    guard phase == .open, exchange == nil ? !held.isEmpty : isRequestComplete else {
      return close()
    }
    watch.endedSending(at: Self.clock.now)
    wantFlush()
  }

  func transportDidDrain(_ transport: Transport) {
    exchange?.onWritable?()
    wantFlush()
  }

  func transport(_ transport: Transport, closedFor reason: String?) {
    guard phase != .closed else { return }
    if let fault = transport.fault { note(fault, reason ?? "") }
    phase = .closed
    release()
  }
}

extension HTTP1Connection: HTTPExchangeCarrier {
  var isWritable: Bool {
    transport.isWritable && output.count < Self.outputBytesMax && phase == .open
  }

  func respond(_ exchange: HTTPExchange, _ head: HTTPResponseHead, length: Int?) {
    guard self.exchange === exchange else { return }
    // The rest of the request's body, if it comes, would be taken for a request.
    if !isRequestComplete || isDraining { closesAfter = true }
    if let length {
      body = .length(length)
    } else {
      body = exchange.head.takesChunks ? .chunked : .untilClose
    }
    if case .untilClose = body { closesAfter = true }
    HTTP1Writer.response(
      status: head.status,
      fields: head.fields,
      body: head.status == 204 || head.status == 304 ? .none : body,
      closes: closesAfter,
      into: &output
    )
    wantFlush()
  }

  func write(_ exchange: HTTPExchange, _ bytes: Span<UInt8>) {
    guard self.exchange === exchange else { return }
    if case .chunked = body {
      HTTP1Writer.chunk(bytes, into: &output)
    } else {
      output.append(bytes)
    }
    wantFlush()
  }

  func finish(_ exchange: HTTPExchange) {
    guard self.exchange === exchange else { return }
    if case .chunked = body, exchange.head.method != .head { HTTP1Writer.lastChunk(into: &output) }
    end(exchange)
  }

  func fail(_ exchange: HTTPExchange) {
    guard self.exchange === exchange else { return }
    server?.ended(exchange)
    self.exchange = nil
    send()
    phase = .closed
    // Without the end that the client expects.
    transport.closeAfterWriting()
    release()
  }

  func setReading(_ exchange: HTTPExchange, _ isReading: Bool) {
    guard self.exchange === exchange else { return }
    isPausedByExchange = !isReading
    watch.waits(from: Self.clock.now)
    wantFlush()
  }
}
