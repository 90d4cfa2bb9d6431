public import Basics

/// What a call's stream tells its owner; all of it on the thread that drives the session.
///
/// A handler may call any method of the stream, and may not call its session.
public protocol GRPCStreamHandler: AnyObject {
  /// The response's headers arrived, in ``GRPCStream/metadata``; on clients, at most once.
  func receivedHead(_ stream: GRPCStream)
  /// A message arrived; its bytes are there until the function returns.
  func received(_ message: Span<UInt8>, on stream: GRPCStream)
  /// The client sends no more; on servers, at most once.
  func receivedEnd(_ stream: GRPCStream)
  /// Few enough bytes wait to be sent for sending to go on, after ``GRPCStream/send(_:)`` said no.
  func becameWritable(_ stream: GRPCStream)
  /// The call is over; at most once, and the last that is heard of it. On clients this is how each
  /// call ends; on servers it tells that a call ended before it was finished.
  func ended(_ stream: GRPCStream, with status: GRPCStatus)
}

/// One call on an HTTP/2 session, from either end.
///
/// A session uses the object again for another call once nobody else holds it.
public final class GRPCStream: HTTP2Stream {
  /// Who is told of what happens; let go at the end of the call.
  public var handler: (any GRPCStreamHandler)?
  /// What the peer sent before its messages.
  public internal(set) var metadata = Metadata()
  /// What the server sent after its messages; on clients.
  public internal(set) var trailers = Metadata()

  /// Counts how the call ends; on servers that want to know.
  public var tally: StatusTally?

  var machine: GRPCStreamMachine
  var head = GRPCHead()
  /// Bytes that arrived and are not handed over yet.
  private var inbound = Bytes()
  /// How many bytes arrived that the peer's window was not credited for.
  private var heldBytes = 0
  /// What the trailers say, once the call was finished.
  var endStatus = GRPCStatus.ok
  var endTrailers = Metadata()

  /// Room is made for this many times what came of a message first.
  private static let roomFactor = 8

  private var isPaused = false
  private var isDelivering = false
  /// Whether messages wait until the session may hand them over.
  private var isWaiting = false
  /// Whether a message was handed over since it was last asked.
  private var hasHandedOver = false

  init(role: GRPCStreamMachine.Role) {
    machine = GRPCStreamMachine(role: role)
    super.init()
  }

  /// Whether the call has its status.
  public override var isOver: Bool { machine.isOver }
  override var hasEnd: Bool { machine.local == .ended }

  /// Whether the peer may send one message only; the call fails if it sends none or more.
  ///
  /// Servers set it before the handler is returned.
  public var takesOneMessage: Bool {
    get { machine.takesOneMessage }
    set { machine.takesOneMessage = newValue }
  }

  /// The method that is called, such as `/hearth.v1.Router/Route`; on servers.
  public var path: [UInt8] { head.path }

  /// Makes the object ready for its next call.
  override func begin(id: Int32, session: HTTP2Session) {
    super.begin(id: id, session: session)
    machine = GRPCStreamMachine(role: machine.role)
    head.begin(bytesMax: session.settings.headerListBytesMax)
    metadata.removeAll()
    trailers.removeAll()
    tally = nil
    inbound.removeAll(keeping: 4096)
    heldBytes = 0
    (isPaused, isDelivering, isWaiting, hasHandedOver) = (false, false, false, false)
  }

  // MARK: Receiving

  /// Stops handing messages over, and so, once its window is used up, stops the peer.
  public func pause() {
    isPaused = true
  }

  /// Hands messages over again, those that wait at once.
  public func resume() {
    guard isPaused else { return }
    isPaused = false
    if !isDelivering, !isWaiting { deliver() }
  }

  /// The session may hand over messages that had to wait.
  func stopWaiting() {
    isWaiting = false
    if !isPaused { deliver() }
  }

  override func beganBlock(bytesMax: Int) { head.begin(bytesMax: bytesMax) }

  override func receivedField(
    _ name: UnsafeBufferPointer<UInt8>,
    _ value: UnsafeBufferPointer<UInt8>
  ) {
    if machine.remote == .idle {
      unsafe head.add(name, value, to: &metadata)
    } else {
      unsafe head.add(name, value, to: &trailers)
    }
  }

  /// Takes in a header block: of the request, or of the response its head, or its trailers.
  override func receivedBlock(isEnd: Bool) {
    guard machine.role == .client else { return dispatch() }
    receivedResponse(isEnd: isEnd)
  }

