import Basics

extension JobScheduler {
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
      let need = Need(reclaim: reclaim.id, shape: shape, count: count, nodes: nodes)
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
