public import Basics

/// Tells sick replicas from what becomes of turns there: those that end turns at once have the
/// fewest, and would draw all.
///
/// A replica is suspect when ``failuresMax`` turns in a row failed there, ``missesMax`` placements
/// in a row were not taken, or it has turns and has shown no progress for ``silenceMax``. It then
/// gets one turn to try it with: after a second, after two and so on, up to a minute. The first
/// that is served, or taken where none were, or the first progress clears it. A name that comes
/// back is as suspect as it was.
public struct HealthWatch: Sendable {
  /// Why a replica is suspect.
  public enum Cause: Sendable, Hashable {
    /// So many turns in a row failed there.
    case failures(Int)
    /// So many placements in a row were not taken there.
    case misses(Int)
    /// It has turns, and has shown no progress for long.
    case silence

    /// In words, with "fail" for those who look for it.
    var words: String {
      switch self {
      case .failures(let number): "\(count(number, "turn")) in a row failed there"
      case .misses(let number): "it failed to take \(count(number, "turn")) in a row"
      case .silence: "its turns failed to make progress for \(HealthWatch.silenceMax.text)"
      }
    }
  }

  /// A replica that is suspect, or is no more.
  public struct Change: Sendable, Hashable {
    /// The replica.
    public let replica: ReplicaID
    /// Why, in words; nil when it is no more.
    public let reason: String?
  }

  /// What failed in a row until a replica is suspect.
  public static let (failuresMax, missesMax) = (3, 4)
  /// How long one that has turns may show no progress, in wall time.
  public static let silenceMax = Duration.seconds(30)
  private static let (backOffMin, backOffMax) = (Duration.seconds(1), Duration.seconds(60))
  private static let silenceCheck = Duration.seconds(5)
  private static let rememberedMax = 1_024

  private struct Suspicion: Sendable {
    var cause: Cause
    var backOff = HealthWatch.backOffMin
    /// When it is tried next.
    var due: Instant
    /// Whether it may be given a turn, and the one that it was given.
    var isTried = false
    var probe: TurnID?
  }

  private struct Replica: Sendable {
    let id: ReplicaID
    var failures = 0
    var misses = 0
    var suspicion: Suspicion?
    /// When it showed progress, or got its first turn.
    var progressed: Instant
  }

  private var replicas: [Replica?] = []
  private var remembered: [ReplicaID: Suspicion] = [:]
  /// The slots of those that are suspect.
  private(set) var suspects: [Int32] = []
  private var silenceDue = Instant.zero
  private var changes: [Change] = []

  /// Takes out what became suspect, and what did not stay it.
  mutating func takeChanges() -> [Change] {
    defer { changes.removeAll() }
    return changes
  }

  /// When ``timePassed(at:)`` is wanted; nil while nobody is suspect.
  var deadline: Instant? {
    suspects.compactMap { slot in
      self[slot]?.suspicion.flatMap { $0.isTried ? nil : $0.due }
    }.min()
  }

  /// Whether a replica is not to be given turns.
  func isHeld(_ slot: Int32) -> Bool {
    guard let suspicion = self[slot]?.suspicion else { return false }
    return !suspicion.isTried || suspicion.probe != nil
  }

  /// Why a replica is suspect, in words; nil when it is not.
  func reason(_ slot: Int32, at now: Instant) -> String? {
    guard let suspicion = self[slot]?.suspicion else { return nil }
    guard !suspicion.isTried else { return "\(suspicion.cause.words); it is being tried" }
    let left = max(.zero, now.duration(to: suspicion.due))
    return "\(suspicion.cause.words); tried again in \(left.text)"
  }

  mutating func attach(_ id: ReplicaID, _ slot: Int32, at now: Instant) {
    while replicas.count <= Int(slot) { replicas.append(nil) }
    replicas[Int(slot)] = Replica(
      id: id,
      suspicion: remembered.removeValue(forKey: id),
      progressed: now
    )
    if replicas[Int(slot)]?.suspicion != nil { suspects.append(slot) }
  }

  mutating func detach(_ slot: Int32) {
    guard let replica = self[slot] else { return }
    if var suspicion = replica.suspicion, remembered.count < Self.rememberedMax {
      (suspicion.isTried, suspicion.probe) = (false, nil)
      remembered[replica.id] = suspicion
    }
    replicas[Int(slot)] = nil
    suspects.removeAll { $0 == slot }
  }

