import Basics

extension JobScheduler {
  /// Has the workers of a node leave it by a time, after their notice at the most, and gives it no
  /// others.
  ///
  /// Their jobs go on elsewhere; a gang keeps the places that it has on other nodes. Those that are
  /// at their end are left to it.
  mutating func drain(
    _ id: NodeID,
    by due: Instant,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let node = gpus.number(of: id) else { return }
    gpus[node].isCordoned = true
    let within = max(.zero, now.duration(to: due))
    wantPass(at: now)
    for slot in active where jobs[slot].finishingSince == nil {
      let job = jobs[slot]
      let there = job.workers.filter { $0.node == id && !$0.isLeaving }
      guard !there.isEmpty, job.phase == .starting || job.phase == .running else { continue }
      let canShrink =
        job.phase == .running && job.spec.workers.isElastic
        && job.staying - there.count >= job.spec.workers.min
        && there.allSatisfy { $0.rank != 0 }
        && job.workers.allSatisfy { $0.fencedAt == nil && $0.nodeNumber >= 0 }
      guard canShrink else {
        beginStop(slot, .drained(id), within: within, at: now, into: &actions)
        continue
      }
      var supply = supply(at: now)
      let ranks = Set(there.map(\.rank))
      shrink(slot, by: ranks, .drained(id), within: within, &supply, at: now, into: &actions)
    }
  }
}
