import Basics
import FleetSpec

/// Lays what is asked for beside what is sustained.
struct CapacityAnalysis {
  private let input: CapacityInput
  private var table: SupplyTable
  /// Replicas of the input that take turns, by model.
  private var taking: [[Int]]
  /// How many of each kind those are, by model.
  private var kinds: [[Int: Int]]
  /// Those, by where they are.
  private var inScope: [CapacityLoss.Scope: [Int]] = [:]

  init(_ input: CapacityInput) {
    self.input = input
    table = SupplyTable(input)
    taking = Array(repeating: [], count: table.models.count)
    kinds = Array(repeating: [:], count: table.models.count)
    for (index, replica) in input.replicas.enumerated() where replica.takesTurns {
      taking[table.modelOf[index]].append(index)
      kinds[table.modelOf[index]][table.kindOf[index], default: 0] += 1
      inScope[.region(replica.spec.region), default: []].append(index)
      inScope[.node(replica.spec.node), default: []].append(index)
    }
  }

  /// Every model with its regions, by name.
  mutating func models() -> [ModelCapacity] {
    var rows: [ModelID: [RegionID?: CapacityFigure]] = [:]
    for row in input.demand {
      var figure = rows[row.key.model]?[row.key.origin] ?? .init()
      figure.offered += row.minutes.turns
      figure.offeredHour += row.hour.turns
      figure.unmet += row.minutes.unmetTurns
      rows[row.key.model, default: [:]][row.key.origin] = figure
    }
    return table.models.indices.map { model in
      var regions = rows[table.models[model]] ?? [:]
      let places = Dictionary(grouping: taking[model]) { input.replicas[$0].spec.region }
      for region in places.keys where regions[region] == nil { regions[region] = .init() }
      var total = CapacityFigure()
      for region in regions.keys {
        guard var figure = regions[region] else { continue }
        let here = region.flatMap { places[$0] } ?? []
        supply(of: count(here), model, sharing: taking[model].count, into: &figure)
        figure.setLoad()
        regions[region] = figure
        total.offered += figure.offered
        total.offeredHour += figure.offeredHour
        total.unmet += figure.unmet
      }
      supply(of: kinds[model], model, sharing: taking[model].count, into: &total)
      total.setLoad()
      return ModelCapacity(
        model: table.models[model],
        total: total,
        regions: regions.sorted { ($0.key?.text ?? "~") < ($1.key?.text ?? "~") }.map {
          .init(region: $0.key, figure: $0.value)
        },
        mean: table.means[model],
        objective: table.objectives[model],
        lateShare: lateShare(model)
      )
    }
  }

  /// The share of a model's prompts that take its fastest replica longer than the objective.
  private func lateShare(_ model: Int) -> Double {
    let planned = table.demand[model].planned
    let limit = taking[model].map { index in
      let spec = input.replicas[index].spec
      return min(
        spec.roofline.rates.prefillTokens(in: table.objectives[model].ttft.inSeconds),
        Double(spec.promptTokensMax)
      )
    }.max()
    return limit.map { planned.share(computingMoreThan: $0) } ?? 0
  }

  /// All models together: turns are added up, load is that of GPUs in use, or infinite where a
  /// model that is asked for has such a load.
  static func fleet(of models: [ModelCapacity]) -> CapacityFigure {
    var fleet = CapacityFigure()
    var (used, most) = (0.0, -Double.infinity)
    for model in models {
      fleet.replicas += model.total.replicas
      fleet.gpus += model.total.gpus
      fleet.offered += model.total.offered
      fleet.offeredHour += model.total.offeredHour
      fleet.unmet += model.total.unmet
      fleet.sustainable += model.total.sustainable
      if model.total.sustainable > 0 { used += model.total.load * Double(model.total.gpus) }
      if let bound = model.total.bound, model.total.load > most {
        (fleet.bound, most) = (bound, model.total.load)
      }
    }
    if models.contains(where: { $0.total.offered > 0 && $0.total.load == .infinity }) {
      used = .infinity
    }
    fleet.load = fleet.gpus > 0 ? used / Double(fleet.gpus) : fleet.offered > 0 ? .infinity : 0
    return fleet
  }

  /// What the loss of a region or a node would mean.
  mutating func loss(of scope: CapacityLoss.Scope) -> CapacityLoss {
    let lost = inScope[scope] ?? []
    var models: [CapacityLoss.Model] = []
    var load = 0.0
    for model in Set(lost.map { table.modelOf[$0] }).sorted() {
      let gone = lost.filter { table.modelOf[$0] == model }
      let left = taking[model].count - gone.count
      let leftKinds = kinds[model].merging(count(gone)) { $0 - $1 }
      var figure = CapacityFigure()
      figure.offered = table.demand[model].minutes.turns
      supply(of: leftKinds, model, sharing: left, into: &figure)
      figure.setLoad()
      load = max(load, figure.load)
      models.append(
        .init(
          model: table.models[model],
          lostReplicas: gone.count,
          leftReplicas: left,
          offered: figure.offered,
          sustainable: figure.sustainable
        )
      )
    }
    let gpus = lost.reduce(0) { $0 + input.replicas[$1].spec.roofline.gpuCount }
    return CapacityLoss(scope: scope, gpus: gpus, models: models, load: load)
  }

  /// How many of each kind some replicas are.
  private func count(_ replicas: [Int]) -> [Int: Int] {
    replicas.reduce(into: [:]) { $0[table.kindOf[$1], default: 0] += 1 }
  }

  /// Adds what some replicas of a model sustain, and what limits most of it.
  private mutating func supply(
    of kinds: [Int: Int],
    _ model: Int,
    sharing: Int,
    into figure: inout CapacityFigure
  ) {
    var most = 0.0
    for (kind, count) in kinds.sorted(by: { $0.key < $1.key }) where count > 0 {
      figure.replicas += count
      figure.gpus += count * table.kinds[kind].roofline.gpuCount
      guard let supply = table.supply(kind, model, sharing: sharing) else {
        figure.bound = figure.bound ?? .nothingFits
        continue
      }
      let turns = supply.turnsPerSecond * Double(count)
      figure.sustainable += turns
      if turns > most { (figure.bound, most) = (supply.bound, turns) }
    }
  }
}

extension StepRates {
  /// Tokens of the longest prompt of which a replica that does nothing else computes all in
  /// `seconds`: the positive root of what ``prefillFLOPs(tokens:context:)`` makes of them.
  fileprivate func prefillTokens(in seconds: Double) -> Double {
    let flops = seconds * flopsPerSecond
    guard attentionFLOPs > 0 else { return flops / max(1, flopsPerToken) }
    let linear = flopsPerToken + attentionFLOPs / 2
    return ((linear * linear + 2 * attentionFLOPs * flops).squareRoot() - linear) / attentionFLOPs
  }
}
