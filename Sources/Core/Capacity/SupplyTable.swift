import Basics
import FleetSpec

/// What each kind of replica sustains of each model, calculated when it is first asked for.
struct SupplyTable {
  /// Replicas that are alike: of the same hardware, limits, and model that they were made for.
  struct Kind: Hashable {
    let roofline: Roofline
    let blockTokens: Int
    let blockCount: Int
    let runningMax: Int
    let stepTokensMax: Int

    init(_ spec: ReplicaSpec) {
      roofline = spec.roofline
      blockTokens = spec.blockTokens
      blockCount = spec.blockCount
      runningMax = spec.runningMax
      stepTokensMax = spec.stepTokensMax
    }
  }

  /// Replicas that share the turns of a model beyond which more make no difference to speak of.
  private static let sharingMax = 64

  /// What replicas have in common that are alike but for the model that they were made for.
  private struct Hardware: Hashable {
    let gpu: GPUModel
    let gpuCount: Int
    let efficiency: Roofline.Efficiency
    let blockTokens: Int
    let runningMax: Int
    let stepTokensMax: Int

    init(_ spec: ReplicaSpec) {
      gpu = spec.roofline.gpu
      gpuCount = spec.roofline.gpuCount
      efficiency = spec.roofline.efficiency
      blockTokens = spec.blockTokens
      runningMax = spec.runningMax
      stepTokensMax = spec.stepTokensMax
    }
  }

  private struct Key: Hashable {
    /// The kind where it has its own model, else the hardware, which is all that matters then.
    let kind: Int
    let isOwn: Bool
    let model: Int
    let sharing: Int
  }

  /// The models, by number.
  private(set) var models: [ModelID] = []
  /// The load of one turn of each.
  private(set) var means: [TurnLoad] = []
  /// What each is asked for.
  private(set) var demand: [ModelDemand] = []
  /// What 95 in 100 of its turns that can are to keep to, of each.
  private(set) var objectives: [ServiceObjective] = []
  /// The kinds of replica, each with one that is of it, by number.
  private(set) var kinds: [ReplicaSpec] = []
  /// The kind of each replica of the input.
  private(set) var kindOf: [Int] = []
  /// The model of each replica of the input.
  private(set) var modelOf: [Int] = []

  /// The hardware of each kind, by number.
  private var hardwareOf: [Int] = []
  /// The model that each kind was made for.
  private var ownModel: [Int] = []
  private var architectures: [ModelArchitecture?] = []
  private var cache: [Key: ReplicaSupply?] = [:]

  init(_ input: CapacityInput) {
    let asked = ModelDemand.byModel(input.demand)
    var numbers: [ModelID: Int] = [:]
    var kindNumbers: [Kind: Int] = [:]
    var hardwareNumbers: [Hardware: Int] = [:]
    var known = input.models
    for replica in input.replicas.reversed() {
      known[replica.spec.model] = replica.spec.roofline.model
    }
    models = Set(input.replicas.map(\.spec.model)).union(asked.keys).sorted()
    for (number, model) in models.enumerated() {
      numbers[model] = number
      let demand = asked[model] ?? .init()
      self.demand.append(demand)
      means.append(demand.planned.mean)
      objectives.append(input.objectives.objective(of: model))
      architectures.append(known[model] ?? .named(model.text))
    }
    for replica in input.replicas {
      let kind = Kind(replica.spec)
      if kindNumbers[kind] == nil {
        kindNumbers[kind] = kinds.count
        kinds.append(replica.spec)
        ownModel.append(numbers[replica.spec.model] ?? 0)
        let hardware = Hardware(replica.spec)
        let number = hardwareNumbers[hardware] ?? hardwareNumbers.count
        hardwareNumbers[hardware] = number
        hardwareOf.append(number)
      }
      kindOf.append(kindNumbers[kind] ?? 0)
      modelOf.append(numbers[replica.spec.model] ?? 0)
    }
  }

  /// The weights of a model, in bytes; nil when it is not known what it is.
  func weightBytes(_ model: Int) -> Double? { architectures[model]?.totalWeightBytes }

  /// What one replica of a kind sustains of a model, of which `sharing` replicas share the turns;
  /// nil when it can't serve it.
  mutating func supply(_ kind: Int, _ model: Int, sharing: Int) -> ReplicaSupply? {
    let isOwn = ownModel[kind] == model
    let key = Key(
      kind: isOwn ? kind : hardwareOf[kind],
      isOwn: isOwn,
      model: model,
      sharing: min(max(1, sharing), Self.sharingMax)
    )
    if let known = cache[key] { return known }
    let supply = spec(kind, model).map {
      ReplicaSupply($0, of: means[model], sharing: key.sharing, objective: objectives[model])
    }
    let found = supply.flatMap { $0.turnsPerSecond > 0 ? $0 : nil }
    cache[key] = .some(found)
    return found
  }

  /// A replica of a kind as it would be with a model; nil when that does not fit.
  func spec(_ kind: Int, _ model: Int) -> ReplicaSpec? {
    var spec = kinds[kind]
    guard let architecture = architectures[model] else { return nil }
    guard spec.model != models[model] else { return spec }
    spec.model = models[model]
    spec.roofline = Roofline(
      gpu: spec.roofline.gpu,
      gpuCount: spec.roofline.gpuCount,
      model: architecture,
      efficiency: spec.roofline.efficiency
    )
    spec.blockCount = spec.roofline.blockCount(blockTokens: spec.blockTokens)
    return spec.faults().isEmpty ? spec : nil
  }
}
