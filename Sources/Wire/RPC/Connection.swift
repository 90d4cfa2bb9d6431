import Basics
import EventLoop
import Serving
import Wire

/// Who a connection belongs to.
protocol ConnectionOwner: AnyObject {
  /// The handler of a call that the peer opened; nil for a method that does not exist.
  func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)?
  /// The peer's settings came: calls can be made.
  func connectionIsReady(_ connection: Connection)
  /// What its calls produced is about to be written; calls may have ended, so that the peer may
  /// take others.
  func connectionWillFlush(_ connection: Connection)
  /// The peer goes away: it takes no more calls.
  func connectionIsLeaving(_ connection: Connection)
  /// The connection is closed, and all of its calls have ended; called once.
  func connection(_ connection: Connection, closedWith status: GRPCStatus)
}

/// When a silent peer is asked whether it is there.
public struct Keepalive: Sendable, Hashable {
  /// Silence after which it is asked.
  public var interval: Duration
  /// How long it may take to answer before the connection is given up.
  public var timeout: Duration

  /// Makes settings: asked after 30 s, given up 10 s later.
  public init(interval: Duration = .seconds(30), timeout: Duration = .seconds(10)) {
    self.interval = interval
    self.timeout = timeout
  }
}

/// One TCP connection with an HTTP/2 session on it, in TLS or not; confined to its loop.
///
/// What the socket brings goes to the session at once; what the session has to say is written once,
/// at the end of the loop's turn.
final class Connection: TurnParticipant, ServedConnection {
  var turnMarks = TurnMarks()
  let session: HTTP2Session
  let loop: Loop

  private let stream: TCPStream
  private let tls: TLSSession?
  private let keepalive: Keepalive?
  private weak var owner: (any ConnectionOwner)?
  private var timer: LoopTimer?
  private var armed = Instant.distantFuture
  private var plaintext = Bytes()
  private var ciphertext = Bytes()
  private var lastHeard: Instant
  private var pinged: Instant?
  private var isReady = false
  /// Why the connection is to be closed once what is queued was written.
  private var ending: GRPCStatus?
  private var isDraining = false
  /// Why this side gave the connection up; nil while it is open, and when the peer closed it.
  private(set) var fault: ConnectionFault?
  private var watch: PeerWatch
  /// The peer's address without its port.
  let host: Substring
  /// When the last call ended, or the connection began; nil while there are calls.
  var idleSince: Instant? { watch.idleSince(session) }
  var heldMemoryBytes: Int { session.heldMemoryBytes }

  /// How far this turn of the loop has come for this peer: until when it may go on, and with how
  /// many messages.
  private var (shareEnd, turn, messagesLeft) = (Instant.zero, -1, 0)

  /// Messages that are handed over in one turn: what each causes later in it is not measured.
  private static let messagesMax = 128
  /// Messages that are handed over between two looks at the clock.
  private static let messagesBetweenLooks = 8
  private static let (keepaliveNumber, drainNumber): (UInt64, UInt64) = (1, 2)

  init(
    stream: TCPStream,
    session: HTTP2Session,
    tls: TLSSession?,
    keepalive: Keepalive?,
    timeouts: PeerTimeouts = PeerTimeouts(),
    loop: Loop,
    owner: any ConnectionOwner
  ) throws(UVError) {
    self.stream = stream
    self.session = session
    self.tls = tls
    self.keepalive = keepalive
    self.loop = loop
    self.owner = owner
    lastHeard = Self.clock.now
    watch = PeerWatch(timeouts, at: lastHeard)
    let address = stream.peerAddress ?? ""
    host = address[..<(address.lastIndex(of: ":") ?? address.endIndex)]
    timer = try LoopTimer(loop: loop, clock: Self.clock) { [unowned self] in timePassed() }
    session.peer = Peer(address: address)
    session.delegate = self
    stream.delegate = self
    if tls != nil { advanceHandshake() }
    stream.resumeReading()
    wantFlush()
  }

  /// Deadlines and keepalive are about the wall's time, however fast the loop's own clock runs.
  static let clock = LoopClock()

  var now: Instant { Self.clock.now }

  /// Has what calls produced be written at the end of this turn.
  func wantFlush() { loop.markDirty(self) }

