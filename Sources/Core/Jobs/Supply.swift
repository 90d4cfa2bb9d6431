import Basics

/// The GPUs that there are to give while jobs are placed, by node, and what tenants have of them.
struct Supply {
  /// GPUs that nobody has, on nodes that take workers.
  var free: [Int]
  /// GPUs of workers that were told to go and have not gone.
  var leaving: [Int]
  /// GPUs that are promised to those for whom others go, and those that wait for the first in the
  /// queue.
  var firmlyHeld: [Int]
  var headHeld: [Int]
  /// GPUs that each tenant has.
  var usage: [TenantID: Int] = [:]
  /// GPUs that tenants have had lately, on average.
  let history: UsageHistory
  /// All GPUs, and whether some will be free soon.
  let total: Int
  var isAnyLeaving = false
  /// The lowest priority of those that may be preempted, and of elastic ones with more than they
  /// need.
  var victimPriority = Int.max
  var surplusPriority = Int.max

  /// Whether what waits for the first in the queue is to be had too.
  enum View { case behindHead, overHead }

  /// GPUs to be had now.
  func now(_ view: View) -> [Int] {
    free.indices.map { max(0, free[$0] - promised($0, view)) }
  }

  /// GPUs to be had when those who were told to go have gone, and `more` with them.
  func soon(_ view: View, and more: [Int: Int] = [:]) -> [Int] {
    var soon = free.indices.map { free[$0] + leaving[$0] - promised($0, view) }
    for (node, count) in more { soon[node] += count }
    return soon.map { max(0, $0) }
  }

  private func promised(_ node: Int, _ view: View) -> Int {
    firmlyHeld[node] + (view == .behindHead ? headHeld[node] : 0)
  }

  /// What a tenant's turn goes by: its share, and that which it has had lately.
  func turn(of tenant: TenantID, _ settings: JobSettings) -> Double {
    let weight = max(1e-9, settings.weights[tenant] ?? 1)
    return share(of: tenant, settings) + history[tenant] / (Double(max(1, total)) * weight)
  }

  /// The share of the GPUs that a tenant has, over its weight.
  func share(of tenant: TenantID, _ settings: JobSettings, and more: Int = 0) -> Double {
    let weight = max(1e-9, settings.weights[tenant] ?? 1)
    return Double((usage[tenant] ?? 0) + more) / (Double(max(1, total)) * weight)
  }

  mutating func hold(_ shares: [NodeShare], of size: Int, isHead: Bool, sign: Int = 1) {
    for share in shares {
      let count = sign * share.workers * size
      if isHead { headHeld[share.node] += count } else { firmlyHeld[share.node] += count }
    }
  }
}

extension JobScheduler {
  /// What there is to give now; ``settleHolds`` adds what is held.
  func supply(at now: Instant) -> Supply {
    let nodes = gpus.nodes.indices
    var supply = Supply(
      free: nodes.map { gpus.free($0).nonzeroBitCount },
      leaving: [Int](repeating: 0, count: nodes.count),
      firmlyHeld: [Int](repeating: 0, count: nodes.count),
      headHeld: [Int](repeating: 0, count: nodes.count),
      history: history,
      total: gpus.gpuCount
    )
    for slot in active {
      let isStopping = jobs[slot].phase == .stopping
      let (priority, workers) = (jobs[slot].spec.priority, jobs[slot].spec.workers)
      if jobs[slot].phase == .running, jobs[slot].protectedUntil <= now {
        supply.victimPriority = min(supply.victimPriority, priority)
        if workers.isElastic, jobs[slot].staying > workers.min {
          supply.surplusPriority = min(supply.surplusPriority, priority)
        }
      }
      var count = 0
      for worker in jobs[slot].workers {
        count += worker.gpuCount
        guard isStopping || worker.isLeaving, worker.fencedAt == nil, worker.nodeNumber >= 0,
          gpus[worker.nodeNumber].isOpen
        else { continue }
        supply.leaving[worker.nodeNumber] += worker.gpuCount
        supply.isAnyLeaving = true
      }
      supply.usage[jobs[slot].spec.tenant, default: 0] += count
    }
    return supply
  }

  /// Gives what is held to those whose GPUs are all free, serving first, and drops what can't be
  /// had any more.
  ///
  /// Returns the jobs that got their places.
  mutating func settleHolds(
    _ supply: inout Supply,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) -> [Int] {
    var placed: [Int] = []
    // Serving has the first of what is free, then those for whom others went, as they came.
    var before = [Int](repeating: 0, count: supply.free.count)
    let (serving, jobs) = (holds.filter { $0.reclaim != nil }, holds.filter { $0.reclaim == nil })
    let order = serving + jobs.filter { $0.kind == .firm } + jobs.filter { $0.kind != .firm }
    for var hold in order {
      if let reclaim = hold.reclaim {
        handOver(&hold, reclaim, &supply, into: &actions)
      } else if case .job(let slot) = hold.owner {
        let size = hold.gpusPerWorker
        let isHead = hold.kind != .firm
        if self.jobs[slot].stop?.isBroken ?? false {
          // Where it begins again is decided when it is known what it lost.
          hold.shares.removeAll { !gpus[$0.node].isOpen }
        }
        let isLost = hold.shares.contains { share in
          // Running jobs end some day; what serves may not.
          let soon =
            isHead
            ? gpus.jobCapacity(share.node)
            : supply.free[share.node] + supply.leaving[share.node] - before[share.node]
          return !gpus[share.node].isOpen || soon < share.workers * size
        }
        let isFree = hold.shares.allSatisfy { share in
          supply.free[share.node] - before[share.node] >= share.workers * size
        }
        if isLost {
          hold.shares = []
        } else if isFree, self.jobs[slot].isWaiting, self.jobs[slot].notBefore <= now {
          take(slot, hold.shares, &supply, at: now)
          placed.append(slot)
          hold.shares = []
        }
      }
      for share in hold.shares { before[share.node] += share.workers * hold.gpusPerWorker }
      supply.hold(hold.shares, of: hold.gpusPerWorker, isHead: hold.kind != .firm)
      replace(hold)
    }
    return placed
  }

  private mutating func replace(_ hold: Hold) {
    guard let index = holds.firstIndex(where: { $0.owner == hold.owner }) else { return }
    if hold.shares.isEmpty { holds.remove(at: index) } else { holds[index] = hold }
  }

  private mutating func handOver(
    _ hold: inout Hold,
    _ reclaim: ReclaimID,
    _ supply: inout Supply,
    into actions: inout Actions<JobAction>
  ) {
    for index in hold.shares.indices {
      let node = hold.shares[index].node
      while hold.shares[index].workers > 0, gpus[node].status == .ready,
        let taken = gpus.take(hold.gpusPerWorker, of: node)
      {
        gpus.giveBack(taken, of: node)
        gpus[node].serving |= taken
        supply.free[node] = gpus.free(node).nonzeroBitCount
        hold.shares[index].workers -= 1
        actions.append(.handOver(reclaim, gpus.id(node), gpus: taken))
      }
    }
    hold.shares.removeAll { $0.workers == 0 }
    if hold.shares.isEmpty { reclaims[reclaim] = nil }
  }
}

extension JobScheduler.Hold {
  var reclaim: ReclaimID? {
    if case .serving(let id) = owner { id } else { nil }
  }
}
