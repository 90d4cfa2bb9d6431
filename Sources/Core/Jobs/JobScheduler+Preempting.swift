import Basics

/// Who needs GPUs that others have.
struct Need {
  let owner: JobScheduler.Hold.Owner
  let shape: GangShape
  let count: Int
  let view: Supply.View
  let avoided: [Int]
  /// The only nodes where they are of use; nil for any.
  var nodes: Set<Int>?
  /// The most GPUs that are of use on a node, by its number.
  var useful: [Int: Int] = [:]

  init(job slot: Int, shape: GangShape, count: Int, view: Supply.View, _ avoided: [Int]) {
    owner = .job(slot)
    (self.shape, self.count, self.view, self.avoided) = (shape, count, view, avoided)
  }

  init(reclaim: ReclaimID, shape: GangShape, count: Int, nodes: Set<Int>) {
    owner = .serving(reclaim)
    (self.shape, self.count, self.nodes) = (shape, count, nodes)
    (view, avoided) = (.overHead, [])
  }

  /// What is to be had, less where it is of no use.
  func usable(_ free: [Int]) -> [Int] {
    var free = free
    for node in avoided { free[node] = 0 }
    if let nodes { for node in free.indices where !nodes.contains(node) { free[node] = 0 } }
    for (node, most) in useful { free[node] = min(free[node], most) }
    return free
  }
}

/// A job that may have to go, or the part of an elastic one that it can do without.
struct Victim {
  let slot: Int
  /// Workers that leave; empty for all.
  let ranks: [Int]
  /// GPUs that it gives up, by node.
  let gpus: [Int: Int]
  let priority: Int
  let isProtected: Bool
  /// Work that it loses, in seconds on each GPU, as far as it counts for the choice.
  let seconds: Double
  /// GPU seconds that it loses.
  let loss: Double

  var gpuCount: Int { gpus.values.reduce(0, +) }
}

extension JobScheduler {
  /// Whether a search for victims may find any; cheap.
  func mayPreempt(_ need: Need, _ supply: Supply, at now: Instant) -> Bool {
    guard case .job(let slot) = need.owner else { return true }
    let (priority, tenant) = (jobs[slot].spec.priority, jobs[slot].spec.tenant)
    if priority > supply.victimPriority || priority >= supply.surplusPriority { return true }
    guard priority == supply.victimPriority else { return false }
    let own = supply.share(of: tenant, settings, and: need.count * need.shape.gpusPerWorker)
    return supply.usage.keys.contains { $0 != tenant && supply.share(of: $0, settings) > own }
  }

  /// The victims whose going makes room with the least loss, and the places that there are then;
  /// nil when there is no room however many go.
  ///
  /// The lowest priority goes first, and what may be preempted before what should not be yet.
  /// Within that, loss is GPUs times the time since the last complete checkpoint. As the cheapest
  /// set is a knapsack, two greedy orders are tried, by loss and by loss for each GPU, each with
  /// what it turned out not to need left out, and the better one is taken.
  func search(
    _ need: Need,
    _ supply: Supply,
    at now: Instant
  ) -> (shares: [NodeShare], victims: [Victim])? {
    let all = victims(for: need, supply, at: now)
    let orders = [all.sorted(by: Self.isBefore(\.loss)), all.sorted(by: Self.isBefore(\.seconds))]
    let found = orders.compactMap { fewest(of: affordable($0, need, supply), need, supply) }
    return found.min { Self.cost($0.victims) < Self.cost($1.victims) }
  }

  private static func isBefore(_ loss: KeyPath<Victim, Double>) -> (Victim, Victim) -> Bool {
    return { left, right in
      if left.priority != right.priority { return left.priority < right.priority }
      if left.isProtected != right.isProtected { return right.isProtected }
      let key = (left[keyPath: loss], left.slot, -(left.ranks.first ?? 0))
      return key < (right[keyPath: loss], right.slot, -(right.ranks.first ?? 0))
    }
  }

  private static func cost(_ victims: [Victim]) -> (Int, Int, Double) {
    (
      victims.map(\.priority).max() ?? .min, victims.count(where: \.isProtected),
      victims.reduce(0) { $0 + $1.loss }
    )
  }

  /// Those of a need's own priority only as far as their tenants still have no less than its own.
  private func affordable(_ victims: [Victim], _ need: Need, _ supply: Supply) -> [Victim] {
    guard case .job(let slot) = need.owner else { return victims }
    let spec = jobs[slot].spec
    let own = supply.share(
      of: spec.tenant,
      settings,
      and: need.count * need.shape.gpusPerWorker
    )
    var given: [TenantID: Int] = [:]
    return victims.filter { victim in
      guard victim.priority == spec.priority, victim.ranks.isEmpty else { return true }
      let tenant = jobs[victim.slot].spec.tenant
      let rest = (given[tenant] ?? 0) + jobs[victim.slot].gpuCount
      guard tenant != spec.tenant, supply.share(of: tenant, settings, and: -rest) >= own else {
        return false
      }
      given[tenant] = rest
      return true
    }
  }

