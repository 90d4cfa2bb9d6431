import Basics

extension Job {
  /// The name of the worker at an index of its list.
  func id(of index: Int) -> WorkerID {
    WorkerID(job: spec.name, rank: workers[index].rank, epoch: workers[index].epoch)
  }
}

extension JobScheduler {
  /// Where a worker of the current attempt is; nil for a stranger.
  func find(_ id: WorkerID) -> (slot: Int, index: Int)? {
    guard let slot = slots[id.job],
      let index = jobs[slot].workers.firstIndex(where: {
        $0.rank == id.rank && $0.epoch == id.epoch
      })
    else { return nil }
    return (slot, index)
  }

  // MARK: - What workers report

  mutating func started(
    _ id: WorkerID,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let (slot, index) = find(id), jobs[slot].workers[index].state == .ordered else { return }
    jobs[slot].workers[index].state = .running
    guard jobs[slot].phase == .starting,
      jobs[slot].workers.allSatisfy({ $0.state != .ordered })
    else { return }
    jobs[slot].phase = .running
    jobs[slot].runningSince = now
    actions.append(.save(jobs[slot]))
    armRunning(slot)
    wantPass(at: now)
  }

  mutating func exited(
    _ id: WorkerID,
    _ exit: WorkerExit,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let (slot, index) = find(id) else { return }
    let worker = jobs[slot].workers[index]
    if case .exited = worker.state { return }
    jobs[slot].lastExit = exit
    // Whoever was told to leave is leaving until nothing is left of it.
    guard !worker.isLeaving else { return }
    jobs[slot].workers[index].state = .exited(exit)
    guard jobs[slot].phase != .stopping else { return }
    if exit == .code(0) {
      jobs[slot].finishingSince = jobs[slot].finishingSince ?? now
      return armRunning(slot)
    }
    // When a node is cut off, those that can't reach it fail: that is not their fault.
    let cutOff = jobs[slot].workers.first { worker in
      worker.fencedAt != nil
        || (worker.nodeNumber >= 0 && gpus[worker.nodeNumber].status != .ready)
    }
    let cause = cutOff.map { StopCause.lostNode($0.node) } ?? .failed(rank: worker.rank, exit)
    if let cutOff { avoid(cutOff.node, slot, at: now) }
    // Another node may have what this one lacks.
    if case .notStarted = exit { avoid(worker.node, slot, at: now) }
    beginStop(slot, cause, at: now, into: &actions)
  }

  mutating func gone(_ id: WorkerID, at now: Instant, into actions: inout Actions<JobAction>) {
    if let stranger = strangers.removeValue(forKey: id) {
      gpus.giveBack(stranger.gpus, of: stranger.node)
      return wantPass(at: now)
    }
    guard let (slot, index) = find(id) else { return }
    let worker = jobs[slot].workers[index]
    if worker.nodeNumber >= 0 { gpus.giveBack(worker.gpus, of: worker.nodeNumber) }
    if case .exited = worker.state {
    } else if jobs[slot].phase != .stopping, !worker.isLeaving {
      exited(id, .unknown, at: now, into: &actions)
    }
    jobs[slot].workers.remove(at: index)
    wantPass(at: now)
    if jobs[slot].workers.isEmpty { return settle(slot, at: now, into: &actions) }
    if jobs[slot].phase == .starting || jobs[slot].phase == .running && jobs[slot].resizesInPlace {
      // Whoever takes over may not start it again: others may have its GPUs by then.
      actions.append(.save(jobs[slot]))
    }
  }

