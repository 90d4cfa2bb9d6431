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

  private let settings: HTTPServer.Settings
  private let loop: Loop
  private weak var server: HTTPServer?
  private var timer: LoopTimer?
  private var reader: HTTP1RequestReader
  private var exchange: HTTPExchange?
  private var isRequestComplete = false
  private var body = HTTP1Writer.Body.none
  private var closesAfter = false
  /// What came after the request that is being answered.
  private var held = Bytes()
  private var output = Bytes()
  /// What it holds in memory, in bytes, as it was counted last.
  private(set) var heldBytes = 0
  private var isHalfClosed = false
  private var isReading = true
  private var isPausedByExchange = false
  private var isDraining = false
  private var phase = Phase.open
  /// When the present wait began: for the rest of a head or a body, or for a request.
  private var waitsSince: Instant
  private var (takenBytes, takenAt) = (0, Instant.zero)
  private var linger = (since: Instant.zero, bytes: 0)
  private var probeDue = Instant.distantFuture

  private enum Phase { case open, lingering, closed }

  private static let heldBytesMax = 64 << 10
  /// What is written in one turn of the loop before a sender should wait.
  private static let outputBytesMax = 256 << 10
  /// Requests that are answered in one turn of the loop before others have theirs.
  private static let requestsMax = 8
  private static let lingerTime = Duration.seconds(2)
  private static let lingerBytesMax = 1 << 20
  private static let probeInterval = Duration.seconds(1)
  static let clock = LoopClock()

  init(_ transport: Transport, server: HTTPServer, loop: Loop) throws(UVError) {
    self.transport = transport
    self.server = server
    self.loop = loop
    settings = server.settings
    reader = HTTP1RequestReader(limits: settings.limits)
    waitsSince = Self.clock.now
    timer = try LoopTimer(loop: loop, clock: Self.clock) { [unowned self] in timePassed() }
    transport.owner = self
    transport.start()
    wantFlush()
  }

  var host: Substring { transport.host }
  var idleSince: Instant? { exchange == nil ? waitsSince : nil }

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
    server?.heldBytes -= heldBytes
    heldBytes = 0
    held.removeAll(keeping: 0)
    server?.closed(self)
  }

  private func abandon(_ exchange: HTTPExchange) {
    self.exchange = nil
    exchange.abandon()
    server?.ended(exchange)
  }

  /// Closes now, because of the client.
  func giveUp(_ fault: ConnectionFault, _ why: String) {
    guard phase != .closed else { return }
    server?.note(fault, of: String(host), why)
    close()
  }

  /// Counts what it holds among what all connections do.
  private func count() {
    let now = held.count + output.count + transport.queuedBytes
    server?.heldBytes += now - heldBytes
    heldBytes = now
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
    output.removeAll(keeping: Self.heldBytesMax)
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
          waitsSince = Self.clock.now
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

  private func begin(_ head: HTTPRequestHead) {
    let now = Self.clock.now
    let exchange = HTTPExchange(head, client: String(transport.host), at: now, carrier: self)
    self.exchange = exchange
    (isRequestComplete, isPausedByExchange, waitsSince) = (!head.hasBody, false, now)
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
    waitsSince = Self.clock.now
    if closesAfter || isDraining || isHalfClosed && held.isEmpty {
      beginLingering()
    } else if !held.isEmpty {
      loop.markUnfinished(self)
    }
    wantFlush()
  }

  /// Answers a request that can't be taken; nothing of it was handed on that is not cut off.
  private func refuse(_ fault: HTTPFault) {
    server?.refused(fault)
    let hasBegun = exchange?.status != nil
    if let exchange { abandon(exchange) }
    if !hasBegun, let server {
      let (fields, body) = server.describe(fault)
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
    linger = (Self.clock.now, 0)
    transport.end()
  }

  // MARK: Time

  private func arm() {
    guard phase != .closed else { return }
    timer?.arm(at: due)
  }

  private var due: Instant {
    if phase == .lingering, transport.queuedBytes == 0 {
      return linger.since.advanced(by: Self.lingerTime)
    }
    var due = min(waitEnd, probeDue)
    if transport.queuedBytes > 0 {
      if takenBytes != transport.takenBytes || takenAt == .zero {
        (takenBytes, takenAt) = (transport.takenBytes, Self.clock.now)
      }
      due = min(due, takenAt.advanced(by: settings.stallTimeout))
    } else {
      takenAt = .zero
    }
    return due
  }

  /// Until when the client must have sent what it is to send next.
  private var waitEnd: Instant {
    guard phase == .open else { return .distantFuture }
    if exchange != nil {
      guard !isRequestComplete, isReading else { return .distantFuture }
      return waitsSince.advanced(by: settings.bodyTimeout)
    }
    let isInside = reader.isInside || !transport.isReady
    return waitsSince.advanced(by: isInside ? settings.headTimeout : settings.idleTimeout)
  }

  private func timePassed() {
    let now = Self.clock.now
    if phase == .lingering, transport.queuedBytes == 0 || takenAt == .zero {
      return close()
    }
    if transport.queuedBytes > 0, takenBytes == transport.takenBytes, takenAt != .zero,
      now >= takenAt.advanced(by: settings.stallTimeout)
    {
      return giveUp(.stalled, "nothing of what waited was taken for \(settings.stallTimeout.text)")
    }
    if now >= waitEnd {
      if exchange == nil, !reader.isInside { return close() }
      refuse(HTTPFault(408, "the request was not complete in time"))
    }
    if now >= probeDue { probe() }
    wantFlush()
  }

  /// Sends what a client that is still there ignores; one that is gone answers with a reset.
  private func probe() {
    guard let exchange, exchange.status == nil, exchange.head.takesChunks else {
      probeDue = .distantFuture
      return
    }
    probeDue = Self.clock.now.advanced(by: Self.probeInterval)
    HTTP1Writer.stillThere(into: &output)
  }
}

extension HTTP1Connection: TransportOwner {
  func transport(_ transport: Transport, received bytes: Span<UInt8>) {
    if phase == .lingering {
      linger.bytes += bytes.count
      if linger.bytes > Self.lingerBytesMax { close() }
      return
    }
    if exchange == nil, !reader.isInside, held.isEmpty { waitsSince = Self.clock.now }
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
    probeDue = Self.clock.now.advanced(by: settings.halfCloseTime)
    wantFlush()
  }

  func transportDidDrain(_ transport: Transport) {
    exchange?.onWritable?()
    wantFlush()
  }

  func transport(_ transport: Transport, closedFor reason: String?) { close() }
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
    waitsSince = Self.clock.now
    wantFlush()
  }
}
