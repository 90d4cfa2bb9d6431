public import Basics

/// Judges one peer by its silence: alive, then suspect, then lost.
///
/// A suspect peer gets no new work and keeps what it has; a lost one is given up and what it had is
/// released. Any word from a suspect peer makes it alive again. A lost peer stays lost: it comes
/// back as a new session.
public struct FailureDetector: Sendable {
  /// How silence is judged; all in wall time, since it is about processes and networks.
  public struct Settings: Sendable, Hashable {
    /// How often a peer says that it is alive.
    public var heartbeatInterval: Duration
    /// Silence after which a peer is suspect; at least twice the heartbeat interval.
    public var suspectAfter: Duration
    /// Silence after which a peer is lost; longer than `suspectAfter`.
    public var lostAfter: Duration

    /// Makes settings: a heartbeat each second, suspect after 3 and lost after 10 by default.
    public init(
      heartbeatInterval: Duration = .seconds(1),
      suspectAfter: Duration = .seconds(3),
      lostAfter: Duration = .seconds(10)
    ) {
      self.heartbeatInterval = heartbeatInterval
      self.suspectAfter = suspectAfter
      self.lostAfter = lostAfter
    }
  }

  /// What is thought of the peer.
  public enum State: Sendable, Hashable {
    /// It spoke recently, and is connected.
    case alive
    /// It was silent for long, or its connection broke.
    case suspect
    /// It was silent for too long.
    case lost
  }

  /// What is thought of the peer now.
  public private(set) var state = State.alive

  /// When the peer was last heard.
  public private(set) var lastHeard: Instant

  private let settings: Settings

  /// Makes the detector of a peer that was heard at `now`.
  public init(settings: Settings, at now: Instant) {
    self.settings = settings
    lastHeard = now
  }

  /// When the peer will be thought less of unless it speaks; nil once it is lost.
  public var deadline: Instant? {
    switch state {
    case .alive: lastHeard.advanced(by: settings.suspectAfter)
    case .suspect: lastHeard.advanced(by: settings.lostAfter)
    case .lost: nil
    }
  }

  /// The peer spoke; returns the new state if that changed it.
  public mutating func heard(at now: Instant) -> State? {
    lastHeard = max(lastHeard, now)
    guard state == .suspect else { return nil }
    state = .alive
    return .alive
  }

  /// The peer's connection broke: it is suspect without waiting; returns the new state if that
  /// changed it.
  public mutating func disconnected() -> State? {
    guard state == .alive else { return nil }
    state = .suspect
    return .suspect
  }

  /// Time passed; returns the new state if that changed it.
  ///
  /// A long gap may go from alive to lost.
  public mutating func timePassed(at now: Instant) -> State? {
    let before = state
    if state == .alive, now >= lastHeard.advanced(by: settings.suspectAfter) { state = .suspect }
    if state == .suspect, now >= lastHeard.advanced(by: settings.lostAfter) { state = .lost }
    return state == before ? nil : state
  }
}
