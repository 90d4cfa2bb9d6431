public import Basics
import CNGHTTP2

/// Who owns a session and hears what concerns it as a whole.
///
/// A delegate may open calls, and may not call ``HTTP2Session/receive(_:at:)``,
/// ``HTTP2Session/produce(limit:)`` or ``HTTP2Session/close(_:)``.
public protocol HTTP2SessionDelegate: AnyObject {
  /// The handler of a call that a client opened, or nil for a method that does not exist.
  func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)?
  /// A request came, or why it can't be taken; where the session carries HTTP.
  func received(_ head: Result<HTTPRequestHead, HTTPFault>, on stream: HTTPStream)
  /// The peer's settings arrived, at first or again.
  func receivedSettings(_ session: HTTP2Session)
  /// The peer goes away: it takes no more calls, those that are open may end.
  func receivedGoAway(_ session: HTTP2Session, isError: Bool)
  /// The answer to ``HTTP2Session/ping(_:)`` arrived.
  func receivedPong(_ session: HTTP2Session, _ number: UInt64)
  /// How many more messages a server may hand over before it asks again; what it may not waits for
  /// ``HTTP2Session/resumeHandingOver()``.
  func messagesToHandOver(_ session: HTTP2Session) -> Int
}

extension HTTP2SessionDelegate {
  /// There is no call where the session carries HTTP.
  public func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)? { nil }
  /// There is no request where it carries gRPC.
  public func received(_ head: Result<HTTPRequestHead, HTTPFault>, on stream: HTTPStream) {}
  /// Messages are handed over as they come.
  public func messagesToHandOver(_ session: HTTP2Session) -> Int { .max }
}

/// One end of an HTTP/2 connection that carries gRPC, or on servers requests of any other kind:
/// bytes in, bytes out, no socket and no clock.
///
/// Bytes that arrive go to ``receive(_:at:)``; then, and after every other call,
/// ``produce(limit:)`` puts what is to be sent into the output. The owner must call ``close(_:)``
/// in the end.
@safe
public final class HTTP2Session {
  /// What the streams of a session carry.
  public enum Carried: Sendable {
    /// Calls.
    case gRPC
    /// Requests and responses whose bodies are passed on as they come, within these limits.
    case http(HTTP1Limits)
  }

  /// The bounds.
  public let settings: HTTP2Settings
  /// Which end this is.
  public let role: GRPCStreamMachine.Role
  /// Who is at the other end.
  public var peer = Peer()
  /// What this session shares with others.
  public let budget: MemoryBudget
  /// Who is told of what happens; let go by ``close(_:)``.
  public var delegate: (any HTTP2SessionDelegate)?

  private let carried: Carried
  let framer: GRPCFramer
  let authority: UnsafeMutableBufferPointer<UInt8>
  let scheme: StaticString
  private(set) var raw: OpaquePointer? = nil
  var output = Bytes()
  var limiter: FrameLimiter
  private var scanner: FrameScanner
  /// What the header block that is being received takes, in bytes.
  var blockBytes = 0
  /// The time of the bytes that are being received.
  var now = Instant.zero
  /// Streams that are not both closed and concluded.
  var streams: [HTTP2Stream] = []
  /// Objects of streams that are over, for those to come.
  private(set) var pool: [GRPCStream] = []
  /// Streams whose senders may go on, to be told outside of nghttp2.
  var writable: [HTTP2Stream] = []
  /// Streams with messages that were not to be handed over yet, in turn.
  private var waiting: [GRPCStream] = []
  /// How many messages may be handed over before the delegate is asked.
  private var messagesLeft = 0
  /// The stream that the last frame was on.
  var current: HTTP2Stream?
  /// The last stream that the client opened; on servers.
  public internal(set) var newestID: Int32 = 0
  /// Why the session is being terminated.
  var violation: WireError?
  /// Where fields are put together.
  var fields: [nghttp2_nv] = unsafe []
  /// No stream is due before this.
  private var earliestDeadline = Instant.distantFuture
  /// What streams hold uncredited, what they hold in all, and what the connection's window lacks.
  private var heldBytes = 0
  private(set) var bufferedBytes = 0
  /// What waits on streams to be sent, in bytes.
  public private(set) var outboundBytes = 0
  /// What was sent as far as the session knows, and is not on its way yet, in bytes.
  private var unsentBytes = 0
  private var owedBytes = 0
  private var isReceiving = false

