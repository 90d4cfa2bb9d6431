import Basics
import Routing

/// A policy that chooses the least of one figure.
protocol FigurePolicy: Policy {
  /// What the choice is the least of.
  func figure(
    of candidate: Candidate,
    _ state: ReplicaState,
    for request: RoutingRequest,
    view: RoutingView,
    costs: CostModel
  ) -> Double
}

extension FigurePolicy {
  /// The least figure; ties at random.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    var least = Least<Double>()
    for index in candidates.indices {
      guard let state = view.state(candidates[index].slot) else { continue }
      let figure = figure(of: candidates[index], state, for: request, view: view, costs: costs)
      least.offer(index, figure, random: &random)
    }
    return least.index
  }
}
