public import Basics
public import HearthMessages

/// A stream that a peer opened, as its shell numbers them; never reused.
public typealias SessionID = UInt64

/// The side of sessions that accepts them: nodes at a region agent, region agents at the control
/// plane.
///
/// It knows which peer speaks on which stream, admits one live peer of a name, and judges silence.
public struct Attachments: Sendable {
  /// What a hello that was accepted is followed by.
  public struct Greeting: Sendable, Equatable {
    /// The answer to it.
    public let welcome: HearthV1.Welcome
    /// An older stream of the same process, which must be closed as ``Attachments/replaced``.
    public let replaced: SessionID?
  }

  /// What time or a broken stream made of a peer.
  public enum Change: Sendable, Hashable {
    /// The peer is suspect.
    case suspected(name: String)
    /// The peer is lost and forgotten; its stream, if any, must be closed.
    case lost(name: String, session: SessionID?)
    /// The stream opened and never said hello; it must be closed with ``Attachments/lateHello``.
    case neverGreeted(SessionID)
  }

  private struct Peer: Sendable {
    var session: SessionID?
    var incarnation: UInt64
    var detector: FailureDetector
  }

  private enum Stream: Sendable {
    case silent(since: Instant)
    case greeted(name: String)
  }

  /// Why a stream ends that says anything else before a hello.
  public static let noHello = Rejection(.invalidArgument, "the first message must be a hello")
  /// Why a stream ends that says nothing.
  public static let lateHello = Rejection(
    .deadlineExceeded,
    "no hello within \(Uplink.greetingTime.text)"
  )
  /// Why the older of two streams of one process ends.
  public static let replaced = Rejection(.aborted, "replaced by a newer session")

  private let settings: FailureDetector.Settings
  private var peers: [String: Peer] = [:]
  private var streams: [SessionID: Stream] = [:]
  private var epoch: UInt64 = 0
  /// Until then nobody is judged.
  private var excusedUntil: Instant?

  /// When ``timePassed(at:)`` is wanted; a peer that speaks moves its own deadline, not this one.
  public private(set) var deadline: Instant?

  /// Makes an empty table.
  public init(settings: FailureDetector.Settings) {
    self.settings = settings
  }

  /// Names of the peers that are not lost, in order.
  public var names: [String] { peers.keys.sorted() }

  /// Name of the peer that speaks on a stream, once it said hello.
  public func name(of session: SessionID) -> String? {
    guard case .greeted(let name) = streams[session] else { return nil }
    return name
  }

  /// The stream of a peer, if it has one.
  public func session(of name: String) -> SessionID? { peers[name]?.session }

  /// What is thought of a peer; nil when it is not known or lost.
  public func state(of name: String) -> FailureDetector.State? { peers[name]?.detector.state }

  /// When a peer was last heard.
  public func lastHeard(of name: String) -> Instant? { peers[name]?.detector.lastHeard }

  /// A stream opened; it must say hello within ``Uplink/greetingTime``.
  public mutating func opened(_ session: SessionID, at now: Instant) {
    streams[session] = .silent(since: now)
    wake(by: now.advanced(by: Uplink.greetingTime))
  }

  /// A stream said hello: admits its peer, or throws why not.
  ///
  /// `ifTaken` is what a peer is told whose name another live process has.
  public mutating func greeted(
    _ session: SessionID,
    name: String,
    incarnation: UInt64,
    ifTaken: String,
    at now: Instant
  ) throws(Rejection) -> Greeting {
    guard case .silent = streams[session] else {
      throw Rejection(.invalidArgument, "a second hello on one stream")
    }
    let old = peers[name]
    if let old, old.incarnation != incarnation, old.session != nil, old.detector.state == .alive {
      throw Rejection(.alreadyExists, ifTaken)
    }
    if let replaced = old?.session { streams[replaced] = nil }
    epoch += 1
    streams[session] = .greeted(name: name)
    let detector = FailureDetector(settings: settings, at: now)
    peers[name] = Peer(session: session, incarnation: incarnation, detector: detector)
    wake(by: detector.deadline ?? now)
    let welcome = HearthV1.Welcome(
      epoch: epoch,
      heartbeatIntervalNs: settings.heartbeatInterval.nanoseconds,
      lostAfterNs: settings.lostAfter.nanoseconds
    )
    return Greeting(welcome: welcome, replaced: old?.session)
  }

  /// A greeted stream spoke; returns whether that brought its peer back from suspicion.
  public mutating func heard(_ session: SessionID, at now: Instant) -> Bool {
    guard let name = name(of: session) else { return false }
    return peers[name]?.detector.heard(at: now) == .alive
  }

  /// A stream ended; its peer, if it had one, is suspect from now on.
  public mutating func closed(_ session: SessionID, at now: Instant) -> Change? {
    guard case .greeted(let name) = streams.removeValue(forKey: session) else { return nil }
    guard peers[name]?.session == session else { return nil }
    peers[name]?.session = nil
    guard peers[name]?.detector.disconnected() != nil else { return nil }
    if let due = peers[name]?.detector.deadline { wake(by: due) }
    return .suspected(name: name)
  }

  /// Peers were not listened to: what they said meanwhile is heard before they are judged, within
  /// one heartbeat interval.
  public mutating func excuse(at now: Instant) {
    let end = now.advanced(by: settings.heartbeatInterval)
    excusedUntil = end
    deadline = deadline.map { max($0, end) }
  }

  /// Time passed: judges every peer, in the order of names.
  public mutating func timePassed(at now: Instant) -> [Change] {
    guard let due = deadline, due <= now else { return [] }
    if let end = excusedUntil {
      guard now >= end else {
        deadline = end
        return []
      }
      excusedUntil = nil
    } else if due.advanced(by: settings.heartbeatInterval) <= now {
      // This process slept or was suspended, and timers come before what waits to be read.
      excuse(at: now)
      return []
    }
    var changes: [Change] = []
    var next: Instant?
    for session in streams.keys.sorted() {
      guard case .silent(let since) = streams[session] else { continue }
      let due = since.advanced(by: Uplink.greetingTime)
      if due <= now {
        streams[session] = nil
        changes.append(.neverGreeted(session))
      } else {
        next = min(next ?? due, due)
      }
    }
    for name in names {
      guard var peer = peers[name] else { continue }
      switch peer.detector.timePassed(at: now) {
      case .lost:
        peers[name] = nil
        if let session = peer.session { streams[session] = nil }
        changes.append(.lost(name: name, session: peer.session))
        continue
      case .suspect: changes.append(.suspected(name: name))
      case .alive, nil: break
      }
      peers[name] = peer
      if let due = peer.detector.deadline { next = min(next ?? due, due) }
    }
    // Many peers with deadlines close together are judged in one go.
    let soonest = now.advanced(by: settings.heartbeatInterval / 4)
    deadline = next.map { max($0, soonest) }
    return changes
  }

  private mutating func wake(by due: Instant) {
    deadline = min(deadline ?? due, due)
  }
}
