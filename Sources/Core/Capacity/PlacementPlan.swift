public import Basics
import FleetSpec

/// Why a replica should change its model.
public enum MoveReason: String, Sendable, CaseIterable {
  /// The model is asked for more than its replicas sustain.
  case short
  /// The model is asked for and no replica serves it.
  case unserved
  /// All replicas of the model are in one region.
  case secondRegion = "second-region"
}

/// A replica that should change its model.
public struct PlacementMove: Sendable, Hashable {
  /// The replica.
  public let replica: ReplicaID
  /// Its region.
  public let region: RegionID
  /// The model that it has.
  public let from: ModelID
  /// The model that it should have.
  public let to: ModelID
  /// Why.
  public let reason: MoveReason
  /// Until the turns that run there are done: the decode steps of a mean turn, at the objective.
  public let drainSeconds: Double
  /// Until the weights are there: their bytes over the bandwidth of the link.
  public let loadSeconds: Double
  /// What others compute again of the blocks that it holds: blocks x chance of reuse x prefill.
  public let recomputeSeconds: Double
  /// Time of GPUs that is gained over the horizon, after the move, in seconds; 0 for one that is
  /// made for safety.
  public let gainSeconds: Double
  /// Time of GPUs that the move takes, in seconds.
  public let costSeconds: Double
}

/// A model that is asked for more than its replicas sustain, even after all moves.
public struct CapacityShortage: Sendable, Hashable {
  /// The model.
  public let model: ModelID
  /// Turns a second that are too many.
  public let turns: Double
  /// GPUs that would be needed besides, of the kind of which the fewest would; 0 when no kind of
  /// the fleet can serve it.
  public let gpus: Int
  /// Name of that kind; empty when there is none.
  public let gpu: String
}

/// Which replica should have which model, with what there is.
///
/// A turn of a model is worth the GPU time that it takes, so moving a replica gains the time that
/// it would be used more. A model is short when its replicas sustain less than 1.05 times its
/// demand; then it gets more until they sustain 1.15 times, and the others give only what they
/// don't need for 1.3 times. A move is proposed when it gains 1.5 times what it costs over an hour,
/// and 5 % of the GPUs' time (see ``PlanningSettings``). Demand is the more of the last minutes and
/// the last hour. So no two models take a replica from each other while demand stays as it is, and
/// small changes move nothing. No model loses its last replica, or its last but one region while it
/// is asked for. One that is asked for and has none gets one, and one that has all in one region
/// gets one in another where nobody needs it.
public struct PlacementPlan: Sendable, Hashable {
  /// The moves, the most urgent first; each stands in what those before it have changed.
  public let moves: [PlacementMove]
  /// What is short even then.
  public let shortages: [CapacityShortage]

  /// Plans.
  public init(_ input: CapacityInput) {
    var planner = PlacementPlanner(input)
    planner.plan()
    moves = planner.moves
    shortages = planner.shortages()
  }

  /// The fleet after all moves.
  func applied(to input: CapacityInput) -> CapacityInput {
    let targets = Dictionary(moves.map { ($0.replica, $0.to) }) { $1 }
    let table = SupplyTable(input)
    var after = input
    for index in after.replicas.indices {
      guard let target = targets[after.replicas[index].spec.id],
        let model = table.models.firstIndex(of: target),
        var spec = table.spec(table.kindOf[index], model)
      else { continue }
      let old = after.replicas[index].spec
      (spec.id, spec.node, spec.region) = (old.id, old.node, old.region)
      after.replicas[index] = CapacityReplica(spec)
    }
    return after
  }
}
