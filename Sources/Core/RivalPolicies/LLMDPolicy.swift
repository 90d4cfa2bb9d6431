public import Basics
import FleetSpec
public import Routing

/// llm-d's default scorers: twice the shortness of the queue, twice the free KV memory, three times
/// the share of the prompt that is cached; the highest sum wins, ties at random.
///
/// score = 2 (max - waiting) / (max - min) + 2 (1 - KV use) + 3 cached / prompt, where the queue
/// counts as 1 when all are equal.
///
/// Source: llm-d/llm-d-router, config/charts/routerlib/templates/_config.yaml and
/// pkg/epp/framework/plugins/scheduling/scorer.
public struct LLMDPolicy: Policy {
  /// What it is called.
  public var name: String { "llm-d" }

  /// Makes the policy.
  public init() {}

  /// The highest score; ties at random.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    var (shortest, longest) = (Int.max, 0)
    for candidate in candidates {
      guard let state = view.state(candidate.slot) else { continue }
      shortest = min(shortest, state.waitingCount)
      longest = max(longest, state.waitingCount)
    }
    var least = Least<Double>()
    for index in candidates.indices {
      guard let state = view.state(candidates[index].slot) else { continue }
      let spread = Double(longest - shortest)
      let queue = spread == 0 ? 1 : Double(longest - state.waitingCount) / spread
      let memory = 1 - Double(state.load.blocksUsed) / Double(state.blockCount)
      let prefix = Double(candidates[index].cachedTokens) / Double(request.promptTokens)
      least.offer(index, -(2 * queue + 2 * memory + 3 * prefix), random: &random)
    }
    return least.index
  }
}
