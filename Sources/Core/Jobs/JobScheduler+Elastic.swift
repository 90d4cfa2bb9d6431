import Basics

extension Job {
  /// Ranks of the workers that it can do without, the last first; never the first one, where the
  /// others meet.
  var surplusRanks: Set<Int> {
    guard spec.workers.isElastic else { return [] }
    let staying = workers.filter { !$0.isLeaving }.map(\.rank).sorted()
    let count = Swift.max(0, staying.count - spec.workers.min)
    return Set(staying.dropFirst().suffix(count))
  }
}

extension JobScheduler {
  /// Gives elastic jobs what nobody else can use: those that were just placed, and those that have
  /// had their size for a while.
  mutating func grow(
    _ placed: [Int],
    _ supply: inout Supply,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    let new = Set(placed)
    let growing = active.filter { slot in
      let job = jobs[slot]
      return job.spec.workers.isElastic && job.staying < job.spec.workers.max
        && (job.phase == .running || new.contains(slot)) && job.finishingSince == nil
    }
    let settings = settings
    let next = growing.sorted { left, right in
      let (one, other) = (jobs[left], jobs[right])
      return (-one.spec.priority, supply.turn(of: one.spec.tenant, settings), one.order)
        < (-other.spec.priority, supply.turn(of: other.spec.tenant, settings), other.order)
    }
    for slot in next {
      let job = jobs[slot]
      if !new.contains(slot),
        let since = [job.runningSince, job.resizedAt].compactMap({ $0 }).max(),
        since.advanced(by: settings.growInterval) > now
      {
        wantPass(at: since.advanced(by: settings.growInterval))
        continue
      }
      guard job.workers.allSatisfy({ $0.fencedAt == nil && !$0.isLeaving }) else { continue }
      var free = supply.now(.behindHead)
      for node in avoidedNodes(of: slot, at: now) { free[node] = 0 }
      let more = placer.extend(
        job.shares,
        by: job.spec.workers.max - job.staying,
        GangShape(job.spec),
        free: free
      )
      let count = more.reduce(0) { $0 + $1.workers }
      guard count > 0 else { continue }
      if new.contains(slot) {
        addWorkers(slot, more, &supply)
      } else if job.resizesInPlace {
        jobs[slot].epoch += 1
        jobs[slot].resizedAt = now
        let ranks = addWorkers(slot, more, &supply)
        note(slot, .grown(from: job.staying, to: job.staying + count), gpus: 0, at: now, &actions)
        actions.append(.save(jobs[slot]))
        order(ranks, of: slot, into: &actions)
        arm(slot, at: now.advanced(by: settings.startMax))
      } else if isWorthRestart(job, gain: count, at: now) {
        let cause = StopCause.grown(from: job.staying, to: job.staying + count)
        restart(slot, at: Self.merged(job.shares + more), cause, &supply, at: now, into: &actions)
      }
    }
  }

  /// Whether a job gains more by more workers than it loses when all of them start again.
  private func isWorthRestart(_ job: Job, gain: Int, at now: Instant) -> Bool {
    let unsaved =
      job.spec.checkpoint.driver == .transparent ? 0 : job.unsavedSeconds(at: now)
    return (job.hasCheckpointed || job.spec.checkpoint.driver == .transparent)
      && 4 * gain >= job.staying
      && unsaved * Double(job.staying) <= settings.growInterval.inSeconds * Double(gain)
  }

  /// Takes some workers from an elastic job, which goes on with the others.
  mutating func shrink(
    _ slot: Int,
    by ranks: Set<Int>,
    _ cause: StopCause,
    within: Duration?,
    _ supply: inout Supply,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    let job = jobs[slot]
    let leaving = job.workers.filter { ranks.contains($0.rank) }
    guard job.resizesInPlace else {
      let rest = job.workers.filter { !ranks.contains($0.rank) && !$0.isLeaving }
      let shares = Self.merged(rest.map { NodeShare(node: $0.nodeNumber, workers: 1) })
      jobs[slot].preemptions += 1
      return restart(slot, at: shares, cause, within: within, &supply, at: now, into: &actions)
    }
    markLeaving(slot, ranks, &supply)
    jobs[slot].resizedAt = now
    let grace = min(job.spec.notice, within ?? job.spec.notice)
    let count = leaving.reduce(0) { $0 + $1.gpuCount }
    note(slot, cause, gpus: count, at: now, &actions)
    for index in jobs[slot].workers.indices where ranks.contains(jobs[slot].workers[index].rank) {
      jobs[slot].workers[index].state = .leaving(
        until: now.advanced(by: grace),
        isKilled: false
      )
      actions.append(.stop(jobs[slot].id(of: index), cause, grace: grace))
    }
    arm(slot, at: now.advanced(by: grace))
    actions.append(.save(jobs[slot]))
  }

  /// Has a job begin its next attempt at other places, which are kept for it: those that it has or
  /// that are free.
  private mutating func restart(
    _ slot: Int,
    at shares: [NodeShare],
    _ cause: StopCause,
    within: Duration? = nil,
    _ supply: inout Supply,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    markLeaving(slot, nil, &supply)
    hold(slot, shares, .firm, &supply)
    beginStop(slot, cause, within: within, at: now, into: &actions)
  }

  /// The same shares with each node once.
  static func merged(_ shares: [NodeShare]) -> [NodeShare] {
    var places: [Int: Int] = [:]
    return shares.reduce(into: []) { merged, share in
      if let place = places[share.node] {
        merged[place].workers += share.workers
      } else {
        places[share.node] = merged.count
        merged.append(share)
      }
    }
  }
}
