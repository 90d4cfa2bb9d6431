public import Basics
import FleetSpec
public import Routing

/// As SkyWalker does: first the turn's own region, and only replicas where nobody waits; when there
/// is none, the nearest region that has one; when there is none at all, the fewest requests at
/// home.
///
/// Within a region the longest cached prefix counts if it is half of the prompt or more, else the
/// fewest requests.
///
/// Source: SkyWalker, EuroSys 2026, arXiv 2505.24095 (selective pushing by pending requests); the
/// threshold of a half is that of SkyPilot's prefix_tree branch.
public struct SkyWalkerPolicy: Policy {
  /// What it is called.
  public var name: String { "skywalker" }

  /// Makes the policy.
  public init() {}

  /// The nearest replica without a queue, by cached prefix, then requests; ties at random.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    var least = Least<Order>()
    for index in candidates.indices {
      guard let state = view.state(candidates[index].slot) else { continue }
      let cached = candidates[index].cachedTokens
      let order = Order(
        hasQueue: state.load.waiting > 0 || state.requestCount >= state.runningMax,
        roundTrip: view.roundTripSeconds(request.origin, state.region),
        missing: cached * 2 >= request.promptTokens ? -cached : 0,
        requests: state.requestCount
      )
      least.offer(index, order, random: &random)
    }
    return least.index
  }

  private struct Order: Comparable {
    let hasQueue: Bool
    let roundTrip: Double
    let missing: Int
    let requests: Int

    static func < (left: Order, right: Order) -> Bool {
      if left.hasQueue != right.hasQueue { return right.hasQueue }
      return (left.roundTrip, left.missing, left.requests)
        < (right.roundTrip, right.missing, right.requests)
    }
  }
}

/// The one with fewer requests of two replicas that are drawn at random (Mitzenmacher, 2001).
public struct PowerOfTwoPolicy: Policy {
  /// What it is called.
  public var name: String { "power-of-two" }

  /// Makes the policy.
  public init() {}

  /// The one with fewer requests of two.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    let first = Int(random.next() % UInt64(candidates.count))
    guard candidates.count > 1 else { return first }
    let step = 1 + Int(random.next() % UInt64(candidates.count - 1))
    let second = (first + step) % candidates.count
    func requests(_ index: Int) -> Int { view.state(candidates[index].slot)?.requestCount ?? .max }
    return requests(second) < requests(first) ? second : first
  }
}