  /// Finds who handles a call whose headers are complete, or refuses it.
  private func dispatch() {
    guard let session, machine.remote == .idle else { return }
    machine.receivedHead()
    guard head.isPost else { return session.refuse(self, http: 405) }
    guard head.contentIsGRPC else { return session.refuse(self, http: 415) }
    if let refusal = head.refusal { return finish(refusal) }
    if let timeout = head.timeout {
      session.setDeadline(session.now.advanced(by: timeout), of: self)
    }
    guard let handler = session.delegate?.handler(of: self) else {
      return finish(GRPCStatus(.unimplemented, "no such method"))
    }
    // The delegate may have finished the call itself.
    if !isOver { self.handler = handler }
  }

  private func receivedResponse(isEnd: Bool) {
    guard !machine.isOver, machine.remote == .idle else { return }
    // 1xx: the head is still to come.
    guard isEnd || !(100...199).contains(head.httpStatus) else {
      metadata.removeAll()
      return
    }
    machine.receivedHead()
    if isEnd {
      swap(&metadata, &trailers)
    }
    if let failure = head.failure(isEnd: isEnd), failure.code != .ok {
      remoteEnded = isEnd
      fail(failure)
    } else if !isEnd {
      handler?.receivedHead(self)
    }
  }

  override func received(_ chunk: UnsafeRawBufferPointer) {
    guard !machine.isOver else { return }
    heldBytes += chunk.count
    session?.holds(chunk.count)
    guard !isPaused, inbound.isEmpty else {
      unsafe inbound.append(chunk)
      session?.buffers(chunk.count)
      if !isPaused, !isWaiting { deliver() }
      return
    }
    let span = unsafe Span<UInt8>(_unsafeBytes: chunk)
    let taken = handOver(span)
    if taken < chunk.count, !machine.isOver {
      let rest = span.extracting(taken...)
      // A message comes in many frames: room for all of it spares copies, but not for much more
      // than came, since its length is the peer's word.
      let length = GRPCFramer.length(in: rest) ?? 0
      inbound.makeRoom(max(rest.count, min(length, Self.roomFactor * rest.count)))
      inbound.append(rest)
      session?.buffers(chunk.count - taken)
    }
    release()
  }

  /// Whether what arrived since the last call completed no message, though the reader takes any.
  override func takeIsFragment() -> Bool {
    defer { hasHandedOver = false }
    return !hasHandedOver && !isPaused && !isWaiting && !machine.isOver
  }

  override func receivedRemoteEnd() {
    remoteEnded = true
    if !isPaused, !isDelivering, !isWaiting { deliver() }
    if inbound.isEmpty { inbound.removeAll(keeping: 0) }
  }

  /// Hands over what waits, then the end if it is reached.
  private func deliver() {
    if !inbound.isEmpty, !machine.isOver {
      var bytes = Bytes()
      swap(&bytes, &inbound)
      let taken = bytes.withSpan { handOver($0) }
      session?.buffers(-taken)
      bytes.consume(taken)
      // A long message's memory is not for the rest of a long call.
      if bytes.isEmpty { bytes.removeAll(keeping: Self.keptBytes) }
      swap(&bytes, &inbound)
    }
    release()
    if machine.isOver { discard() }
    guard remoteEnded, !isPaused, !isWaiting, !machine.isOver else { return }
    let isServer = machine.role == .server
    let isFirst = machine.remote != .ended
    let status = isServer ? nil : head.trailingStatus
    let end = machine.receivedEnd(status: status, isCut: !inbound.isEmpty)
    if let end {
      fail(end)
    } else if isServer, isFirst {
      handler?.receivedEnd(self)
    }
  }

  /// Hands over the messages of `bytes` while the reader takes them; how many bytes were taken.
  private func handOver(_ bytes: Span<UInt8>) -> Int {
    guard let session else { return bytes.count }
    isDelivering = true
    defer { isDelivering = false }
    var taken = 0
    while !isPaused, !machine.isOver {
      let rest = bytes.extracting(taken...)
      do throws(GRPCStatus) {
        guard let message = try session.framer.next(in: rest) else { break }
        guard session.mayHandOver() else {
          isWaiting = true
          session.wait(self)
          break
        }
        if let violation = machine.receivedMessage() { throw violation }
        hasHandedOver = true
        session.handsOver()
        handler?.received(rest.extracting(message), on: self)
        taken += message.upperBound
      } catch {
        fail(error)
      }
    }
    return taken
  }

  /// Credits the peer for what was taken, and, while the reader takes, for the message that is not
  /// complete yet.
  private func release() {
    let held = (isPaused || isWaiting) && !machine.isOver ? min(heldBytes, inbound.count) : 0
    let released = heldBytes - held
    guard released > 0 else { return }
    heldBytes = held
    session?.holds(-released)
    if isAttached, !remoteEnded { session?.credit(id, released) }
    if let session, !isPaused, !isWaiting, !inbound.isEmpty, session.isOverInbound {
      fail(GRPCStatus(.resourceExhausted, "too many incomplete messages on the connection"))
    }
  }

