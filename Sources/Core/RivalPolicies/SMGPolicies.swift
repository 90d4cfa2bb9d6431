public import Basics
import FleetSpec
public import Routing

/// The cache-aware policy of SGLang's model gateway, and of the vLLM router, with its defaults: the
/// most cached prefix as long as load is even, else the fewest requests.
///
/// Uneven: max - min > 32 requests and max > 1.1 min. Among equal prefixes the fewest requests,
/// then the fewest cached blocks.
///
/// Source: lightseekorg/smg, policies/cache_aware.rs.
public struct SMGCacheAwarePolicy: Policy {
  /// What it is called.
  public var name: String { "smg-cache-aware" }

  /// Makes the policy.
  public init() {}

  /// The most cached prefix, or the fewest requests when load is uneven; ties at random.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    var (fewest, most) = (Int.max, 0)
    for candidate in candidates {
      guard let state = view.state(candidate.slot) else { continue }
      fewest = min(fewest, state.requestCount)
      most = max(most, state.requestCount)
    }
    let isUneven = most - fewest > 32 && Double(most) > 1.1 * Double(fewest)
    var least = Least<Order>()
    for index in candidates.indices {
      guard let state = view.state(candidates[index].slot) else { continue }
      let order = Order(
        missing: isUneven ? 0 : -candidates[index].cachedTokens,
        requests: state.requestCount,
        tree: state.load.blocksUsed + state.load.blocksCached
      )
      least.offer(index, order, random: &random)
    }
    return least.index
  }

  private struct Order: Comparable {
    let missing: Int
    let requests: Int
    let tree: Int

    static func < (left: Order, right: Order) -> Bool {
      (left.missing, left.requests, left.tree) < (right.missing, right.requests, right.tree)
    }
  }
}

/// The least-load policy of SGLang's model gateway: seconds of queued tokens at 2,000 a second, and
/// a barrier that grows without bound as KV memory fills.
///
/// load = queued tokens / 2000 + 0.15 k / (1 - k), where k is the share of KV blocks in use. It
/// reads nothing of the prompt.
///
/// Source: lightseekorg/smg, policies/least_load.rs.
public struct SMGLeastLoadPolicy: FigurePolicy {
  /// What it is called.
  public var name: String { "smg-least-load" }

  /// Makes the policy.
  public init() {}

  func figure(
    of candidate: Candidate,
    _ state: ReplicaState,
    for request: RoutingRequest,
    view: RoutingView,
    costs: CostModel
  ) -> Double {
    let use = min(0.999, Double(state.activeBlocks) / Double(state.blockCount))
    return Double(state.prefillTokens) / 2_000 + 0.15 * use / (1 - use)
  }
}
