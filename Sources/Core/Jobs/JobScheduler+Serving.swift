public import Basics

extension JobScheduler {
  /// GPUs that jobs would have in each region, if `lendable` ones were free beside the idle: what
  /// those need that wait and would have a place then, and what elastic ones could grow by beyond
  /// what is idle.
  public func wantedGPUs(ifFree lendable: [RegionID: Int]) -> [RegionID: Int] {
    var idle: [RegionID: Int] = [:]
    for (number, node) in gpus.topology.nodes.enumerated() {
      idle[node.region, default: 0] += gpus.free(number).nonzeroBitCount
    }
    let free = idle.merging(lendable, uniquingKeysWith: +)
    let all = free.values.reduce(0, +)
    var wanted: [RegionID: Int] = [:]
    for job in jobs where job.isWaiting {
      let least = job.spec.workers.min * job.spec.gpusPerWorker
      for (region, count) in free where least <= (job.spec.spansRegions ? all : count) {
        wanted[region, default: 0] += least
      }
    }
    var growth: [RegionID: Int] = [:]
    for slot in active where jobs[slot].phase == .running {
      let (spec, nodes) = (jobs[slot].spec, jobs[slot].workers.map(\.nodeNumber))
      let more = max(0, spec.workers.max - jobs[slot].staying) * spec.gpusPerWorker
      guard more > 0 else { continue }
      let own = nodes.filter { $0 >= 0 }.map { gpus.topology.nodes[$0].region }
      for region in spec.spansRegions ? Set(free.keys) : Set(own) {
        growth[region, default: 0] += more
      }
    }
    for (region, more) in growth {
      wanted[region, default: 0] += max(0, more - (idle[region] ?? 0))
    }
    return wanted
  }

  /// GPUs that nobody has, by node.
  public var idleGPUs: [NodeID: Int] {
    Dictionary(
      uniqueKeysWithValues: gpus.nodes.indices.map { (gpus.id($0), gpus.free($0).nonzeroBitCount) }
    )
  }

  /// Takes GPUs back for serving: what is free, then those of the jobs that matter and lose the
  /// least.
  ///
  /// All promises to jobs give way, and so do jobs that have not run for long, but these last.
  mutating func reclaim(
    _ reclaim: Reclaim,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard reclaim.replicas > 0, (1...JobNode.gpuCountMax).contains(reclaim.gpusPerReplica),
      reclaims[reclaim.id] == nil
    else { return }
    reclaims[reclaim.id] = reclaim
    var supply = supply(at: now)
    // Of the promises only those to serving count.
    for hold in holds where hold.reclaim != nil {
      supply.hold(hold.shares, of: hold.gpusPerWorker, isHead: false)
    }
    for node in supply.free.indices where gpus[node].status == .ready {
      supply.free[node] = gpus.rest(node).nonzeroBitCount
    }
    let nodes = Set(reclaim.nodes.compactMap { gpus.number(of: $0) })
    // The most that there may be; the search finds out what there is.
    var (low, high) = (0, min(reclaim.replicas, nodes.count * JobNode.gpuCountMax))
    var best: (shares: [NodeShare], victims: [Victim])?
    while low < high {
      let count = (low + high + 1) / 2
      var shape = GangShape(gpusPerWorker: reclaim.gpusPerReplica, workers: count)
      shape.spansRegions = true
      var need = Need(reclaim: reclaim.id, shape: shape, count: count, nodes: nodes)
      for (node, places) in reclaim.places {
        if let number = gpus.number(of: node) {
          need.useful[number] = places * reclaim.gpusPerReplica
        }
      }
      if let found = search(need, supply, at: now) {
        (best, low) = (found, count)
      } else {
        high = count - 1
      }
    }
    if low < reclaim.replicas {
      actions.append(.reclaimShort(reclaim.id, replicas: reclaim.replicas - low))
    }
    wantPass(at: now)
    guard let best else {
      reclaims[reclaim.id] = nil
      return
    }
    let hold = Hold(
      owner: .serving(reclaim.id),
      kind: .firm,
      gpusPerWorker: reclaim.gpusPerReplica,
      shares: best.shares
    )
    holds.append(hold)
    let shape = GangShape(gpusPerWorker: reclaim.gpusPerReplica, workers: low)
    let need = Need(reclaim: reclaim.id, shape: shape, count: low, nodes: nodes)
    evict(best.victims, for: need, &supply, at: now, into: &actions)
  }
}