  /// As few of the first victims as make room, without those that do not help.
  private func fewest(
    of victims: [Victim],
    _ need: Need,
    _ supply: Supply
  ) -> (shares: [NodeShare], victims: [Victim])? {
    let placer = placer
    func place(_ count: Int) -> [NodeShare]? {
      var more: [Int: Int] = [:]
      for victim in victims[..<count] { more.merge(victim.gpus, uniquingKeysWith: +) }
      let free = need.usable(supply.soon(need.view, and: more))
      return placer.place(need.count, need.shape, free: free)
    }
    guard var shares = place(victims.count) else { return nil }
    var (low, high) = (0, victims.count)
    while low < high {
      let middle = (low + high) / 2
      if let found = place(middle) {
        (shares, high) = (found, middle)
      } else {
        low = middle + 1
      }
    }
    let soon = supply.soon(need.view)
    var spare: [Int: Int] = [:]
    for share in shares {
      spare[share.node, default: soon[share.node]] -= share.workers * need.shape.gpusPerWorker
    }
    var chosen = Array(victims[..<high])
    for victim in chosen {
      for (node, count) in victim.gpus where spare[node] != nil { spare[node, default: 0] += count }
    }
    for index in chosen.indices.reversed() {
      let gives = chosen[index].gpus
      guard gives.allSatisfy({ node, count in spare[node].map { $0 >= count } ?? true }) else {
        continue
      }
      for (node, count) in gives where spare[node] != nil { spare[node, default: 0] -= count }
      chosen.remove(at: index)
    }
    return (shares, chosen)
  }

  /// Everyone who may have to go for a need.
  private func victims(for need: Need, _ supply: Supply, at now: Instant) -> [Victim] {
    let candidates = active.filter { slot in
      let job = jobs[slot]
      guard job.phase == .running || job.phase == .starting, job.finishingSince == nil else {
        return false
      }
      guard job.workers.allSatisfy({ $0.fencedAt == nil && $0.nodeNumber >= 0 }) else {
        return false
      }
      guard case .job(let asking) = need.owner else { return true }
      return job.spec.priority <= jobs[asking].spec.priority && job.protectedUntil <= now
    }
    // Whoever reports no checkpoints loses all since its start, but is no dearer than whoever does.
    let reported = candidates.filter { jobs[$0].hasCheckpointed }
    let claimMax = reported.map { jobs[$0].unsavedSeconds(at: now) }.max() ?? .infinity
    var victims: [Victim] = []
    for slot in candidates {
      let job = jobs[slot]
      let isProtected = job.protectedUntil > now
      var seconds = job.unsavedSeconds(at: now)
      if !job.hasCheckpointed { seconds = min(seconds, claimMax) }
      let surplus = job.surplusRanks
      func add(_ workers: [Job.Worker], ranks: [Int], seconds: Double, gpus lost: Int) {
        var gpus: [Int: Int] = [:]
        for worker in workers where need.nodes?.contains(worker.nodeNumber) ?? true {
          gpus[worker.nodeNumber, default: 0] += worker.gpuCount
        }
        guard !gpus.isEmpty else { return }
        victims.append(
          Victim(
            slot: slot,
            ranks: ranks,
            gpus: gpus,
            priority: job.spec.priority,
            isProtected: isProtected,
            seconds: seconds,
            loss: seconds * Double(lost)
          )
        )
      }
      // The last first, so that the ranks that stay follow each other.
      for worker in job.workers.reversed()
      where surplus.contains(worker.rank) && !worker.isLeaving {
        // The others go on, or all go back to the last checkpoint once.
        let part = job.resizesInPlace ? 0 : seconds / Double(surplus.count)
        add([worker], ranks: [worker.rank], seconds: part, gpus: job.gpuCount)
      }
      let core = job.workers.filter { !surplus.contains($0.rank) && !$0.isLeaving }
      if case .job(let asking) = need.owner, job.spec.priority == jobs[asking].spec.priority,
        job.spec.tenant == jobs[asking].spec.tenant
      {
        continue
      }
      add(core, ranks: [], seconds: seconds, gpus: job.gpuCount)
    }
    return victims
  }

  /// Has victims go for a need.
  mutating func evict(
    _ victims: [Victim],
    for need: Need,
    _ supply: inout Supply,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    let whole = Set(victims.filter(\.ranks.isEmpty).map(\.slot))
    var parts: [Int: Set<Int>] = [:]
    for victim in victims where !whole.contains(victim.slot) {
      parts[victim.slot, default: []].formUnion(victim.ranks)
    }
    for slot in Set(victims.map(\.slot)).sorted() {
      let cause: StopCause
      var within: Duration?
      switch need.owner {
      case .job(let asking):
        let isForShare = jobs[asking].spec.priority <= jobs[slot].spec.priority
        cause = .preempted(by: jobs[asking].spec.name, isForShare: isForShare)
      case .serving(let id):
        cause = .reclaimed(id, by: reclaims[id]?.by ?? "")
        within = reclaims[id]?.within
      }
      if let ranks = parts[slot] {
        shrink(slot, by: ranks, cause, within: within, &supply, at: now, into: &actions)
      } else {
        markLeaving(slot, nil, &supply)
        jobs[slot].preemptions += 1
        beginStop(slot, cause, within: within, at: now, into: &actions)
      }
    }
  }

  /// Counts the GPUs of a job's workers, or of some of them, among those that are free soon.
  func markLeaving(_ slot: Int, _ ranks: Set<Int>?, _ supply: inout Supply) {
    for worker in jobs[slot].workers
    where !worker.isLeaving && ranks?.contains(worker.rank) ?? true {
      guard gpus[worker.nodeNumber].isOpen else { continue }
      supply.leaving[worker.nodeNumber] += worker.gpuCount
      supply.isAnyLeaving = true
    }
  }
}