  /// Nothing is left of a job's workers: it is over, or waits for its next attempt.
  private mutating func settle(
    _ slot: Int,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    active.removeAll { $0 == slot }
    let cause = jobs[slot].stop?.cause
    if let last = jobs[slot].incidents.last, last.epoch == jobs[slot].epoch, last.cause == cause {
      // A checkpoint may have been completed since it was told.
      let saved = jobs[slot].checkpoint.map { $0.at >= last.at } ?? false
      if saved { jobs[slot].incidents[jobs[slot].incidents.count - 1].lostGPUSeconds = 0 }
    }
    jobs[slot].ranBefore = jobs[slot].ran(at: now)
    (jobs[slot].runningSince, jobs[slot].finishingSince, jobs[slot].stop) = (nil, nil, nil)
    (jobs[slot].checkpointAskedAt, jobs[slot].checkpointedRanks) = (nil, [])
    if jobs[slot].isCancelled { return end(slot, .cancelled, at: now, into: &actions) }
    guard let cause else { return end(slot, .succeeded, at: now, into: &actions) }
    switch cause {
    case .finished: return end(slot, .succeeded, at: now, into: &actions)
    case .cancelled: return end(slot, .cancelled, at: now, into: &actions)
    case .timeLimit: return end(slot, .failed(.timeLimit), at: now, into: &actions)
    case .failed, .startTimedOut:
      jobs[slot].failures += 1
      guard jobs[slot].failures <= jobs[slot].spec.retries else {
        return end(slot, .failed(cause), at: now, into: &actions)
      }
      holds.removeAll { $0.owner == .job(slot) }
      let pause = settings.backoff * (1 << min(jobs[slot].failures - 1, 20))
      jobs[slot].notBefore = now.advanced(by: min(pause, settings.backoffMax))
    case .lostNode, .drained: replaceLost(of: slot, at: now)
    case .preempted, .reclaimed, .grown: break
    }
    jobs[slot].phase = .waiting
    queue.insert(slot, jobs[slot])
    actions.append(.save(jobs[slot]))
    wantPass(at: now)
  }

  // MARK: - Stopping

  /// Has all workers of a job end: with a checkpoint first where Hearth can make one and it is of
  /// use, then with a notice, then by force.
  ///
  /// Only the first cause counts.
  mutating func beginStop(
    _ slot: Int,
    _ cause: StopCause,
    within: Duration? = nil,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    let job = jobs[slot]
    guard job.phase == .starting || job.phase == .running else { return }
    var bound = min(job.spec.notice, within ?? job.spec.notice)
    var isWhole = job.phase == .running
    switch cause {
    case .failed, .lostNode:
      (bound, isWhole) = (min(bound, settings.brokenGrace), false)
      keepPlaces(of: slot)
    case .startTimedOut: (bound, isWhole) = (min(bound, settings.brokenGrace), false)
    case .drained: keepPlaces(of: slot)
    case .preempted, .reclaimed, .grown, .timeLimit, .finished, .cancelled: break
    }
    note(slot, cause, gpus: job.gpuCount, at: now, &actions)
    jobs[slot].phase = .stopping
    let deadline = now.advanced(by: bound)
    jobs[slot].stop = Job.Stop(cause: cause, step: .ending, stepAt: deadline, deadline: deadline)
    if isWhole, job.spec.checkpoint.driver == .transparent {
      let share = Duration(inSeconds: bound.inSeconds * settings.checkpointShare)
      jobs[slot].stop?.step = .checkpointing
      jobs[slot].stop?.stepAt = now.advanced(by: share)
      checkpoint(slot, within: share, at: now, into: &actions)
    } else {
      tellAll(slot, now: now, into: &actions)
    }
    actions.append(.save(jobs[slot]))
    arm(slot, at: jobs[slot].stop?.stepAt ?? deadline)
  }

  private mutating func tellAll(
    _ slot: Int,
    now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let stop = jobs[slot].stop else { return }
    let grace = max(.zero, now.duration(to: stop.deadline))
    for index in jobs[slot].workers.indices {
      if stop.step == .killing {
        actions.append(.kill(jobs[slot].id(of: index), on: jobs[slot].workers[index].node))
      } else {
        actions.append(.stop(jobs[slot].id(of: index), stop.cause, grace: grace))
      }
    }
  }

  private mutating func advanceStop(
    _ slot: Int,
    to step: Job.Stop.Step,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let deadline = jobs[slot].stop?.deadline else { return }
    let next = step == .killing ? now.advanced(by: settings.killInterval) : deadline
    jobs[slot].stop?.step = step
    jobs[slot].stop?.stepAt = next
    tellAll(slot, now: now, into: &actions)
    arm(slot, at: next)
  }