  /// A turn got its place there.
  mutating func placed(_ id: TurnID, on slot: Int32) {
    guard let suspicion = self[slot]?.suspicion, suspicion.isTried, suspicion.probe == nil else {
      return
    }
    replicas[Int(slot)]?.suspicion?.probe = id
  }

  /// It has a turn, its only one if it says so.
  mutating func took(on slot: Int32, isOnly: Bool, at now: Instant) {
    guard self[slot] != nil else { return }
    replicas[Int(slot)]?.misses = 0
    if isOnly { replicas[Int(slot)]?.progressed = now }
    if case .misses = self[slot]?.suspicion?.cause { clear(slot) }
  }

  /// It served a turn.
  mutating func served(on slot: Int32, at now: Instant) {
    guard self[slot] != nil else { return }
    replicas[Int(slot)]?.failures = 0
    replicas[Int(slot)]?.misses = 0
    replicas[Int(slot)]?.progressed = now
    clear(slot)
  }

  /// Its load changed, though it took no turn and ended none.
  mutating func progressed(_ slot: Int32, at now: Instant) {
    guard self[slot] != nil else { return }
    replicas[Int(slot)]?.progressed = now
    if case .silence = self[slot]?.suspicion?.cause { clear(slot) }
  }

  /// A turn failed there.
  mutating func failed(on slot: Int32, at now: Instant) {
    guard self[slot] != nil else { return }
    replicas[Int(slot)]?.failures += 1
    replicas[Int(slot)]?.progressed = now
    guard let count = self[slot]?.failures, count >= Self.failuresMax else { return }
    suspect(slot, .failures(count), at: now)
  }

  /// A placement was not taken there.
  mutating func missed(on slot: Int32, at now: Instant) {
    guard self[slot] != nil else { return }
    replicas[Int(slot)]?.misses += 1
    guard let count = self[slot]?.misses, count >= Self.missesMax else { return }
    suspect(slot, .misses(count), at: now)
  }

  /// A turn came to nothing that says anything of its replica.
  mutating func gaveBack(_ id: TurnID, on slot: Int32, at now: Instant) {
    guard let suspicion = self[slot]?.suspicion, suspicion.probe == id else { return }
    rest(slot, suspicion.cause, for: suspicion.backOff, at: now)
  }

  /// Time has passed; `hasTurns` says whether a replica has taken turns that have not ended.
  mutating func timePassed(at now: Instant, hasTurns: (Int32) -> Bool) {
    for slot in suspects {
      guard let suspicion = self[slot]?.suspicion, !suspicion.isTried, suspicion.due <= now else {
        continue
      }
      replicas[Int(slot)]?.suspicion?.isTried = true
    }
    guard now >= silenceDue else { return }
    // Who was suspended itself has heard nothing of anybody.
    let wasAway = silenceDue.duration(to: now) > Self.silenceMax / 2
    silenceDue = now.advanced(by: Self.silenceCheck)
    for index in replicas.indices {
      guard let progressed = replicas[index]?.progressed,
        progressed.duration(to: now) >= Self.silenceMax, hasTurns(Int32(index))
      else { continue }
      if wasAway {
        replicas[index]?.progressed = now
      } else if replicas[index]?.suspicion == nil {
        suspect(Int32(index), .silence, at: now)
      }
    }
  }

  private subscript(slot: Int32) -> Replica? {
    replicas.indices.contains(Int(slot)) ? replicas[Int(slot)] : nil
  }

  private mutating func suspect(_ slot: Int32, _ cause: Cause, at now: Instant) {
    guard let replica = self[slot] else { return }
    if let old = replica.suspicion {
      // What was under way when it became suspect says nothing new.
      guard old.isTried else { return }
      rest(slot, cause, for: min(Self.backOffMax, old.backOff * 2), at: now)
    } else {
      suspects.append(slot)
      rest(slot, cause, for: Self.backOffMin, at: now)
      changes.append(Change(replica: replica.id, reason: cause.words))
    }
  }

  private mutating func rest(_ slot: Int32, _ cause: Cause, for time: Duration, at now: Instant) {
    replicas[Int(slot)]?.suspicion = Suspicion(
      cause: cause,
      backOff: time,
      due: now.advanced(by: time)
    )
  }

  private mutating func clear(_ slot: Int32) {
    guard let replica = self[slot], replica.suspicion != nil else { return }
    replicas[Int(slot)]?.suspicion = nil
    suspects.removeAll { $0 == slot }
    changes.append(Change(replica: replica.id, reason: nil))
  }
}
