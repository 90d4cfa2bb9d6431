public import Basics
public import Wire

/// How long a peer may take for things; nil for ever.
public struct PeerTimeouts {
  /// From the connection on, to speak TLS and HTTP/2.
  public var handshake: Duration?
  /// To complete a frame that it began.
  public var frame: Duration?
  /// To open a call while it has none.
  public var idle: Duration?
  /// To take any of what waits for it.
  public var stall: Duration?

  /// Makes times; for ever unless others are set.
  public init(
    handshake: Duration? = nil,
    frame: Duration? = nil,
    idle: Duration? = nil,
    stall: Duration? = nil
  ) {
    (self.handshake, self.frame, self.idle, self.stall) = (handshake, frame, idle, stall)
  }
}

/// Until when a peer that speaks HTTP/2 must have done what it owes: its handshake, the rest of a
/// frame, another call, to take what waits for it.
public struct PeerWatch {
  /// What was not done in time.
  public enum Overdue {
    /// Something for which the connection is given up.
    case fault(ConnectionFault, String)
    /// There was no call for long: the connection should go away.
    case idle
    /// It should be gone.
    case undrained
    /// It is to be looked whether it takes what waits for it.
    case look
  }

  private let timeouts: PeerTimeouts
  /// When the peer must have sent its settings.
  private let handshakeEnd: Instant
  /// When the frame began that the peer has not completed; nil when it owes none.
  private var frameStart: Instant?
  private var begunCount = 0
  private var lastCall: Instant
  private var (hadCalls, newestID) = (false, Int32(0))
  /// When a connection that goes away for idleness must be gone.
  private var drainEnd = Instant.distantFuture
  /// When it is looked again whether the peer takes what waits for it; nil while nothing waits.
  private var lookDue: Instant?
  /// What the kernel had taken at the last look, and how many looks ago that was first so.
  private var (takenBytes, stalledLooks) = (0, 0)

  /// How often it is looked within the time that a peer may take nothing.
  public static let looksMax = 4
  private static let drainTime = Duration.seconds(10)

  /// Begins when the connection does.
  public init(_ timeouts: PeerTimeouts, at now: Instant) {
    self.timeouts = timeouts
    handshakeEnd = timeouts.handshake.map { now.advanced(by: $0) } ?? .distantFuture
    lastCall = now
  }

  /// When the last call ended, or the connection began; nil while there are calls.
  public func idleSince(_ session: HTTP2Session) -> Instant? {
    session.streamCount == 0 ? lastCall : nil
  }

  /// Remembers when the peer began what it has not completed: at the latest when it spoke last.
  public mutating func noteFrames(_ session: HTTP2Session, isInRecord: Bool, at lastHeard: Instant)
  {
    guard timeouts.frame != nil else { return }
    guard session.isInFrame || isInRecord else {
      frameStart = nil
      return
    }
    if frameStart == nil || begunCount != session.begunCount { frameStart = lastHeard }
    begunCount = session.begunCount
  }

  /// When ``overdue(_:isReady:isDraining:at:)`` is to be asked at the latest.
  public mutating func deadline(
    _ session: HTTP2Session,
    isReady: Bool,
    isDraining: Bool,
    isWaitedFor: Bool,
    at now: Instant
  ) -> Instant {
    if hadCalls || newestID != session.newestID { lastCall = now }
    (hadCalls, newestID) = (session.streamCount > 0, session.newestID)
    var end = isReady ? drainEnd : min(drainEnd, handshakeEnd)
    if let idleEnd = idleEnd(session, isDraining) { end = min(end, idleEnd) }
    if let frameEnd { end = min(end, frameEnd) }
    guard let stall = timeouts.stall, isWaitedFor else {
      (lookDue, stalledLooks) = (nil, 0)
      return end
    }
    let look = lookDue ?? now.advanced(by: stall / Self.looksMax)
    lookDue = look
    return min(end, look)
  }

  /// What took too long.
  public mutating func overdue(
    _ session: HTTP2Session,
    isReady: Bool,
    isDraining: Bool,
    at now: Instant
  ) -> [Overdue] {
    var overdue: [Overdue] = []
    if !isReady, now >= handshakeEnd { overdue.append(.fault(.slow, "no HTTP/2 came in time")) }
    if let frameEnd, now >= frameEnd, let frame = timeouts.frame {
      overdue.append(.fault(.slow, "a frame was not complete after \(frame.text)"))
    }
    if let idleEnd = idleEnd(session, isDraining), now >= idleEnd {
      drainEnd = now.advanced(by: Self.drainTime)
      overdue.append(.idle)
    }
    if now >= drainEnd {
      drainEnd = now.advanced(by: Self.drainTime)
      overdue.append(.undrained)
    }
    if let lookDue, now >= lookDue { overdue.append(.look) }
    return overdue
  }

  private var frameEnd: Instant? {
    guard let frame = timeouts.frame else { return nil }
    return frameStart?.advanced(by: frame)
  }

  private func idleEnd(_ session: HTTP2Session, _ isDraining: Bool) -> Instant? {
    guard let idle = timeouts.idle, !isDraining else { return nil }
    return idleSince(session)?.advanced(by: idle)
  }

  /// Looks at what the kernel has taken of what waits; says what is wrong once that was nothing at
  /// too many looks, or where all calls with something to send have stalled.
  public mutating func look(taken: Int, queued: Int, hasStalledCalls: Bool) -> String? {
    lookDue = nil
    stalledLooks = taken == takenBytes && queued > 0 ? stalledLooks + 1 : 0
    takenBytes = taken
    guard hasStalledCalls || stalledLooks >= Self.looksMax else { return nil }
    return timeouts.stall.map { "nothing of what waited was taken for \($0.text)" }
  }
}
