public import Accounting
public import Basics
import FleetSpec
import HearthMessages

/// What the ledger is told of: every outcome, whatever else is made of it, since it may be told
/// after the turn was forgotten, or with an update that can't be built on.
extension ControlCore {
  /// What the ledger has of what it was given.
  struct Ledger: Sendable {
    /// Entries that it was given.
    var given: UInt64 = 0
    /// Entries, from the first on, that are on its disk.
    var kept: UInt64 = 0
    /// Whether it had no room for some: heartbeats are not answered as kept until what was told is
    /// told again.
    var missesSome = false
  }

  /// Gives what became of turns to the ledger.
  mutating func record(
    _ update: HearthV1.NodeUpdate,
    of node: String,
    from region: String,
    into actions: inout Actions<Action>
  ) {
    guard let hello = nodes[node]?.hello ?? lostNodes[node]?.hello ?? claims[node] else { return }
    for change in update.replicas where hello.replicas.indices.contains(Int(change.index)) {
      let replica = hello.replicas[Int(change.index)]
      record(change.outcomes, on: replica, of: node, in: region, into: &actions)
    }
  }

  /// Gives what became of turns to the ledger that were kept by their region.
  mutating func record(
    _ report: HearthV1.RegionOutcomes,
    from region: String,
    into actions: inout Actions<Action>
  ) {
    guard let replica = report.replica, replica.fault == nil else { return }
    record(report.outcomes, on: replica, of: report.node, in: region, into: &actions)
  }

  /// Gives entries of jobs to the ledger; returns how many of all entries must be kept for these to
  /// be.
  public mutating func give(
    _ records: [UsageRecord],
    into actions: inout Actions<Action>
  ) -> UInt64 {
    ledger.given += UInt64(records.count)
    actions.append(.record(records))
    return ledger.given
  }

  private mutating func record(
    _ outcomes: [HearthV1.TurnOutcome],
    on replica: HearthV1.Replica,
    of node: String,
    in region: String,
    into actions: inout Actions<Action>
  ) {
    guard settings.keepsUsage, !outcomes.isEmpty,
      let spec = ReplicaSpec(replica, of: .init(node: node, region: region))
    else { return }
    let records = outcomes.compactMap { UsageRecord($0, on: spec) }
    guard !records.isEmpty else { return }
    ledger.given += UInt64(records.count)
    actions.append(.record(records))
  }

  /// The latest heartbeat of a region's session before which all that was told is kept.
  mutating func keptBeat(_ beat: UInt64, of region: String) -> UInt64 {
    guard var beats = regions[region]?.beats else { return 0 }
    if !ledger.missesSome { beats.heard(beat, after: ledger.given) }
    beats.keeps(ledger.kept)
    regions[region]?.beats = beats
    return beats.kept
  }

  /// The ledger has no room.
  mutating func missUsage() {
    ledger.missesSome = true
    for name in regions.keys { regions[name]?.beats.missed() }
  }

  /// The ledger has room again.
  mutating func askForUsage(into actions: inout Actions<Action>) {
    ledger.missesSome = false
    let sessions = attachments.names.compactMap { attachments.session(of: $0) }
    let reason = "the ledger has room again"
    actions.append(.sendToRegions(sessions, .init(command: .resynchronise(.init(reason: reason)))))
  }
}

extension UsageRecord {
  /// The entry of an outcome; nil for one that its node has no name for, or that took nothing.
  fileprivate init?(_ outcome: HearthV1.TurnOutcome, on replica: ReplicaSpec) {
    guard outcome.ordinal != 0, outcome.ending != .refused else { return nil }
    self.init(
      source: outcome.incarnation,
      ordinal: outcome.ordinal,
      reservation: outcome.reservation,
      ended: outcome.endedUnixNs,
      subject: .init(
        tenant: outcome.tenant,
        model: replica.model.text,
        adapter: outcome.adapter,
        region: replica.region.text
      ),
      replica: replica.id.text,
      gpu: replica.roofline.gpu.name,
      gpuCount: replica.roofline.gpuCount,
      usage: ComputeUsage(
        of: TurnOutcome(outcome),
        busySeconds: Duration.nanoseconds(outcome.busyNs).inSeconds,
        on: replica.roofline
      )
    )
  }
}
