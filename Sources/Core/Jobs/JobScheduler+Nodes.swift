import Basics

extension JobScheduler {
  /// Takes in all that a node has: what was taken for lost goes on, what should not be there goes.
  mutating func nodeReported(
    _ node: JobNode,
    serving: UInt64,
    _ workers: [WorkerReport],
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    let number = gpus.enter(node, serving: serving, at: now)
    var reports: [WorkerID: WorkerReport] = [:]
    for report in workers { reports[report.id] = report }
    strangers = strangers.filter { $0.value.node != number || reports[$0.key] != nil }
    for slot in active {
      for index in jobs[slot].workers.indices where jobs[slot].workers[index].node == node.id {
        jobs[slot].workers[index].nodeNumber = number
        jobs[slot].workers[index].fencedAt = nil
      }
    }
    for slot in active {
      for worker in jobs[slot].workers where worker.node == node.id {
        let id = WorkerID(job: jobs[slot].spec.name, rank: worker.rank, epoch: worker.epoch)
        guard let report = reports.removeValue(forKey: id) else {
          if worker.state == .ordered, jobs[slot].stop == nil {
            order([worker.rank], of: slot, into: &actions)
          } else {
            gone(id, at: now, into: &actions)
          }
          continue
        }
        if let exit = report.exit {
          exited(id, exit, at: now, into: &actions)
        } else {
          started(id, at: now, into: &actions)
        }
        if let (slot, index) = find(id) { repeatOrder(slot, index, at: now, into: &actions) }
      }
    }
    for report in workers where reports[report.id] != nil {
      strangers[report.id] = Stranger(node: number, gpus: report.gpus)
      actions.append(.kill(report.id, on: node.id))
    }
    // Only now: jobs that were restored may have had workers that went since they were saved, and
    // whose GPUs others got.
    gpus[number].used = 0
    for stranger in strangers.values where stranger.node == number {
      gpus[number].used |= stranger.gpus
    }
    for slot in active {
      for worker in jobs[slot].workers where worker.nodeNumber == number {
        gpus[number].used |= worker.gpus
      }
    }
    wantPass(at: now)
  }

  mutating func nodeHeard(_ id: NodeID, at now: Instant) {
    guard let number = gpus.number(of: id), gpus[number].status != .lost else { return }
    gpus[number].lastHeard = now
    guard gpus[number].status == .suspect else { return }
    gpus[number].status = .ready
    wantPass(at: now)
  }

  mutating func nodeSuspected(_ id: NodeID) {
    guard let number = gpus.number(of: id), gpus[number].status == .ready else { return }
    gpus[number].status = .suspect
  }

  /// A node was given up: its workers go on, as far as anyone knows, until their lease is over.
  mutating func nodeLost(_ id: NodeID, at now: Instant) {
    guard let number = gpus.number(of: id), gpus[number].status != .lost else { return }
    gpus[number].status = .lost
    let end = gpus[number].lastHeard.advanced(by: settings.lease)
    for slot in active {
      for index in jobs[slot].workers.indices where jobs[slot].workers[index].node == id {
        jobs[slot].workers[index].fencedAt = end
        arm(slot, at: max(now, end))
      }
    }
    wantPass(at: now)
  }

  /// Takes workers whose lease is over for gone, and has the others of their job start again, on
  /// the nodes that they have where that can be.
  mutating func endLeases(_ slot: Int, at now: Instant, into actions: inout Actions<JobAction>) {
    let over = jobs[slot].workers.filter { $0.fencedAt.map { $0 <= now } ?? false }
    for worker in over {
      avoid(worker.node, slot, at: now)
      let id = WorkerID(job: jobs[slot].spec.name, rank: worker.rank, epoch: worker.epoch)
      if let index = find(id)?.index { jobs[slot].workers[index].fencedAt = nil }
      if jobs[slot].phase == .starting || jobs[slot].phase == .running, !worker.isLeaving {
        lose(worker, of: slot, at: now, into: &actions)
      } else if case .failed = jobs[slot].stop?.cause, worker.state == .running {
        // Those who worked with it failed before anyone could know why.
        explain(slot, .lostNode(worker.node), into: &actions)
      }
      gone(id, at: now, into: &actions)
    }
    if let next = jobs[slot].workers.compactMap(\.fencedAt).min() { arm(slot, at: next) }
  }

  private mutating func lose(
    _ worker: Job.Worker,
    of slot: Int,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    let job = jobs[slot]
    let index =
      job.workers.firstIndex(of: worker)
      ?? job.workers.firstIndex {
        $0.rank == worker.rank && $0.epoch == worker.epoch
      }
    if job.resizesInPlace, job.phase == .running, worker.rank != 0,
      job.staying > job.spec.workers.min, let index
    {
      // The others find each other again; it grows when there is a place.
      note(slot, .lostNode(worker.node), gpus: worker.gpuCount, at: now, &actions)
      jobs[slot].workers[index].state = .leaving(until: now, isKilled: true)
      jobs[slot].resizedAt = now
      return
    }
    beginStop(slot, .lostNode(worker.node), at: now, into: &actions)
  }

  /// Puts right why a job was stopped.
  private mutating func explain(
    _ slot: Int,
    _ cause: StopCause,
    into actions: inout Actions<JobAction>
  ) {
    jobs[slot].stop?.cause = cause
    guard let last = jobs[slot].incidents.indices.last else { return }
    jobs[slot].incidents[last].cause = cause
    actions.append(.note(jobs[slot].spec.name, jobs[slot].incidents[last]))
  }

  /// Keeps for a broken gang the places that it has on nodes that are there, until it is known why
  /// it broke.
  mutating func keepPlaces(of slot: Int) {
    let kept = jobs[slot].workers.filter { worker in
      worker.fencedAt == nil && worker.nodeNumber >= 0 && gpus[worker.nodeNumber].isOpen
    }
    guard Set(jobs[slot].workers.map(\.node)).count > 1, !kept.isEmpty,
      !holds.contains(where: { $0.owner == .job(slot) })
    else { return }
    let shares = Self.merged(kept.map { NodeShare(node: $0.nodeNumber, workers: 1) })
    let size = jobs[slot].spec.gpusPerWorker
    holds.append(Hold(owner: .job(slot), kind: .firm, gpusPerWorker: size, shares: shares))
  }

  /// Has a gang that lost a node begin again where it was, with a place for what it lost: the node
  /// is replaced, not the gang.
  ///
  /// Elsewhere it waits for its turn without what it kept.
  mutating func replaceLost(of slot: Int, at now: Instant) {
    guard let kept = holds.first(where: { $0.owner == .job(slot) })?.shares else { return }
    holds.removeAll { $0.owner == .job(slot) }
    let spec = jobs[slot].spec
    let shape = GangShape(spec)
    var supply = supply(at: now)
    for hold in holds {
      supply.hold(hold.shares, of: hold.gpusPerWorker, isHead: hold.kind != .firm)
    }
    let avoided = avoidedNodes(of: slot, at: now)
    let shares = kept.filter { !avoided.contains($0.node) && gpus[$0.node].isOpen }
    guard !shares.isEmpty else { return }
    supply.hold(shares, of: spec.gpusPerWorker, isHead: false)
    var free = supply.now(.behindHead)
    for node in avoided { free[node] = 0 }
    let there = shares.reduce(0) { $0 + $1.workers }
    let more = placer.extend(shares, by: spec.workers.min - there, shape, free: free)
    let all = Self.merged(shares + more)
    guard all.reduce(0, { $0 + $1.workers }) >= spec.workers.min else { return }
    hold(slot, all, .firm, &supply)
  }
}
