import Basics

extension JobScheduler {
  /// What was found out while jobs are placed: it holds until the end, as there is only ever less
  /// to give.
  private struct Pass {
    struct Searcher: Hashable {
      let shape: GangShape
      let priority: Int
      let tenant: TenantID
    }

    var placed: [Int] = []
    /// Shapes for which there is no place now, and none when those who were told to go have gone.
    var failedNow: Set<GangShape> = []
    var failedSoon: Set<GangShape> = []
    var failedSearches: Set<Searcher> = []
    var searches: Int
    var hasEvicted = false
    /// How many may still look for a place in the future that has none.
    var reservationsTried: Int
    var hasUnplaced = false
  }

  var placer: GangPlacer { GangPlacer(topology: gpus.topology) }

  /// Places what can be placed, makes room for what may have it, and grows what can grow.
  mutating func schedule(at now: Instant, into actions: inout Actions<JobAction>) {
    history.advance(to: now, memory: settings.shareMemory)
    var supply = supply(at: now)
    var pass = Pass(
      searches: settings.preemptionSearchesMax,
      reservationsTried: settings.preemptionSearchesMax
    )
    pass.placed = settleHolds(&supply, at: now, into: &actions)
    let firm = Set(holds.filter { $0.kind == .firm }.map(\.owner))
    let settings = settings
    let queue = queue
    queue.walk {
      supply.turn(of: $0, settings)
    } visit: { slot in
      if jobs[slot].notBefore > now {
        wantPass(at: jobs[slot].notBefore)
      } else if jobs[slot].isWaiting {
        let isHeld = firm.contains(.job(slot))
        consider(slot, isHeld: isHeld, &supply, &pass, at: now, into: &actions)
      }
      return true
    }
    for slot in pass.placed { self.queue.remove(jobs[slot]) }
    grow(pass.placed, &supply, at: now, into: &actions)
    history.set(supply.usage)
    for slot in pass.placed {
      actions.append(.save(jobs[slot]))
      order(jobs[slot].workers.map(\.rank), of: slot, into: &actions)
      arm(slot, at: now.advanced(by: settings.startMax))
    }
    // Those who wait may have what is protected now, and what avoids a node may go there.
    guard pass.hasUnplaced else { return }
    if pass.searches == 0, pass.hasEvicted { wantPass(at: now.advanced(by: .seconds(1))) }
    let ends = active.map { jobs[$0].protectedUntil }.filter { $0 > now && $0 < .distantFuture }
    if let first = ends.min() { wantPass(at: first) }
  }

  /// Places a job, or promises it a place; one for which others go already is placed at most.
  private mutating func consider(
    _ slot: Int,
    isHeld: Bool,
    _ supply: inout Supply,
    _ pass: inout Pass,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    let shape = GangShape(jobs[slot].spec)
    let view = view(of: slot, at: now)
    let avoided = avoidedNodes(of: slot, at: now)
    // What holds for others of the shape holds for this one too, unless it sees more or less.
    let isPlain = view == .behindHead && avoided.isEmpty
    let placer = placer
    func place(_ free: [Int], _ failed: inout Set<GangShape>) -> [NodeShare]? {
      if isPlain, failed.contains(shape) { return nil }
      var free = free
      for node in avoided { free[node] = 0 }
      let shares = placer.place(shape.workers.min, shape, free: free)
      if isPlain, shares == nil { failed.insert(shape) }
      return shares
    }
    if !isPlain || !pass.failedNow.contains(shape),
      let shares = place(supply.now(view), &pass.failedNow)
    {
      release(slot, &supply)
      take(slot, shares, &supply, at: now)
      return pass.placed.append(slot)
    }
    guard !isHeld else { return }
    pass.hasUnplaced = true
    if let end = jobs[slot].avoided.map(\.until).filter({ $0 > now }).min() { wantPass(at: end) }
    if supply.isAnyLeaving, !isPlain || !pass.failedSoon.contains(shape),
      let shares = place(supply.soon(view), &pass.failedSoon)
    {
      return hold(slot, shares, .firm, &supply)
    }
    let searcher = Pass.Searcher(
      shape: shape,
      priority: jobs[slot].spec.priority,
      tenant: jobs[slot].spec.tenant
    )
    if pass.searches > 0, !isPlain || !pass.failedSearches.contains(searcher) {
      let need = Need(job: slot, shape: shape, count: shape.workers.min, view: view, avoided)
      if mayPreempt(need, supply, at: now) {
        pass.searches -= 1
        if let found = search(need, supply, at: now) {
          evict(found.victims, for: need, &supply, at: now, into: &actions)
          pass.hasEvicted = true
          return hold(slot, found.shares, .firm, &supply)
        }
      }
      if isPlain { pass.failedSearches.insert(searcher) }
    }
    guard pass.reservationsTried > 0 else { return }
    if !reserve(slot, shape, avoided, &supply, at: now) { pass.reservationsTried -= 1 }
  }

  /// Whether a job may have what waits for the first in the queue: it is the first, or matters
  /// more, or ends before the first can begin.
  private func view(of slot: Int, at now: Instant) -> Supply.View {
    guard let head = holds.first(where: { $0.kind != .firm }), case .head(let start) = head.kind,
      case .job(let first) = head.owner
    else { return .behindHead }
    if first == slot || jobs[slot].spec.priority > jobs[first].spec.priority { return .overHead }
    guard let limit = jobs[slot].spec.limits.time else { return .behindHead }
    let end = now.advanced(by: limit - jobs[slot].ranBefore + jobs[slot].spec.notice)
    return end <= start.at ? .overHead : .behindHead
  }