  private static let poolMax = 256

  /// Makes a session and queues its settings; `authority` is what a client calls the server.
  public init(
    role: GRPCStreamMachine.Role,
    settings: HTTP2Settings = HTTP2Settings(),
    authority: String = "",
    isSecure: Bool = false,
    budget: MemoryBudget = MemoryBudget(),
    carrying carried: Carried = .gRPC
  ) throws(WireError) {
    (self.role, self.settings, self.budget, self.carried) = (role, settings, budget, carried)
    framer = GRPCFramer(messageBytesMax: settings.messageBytesMax)
    limiter = FrameLimiter(settings.frameLimits)
    scanner = FrameScanner(prefaceBytes: role == .server ? 24 : 0)
    scheme = isSecure ? "https" : "http"
    unsafe self.authority = .allocate(capacity: authority.utf8.count)
    _ = unsafe self.authority.initialize(from: authority.utf8)
    unsafe raw = try makeRaw()
  }

  deinit {
    unsafe nghttp2_session_del(raw)
    unsafe authority.deallocate()
  }

  // MARK: Bytes

  /// Takes in what the peer sent.
  ///
  /// Throws when the connection can't go on; what is in the output then should still be sent.
  public func receive(_ bytes: Span<UInt8>, at now: Instant) throws(WireError) {
    precondition(!isReceiving, "a handler called its session's receive")
    self.now = max(now, self.now)
    limiter.advance(to: self.now)
    isReceiving = true
    defer { isReceiving = false }
    // Unknown kinds: nghttp2 says nothing of them.
    scanner.scan(bytes) { if $0.type > 9 { take(.unknown) } }
    if let violation { throw violation }
    let count = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe nghttp2_session_mem_recv(raw, buffer.baseAddress, buffer.count)
    }
    if let violation { throw violation }
    guard count >= 0 else { throw Self.error(CInt(count)) }
  }

  /// Puts what is to be sent into the output, while that has fewer than `limit` bytes.
  public func produce(limit: Int = 256 << 10) throws(WireError) {
    precondition(!isReceiving, "a handler called its session's produce")
    creditConnection()
    while output.count < limit {
      var chunk: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(raw, &chunk)
      guard count > 0 else {
        if count < 0 { throw Self.error(CInt(count)) }
        break
      }
      unsafe output.append(UnsafeRawBufferPointer(start: chunk, count: count))
    }
    guard !writable.isEmpty else { return }
    var ready: [HTTP2Stream] = []
    swap(&ready, &writable)
    for stream in ready where !stream.isOver { stream.becameWritable() }
  }

  /// How many frames the peer has begun; see ``isInFrame``.
  public var begunCount: Int { scanner.begunCount }

  /// Whether the peer has begun a frame, or a header block, of which the rest is still to come.
  public var isInFrame: Bool { !scanner.isAtEnd }

  /// How many bytes are to be sent.
  public var outputCount: Int { output.count }

  /// Calls `body` with what is to be sent; as many bytes as it returns were sent.
  public func takeOutput<Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Int
  ) throws(Failure) {
    var bytes = Bytes()
    swap(&bytes, &output)
    defer { swap(&bytes, &output) }
    bytes.consume(try bytes.withSpan(body))
  }

  /// Whether neither side has more to send or to receive: the connection can be closed.
  public var isDone: Bool {
    unsafe nghttp2_session_want_read(raw) == 0 && nghttp2_session_want_write(raw) == 0
      && output.isEmpty
  }

  /// Why the connection can't go on, once the peer was told of it; nil while it can.
  public var failure: WireError? { violation }

  // MARK: Calls

  /// How many calls are open, or closed with a reader that has not taken all.
  public var streamCount: Int { streams.count }

  /// Whether a client may open one more call now.
  public var canOpen: Bool {
    let limit = unsafe nghttp2_session_get_remote_settings(
      raw,
      NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS
    )
    return unsafe streams.count < Int(min(limit, 1 << 30))
      && nghttp2_session_check_request_allowed(raw) != 0
  }

  /// Opens a call; nil when the connection takes no more, or never will again.
  public func open(
    path: StaticString,
    metadata: Metadata = Metadata(),
    timeout: Duration? = nil,
    at now: Instant,
    handler: any GRPCStreamHandler
  ) -> GRPCStream? {
    precondition(role == .client, "a server opened a call")
    guard canOpen else { return nil }
    let stream = pool.popLast() ?? GRPCStream(role: role)
    let id = submitRequest(stream, path, metadata, timeout)
    guard id > 0 else { return nil }
    stream.begin(id: id, session: self)
    stream.handler = handler
    _ = stream.machine.sendHead()
    if let timeout { setDeadline(now.advanced(by: timeout), of: stream) }
    insert(stream)
    return stream
  }

  /// When ``expireDeadlines(at:)`` is to be called next; the distant future when no call has a
  /// deadline.
  ///
  /// Never later than the earliest deadline, and sometimes earlier.
  public var deadline: Instant { earliestDeadline }

  /// Ends the calls whose deadline has passed.
  public func expireDeadlines(at now: Instant) {
    guard now >= earliestDeadline else { return }
    earliestDeadline = .distantFuture
    let open = streams
    for stream in open {
      if stream.deadline <= now { stream.expire() }
      earliestDeadline = min(earliestDeadline, stream.deadline)
    }
  }

  func setDeadline(_ deadline: Instant, of stream: HTTP2Stream) {
    stream.deadline = deadline
    earliestDeadline = min(earliestDeadline, deadline)
  }

  // MARK: The connection

  /// Asks the peer for an answer with the same number.
  public func ping(_ number: UInt64) {
    var bytes = number.bigEndian
    _ = unsafe withUnsafeBytes(of: &bytes) { payload in
      unsafe nghttp2_submit_ping(
        raw,
        UInt8(NGHTTP2_FLAG_NONE.rawValue),
        payload.baseAddress?.assumingMemoryBound(to: UInt8.self)
      )
    }
  }

  /// Announces that the server will go away, the first step of two; calls that are on their way are
  /// still taken.
  public func announceShutdown() {
    _ = unsafe nghttp2_submit_shutdown_notice(raw)
  }

  /// Takes no more calls, the second step, a round trip after the first; those that are open go on.
  public func refuseStreams() {
    _ = unsafe nghttp2_submit_goaway(
      raw,
      UInt8(NGHTTP2_FLAG_NONE.rawValue),
      nghttp2_session_get_last_proc_stream_id(raw),
      HTTP2ErrorCode.none,
      nil,
      0
    )
  }

  /// Ends all open calls with `status`, and lets the delegate go; nothing may follow.
  public func close(_ status: GRPCStatus) {
    precondition(!isReceiving, "a handler closed its session")
    delegate = nil
    waitsUnsent(0)
    current = nil
    writable.removeAll()
    waiting.removeAll()
    let open = streams
    for stream in open { stream.sessionClosed(status) }
    streams.removeAll()
    pool.removeAll()
  }

  /// Ends the connection because the peer broke a bound; the rest of what it sent is ignored.
  func terminate(_ error: WireError) {
    guard violation == nil else { return }
    violation = error
    _ = unsafe nghttp2_session_terminate_session(raw, HTTP2ErrorCode.enhanceYourCalm)
  }

  // MARK: Sharing

  /// Whether messages wait for ``resumeHandingOver()``.
  var isHoldingMessages: Bool { !waiting.isEmpty }

  /// Whether so much waits to be sent that a server should do no more for this client.
  var isCongested: Bool { outboundBytes > settings.congestionBytes }

  /// Whether messages wait that the client's own reading does not hold up.
  public var canResumeHandingOver: Bool { isHoldingMessages && !isCongested }

  /// Whether one more message may be handed over.
  @inline(__always)
  func mayHandOver() -> Bool {
    guard role == .server else { return true }
    if messagesLeft == 0 { messagesLeft = delegate?.messagesToHandOver(self) ?? .max }
    return messagesLeft > 0 && !isCongested
  }

  /// A message is handed over.
  @inline(__always)
  func handsOver() { if role == .server { messagesLeft -= 1 } }

  /// A stream has messages that it may not hand over now.
  func wait(_ stream: GRPCStream) { waiting.append(stream) }

  /// Hands over the messages that wait, while that is allowed.
  public func resumeHandingOver() {
    precondition(!isReceiving, "a handler resumed its session")
    var streams: [GRPCStream] = []
    swap(&streams, &waiting)
    var index = 0
    while index < streams.count, mayHandOver() {
      streams[index].stopWaiting()
      index += 1
    }
    waiting = Array(streams[index...]) + waiting
  }

  // MARK: Flow control

  /// Counts bytes that a stream holds without credit; `count` is negative when it lets go of them.
  func holds(_ count: Int) { heldBytes += count }

  /// Counts bytes that a stream holds.
  func buffers(_ count: Int) {
    bufferedBytes += count
    budget.inboundBytes += count
  }

  /// Counts bytes that wait on a stream to be sent.
  func queues(_ count: Int) {
    outboundBytes += count
    budget.outboundBytes += count
  }

  /// Counts bytes of this session that wait after they were taken out of it.
  public func waitsUnsent(_ bytes: Int) {
    budget.outboundBytes += bytes - unsentBytes
    unsentBytes = bytes
  }

  /// What the connection holds in memory, both ways, in bytes.
  public var heldMemoryBytes: Int { bufferedBytes + outboundBytes + unsentBytes }

  /// Whether what arrived and is not complete takes more than it may.
  var isOverInbound: Bool {
    bufferedBytes > settings.assemblyBytesMax
      || budget.inboundBytes > budget.inboundBytesMax && bufferedBytes > MemoryBudget.reservedBytes
  }

  /// Whether what waits to be sent takes more than it may.
  var isOverOutbound: Bool {
    outboundBytes > settings.connectionOutboundBytesMax
      || budget.outboundBytes > budget.outboundBytesMax
        && outboundBytes > MemoryBudget.reservedBytes
  }

  /// Looks which streams have bytes to send of which the peer has taken none since the last looks,
  /// `looks` of them in a row, and gives those up; whether that is all that wait.
  ///
  /// Windows are the peer's to open, so nothing else ends the wait for one that does not read.
  public func giveUpStalled(after looks: Int) -> Bool {
    var stalled: [HTTP2Stream] = []
    var isMoving = false
    for stream in streams where !stream.outbound.isEmpty {
      if stream.stalledLooks >= looks { stalled.append(stream) } else { isMoving = true }
      stream.stalledLooks += 1
    }
    guard !stalled.isEmpty, isMoving else { return !stalled.isEmpty }
    for stream in stalled { stream.stalled() }
    return false
  }

  /// Counts bytes that arrived, for the window of the connection.
  func arrived(_ count: Int) { owedBytes += count }

  func credit(_ id: Int32, _ count: Int) {
    _ = unsafe nghttp2_session_consume_stream(raw, id, count)
  }

  /// Credits the connection for all that arrived, less what is held beyond the allowance.
  private func creditConnection() {
    let credit = owedBytes - max(0, heldBytes - settings.heldBytesMax)
    guard credit > 0 else { return }
    owedBytes -= credit
    _ = unsafe nghttp2_session_consume_connection(raw, credit)
  }

  // MARK: Streams

  func makeStream() -> HTTP2Stream {
    switch carried {
    case .gRPC: pool.popLast() ?? GRPCStream(role: role)
    case .http(let limits): HTTPStream(limits: limits)
    }
  }

  func insert(_ stream: HTTP2Stream) {
    stream.slot = streams.count
    streams.append(stream)
  }

  /// Forgets a stream that is closed and concluded, or keeps the object for another.
  func remove(_ slot: Int) {
    let last = streams.count - 1
    streams.swapAt(slot, last)
    streams[slot].slot = slot
    var stream = streams.removeLast()
    if current === stream { current = nil }
    stream.slot = -1
    stream.session = nil
    guard pool.count < Self.poolMax, isKnownUniquelyReferenced(&stream),
      let call = stream as? GRPCStream
    else { return }
    pool.append(call)
  }

  func concluded(_ stream: HTTP2Stream) {
    if !stream.isAttached, stream.slot >= 0 { remove(stream.slot) }
  }

  static func error(_ code: CInt) -> WireError {
    let text = unsafe String(cString: nghttp2_strerror(code))
    if code == NGHTTP2_ERR_NOMEM.rawValue { return WireError(.outOfMemory, text) }
    let isFlood =
      code == NGHTTP2_ERR_FLOODED.rawValue
      || code == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue
    return WireError(isFlood ? .flooded : .malformed, text)
  }
}

/// HTTP/2 error codes that we send.
enum HTTP2ErrorCode {
  static let none: UInt32 = 0x0
  static let `internal`: UInt32 = 0x2
  static let cancel: UInt32 = 0x8
  static let enhanceYourCalm: UInt32 = 0xb
}