  /// Says again to a worker what it was told, as its node may not have heard.
  mutating func repeatOrder(
    _ slot: Int,
    _ index: Int,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    let (id, worker) = (jobs[slot].id(of: index), jobs[slot].workers[index])
    if let stop = jobs[slot].stop {
      if stop.step == .checkpointing {
        let within = max(.zero, now.duration(to: stop.stepAt))
        actions.append(.checkpoint(id, number: jobs[slot].checkpointAsked, within: within))
      } else if stop.step == .killing {
        actions.append(.kill(id, on: worker.node))
      } else {
        let grace = max(.zero, now.duration(to: stop.deadline))
        actions.append(.stop(id, stop.cause, grace: grace))
      }
    } else if case .leaving(let until, _) = worker.state, let last = jobs[slot].incidents.last {
      actions.append(.stop(id, last.cause, grace: max(.zero, now.duration(to: until))))
    } else if worker.state == .ordered {
      order([worker.rank], of: slot, into: &actions)
    }
  }

  // MARK: - Checkpoints

  mutating func askCheckpoint(
    _ id: JobID,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let slot = slots[id], jobs[slot].phase == .running else {
      return refuse(id, "only of one that runs a checkpoint can be made", &actions)
    }
    guard jobs[slot].spec.checkpoint.driver == .transparent else {
      let driver = jobs[slot].spec.checkpoint.driver
      let why = driver == .none ? "it has no checkpoints" : "its program makes its checkpoints"
      return refuse(id, "\(why) (checkpoint.driver \(driver))", &actions)
    }
    actions.append(.accept(id))
    checkpoint(slot, within: jobs[slot].spec.notice, at: now, into: &actions)
  }

  private mutating func checkpoint(
    _ slot: Int,
    within: Duration,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    jobs[slot].checkpointAsked =
      max(
        jobs[slot].checkpointAsked,
        jobs[slot].checkpoint?.number ?? 0
      ) + 1
    jobs[slot].checkpointedRanks = []
    jobs[slot].checkpointAskedAt = now
    let number = jobs[slot].checkpointAsked
    for index in jobs[slot].workers.indices where !jobs[slot].workers[index].isLeaving {
      actions.append(.checkpoint(jobs[slot].id(of: index), number: number, within: within))
    }
  }

  mutating func checkpointed(
    _ id: WorkerID,
    _ report: CheckpointReport,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let (slot, index) = find(id) else { return }
    if !report.isWhole {
      guard report.number == jobs[slot].checkpointAsked else { return }
      jobs[slot].checkpointedRanks.insert(jobs[slot].workers[index].rank)
      let all = jobs[slot].workers.filter { !$0.isLeaving }.map(\.rank)
      guard jobs[slot].checkpointedRanks.isSuperset(of: all) else { return }
    }
    guard report.number > jobs[slot].checkpoint?.number ?? 0 else { return }
    let since = jobs[slot].orderedAt
    let made = max(since, now.advanced(by: .zero - max(.zero, report.age)))
    jobs[slot].checkpoint = Checkpoint(number: report.number, step: report.step, at: made)
    // What it has got done, it keeps: it made progress.
    (jobs[slot].failures, jobs[slot].preemptions) = (0, 0)
    actions.append(.save(jobs[slot]))
    if jobs[slot].stop?.step == .checkpointing {
      // What it would do from now on would be done again.
      advanceStop(slot, to: .killing, at: now, into: &actions)
    }
    armRunning(slot)
  }

  // MARK: - Time

  /// Looks at a job that wants something at this time.
  mutating func look(_ slot: Int, at now: Instant, into actions: inout Actions<JobAction>) {
    endLeases(slot, at: now, into: &actions)
    switch jobs[slot].phase {
    case .starting:
      let due = jobs[slot].orderedAt.advanced(by: settings.startMax)
      guard due <= now else { return arm(slot, at: due) }
      for worker in jobs[slot].workers where worker.state == .ordered {
        avoid(worker.node, slot, at: now)
      }
      beginStop(slot, .startTimedOut, at: now, into: &actions)
    case .stopping:
      guard let stop = jobs[slot].stop else { return }
      guard stop.stepAt <= now else { return arm(slot, at: stop.stepAt) }
      let step: Job.Stop.Step = stop.step == .checkpointing ? .ending : .killing
      advanceStop(slot, to: step, at: now, into: &actions)
    case .running:
      killLeavers(slot, at: now, into: &actions)
      if let limit = jobs[slot].spec.limits.time, jobs[slot].ran(at: now) >= limit {
        return beginStop(slot, .timeLimit, at: now, into: &actions)
      }
      dropLateStarters(slot, at: now, into: &actions)
      if let due = lateJoinersDue(slot), due <= now {
        return beginStop(slot, .finished, at: now, into: &actions)
      }
      if let due = checkpointDue(slot), due <= now {
        let within = jobs[slot].spec.checkpoint.interval
        checkpoint(slot, within: within, at: now, into: &actions)
      }
      armRunning(slot)
    case .waiting, .ended: break
    }
  }