  /// Nodes that a job stays away from for a while, since it was lost there; none if it has no place
  /// without them on the GPUs that serving leaves.
  func avoidedNodes(of slot: Int, at now: Instant) -> [Int] {
    let avoided = jobs[slot].avoided.filter { $0.until > now }.compactMap {
      gpus.number(of: $0.node)
    }
    guard !avoided.isEmpty else { return [] }
    var all = gpus.nodes.indices.map { number in
      gpus[number].isOpen ? gpus.jobCapacity(number) : 0
    }
    for node in avoided { all[node] = 0 }
    let shape = GangShape(jobs[slot].spec)
    return placer.place(shape.workers.min, shape, free: all) == nil ? [] : avoided
  }

  /// Gives a job workers at places that are free.
  mutating func take(
    _ slot: Int,
    _ shares: [NodeShare],
    _ supply: inout Supply,
    at now: Instant
  ) {
    jobs[slot].epoch += 1
    jobs[slot].phase = .starting
    (jobs[slot].orderedAt, jobs[slot].runningSince, jobs[slot].resizedAt) = (now, nil, nil)
    addWorkers(slot, shares, &supply)
    activate(slot)
  }

  /// Adds workers of the current epoch, with the lowest ranks that nobody has.
  @discardableResult
  mutating func addWorkers(
    _ slot: Int,
    _ shares: [NodeShare],
    _ supply: inout Supply
  ) -> [Int] {
    let size = jobs[slot].spec.gpusPerWorker
    let taken = Set(jobs[slot].workers.map(\.rank))
    var rank = 0
    var ranks: [Int] = []
    for share in shares {
      for _ in 0..<share.workers {
        guard let mask = gpus.take(size, of: share.node) else {
          preconditionFailure("a place on \(gpus.id(share.node)) was given twice")
        }
        while taken.contains(rank) { rank += 1 }
        ranks.append(rank)
        jobs[slot].workers.append(
          Job.Worker(
            rank: rank,
            epoch: jobs[slot].epoch,
            node: gpus.id(share.node),
            nodeNumber: share.node,
            gpus: mask
          )
        )
        rank += 1
      }
      supply.free[share.node] -= share.workers * size
      supply.usage[jobs[slot].spec.tenant, default: 0] += share.workers * size
    }
    return ranks
  }

  /// Tells nodes to start workers of a job.
  mutating func order(_ ranks: [Int], of slot: Int, into actions: inout Actions<JobAction>) {
    let job = jobs[slot]
    var nodes: [NodeID] = []
    var locals: [NodeID: [Int]] = [:]
    for worker in job.workers where !worker.isLeaving {
      if locals[worker.node] == nil { nodes.append(worker.node) }
      locals[worker.node, default: []].append(worker.rank)
    }
    guard let master = job.workers.first(where: { $0.rank == 0 })?.node else { return }
    let nodeRanks = Dictionary(uniqueKeysWithValues: zip(nodes, nodes.indices))
    let wanted = Set(ranks)
    for worker in job.workers where wanted.contains(worker.rank) {
      let local = locals[worker.node] ?? []
      actions.append(
        .start(
          WorkerOrder(
            id: WorkerID(job: job.spec.name, rank: worker.rank, epoch: worker.epoch),
            spec: job.spec,
            node: worker.node,
            gpus: worker.gpus,
            worldSize: job.staying,
            localRank: local.firstIndex(of: worker.rank) ?? 0,
            localWorldSize: local.count,
            nodeRank: nodeRanks[worker.node] ?? 0,
            nodeCount: nodes.count,
            master: master,
            checkpoint: job.checkpoint
          )
        )
      )
    }
  }

  /// Promises places to a job.
  mutating func hold(
    _ slot: Int,
    _ shares: [NodeShare],
    _ kind: Hold.Kind,
    _ supply: inout Supply
  ) {
    release(slot, &supply)
    let size = jobs[slot].spec.gpusPerWorker
    supply.hold(shares, of: size, isHead: kind != .firm)
    holds.append(Hold(owner: .job(slot), kind: kind, gpusPerWorker: size, shares: shares))
  }

  private mutating func release(_ slot: Int, _ supply: inout Supply) {
    guard let index = holds.firstIndex(where: { $0.owner == .job(slot) }) else { return }
    let hold = holds.remove(at: index)
    supply.hold(hold.shares, of: hold.gpusPerWorker, isHead: hold.kind != .firm, sign: -1)
  }

  /// Keeps GPUs for the first in the queue as they become free, so that nobody behind it takes them
  /// from it: those that are expected to be free together the soonest.
  ///
  /// Returns false when there are none.
  private mutating func reserve(
    _ slot: Int,
    _ shape: GangShape,
    _ avoided: [Int],
    _ supply: inout Supply,
    at now: Instant
  ) -> Bool {
    var displaced: Int?
    if let head = holds.first(where: { $0.kind != .firm }), case .job(let first) = head.owner {
      let (own, other) = (jobs[slot].spec, jobs[first].spec)
      let goesBefore =
        own.priority == other.priority
        && supply.turn(of: own.tenant, settings) < supply.turn(of: other.tenant, settings)
      guard own.priority > other.priority || goesBefore else { return true }
      displaced = first
    }
    guard let (shares, start) = soonest(shape, avoided, supply, at: now) else { return false }
    if let displaced { release(displaced, &supply) }
    hold(slot, shares, .head(start), &supply)
    return true
  }
}