  /// Takes no more calls from the peer and closes when those that are open have ended.
  func shutDown() {
    guard !isDraining else { return }
    isDraining = true
    session.announceShutdown()
    session.ping(Self.drainNumber)
    wantFlush()
  }

  /// Ends all calls with `status` and closes, at the end of this turn.
  func close(_ status: GRPCStatus) {
    if ending == nil { ending = status }
    wantFlush()
  }

  /// Gives the connection up.
  func close(for fault: ConnectionFault, _ words: String) {
    guard ending == nil else { return }
    self.fault = fault
    close(GRPCStatus(.unavailable, words))
  }

  /// Gives the connection up at once; not inside of one of its callbacks.
  func giveUp(_ fault: ConnectionFault, _ why: String) {
    close(for: fault, why)
    flush()
  }

  func close() { close(GRPCStatus(.unavailable, "the server stopped")) }

  /// Begins the peer's share of a turn.
  private func beginShare(_ share: Duration) {
    (turn, messagesLeft) = (loop.turnCount, Self.messagesMax)
    shareEnd = now.advanced(by: share)
  }

  /// Goes on in the next turn where this one had no more time.
  private func endShare() {
    guard session.canResumeHandingOver || now >= shareEnd else { return }
    stream.pauseReading()
    loop.markUnfinished(self)
  }

  func resume(for share: Duration) {
    guard ending == nil, !stream.isClosed else { return }
    beginShare(share)
    session.resumeHandingOver()
    if session.canResumeHandingOver {
      loop.markUnfinished(self)
    } else {
      stream.resumeReading()
    }
    wantFlush()
  }

  /// What arrives is taken in as it comes, so there is nothing to drain.
  func drain() {}

  func flush() {
    guard !stream.isClosed else { return }
    owner?.connectionWillFlush(self)
    writeAll()
    if let ending {
      finish(ending)
    } else if isDraining, session.streamCount == 0, session.isDone {
      let reason = fault == .idle ? "no call for long" : "the connection was drained"
      finish(GRPCStatus(.unavailable, reason))
    } else {
      arm()
    }
  }

  private func writeAll() {
    do throws(WireError) {
      // Before the end of the handshake nothing can be written: all of it waits in the session.
      while tls?.isEstablished ?? true, stream.isWritable {
        try session.produce()
        guard session.outputCount > 0 else { break }
        try write()
      }
      if let failure = session.failure { throw failure }
    } catch {
      if ending == nil { ending = status(of: error) }
    }
    writeCiphertext()
    if session.canResumeHandingOver { loop.markUnfinished(self) }
    session.waitsUnsent(session.outputCount + stream.queuedBytes)
  }

  private func write() throws(WireError) {
    guard let tls else {
      session.takeOutput { bytes in
        stream.write(bytes)
        return bytes.count
      }
      return
    }
    try session.takeOutput { (bytes) throws(WireError) in
      try tls.write(bytes)
      return bytes.count
    }
    writeCiphertext()
  }

  private func writeCiphertext() {
    guard let tls else { return }
    tls.takeOutput(into: &ciphertext)
    ciphertext.withSpan { if !$0.isEmpty { stream.write($0) } }
    ciphertext.removeAll(keeping: 256 << 10)
  }

  private func finish(_ status: GRPCStatus) {
    tls?.close()
    writeCiphertext()
    stream.delegate = nil
    stream.closeAfterWriting()
    release(status)
  }

  private func release(_ status: GRPCStatus) {
    timer = nil
    session.close(status)
    owner?.connection(self, closedWith: status)
    owner = nil
  }

  private func status(of error: WireError) -> GRPCStatus {
    fault = ConnectionFault(error)
    return GRPCStatus(.unavailable, "connection to \(session.peer.address) lost: \(error)")
  }

  private func arm() {
    var due = session.deadline
    if let keepalive, session.streamCount > 0 || pinged != nil {
      due = min(
        due,
        pinged?.advanced(by: keepalive.timeout) ?? lastHeard.advanced(by: keepalive.interval)
      )
    }
    let isWaitedFor =
      session.outboundBytes > 0 || session.outputCount > 0 || stream.queuedBytes > 0
    due = min(
      due,
      watch.deadline(
        session,
        isReady: isReady,
        isDraining: isDraining,
        isWaitedFor: isWaitedFor,
        at: now
      )
    )
    // What is due later is found out when the timer fires: arming it for each call would cost more.
    guard due < armed else { return }
    armed = due
    timer?.arm(at: due)
  }

