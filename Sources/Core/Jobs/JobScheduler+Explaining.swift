public import Basics

/// One reason why a job waits, with its figures.
public enum WaitReason: Sendable, Hashable {
  /// It failed, and waits before the given attempt of so many.
  case backoff(until: Instant, failures: Int, retries: Int)
  /// Nodes can't be reached on which its last workers may still run; they end by themselves.
  case cutOff(workers: Int, until: Instant)
  /// Its last workers have not gone yet.
  case ownWorkersLeave(workers: Int, until: Instant)
  /// Others were told to go for it.
  case othersLeave(jobs: [JobID], gpus: Int, until: Instant)
  /// GPUs are kept for it, and so many of them are free.
  case collecting(free: Int, of: Int)
  /// It needs more GPUs than nobody has.
  case tooFewFree(needed: Int, free: Int)
  /// There are enough, but not so many on one node.
  case fragmented(workers: Int, gpusPerWorker: Int, places: Int, free: Int)
  /// There are places enough, but in no one region.
  case noRegion(workers: Int, most: Int)
  /// Jobs of that many GPUs run.
  case running(jobs: Int, gpus: Int)
  /// Conversations have GPUs.
  case serving(gpus: Int)
  /// Nodes take no new workers since an operator said so, or can't be reached.
  case closed(cordoned: Int, unreachable: Int, gpus: Int)
  /// Free GPUs are kept for others.
  case promised(gpus: Int, to: [JobID], serving: Int)
  /// It stays away from nodes where it was lost.
  case avoids(nodes: [NodeID], until: Instant)
  /// So many jobs go before it, for their priority or since their tenants have less.
  case behind(jobs: Int, gpus: Int, share: Double)
  /// Jobs that it might preempt have not run for long enough.
  case protected(jobs: Int, gpus: Int, until: Instant)
}

/// What would become of a job.
public struct JobPlan: Sendable, Hashable {
  /// One that would have to go, or to shrink.
  struct Eviction: Sendable, Hashable {
    let job: JobID
    let gpus: Int
    let lostGPUSeconds: Double
  }

  struct Place: Sendable, Hashable {
    let node: NodeID
    let workers: Int
  }

  /// Why it would not be taken on; nil if it would.
  var refusal: JobRefusal?
  /// Where it would run.
  var places: [Place] = []
  var evictions: [Eviction] = []
  /// When it would start; nil when nobody knows.
  var start: JobForecast?
  var reasons: [WaitReason] = []
}

extension JobScheduler {
  /// What would become of a job that was submitted now: the decisions themselves, taken on a copy.
  func plan(_ spec: JobSpec, at time: Instant) -> JobPlan {
    var copy = self
    var actions = Actions<JobAction>()
    copy.step(.submitted(spec), at: time, into: &actions)
    copy.step(.timePassed, at: time, into: &actions)
    let now = copy.latest
    var plan = JobPlan()
    for action in actions.take() {
      switch action {
      case .refuse(spec.name, let refusal): plan.refusal = refusal
      case .note(let job, let incident):
        guard case .preempted(spec.name, _) = incident.cause else { continue }
        let lost = incident.lostGPUSeconds
        plan.evictions.append(.init(job: job, gpus: incident.gpus, lostGPUSeconds: lost))
      default: break
      }
    }
    guard plan.refusal == nil, let slot = copy.slots[spec.name] else { return plan }
    let hold = copy.holds.first { $0.owner == .job(slot) }
    let shares = hold?.shares ?? Self.merged(copy.jobs[slot].shares)
    plan.places = shares.map { .init(node: copy.gpus.id($0.node), workers: $0.workers) }
    plan.start =
      copy.jobs[slot].isWaiting
      ? copy.forecast(of: spec.name, at: now) : JobForecast(at: now, basis: .free)
    plan.reasons = copy.reasons(for: spec.name, at: now)
    return plan
  }

  /// Every reason why a job waits; none if it doesn't.
  func reasons(for id: JobID, at now: Instant) -> [WaitReason] {
    guard let slot = slots[id] else { return [] }
    let job = jobs[slot]
    var reasons: [WaitReason] = []
    if let stop = job.stop, !job.isEnded {
      let cutOff = job.workers.compactMap(\.fencedAt)
      if let end = cutOff.max() { reasons.append(.cutOff(workers: cutOff.count, until: end)) }
      let here = job.workers.count - cutOff.count
      if here > 0 { reasons.append(.ownWorkersLeave(workers: here, until: stop.deadline)) }
    }
    guard job.isWaiting else { return reasons }
    if job.notBefore > now {
      reasons.append(
        .backoff(until: job.notBefore, failures: job.failures, retries: job.spec.retries)
      )
    }
    let avoided = avoidedNodes(of: slot, at: now)
    if let end = job.avoided.map(\.until).filter({ $0 > now }).max(), !avoided.isEmpty {
      reasons.append(.avoids(nodes: avoided.map(gpus.id), until: end))
    }
    if let hold = holds.first(where: { $0.owner == .job(slot) }) {
      reasons.append(holdReason(hold, at: now))
      if hold.kind == .firm { return reasons }
    }
    return reasons + supplyReasons(slot, at: now)
  }

