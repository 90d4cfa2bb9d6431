public import Basics
public import FleetSpec

/// What is offered to some replicas, and what they sustain.
public struct CapacityFigure: Sendable, Hashable {
  /// Replicas that take turns.
  public internal(set) var replicas = 0
  /// GPUs of those.
  public internal(set) var gpus = 0
  /// Turns a second that are asked for, over the last minutes.
  public internal(set) var offered = 0.0
  /// The same over the last hour.
  public internal(set) var offeredHour = 0.0
  /// Turns a second of ``offered`` that were not placed when they were first asked for.
  public internal(set) var unmet = 0.0
  /// Turns a second that the replicas sustain, of the present mix; see ``ReplicaSupply``.
  public internal(set) var sustainable = 0.0
  /// What limits most of that; nil where there is no replica.
  public internal(set) var bound: CapacityBound?
  /// Share of what is sustained that is asked for; infinite where nothing is sustained and
  /// something asked for, or there are replicas.
  public internal(set) var load = 0.0

  /// Turns a second that are left; below 0 when more is asked for.
  public var left: Double { sustainable - offered }

  /// Share of what is sustained that is left; below 0 when more is asked for.
  public var headroom: Double { 1 - load }

  mutating func setLoad() {
    load = sustainable > 0 ? offered / sustainable : offered > 0 || replicas > 0 ? .infinity : 0
  }
}

/// What one model is asked for, and what its replicas sustain.
public struct ModelCapacity: Sendable, Hashable {
  /// One region: the turns that enter there, and the replicas that are there.
  ///
  /// Turns may run in another region than where they enter.
  public struct Row: Sendable, Hashable {
    /// The region; nil for turns of which it is not known.
    public let region: RegionID?
    /// What enters and what is sustained there.
    public let figure: CapacityFigure
  }

  /// The model.
  public let model: ModelID
  /// All regions.
  public let total: CapacityFigure
  /// Each region.
  public let regions: [Row]
  /// The load of one turn, on average.
  public let mean: TurnLoad
  /// What 95 in 100 of the turns that can are to keep to.
  public let objective: ServiceObjective
  /// The share of prompts that no replica computes in the objective's time to the first token, even
  /// when it has nothing else to do: the others are those that can.
  public let lateShare: Double
}

/// What would be lost with a region or a node, were demand to stay as it is.
///
/// Turns that enter through a lost region are taken to enter elsewhere.
public struct CapacityLoss: Sendable, Hashable {
  /// What is lost.
  public enum Scope: Sendable, Hashable {
    /// All replicas of a region.
    case region(RegionID)
    /// All replicas of a node.
    case node(NodeID)
  }

  /// A model that has replicas there.
  public struct Model: Sendable, Hashable {
    /// The model.
    public let model: ModelID
    /// Its replicas there.
    public let lostReplicas: Int
    /// Replicas that are left.
    public let leftReplicas: Int
    /// Turns a second that are asked for.
    public let offered: Double
    /// Turns a second that those replicas sustain.
    public let sustainable: Double

    /// Turns a second that are asked for beyond what is left; 0 where enough is.
    public var excess: Double { max(0, offered - sustainable) }
  }

  /// What is lost.
  public let scope: Scope
  /// GPUs that are lost.
  public let gpus: Int
  /// The models that have replicas there.
  public let models: [Model]
  /// Load of the models that it touches, as a share of what is left; infinite where one loses
  /// service.
  public let load: Double

  /// Whether what is left is enough.
  public var isBearable: Bool { models.allSatisfy { $0.excess == 0 } }
}

/// What a fleet is asked for, what it sustains, what it could lose, and what would be better where.
public struct CapacityReport: Sendable {
  /// Every model that is served or asked for, by name.
  public let models: [ModelCapacity]
  /// The fleet: turns of all models together; its load is that of the GPUs.
  public let fleet: CapacityFigure
  /// What each region's loss would mean, by name.
  public let regionLosses: [CapacityLoss]
  /// The node whose loss would be worst; nil where there is none.
  public let worstNode: CapacityLoss?
  /// Which replica should have which model.
  public let placement: PlacementPlan
  /// Which replica should have which adapter, once that is so.
  public let adapters: AdapterPlan

  /// Whether some model is asked for more than its replicas sustain.
  public var isExceeded: Bool { models.contains { $0.total.left < 0 } }

  /// Analyses a fleet.
  ///
  /// Takes a fraction of a second for thousands of replicas, most of it for planning.
  public init(_ input: CapacityInput) {
    var analysis = CapacityAnalysis(input)
    models = analysis.models()
    fleet = CapacityAnalysis.fleet(of: models)
    let taking = input.replicas.filter(\.takesTurns).map(\.spec)
    regionLosses = Set(taking.map(\.region)).sorted().map { analysis.loss(of: .region($0)) }
    let nodes = Set(taking.map(\.node)).sorted().map { analysis.loss(of: .node($0)) }
    worstNode = nodes.max { ($0.load, $1.nodeName) < ($1.load, $0.nodeName) }
    placement = PlacementPlan(input)
    adapters = AdapterPlan(placement.applied(to: input))
  }

  /// What the loss of one region or node would mean.
  public static func loss(of scope: CapacityLoss.Scope, in input: CapacityInput) -> CapacityLoss {
    var analysis = CapacityAnalysis(input)
    return analysis.loss(of: scope)
  }
}

extension CapacityLoss {
  fileprivate var nodeName: String {
    if case .node(let node) = scope { node.text } else { "" }
  }
}