  /// Arms what a running job wants: its time limit, its next checkpoint, workers that leave.
  private mutating func armRunning(_ slot: Int) {
    let job = jobs[slot]
    guard job.phase == .running, let since = job.runningSince else { return }
    if let limit = job.spec.limits.time { arm(slot, at: since.advanced(by: limit - job.ranBefore)) }
    if let due = checkpointDue(slot) { arm(slot, at: due) }
    if let due = lateJoinersDue(slot) { arm(slot, at: due) }
    for worker in job.workers {
      if case .leaving(let until, _) = worker.state { arm(slot, at: until) }
      if worker.state == .ordered, let since = job.resizedAt {
        arm(slot, at: since.advanced(by: settings.startMax))
      }
    }
  }

  /// Gives up workers that a job has grown by and that did not start in time.
  private mutating func dropLateStarters(
    _ slot: Int,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let since = jobs[slot].resizedAt, since.advanced(by: settings.startMax) <= now else {
      return
    }
    for index in jobs[slot].workers.indices where jobs[slot].workers[index].state == .ordered {
      avoid(jobs[slot].workers[index].node, slot, at: now)
      jobs[slot].workers[index].state = .leaving(until: now, isKilled: true)
    }
    killLeavers(slot, at: now, into: &actions)
  }

  /// When those are told to end who came too late to meet the others: the first worker is done.
  private func lateJoinersDue(_ slot: Int) -> Instant? {
    let job = jobs[slot]
    guard job.resizesInPlace, let since = job.finishingSince,
      job.workers.allSatisfy({ $0.rank != 0 || $0.state == .exited(.code(0)) })
    else { return nil }
    return since.advanced(by: job.spec.notice)
  }

  private func checkpointDue(_ slot: Int) -> Instant? {
    let job = jobs[slot]
    guard job.spec.checkpoint.driver == .transparent else { return nil }
    return [job.runningSince, job.checkpointAskedAt, job.checkpoint?.at].compactMap { $0 }.max()?
      .advanced(by: job.spec.checkpoint.interval)
  }

  private mutating func killLeavers(
    _ slot: Int,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    for index in jobs[slot].workers.indices {
      guard case .leaving(let until, _) = jobs[slot].workers[index].state, until <= now else {
        continue
      }
      let next = now.advanced(by: settings.killInterval)
      jobs[slot].workers[index].state = .leaving(until: next, isKilled: true)
      actions.append(.kill(jobs[slot].id(of: index), on: jobs[slot].workers[index].node))
    }
  }

  /// Keeps on record what happened to a job, and tells it.
  mutating func note(
    _ slot: Int,
    _ cause: StopCause,
    gpus count: Int,
    at now: Instant,
    _ actions: inout Actions<JobAction>
  ) {
    let isPart = jobs[slot].resizesInPlace && count < jobs[slot].gpuCount
    let lost = isPart ? 0 : jobs[slot].unsavedSeconds(at: now) * Double(count)
    let incident = Incident(
      at: now,
      epoch: jobs[slot].epoch,
      cause: cause,
      gpus: count,
      lostGPUSeconds: lost
    )
    jobs[slot].note(incident)
    actions.append(.note(jobs[slot].spec.name, incident))
  }

  mutating func avoid(_ node: NodeID, _ slot: Int, at now: Instant) {
    jobs[slot].avoided.removeAll { $0.node == node || $0.until <= now }
    let until = now.advanced(by: settings.avoidFor)
    jobs[slot].avoided.append(Job.Avoided(node: node, until: until))
  }
}
