import Basics

/// How many workers of a gang go to one node.
struct NodeShare: Sendable, Hashable {
  /// Number of the node.
  var node: Int
  var workers: Int
}

/// Finds places for all workers of a gang or for none, near to each other.
///
/// The whole gang goes into the smallest unit that holds it: an NVLink domain, else a rail, else a
/// region, else, where the job allows it, several. There it takes the fewest domains, and in these
/// the fewest nodes. Of equal units it takes the one with the least left over, so that large ones
/// stay whole for large gangs. Preferred regions go before nearness.
struct GangPlacer {
  let topology: FleetTopology

  /// Places for `count` workers, given the GPUs that each node has for them; nil when they don't
  /// all fit.
  ///
  /// Workers that follow each other are near to each other.
  func place(_ count: Int, _ shape: GangShape, free: [Int]) -> [NodeShare]? {
    let size = shape.gpusPerWorker
    let free = usable(free, shape)
    var slots = [Int](repeating: 0, count: topology.domains.count)
    var total = 0
    for node in free.indices where free[node] >= size {
      let fit = size == 1 ? free[node] : free[node] / size
      slots[topology.domainOf[node]] += fit
      total += fit
    }
    guard total >= count else { return nil }
    var railSlots = [Int](repeating: 0, count: topology.railCount)
    var regionSlots = [Int](repeating: 0, count: topology.regions.count)
    for (domain, slots) in zip(topology.domains, slots) {
      railSlots[domain.rail] += slots
      regionSlots[domain.region] += slots
    }
    let ranks = ranks(of: shape)
    for rank in Set(ranks).sorted() {
      let inRank = topology.domains.indices.filter {
        slots[$0] > 0 && ranks[topology.domains[$0].region] == rank
      }
      let units: [(slots: [Int], of: (Int) -> Int)] = [
        (slots, { $0 }), (railSlots, { topology.domains[$0].rail }),
        (regionSlots, { topology.domains[$0].region }),
      ]
      for unit in units {
        let fitting = inRank.lazy.map(unit.of).filter { unit.slots[$0] >= count }
        guard let best = fitting.min(by: { unit.slots[$0] < unit.slots[$1] }) else { continue }
        return fill(inRank.filter { unit.of($0) == best }, count, slots, size, free)
      }
    }
    guard shape.spansRegions else { return nil }
    // As few regions as hold it, the preferred first.
    let order = topology.regions.indices.sorted {
      (ranks[$0], regionSlots[$1], $0) < (ranks[$1], regionSlots[$0], $1)
    }
    var shares: [NodeShare] = []
    var rest = count
    for region in order where rest > 0 && regionSlots[region] > 0 {
      let take = min(rest, regionSlots[region])
      let domains = topology.domains.indices.filter {
        slots[$0] > 0 && topology.domains[$0].region == region
      }
      shares += fill(domains, take, slots, size, free)
      rest -= take
    }
    return shares
  }

  /// What is to be had, less that of nodes which don't offer the job's driver.
  func usable(_ free: [Int], _ shape: GangShape) -> [Int] {
    guard let lacking = topology.lacking[shape.driver] else { return free }
    var free = free
    for node in lacking { free[node] = 0 }
    return free
  }

  /// Places for as many as possible of `count` more workers, near to those that are at `shares`.
  func extend(
    _ shares: [NodeShare],
    by count: Int,
    _ shape: GangShape,
    free: [Int]
  ) -> [NodeShare] {
    let free = usable(free, shape)
    let own = shares.map { topology.domains[topology.domainOf[$0.node]] }
    let ownDomains = Set(shares.map { topology.domainOf[$0.node] })
    let (rails, regions) = (Set(own.map(\.rail)), Set(own.map(\.region)))
    var near: [[(id: Int, slots: Int)]] = [[], [], [], []]
    for node in free.indices where free[node] >= shape.gpusPerWorker {
      let domain = topology.domains[topology.domainOf[node]]
      let level =
        ownDomains.contains(topology.domainOf[node])
        ? 0 : rails.contains(domain.rail) ? 1 : regions.contains(domain.region) ? 2 : 3
      near[level].append((node, free[node] / shape.gpusPerWorker))
    }
    if !shape.spansRegions { near[3] = [] }
    var more: [NodeShare] = []
    var rest = count
    for nodes in near where rest > 0 {
      for (node, workers) in Self.fewest(nodes, holding: rest) {
        more.append(NodeShare(node: node, workers: workers))
        rest -= workers
      }
    }
    return more
  }

  /// The place of each region in the job's order of preference.
  private func ranks(of shape: GangShape) -> [Int] {
    guard !shape.regions.isEmpty else {
      return [Int](repeating: 0, count: topology.regions.count)
    }
    return topology.regions.map { shape.regions.firstIndex(of: $0) ?? shape.regions.count }
  }

  private func fill(
    _ domains: [Int],
    _ count: Int,
    _ slots: [Int],
    _ size: Int,
    _ free: [Int]
  ) -> [NodeShare] {
    Self.fewest(domains.map { ($0, slots[$0]) }, holding: count).flatMap { domain, workers in
      let nodes = topology.domains[domain].nodes.map { (id: $0, slots: free[$0] / size) }
      return Self.fewest(nodes.filter { $0.slots > 0 }, holding: workers)
        .map { NodeShare(node: $0.id, workers: $0.take) }
    }
  }

  /// The fewest of `bins` that hold `count`, and what each takes: the largest first, and at the end
  /// the smallest that holds what is left.
  private static func fewest(
    _ bins: [(id: Int, slots: Int)],
    holding count: Int
  ) -> [(id: Int, take: Int)] {
    var rest = count
    var taken: [(id: Int, take: Int)] = []
    func tightest(_ bins: some Sequence<(id: Int, slots: Int)>) -> Int? {
      var best: (id: Int, slots: Int)?
      for bin in bins where bin.slots >= rest && bin.slots < best?.slots ?? .max { best = bin }
      return best?.id
    }
    if let only = tightest(bins) { return [(only, rest)] }
    let sorted = bins.sorted { ($1.slots, $0.id) < ($0.slots, $1.id) }
    for (index, bin) in sorted.enumerated() where rest > 0 {
      if bin.slots >= rest, let last = tightest(sorted[index...]) {
        taken.append((last, rest))
        rest = 0
      } else {
        taken.append((bin.id, bin.slots))
        rest -= bin.slots
      }
    }
    return taken
  }
}