  /// Lets go of what arrived and will not be handed over.
  private func discard() {
    guard !isDelivering else { return }
    session?.holds(-heldBytes)
    session?.buffers(-inbound.count)
    heldBytes = 0
    inbound.removeAll(keeping: 4096)
  }

  // MARK: Sending

  /// Sends the headers with `metadata`, before any message; without it they go with the first.
  public func sendHead(_ metadata: Metadata = Metadata()) {
    guard machine.sendHead() else { return }
    session?.submitResponse(self, metadata)
  }

  /// Sends the message that `encode` appends.
  ///
  /// False means that enough bytes wait: stop until ``GRPCStreamHandler/becameWritable(_:)``. After
  /// the end of the call nothing is sent.
  @discardableResult
  public func send<Failure: Error>(
    _ encode: (inout Bytes) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    guard session != nil, !machine.isOver else { return false }
    if machine.role == .server { sendHead() }
    guard machine.sendMessage() else { return false }
    var bytes = Bytes()
    swap(&bytes, &outbound)
    defer { swap(&bytes, &outbound) }
    let waiting = bytes.count
    try GRPCFramer.append(to: &bytes, encode)
    guard queued(&bytes, after: waiting) else {
      fail(GRPCStatus(.resourceExhausted, "the receiver does not keep up"))
      return false
    }
    return !isBlocked
  }

  /// Ends our side of a call: no more messages will be sent; on clients.
  public func sendEnd() {
    guard machine.sendEnd() else { return }
    if isDeferred { resumeSending() }
  }

  /// Ends the call with a status, after the messages that wait; on servers.
  public func finish(_ status: GRPCStatus, trailers: Metadata = Metadata()) {
    let hasHead = machine.local == .open
    guard machine.sendEnd(), machine.end() else { return }
    tally?.add(status.code)
    handler = nil
    discard()
    guard isAttached else { return }
    guard hasHead else {
      session?.submitTrailersOnly(self, status, trailers)
      return
    }
    (endStatus, endTrailers) = (status, trailers)
    if isDeferred { resumeSending() }
  }

  /// Gives the call up: the peer is told, and the handler hears `status`.
  public func cancel(_ status: GRPCStatus = GRPCStatus(.cancelled, "the call was cancelled")) {
    guard machine.end() else { return }
    tally?.add(status.code)
    session?.reset(self, HTTP2ErrorCode.cancel)
    conclude(status)
  }

  /// Ends the call because of what the peer did, or of its deadline, and tells both ends.
  func fail(_ status: GRPCStatus) {
    guard !machine.isOver else { return }
    guard machine.role == .server else {
      _ = machine.end()
      if !remoteEnded || !localEndSent { session?.reset(self, HTTP2ErrorCode.cancel) }
      conclude(status)
      return
    }
    let handler = self.handler
    finish(status)
    handler?.ended(self, with: status)
  }

  override func expire() {
    deadline = .distantFuture
    if machine.isOver {
      session?.reset(self, HTTP2ErrorCode.cancel)
    } else {
      dropOutbound()
      fail(GRPCStatus(.deadlineExceeded, "the deadline passed"))
      // Trailers after messages would wait for a window that the client may never open.
      if let session, session.isStalled(self) { session.reset(self, HTTP2ErrorCode.cancel) }
    }
  }

  override func detached(_ code: UInt32) {
    let status =
      machine.role == .server
      ? GRPCStatus(.cancelled, "the caller cancelled the call") : GRPCStatus.status(reset: code)
    isAttached = false
    dropOutbound()
    // A response that is complete, its status included, may still wait for a paused reader.
    let waits = machine.role == .client && remoteEnded
    guard !waits, machine.end() else { return }
    tally?.add(status.code)
    conclude(status)
  }

  override func sessionClosed(_ status: GRPCStatus) {
    if machine.end() { conclude(status) }
    super.sessionClosed(status)
  }

  override func stalled() {
    dropOutbound()
    fail(GRPCStatus(.resourceExhausted, "the receiver takes nothing"))
    session?.reset(self, HTTP2ErrorCode.cancel)
  }

  override func becameWritable() { handler?.becameWritable(self) }

  override func submitTrailers() -> Bool {
    guard machine.role == .server else { return false }
    session?.submitTrailers(self)
    return true
  }

  func conclude(_ status: GRPCStatus) {
    discard()
    let handler = self.handler
    self.handler = nil
    dropOutbound()
    handler?.ended(self, with: status)
    session?.concluded(self)
  }
}