  /// Ends what took too long.
  private func endOverdue(at now: Instant) {
    let overdue = watch.overdue(
      session,
      isReady: isReady,
      isDraining: isDraining,
      at: now
    )
    for lapse in overdue {
      switch lapse {
      case .fault(let fault, let words): close(for: fault, words)
      case .idle:
        fault = .idle
        shutDown()
      case .undrained:
        if session.streamCount == 0 { close(GRPCStatus(.unavailable, "no call for long")) }
      case .look:
        let stall = watch.look(
          taken: stream.takenBytes,
          queued: stream.queuedBytes,
          hasStalledCalls: session.giveUpStalled(after: PeerWatch.looksMax)
        )
        if let stall { close(for: .stalled, stall) }
      }
    }
  }

  private func timePassed() {
    let now = self.now
    armed = .distantFuture
    session.expireDeadlines(at: now)
    endOverdue(at: now)
    if let keepalive {
      if let pinged {
        if now >= pinged.advanced(by: keepalive.timeout) {
          close(for: .silent, "no answer to a keepalive ping for \(keepalive.timeout.text)")
        }
      } else if session.streamCount > 0, now >= lastHeard.advanced(by: keepalive.interval) {
        pinged = now
        session.ping(Self.keepaliveNumber)
      }
    }
    wantFlush()
  }

  private func receive(_ bytes: Span<UInt8>) {
    do throws(WireError) {
      try session.receive(bytes, at: now)
    } catch {
      close(status(of: error))
    }
  }

  private func advanceHandshake() {
    guard let tls else { return }
    switch tls.handshake() {
    case .incomplete: break
    case .complete: session.peer.certificateNames = tls.peerNames
    case .failed(let error): close(status(of: error))
    }
  }

  private func receiveTLS(_ bytes: Span<UInt8>, _ tls: TLSSession) {
    do throws(WireError) {
      try tls.receive(bytes)
    } catch {
      close(status(of: error))
      return
    }
    if !tls.isEstablished {
      advanceHandshake()
      guard tls.isEstablished, ending == nil else { return }
    }
    switch tls.read(into: &plaintext) {
    case .incomplete: break
    case .complete(0): close(GRPCStatus(.unavailable, "the peer closed the connection"))
    case .complete: plaintext.withSpan { receive($0) }
    case .failed(let error): close(status(of: error))
    }
    plaintext.removeAll(keeping: 256 << 10)
  }
}

extension Connection: TCPStreamDelegate {
  func stream(_ stream: TCPStream, didRead bytes: Span<UInt8>) {
    guard ending == nil else { return }
    lastHeard = now
    pinged = nil
    if turn != loop.turnCount { beginShare(Loop.shareMax) }
    if let tls { receiveTLS(bytes, tls) } else { receive(bytes) }
    watch.noteFrames(session, isInRecord: tls?.isInRecord ?? false, at: lastHeard)
    if session.role == .server, ending == nil { endShare() }
    wantFlush()
  }

  func streamDidEnd(_ stream: TCPStream) {
    close(GRPCStatus(.unavailable, "\(session.peer.address) closed the connection"))
  }

  func streamDidDrain(_ stream: TCPStream) { wantFlush() }

  func stream(_ stream: TCPStream, didCloseWith error: UVError?) {
    let reason = error.map { "connection lost: \($0)" } ?? "the connection was closed"
    release(ending ?? GRPCStatus(.unavailable, reason))
  }
}

extension Connection: HTTP2SessionDelegate {
  func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)? { owner?.handler(of: stream) }

  func messagesToHandOver(_ session: HTTP2Session) -> Int {
    guard messagesLeft > 0, now < shareEnd else { return 0 }
    let count = min(messagesLeft, Self.messagesBetweenLooks)
    messagesLeft -= count
    return count
  }

  func receivedSettings(_ session: HTTP2Session) {
    guard !isReady else { return }
    isReady = true
    owner?.connectionIsReady(self)
  }

  func receivedGoAway(_ session: HTTP2Session, isError: Bool) {
    isDraining = true
    owner?.connectionIsLeaving(self)
    wantFlush()
  }

  func receivedPong(_ session: HTTP2Session, _ number: UInt64) {
    if number == Self.drainNumber { session.refuseStreams() }
  }
}
