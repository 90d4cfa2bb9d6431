public import Basics
public import FleetSpec
import Routing

/// One replica, as far as planning needs it: a place on some GPUs, and the model that is there.
public struct CapacityReplica: Sendable, Hashable {
  /// What it is.
  public var spec: ReplicaSpec
  /// Whether it takes turns: others are neither counted on nor planned with.
  public var takesTurns: Bool
  /// Blocks that it holds for reuse, which are lost when it changes its model.
  public var warmBlocks: Int
  /// Adapters that are loaded there.
  public var adapters: [AdapterID]

  /// Makes a replica; by default one that takes turns.
  public init(
    _ spec: ReplicaSpec,
    takesTurns: Bool = true,
    warmBlocks: Int = 0,
    adapters: [AdapterID] = []
  ) {
    self.spec = spec
    self.takesTurns = takesTurns
    self.warmBlocks = warmBlocks
    self.adapters = adapters
  }
}

/// How moves of models and adapters are weighed.
public struct PlanningSettings: Sendable, Hashable {
  /// How long demand is taken to stay as it is: gain is counted over this time, an hour.
  public var horizonSeconds = 3_600.0
  /// How fast weights come: 2 GB/s, a 16 Gbit/s link or a fast disk.
  public var linkBytesPerSecond = 2e9
  /// The least gain of a move, as a multiple of its cost: 1.5.
  public var margin = 1.5
  /// The least gain of a move, as a share of its GPUs' time: 0.05.
  public var gainMin = 0.05
  /// A model is short when its replicas sustain less than this multiple of its demand: 1.05.
  public var shortBelow = 1.05
  /// One that is short gets replicas until they sustain this multiple of its demand: 1.15.
  ///
  /// Being more than ``shortBelow``, it keeps small changes from moving anything.
  public var fillTo = 1.15
  /// A model gives no replica away that it needs to sustain this multiple of its demand: 1.3.
  ///
  /// Being more than ``fillTo``, it keeps two models from taking a replica from each other.
  public var spareAbove = 1.3
  /// Adapters that a replica has room for: 8.
  public var adapterSlots = 8
  /// Bytes of an adapter, which take time to load: 200 MB.
  public var adapterBytes = 2e8
  /// An adapter takes the place of another when it has this multiple of its demand for each
  /// replica that holds it: 1.5.
  public var adapterMargin = 1.5
  /// Options that are looked at before the plan ends as it is, which bounds the time that it takes
  /// in a fleet of many models: 2,000,000.
  public var optionsMax = 2_000_000
  /// Chance that a block that is kept is used again, as ``ModelEstimates`` begins with: 0.8.
  public var reuseChance = ModelEstimates().reuseChance

  /// Makes settings with the defaults.
  public init() {}
}

/// A fleet and what is asked of it.
public struct CapacityInput: Sendable {
  /// The replicas.
  public var replicas: [CapacityReplica]
  /// What is asked for.
  public var demand: [DemandRow]
  /// Models that could be served though no replica does, beside those of the catalogue.
  public var models: [ModelID: ModelArchitecture]
  /// What 95 in 100 turns of each model are to keep to, of those that can.
  public var objectives = ServiceObjectives()
  /// How moves are weighed.
  public var planning = PlanningSettings()

  /// Makes the input of an analysis with the default objectives and settings.
  public init(
    replicas: [CapacityReplica],
    demand: [DemandRow],
    models: [ModelID: ModelArchitecture] = [:]
  ) {
    self.replicas = replicas
    self.demand = demand
    self.models = models
  }
}

/// What is asked of one model, from everywhere.
struct ModelDemand {
  var minutes = TurnLoad()
  var hour = TurnLoad()

  /// What is planned for: the more of now and of the last hour, so that more is counted on at once
  /// and less only after a while.
  var planned: TurnLoad { minutes.turns >= hour.turns ? minutes : hour }

  static func byModel(_ rows: [DemandRow]) -> [ModelID: ModelDemand] {
    var demand: [ModelID: ModelDemand] = [:]
    for row in rows {
      demand[row.key.model, default: .init()].minutes += row.minutes
      demand[row.key.model, default: .init()].hour += row.hour
    }
    return demand
  }
}
