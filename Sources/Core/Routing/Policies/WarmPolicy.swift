public import Basics

/// Chooses the cheapest replica in seconds, wherever it is: the default.
public struct WarmPolicy: Policy {
  /// What it is called.
  public var name: String { "warm" }

  /// It takes the cheapest.
  public var goesByCost: Bool { true }

  /// Turns wait where the order and the place can still be chosen.
  public var waitsForHeadroom: Bool { true }

  /// Turns with one prefix that come together go to one replica, if computing it again costs more.
  public var countsInFlightPrefixes: Bool { true }

  /// A prompt that many conversations begin with is everywhere before its turns are.
  public var copiesPrefixes: Bool { true }

  /// Makes the policy.
  public init() {}

  /// The least total cost; ties at random.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    var least = Least<Double>()
    view.forEachThatMayBeCheapest(of: candidates, for: request, costs: costs) { index in
      guard let state = view.expected(candidates[index].slot) else { return .infinity }
      let cached = candidates[index].cachedTokens
      let cost = costs.cost(of: request, on: state, cachedTokens: cached, in: view)
      least.offer(index, cost.totalSeconds, random: &random)
      return least.key ?? .infinity
    }
    return least.index
  }
}
