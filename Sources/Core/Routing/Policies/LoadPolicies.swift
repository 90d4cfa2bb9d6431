public import Basics

/// Chooses the replica with the fewest requests, wherever it is and whatever it holds.
public struct LeastLoadedPolicy: Policy {
  /// What it is called.
  public var name: String { "least-loaded" }

  /// Makes the policy.
  public init() {}

  /// The fewest requests; ties at random.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    var least = Least<Int>()
    for index in candidates.indices {
      guard let state = view.state(candidates[index].slot) else { continue }
      least.offer(index, state.requestCount, random: &random)
    }
    return least.index
  }
}

/// Chooses in the turn's own region, and in the next nearest only when all there are full; in a
/// region the replica with the fewest requests.
public struct NearestPolicy: Policy {
  /// What it is called.
  public var name: String { "nearest" }

  /// Makes the policy.
  public init() {}

  /// The shortest round trip, then the fewest requests; ties at random.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    var least = Least<Distance>()
    for index in candidates.indices {
      guard let state = view.state(candidates[index].slot) else { continue }
      let seconds = view.roundTripSeconds(request.origin, state.region)
      let key = Distance(seconds: seconds, requests: state.requestCount)
      least.offer(index, key, random: &random)
    }
    return least.index
  }

  private struct Distance: Comparable {
    let seconds: Double
    let requests: Int

    static func < (left: Distance, right: Distance) -> Bool {
      (left.seconds, left.requests) < (right.seconds, right.requests)
    }
  }
}
