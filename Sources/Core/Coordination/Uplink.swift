public import Basics
public import HearthMessages

/// The side of a session that attaches: a node towards its region agent, a region agent towards the
/// control plane.
///
/// It opens a stream, says hello, waits for the welcome, then sends heartbeats and expects each to
/// be answered. Whatever breaks, it starts again from the hello after a pause that grows from
/// 100 ms to 0.8 s, and to 5 s once the server has been away for a minute. Pauses are spread by a
/// fifth either way, so that a restarted server isn't met by all its peers at once.
public struct Uplink: Sendable {
  /// What the shell or the machine around it must do.
  public enum Directive: Sendable, Hashable {
    /// Open a stream; ends in ``Uplink/welcomed(_:at:)`` or ``Uplink/closed(because:at:)``.
    case open
    /// Send a heartbeat with this sequence number.
    case sendHeartbeat(UInt64)
    /// Close the stream, for this reason; ends in ``Uplink/closed(because:at:)``.
    case close(String)
  }

  /// Where the session stands.
  public enum State: Sendable, Hashable {
    /// No stream; the next attempt is due at the instant.
    case down(retryAt: Instant)
    /// A stream is being opened, or the hello waits for its answer, until the instant.
    case greeting(until: Instant)
    /// Welcomed in this epoch.
    case live(epoch: UInt64)
    /// The stream is being closed.
    case closing
  }

  /// How seldom attempts that fail are logged.
  private static let quietTime = Duration.seconds(60)
  /// How long a server may be away before it is asked for less often.
  public static let hastyTime = Duration.seconds(60)
  /// Heartbeats that may still be answered.
  private static let sentMax = 16
  /// Longest wait for a welcome.
  public static let greetingTime = Duration.seconds(10)

  /// Where the session stands.
  public private(set) var state: State

  private var heartbeatInterval = Duration.seconds(1)
  private var lostAfter = Duration.seconds(10)
  private var lastAnswered = Instant.zero
  private var heartbeatDue = Instant.zero
  /// The latest heartbeat of the session; 0 before the first.
  private(set) var sequence: UInt64 = 0
  /// When the latest heartbeats were sent.
  private var sent: [(sequence: UInt64, at: Instant)] = []
  /// When the last heartbeat was sent that was answered, in this session or before.
  private(set) var provenAt: Instant?
  private var attempts = 0
  /// Since when there is no session.
  private var downSince: Instant
  /// Why this side closed the stream.
  private var closingReason: String?
  /// Until then nothing more is said of attempts that fail.
  private var quietUntil = Instant.zero
  private let peer: String
  private var random: PRNG

  /// Makes a session with a peer, so called, that opens at once; the seed spreads its retries.
  public init(to peer: String, seed: UInt64, at now: Instant) {
    self.peer = peer
    state = .down(retryAt: now)
    downSince = now
    random = PRNG(seed: seed, stream: "uplink")
  }

  /// Whether there is a session, if only one that is being closed.
  private(set) var isAttached = false

  /// Whether updates may be sent.
  public var isLive: Bool {
    guard case .live = state else { return false }
    return true
  }

  /// When ``timePassed(at:)`` is wanted next.
  public var deadline: Instant? {
    switch state {
    case .down(let retryAt): retryAt
    case .greeting(let until): until
    case .live: min(heartbeatDue, lastAnswered.advanced(by: lostAfter))
    case .closing: nil
    }
  }

  /// The peer accepted the session; returns what to log, or nil when no welcome was due.
  ///
  /// Intervals outside 10 ms ... 1 h are taken as the nearest bound.
  public mutating func welcomed(_ welcome: HearthV1.Welcome, at now: Instant) -> Note? {
    guard case .greeting = state else { return nil }
    let bounds = (Duration.milliseconds(10), Duration.seconds(3600))
    let (interval, lostAfter) = (welcome.heartbeatIntervalNs, welcome.lostAfterNs)
    heartbeatInterval = min(max(.nanoseconds(interval), bounds.0), bounds.1)
    self.lostAfter = min(max(.nanoseconds(lostAfter), heartbeatInterval * 2), bounds.1 * 2)
    (state, attempts, sequence) = (.live(epoch: welcome.epoch), 0, 0)
    sent = []
    lastAnswered = now
    heartbeatDue = now.advanced(by: heartbeatInterval)
    (quietUntil, isAttached) = (.zero, true)
    return Note(.notice, "attached", ["epoch": "\(welcome.epoch)"])
  }

  /// The peer spoke.
  public mutating func heard(at now: Instant) {
    lastAnswered = max(lastAnswered, now)
  }

  /// The peer answered a heartbeat.
  public mutating func answered(_ sequence: UInt64) {
    guard let beat = sent.first(where: { $0.sequence == sequence }) else { return }
    provenAt = beat.at
    sent.removeAll { $0.sequence <= sequence }
  }

  /// The stream ended or could not be opened, and the next attempt comes after a pause; returns
  /// what to log: the end of a session, the first attempt that fails, then one a minute.
  public mutating func closed(because reason: String, at now: Instant) -> Note? {
    let details = ["reason": closingReason ?? reason]
    let note: Note?
    if isAttached {
      note = Note(.warning, "\(peer) detached", details)
    } else if now >= quietUntil {
      note = Note(.warning, "not attached to the \(peer)", details)
      quietUntil = now.advanced(by: Self.quietTime)
    } else {
      note = nil
    }
    if attempts == 0 { downSince = now }
    (closingReason, isAttached) = (nil, false)
    let longest = downSince.duration(to: now) < Self.hastyTime ? 0.8 : 5.0
    let base = min(longest, 0.1 * Double(1 << min(attempts, 10)))
    let pause = base * random.nextSpread()
    attempts += 1
    state = .down(retryAt: now.advanced(by: Duration(inSeconds: pause)))
    return note
  }

  /// Time passed; returns what is due, if anything.
  public mutating func timePassed(at now: Instant) -> Directive? {
    switch state {
    case .down(let retryAt) where now >= retryAt:
      state = .greeting(until: now.advanced(by: Self.greetingTime))
      return .open
    case .greeting(let until) where now >= until:
      return close("no welcome within \(Self.greetingTime.text)")
    case .live where now >= lastAnswered.advanced(by: lostAfter):
      return close("nothing heard for \(lostAfter.text)")
    case .live where now >= heartbeatDue:
      heartbeatDue = now.advanced(by: heartbeatInterval)
      sequence += 1
      if sent.count == Self.sentMax { sent.removeFirst() }
      sent.append((sequence, now))
      return .sendHeartbeat(sequence)
    default:
      return nil
    }
  }

  /// Ends a session, or an attempt at one, for this reason; another follows.
  mutating func close(_ reason: String) -> Directive {
    (state, closingReason) = (.closing, reason)
    return .close(reason)
  }
}
