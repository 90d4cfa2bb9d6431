import Basics
import FleetSpec
public import HearthMessages

/// Why an engine takes no turns.
public struct EngineTrouble: Sendable, Hashable {
  /// STARTING or FAILED.
  public let availability: HearthV1.Availability
  /// In words, of no more bytes than the wire takes.
  public let reason: String

  /// Makes a trouble; what is too long of its words is cut.
  public init(_ availability: HearthV1.Availability, _ reason: String) {
    self.availability = availability
    let bytesMax = HearthV1.SetAvailability.messageMax - 4
    let isLong = reason.utf8.count > bytesMax
    self.reason = isLong ? String(decoding: reason.utf8.prefix(bytesMax), as: UTF8.self) : reason
  }
}

/// What of one replica the peer has not been told yet.
struct ReplicaEvents: Sendable {
  /// Whether the peer is told which blocks are held; else only that all were dropped.
  var reportsBlocks: Bool
  var residency = ResidencyLog()
  var load = HearthV1.ReplicaLoad()
  /// Reservations whose requests run, in the order of acceptance.
  var active: [UInt64] = []
  var watch: ProgressWatch
  /// What the engine says of itself; nil while it takes turns.
  var outage: EngineTrouble?
  /// Its adapters, where it names them.
  var adapters = HearthV1.AdapterList()
  private var sentAdapters = HearthV1.AdapterList()
  private let stallTime: Duration
  private var notedTrouble: EngineTrouble?
  private var sentTrouble: EngineTrouble?
  private var sentLoad: HearthV1.ReplicaLoad?
  private var accepted: [UInt64] = []
  private var ended: [UInt64] = []
  /// What became of turns, in the order of their ends; kept until it has arrived.
  private var outcomes = Delivery<HearthV1.TurnOutcome>()

  /// Most outcomes that are kept; beyond, the oldest are forgotten.
  private static let outcomesMax = 4_096

  var hasEvents: Bool {
    load != sentLoad || residency.hasChanges || !accepted.isEmpty || !ended.isEmpty
      || !outcomes.unsent.isEmpty || trouble != sentTrouble || adapters != sentAdapters
  }

  /// Why the engine takes no turns; nil when it does.
  var trouble: EngineTrouble? {
    if let outage { return outage }
    guard watch.isStalled else { return nil }
    return EngineTrouble(.failed, "the engine has made no progress for \(stallTime.text)")
  }

  /// The most urgent of what the peer has not been told.
  ///
  /// Changes nothing, but is asked in place: with every event, and all this is much to copy.
  mutating func urgency() -> ReportPacer.Urgency? {
    guard hasEvents else { return nil }
    guard let sentLoad, accepted.isEmpty, ended.isEmpty, outcomes.unsent.isEmpty,
      trouble == sentTrouble, adapters == sentAdapters, !residency.isPressing
    else { return .urgent }
    return ReportPacer.urgency(of: ReplicaLoad(load), decoding: Int(sentLoad.decoding))
  }

  init(reportsBlocks: Bool, stallTime: Duration) {
    self.reportsBlocks = reportsBlocks
    self.stallTime = stallTime
    watch = ProgressWatch(limit: stallTime)
  }

  mutating func countTurns(at now: Instant) {
    watch.has(turns: !active.isEmpty || load.running + load.waiting > 0, at: now)
  }

  /// Whether what keeps the engine from turns has changed since this was asked last.
  mutating func takeTroubleNote() -> Bool {
    let trouble = trouble
    guard notedTrouble != trouble else { return false }
    notedTrouble = trouble
    return true
  }

  mutating func accept(_ reservation: UInt64) {
    active.append(reservation)
    accepted.append(reservation)
  }

  mutating func end(_ outcome: HearthV1.TurnOutcome) {
    if outcome.reservation != 0 {
      if outcomes.count == Self.outcomesMax { outcomes.drop(Self.outcomesMax / 8) }
      outcomes.add(outcome)
    }
    guard let index = active.firstIndex(of: outcome.reservation) else { return }
    active.remove(at: index)
    ended.append(outcome.reservation)
  }

  /// Without a session nobody listens: what runs is listed again when there is one.
  mutating func forgetTurns() {
    accepted.removeAll()
    ended.removeAll()
  }

  /// The session ended, and what was told last may not have arrived.
  mutating func sessionEnded() {
    forgetTurns()
    outcomes.broke()
  }

  /// A heartbeat was answered.
  mutating func answered(_ beat: UInt64) { outcomes.answered(beat) }

  mutating func restart() {
    if reportsBlocks { residency.restart() }
    sentLoad = nil
    sentTrouble = nil
    sentAdapters = .init()
    accepted = active
    ended.removeAll()
  }

  private static func take(_ list: inout [UInt64], budget: inout Int) -> [UInt64] {
    let taken = Array(list.prefix(budget))
    list.removeFirst(taken.count)
    budget -= taken.count
    return taken
  }

  mutating func takeUpdate(
    index: Int,
    after beat: UInt64,
    budget: inout Int
  ) -> HearthV1.ReplicaUpdate {
    var update = HearthV1.ReplicaUpdate()
    update.index = UInt32(index)
    if trouble != sentTrouble {
      update.availability = trouble?.availability ?? .ready
      update.reason = trouble?.reason ?? ""
      sentTrouble = trouble
    }
    if adapters != sentAdapters {
      update.adapters = adapters
      sentAdapters = adapters
    }
    if load != sentLoad {
      update.load = load
      sentLoad = load
    }
    let changes = residency.takeChanges(limit: budget)
    (update.cleared, update.removed, update.stored) = changes
    budget -= changes.removed.count + changes.stored.count
    update.accepted = Self.take(&accepted, budget: &budget)
    update.ended = Self.take(&ended, budget: &budget)
    var count = 0
    for outcome in outcomes.unsent where budget > 0 {
      budget -= outcome.entries
      count += 1
    }
    update.outcomes = outcomes.send(atMost: count, after: beat)
    return update
  }
}
