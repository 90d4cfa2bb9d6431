import Basics
import FleetSpec

/// Finds moves one after the other, the best first; see ``PlacementPlan``.
struct PlacementPlanner {
  /// Replicas that may move and can stand for each other: of one kind, model and region.
  private struct Group {
    let model: Int
    let kind: Int
    let region: RegionID
    /// The cheapest to move last.
    var replicas: [Int] = []
  }

  /// A move that could be made, and what it would change, in seconds of GPU time.
  private struct Option {
    let replica: Int
    let target: Int
    let gain: Double
    let cost: Double

    var net: Double { gain - cost }
  }

  private let input: CapacityInput
  private var table: SupplyTable
  /// The model that each replica has now.
  private var modelOf: [Int]
  /// How many replicas of each kind have each model.
  private var kinds: [[Int]]
  /// The kinds that each model has, and how many replicas of all kinds.
  private var (held, counts): ([[Int]], [Int])
  /// How many replicas are of each kind.
  private var kindCounts: [Int] = []
  /// How many more options may be looked at.
  private var optionsLeft: Int
  /// How many replicas each model has in each region.
  private var regions: [[RegionID: Int]]
  private var groups: [Group] = []
  /// GPU time that one turn of each model is worth, in seconds; 0 for one that nothing can serve.
  private var worth: [Double] = []
  /// GPU seconds a second that a model would be served more with one replica more of a kind, and
  /// less with one less; until its replicas change.
  private var (gains, losses): ([[Double?]], [[Double?]])
  /// Models that were short.
  private var isFilling: Set<Int> = []
  private(set) var moves: [PlacementMove] = []

  init(_ input: CapacityInput) {
    self.input = input
    table = SupplyTable(input)
    modelOf = table.modelOf
    kinds = Array(
      repeating: Array(repeating: 0, count: table.kinds.count),
      count: table.models.count
    )
    held = Array(repeating: [], count: table.models.count)
    counts = Array(repeating: 0, count: table.models.count)
    optionsLeft = input.planning.optionsMax
    regions = Array(repeating: [:], count: table.models.count)
    let unknown = [Double?](repeating: nil, count: table.kinds.count)
    gains = Array(repeating: unknown, count: table.models.count)
    losses = gains
    for index in input.replicas.indices where input.replicas[index].takesTurns {
      kinds[modelOf[index]][table.kindOf[index]] += 1
      regions[modelOf[index]][input.replicas[index].spec.region, default: 0] += 1
    }
    for model in kinds.indices { recount(model) }
    kindCounts = table.kinds.indices.map { kind in kinds.reduce(0) { $0 + $1[kind] } }
    groups = movable()
    worth = table.models.indices.map { worth(of: $0) }
  }

  mutating func plan() {
    var before = -1
    while before < moves.count, optionsLeft > 0 {
      before = moves.count
      serveUnserved()
      while let option = bestForShort() { make(option, .short) }
      spread()
    }
  }

  /// What is short after the moves.
  mutating func shortages() -> [CapacityShortage] {
    table.models.indices.compactMap { model in
      let short = planned(model) - sustained(model)
      guard short > 0 else { return nil }
      var fewest = (gpus: 0, gpu: "")
      for kind in table.kinds.indices {
        let sharing = count(model) + 1
        guard let supply = table.supply(kind, model, sharing: sharing) else { continue }
        let roofline = table.kinds[kind].roofline
        let gpus = Int((short / supply.turnsPerSecond).rounded(.up)) * roofline.gpuCount
        if fewest.gpus == 0 || gpus < fewest.gpus { fewest = (gpus, roofline.gpu.name) }
      }
      return CapacityShortage(
        model: table.models[model],
        turns: short,
        gpus: fewest.gpus,
        gpu: fewest.gpu
      )
    }
  }

  // What is served.

  private func planned(_ model: Int) -> Double { table.demand[model].planned.turns }

  private func count(_ model: Int) -> Int { counts[model] }

  private mutating func recount(_ model: Int) {
    held[model] = kinds[model].indices.filter { kinds[model][$0] > 0 }
    counts[model] = kinds[model].reduce(0, +)
  }