  private func holdReason(_ hold: Hold, at now: Instant) -> WaitReason {
    let needed = hold.shares.reduce(0) { $0 + $1.workers } * hold.gpusPerWorker
    let free = hold.shares.reduce(0) {
      $0 + min(gpus.free($1.node).nonzeroBitCount, $1.workers * hold.gpusPerWorker)
    }
    guard hold.kind == .firm else { return .collecting(free: free, of: needed) }
    let nodes = Set(hold.shares.map(\.node))
    let leaving = active.filter { slot in
      jobs[slot].workers.contains { worker in
        nodes.contains(worker.nodeNumber) && (worker.isLeaving || jobs[slot].stop != nil)
      }
    }
    let end = leaving.compactMap { jobs[$0].stop?.deadline }.max()
    return .othersLeave(
      jobs: leaving.map { jobs[$0].spec.name },
      gpus: needed - free,
      until: end ?? now
    )
  }

  private func supplyReasons(_ slot: Int, at now: Instant) -> [WaitReason] {
    let spec = jobs[slot].spec
    let size = spec.gpusPerWorker
    let needed = spec.workers.min * size
    var supply = supply(at: now)
    let others = holds.filter { $0.owner != .job(slot) }
    for hold in others {
      supply.hold(hold.shares, of: hold.gpusPerWorker, isHead: hold.kind != .firm)
    }
    let shape = GangShape(spec)
    let all = placer.usable(supply.free, shape).reduce(0, +)
    let left = placer.usable(supply.now(.behindHead), shape)
    let free = left.reduce(0, +)
    let places = left.map { $0 / size }
    var reasons: [WaitReason] = []
    if free < needed {
      reasons.append(.tooFewFree(needed: needed, free: free))
    } else if places.reduce(0, +) < spec.workers.min {
      reasons.append(
        .fragmented(
          workers: spec.workers.min,
          gpusPerWorker: size,
          places: places.reduce(0, +),
          free: free
        )
      )
    } else if !spec.spansRegions {
      var regions: [RegionID: Int] = [:]
      for (node, count) in places.enumerated() {
        regions[gpus.topology.nodes[node].region, default: 0] += count
      }
      let most = regions.values.max() ?? 0
      if most < spec.workers.min {
        reasons.append(.noRegion(workers: spec.workers.min, most: most))
      }
    }
    if all > free {
      let names = others.compactMap { hold -> JobID? in
        if case .job(let slot) = hold.owner { jobs[slot].spec.name } else { nil }
      }
      let serving = others.filter { $0.reclaim != nil }.flatMap { hold in
        hold.shares.map { $0.workers * hold.gpusPerWorker }
      }
      reasons.append(.promised(gpus: all - free, to: names, serving: serving.reduce(0, +)))
    }
    let running = active.reduce(0) { $0 + jobs[$1].gpuCount }
    if running > 0 { reasons.append(.running(jobs: active.count, gpus: running)) }
    let serving = gpus.nodes.reduce(0) { $0 + $1.serving.nonzeroBitCount }
    if serving > 0 { reasons.append(.serving(gpus: serving)) }
    let closed = gpus.nodes.indices.filter { !gpus[$0].isOpen }
    if !closed.isEmpty {
      let unreachable = closed.count { gpus[$0].status != .ready }
      reasons.append(
        .closed(
          cordoned: closed.count - unreachable,
          unreachable: unreachable,
          gpus: closed.reduce(0) { $0 + gpus.jobCapacity($1) }
        )
      )
    }
    if let ahead = ahead(of: slot, at: now), !ahead.isEmpty {
      let count = ahead.reduce(0) {
        $0 + jobs[$1].spec.workers.min * jobs[$1].spec.gpusPerWorker
      }
      let share = supply.share(of: spec.tenant, settings)
      reasons.append(.behind(jobs: ahead.count, gpus: count, share: share))
    }
    let lower = active.filter {
      jobs[$0].spec.priority < spec.priority && jobs[$0].protectedUntil > now
        && jobs[$0].protectedUntil < .distantFuture
    }
    if let end = lower.map({ jobs[$0].protectedUntil }).min() {
      let count = lower.reduce(0) { $0 + jobs[$1].gpuCount }
      reasons.append(.protected(jobs: lower.count, gpus: count, until: end))
    }
    return reasons
  }
}
