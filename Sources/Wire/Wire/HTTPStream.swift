import Basics

/// What a request's stream tells whoever answers it; all of it on the thread that drives the
/// session.
///
/// A handler may call any method of the stream, and may not call its session.
public protocol HTTPStreamHandler: AnyObject {
  /// A part of the body came; it is there until the function returns.
  func received(_ bytes: Span<UInt8>, on stream: HTTPStream)
  /// All of the request is there.
  func receivedEnd(_ stream: HTTPStream)
  /// Few enough bytes wait to be sent for sending to go on.
  func becameWritable(_ stream: HTTPStream)
  /// The rest of the request can't be taken: it is to be answered, or cut off.
  func failed(_ stream: HTTPStream, _ fault: HTTPFault)
  /// The client is gone, or takes nothing: the last that is heard.
  func abandoned(_ stream: HTTPStream)
}

/// One request on an HTTP/2 session, and its response, from the server's end.
public final class HTTPStream: HTTP2Stream {
  /// Who is told of what happens; let go at the end.
  public var handler: (any HTTPStreamHandler)?
  /// How long the client may send nothing of a body that it began.
  public var bodyTimeout = Duration.seconds(30)

  private let limits: HTTP1Limits
  private var head = HTTP2RequestHead()
  private var hasHead = false
  private var bodyBytes = 0
  /// What came while nobody read; the client's window lacks it.
  private var inbound = Bytes()
  private var isPaused = false
  private var hasToldEnd = false

  private enum Answer { case none, begun, complete, brokenOff }
  private var answer = Answer.none

  init(limits: HTTP1Limits) {
    self.limits = limits
    super.init()
  }

  public override var isOver: Bool { answer == .complete || answer == .brokenOff || !isAttached }
  override var hasEnd: Bool { answer == .complete }
  override var breaksOff: Bool { answer == .brokenOff }

  // MARK: Receiving

  override func receivedField(
    _ name: UnsafeBufferPointer<UInt8>,
    _ value: UnsafeBufferPointer<UInt8>
  ) {
    // Nothing here asks for trailers.
    if !hasHead { unsafe head.add(name, value, limits) }
  }

  override func receivedBlock(isEnd: Bool) {
    guard !hasHead, let session else { return }
    hasHead = true
    defer { head = HTTP2RequestHead() }
    do throws(HTTPFault) {
      let head = try head.head(hasBody: !isEnd, limits)
      session.delegate?.received(.success(head), on: self)
      if !isEnd, !isOver, !isPaused { expectMore() }
    } catch {
      session.delegate?.received(.failure(error), on: self)
    }
  }

  override func received(_ chunk: UnsafeRawBufferPointer) {
    guard !isOver else { return }
    bodyBytes += chunk.count
    guard bodyBytes <= limits.bodyBytesMax else {
      return fail(HTTPFault(413, "the body is longer than \(limits.bodyBytesMax) bytes"))
    }
    if isPaused {
      unsafe inbound.append(chunk)
      session?.holds(chunk.count)
      session?.buffers(chunk.count)
    } else {
      expectMore()
      handler?.received(unsafe Span<UInt8>(_unsafeBytes: chunk), on: self)
      if isAttached, !remoteEnded { session?.credit(id, chunk.count) }
    }
  }

  override func takeIsFragment() -> Bool { !isPaused && !isOver }

  override func receivedRemoteEnd() {
    remoteEnded = true
    session?.setDeadline(.distantFuture, of: self)
    if !isPaused { tellEnd() }
  }

  private func tellEnd() {
    guard !hasToldEnd, !isOver else { return }
    hasToldEnd = true
    handler?.receivedEnd(self)
  }

  private func expectMore() {
    guard let session else { return }
    session.setDeadline(session.now.advanced(by: bodyTimeout), of: self)
  }

  override func expire() {
    deadline = .distantFuture
    fail(HTTPFault(408, "the request was not complete in time"))
  }

  private func fail(_ fault: HTTPFault) {
    guard !isOver else { return }
    handler?.failed(self, fault)
  }

  /// Reads no more, and so, once its window is used up, stops the client.
  public func pause() {
    isPaused = true
    session?.setDeadline(.distantFuture, of: self)
  }

  /// Reads on.
  public func resume() {
    guard isPaused, !isOver else { return }
    isPaused = false
    var bytes = Bytes()
    swap(&bytes, &inbound)
    release(bytes.count)
    if !bytes.isEmpty { bytes.withSpan { handler?.received($0, on: self) } }
    guard !isOver, !isPaused else { return }
    if remoteEnded { tellEnd() } else { expectMore() }
  }

  private func release(_ count: Int) {
    guard count > 0 else { return }
    session?.holds(-count)
    session?.buffers(-count)
    if isAttached, !remoteEnded { session?.credit(id, count) }
  }

  private func discard() {
    release(inbound.count)
    inbound.removeAll(keeping: 0)
    deadline = .distantFuture
  }

  // MARK: Sending

  /// Tells a client that waits for it to send the body.
  public func goOn() {
    guard answer == .none, isAttached else { return }
    let head = HTTPResponseHead(status: 100, fields: HTTPFields())
    session?.submitResponse(self, head, isEnd: false)
  }

  /// Sends the head of the response; it is all of it where `isEnd` says so.
  public func respond(_ head: HTTPResponseHead, isEnd: Bool) {
    guard answer == .none, isAttached else { return }
    answer = isEnd ? .complete : .begun
    session?.submitResponse(self, head, isEnd: isEnd)
    if isEnd { end() }
  }

  /// Sends a part of the response's body.
  public func write(_ bytes: Span<UInt8>) {
    guard answer == .begun, isAttached, !bytes.isEmpty else { return }
    var waiting = Bytes()
    swap(&waiting, &outbound)
    let count = waiting.count
    waiting.append(bytes)
    let fits = queued(&waiting, after: count)
    swap(&waiting, &outbound)
    if !fits { stalled() }
  }

  /// Whether more should be written now.
  public var isWritable: Bool { !isBlocked && answer != .complete && isAttached }

  /// The response is complete.
  public func finish() {
    guard answer == .begun else { return }
    answer = .complete
    if isDeferred { resumeSending() }
    end()
  }

  /// Cuts the response off after what waits, so that the client sees that it is not complete.
  public func breakOff() {
    guard answer == .none || answer == .begun else { return }
    if answer == .none { session?.reset(self, HTTP2ErrorCode.internal) }
    answer = .brokenOff
    if isDeferred { resumeSending() }
    end()
  }

  private func end() {
    handler = nil
    discard()
  }

  override func becameWritable() { handler?.becameWritable(self) }

  override func stalled() {
    dropOutbound()
    session?.reset(self, HTTP2ErrorCode.cancel)
    abandon()
  }

  override func detached(_ code: UInt32) {
    isAttached = false
    dropOutbound()
    abandon()
  }

  override func sessionClosed(_ status: GRPCStatus) {
    discard()
    abandon()
    super.sessionClosed(status)
  }

  private func abandon() {
    let handler = handler
    if answer != .complete { answer = .brokenOff }
    end()
    handler?.abandoned(self)
  }
}