  /// Turns a second that the replicas of a model sustain, with one of `adding` and without one of
  /// `removing`.
  private mutating func sustained(_ model: Int, adding: Int? = nil, removing: Int? = nil) -> Double
  {
    var total = 0.0
    let sharing = count(model) + (adding == nil ? 0 : 1) - (removing == nil ? 0 : 1)
    let own = held[model]
    for kind in own + (adding.map { own.contains($0) ? [] : [$0] } ?? []) {
      let count = kinds[model][kind] + (kind == adding ? 1 : 0) - (kind == removing ? 1 : 0)
      guard count > 0, let supply = table.supply(kind, model, sharing: sharing) else { continue }
      total += supply.turnsPerSecond * Double(count)
    }
    return total
  }

  /// The mean, over the fleet's replicas that could serve a model, of GPU time for a turn: one
  /// figure for each model, so that all moves together gain what each one gains.
  private mutating func worth(of model: Int) -> Double {
    var (seconds, replicas) = (0.0, 0.0)
    for kind in table.kinds.indices {
      guard let supply = table.supply(kind, model, sharing: 8) else { continue }
      let weight = Double(kindCounts[kind])
      seconds += weight * Double(table.kinds[kind].roofline.gpuCount) / supply.turnsPerSecond
      replicas += weight
    }
    return replicas > 0 ? seconds / replicas : 0
  }

  /// GPU seconds a second that a model would be served more with one replica more, counting what it
  /// is short of.
  private mutating func gainRate(_ model: Int, adding kind: Int) -> Double {
    if let known = gains[model][kind] { return known }
    let desired = planned(model) * input.planning.fillTo
    let before = min(desired, sustained(model))
    let gain = worth[model] * (min(desired, sustained(model, adding: kind)) - before)
    gains[model][kind] = gain
    return gain
  }

  /// GPU seconds a second that a model would be served less with one replica less, counting what it
  /// spares.
  private mutating func lossRate(_ model: Int, removing kind: Int) -> Double {
    if let known = losses[model][kind] { return known }
    let desired = planned(model) * input.planning.spareAbove
    let before = min(desired, sustained(model))
    let loss = worth[model] * (before - min(desired, sustained(model, removing: kind)))
    losses[model][kind] = loss
    return loss
  }

  // What may move.

  private func movable() -> [Group] {
    var numbers: [[RegionID: Int]] = Array(
      repeating: [:],
      count: table.models.count * table.kinds.count
    )
    var groups: [Group] = []
    for (index, replica) in input.replicas.enumerated() where replica.takesTurns {
      let (model, kind, region) = (modelOf[index], table.kindOf[index], replica.spec.region)
      let place = model * table.kinds.count + kind
      if numbers[place][region] == nil {
        numbers[place][region] = groups.count
        groups.append(Group(model: model, kind: kind, region: region))
      }
      groups[numbers[place][region] ?? 0].replicas.append(index)
    }
    for number in groups.indices {
      groups[number].replicas.sort {
        (input.replicas[$1].warmBlocks, $1) < (input.replicas[$0].warmBlocks, $0)
      }
    }
    return groups
  }

  /// The cheapest replica of each group that may be given away.
  private var donors: [(group: Group, replica: Int)] {
    groups.compactMap { group in
      guard let replica = group.replicas.last, mayGive(group) else { return nil }
      return (group, replica)
    }
  }

  /// No model loses its last replica, or its last but one region while it is asked for.
  private func mayGive(_ group: Group) -> Bool {
    guard count(group.model) > 1 else { return false }
    guard planned(group.model) > 0 else { return true }
    let regions = regions[group.model]
    return regions.count != 2 || regions[group.region] ?? 0 > 1
  }

  // Moves.

  private mutating func serveUnserved() {
    let unserved = table.models.indices.filter { planned($0) > 0 && count($0) == 0 }
      .sorted { planned($0) * worth[$0] > planned($1) * worth[$1] }
    for model in unserved {
      // The donor's loss makes one better than another; what it is worth, the newcomer says alone.
      var best: (option: Option, net: Double)?
      for (group, replica) in donors {
        guard let option = option(replica, to: model, lossRate: 0, isForShort: true) else {
          continue
        }
        let loss = lossRate(group.model, removing: group.kind) * input.planning.horizonSeconds
        if option.net - loss > best?.net ?? -.infinity { best = (option, option.net - loss) }
      }
      if let best { make(best.option, .unserved) }
    }
  }

  private mutating func bestForShort() -> Option? {
    let short = table.models.indices.filter { isShort($0) }
    guard !short.isEmpty else { return nil }
    var best: Option?
    for (group, replica) in donors {
      let loss = lossRate(group.model, removing: group.kind)
      for target in short where target != group.model {
        let option = option(replica, to: target, lossRate: loss, isForShort: true)
        if let option, option.net > best?.net ?? 0 { best = option }
      }
    }
    return best
  }

  /// Whether a model is to get replicas: it is short, or was and is not full yet.
  private mutating func isShort(_ model: Int) -> Bool {
    let enough = isFilling.contains(model) ? input.planning.fillTo : input.planning.shortBelow
    guard sustained(model) < planned(model) * enough else { return false }
    isFilling.insert(model)
    return true
  }

  /// Models that are in one region get a replica that nobody needs in another.
  private mutating func spread() {
    for model in table.models.indices where planned(model) > 0 && count(model) > 0 {
      let here = regions[model]
      guard here.count == 1 else { continue }
      var best: Option?
      for (group, replica) in donors where group.model != model && here[group.region] == nil {
        guard lossRate(group.model, removing: group.kind) == 0,
          let option = option(replica, to: model, lossRate: 0, isForShort: false)
        else { continue }
        if option.cost < best?.cost ?? .infinity { best = option }
      }
      if let best { make(best, .secondRegion) }
    }
  }

  /// A move with its gain and cost; nil when the replica can't have the model, or when it is made
  /// for a model that is short and does not gain enough.
  private mutating func option(
    _ replica: Int,
    to target: Int,
    lossRate: Double,
    isForShort: Bool
  ) -> Option? {
    let kind = table.kindOf[replica]
    optionsLeft -= 1
    guard optionsLeft > 0, let times = times(replica, to: target),
      table.supply(kind, target, sharing: count(target) + 1) != nil
    else { return nil }
    let gpus = Double(table.kinds[kind].roofline.gpuCount)
    let cost = gpus * (times.drain + times.load + times.recompute)
    guard isForShort else { return Option(replica: replica, target: target, gain: 0, cost: cost) }
    let rate = gainRate(target, adding: kind) - lossRate
    let planning = input.planning
    let gain = rate * max(0, planning.horizonSeconds - times.drain - times.load)
    guard rate >= planning.gainMin * gpus, gain >= planning.margin * cost else { return nil }
    return Option(replica: replica, target: target, gain: gain, cost: cost)
  }

  private func times(
    _ replica: Int,
    to target: Int
  ) -> (drain: Double, load: Double, recompute: Double)? {
    guard let bytes = table.weightBytes(target) else { return nil }
    let (model, spec) = (modelOf[replica], input.replicas[replica].spec)
    let (mean, objective) = (table.means[model], table.objectives[model])
    let rates = spec.roofline.rates
    let block = rates.prefillFLOPs(
      tokens: Double(spec.blockTokens),
      context: mean.promptTokens / 2
    )
    let again = Double(input.replicas[replica].warmBlocks) * input.planning.reuseChance * block
    return (
      planned(model) > 0 ? mean.decodeSteps * objective.tpot.inSeconds : 0,
      bytes / input.planning.linkBytesPerSecond,
      again / rates.flopsPerSecond
    )
  }

  private mutating func make(_ option: Option, _ reason: MoveReason) {
    let (replica, target) = (option.replica, option.target)
    let from = modelOf[replica]
    guard let times = times(replica, to: target) else { return }
    let spec = input.replicas[replica].spec
    moves.append(
      PlacementMove(
        replica: spec.id,
        region: spec.region,
        from: table.models[from],
        to: table.models[target],
        reason: reason,
        drainSeconds: times.drain,
        loadSeconds: times.load,
        recomputeSeconds: times.recompute,
        gainSeconds: option.gain,
        costSeconds: option.cost
      )
    )
    change(from, table.kindOf[replica], spec.region, by: -1)
    change(target, table.kindOf[replica], spec.region, by: 1)
    modelOf[replica] = target
    if let group = groups.firstIndex(where: { $0.replicas.last == replica }) {
      groups[group].replicas.removeLast()
    }
  }

  private mutating func change(_ model: Int, _ kind: Int, _ region: RegionID, by number: Int) {
    kinds[model][kind] += number
    recount(model)
    regions[model][region, default: 0] += number
    if regions[model][region] == 0 { regions[model][region] = nil }
    for kind in table.kinds.indices { (gains[model][kind], losses[model][kind]) = (nil, nil) }
  }
}
