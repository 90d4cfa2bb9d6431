public import Basics
import FleetSpec
public import Routing

/// GORGO: the least predicted time to the first token over regions.
///
/// cost = round trip + (tokens that wait + tokens that are not cached) x seconds a token. GORGO
/// measures 0.094 ms a token on its GPUs; here each replica's own linear rate counts. This is its
/// central form, which knows the queues of all regions and does better than one balancer a region.
///
/// Source: arXiv 2602.11688; gotoni, pkg/cluster/loadbalancer.go.
public struct GORGOPolicy: FigurePolicy {
  /// What it is called.
  public var name: String { "gorgo" }

  /// Makes the policy.
  public init() {}

  func figure(
    of candidate: Candidate,
    _ state: ReplicaState,
    for request: RoutingRequest,
    view: RoutingView,
    costs: CostModel
  ) -> Double {
    let tokens = state.prefillTokens + request.promptTokens - candidate.cachedTokens
    return view.roundTripSeconds(request.origin, state.region)
      + Double(tokens) * state.rates.flopsPerToken / state.rates.flopsPerSecond
  }
}

/// Preble's E2: exploit a cache that holds more than half of the prompt, else explore the replica
/// with the least work.
///
/// Work, in seconds: prefill of what waits, quadratic attention included, and for each request its
/// answer at the step time of the batch. Preble adds up what it sent in the last three minutes;
/// here the replica's own report says what is left of that.
///
/// Source: WukLab/preble, global_scheduler_with_time.py.
public struct PreblePolicy: Policy {
  /// What it is called.
  public var name: String { "preble" }

  /// Makes the policy.
  public init() {}

  /// The least work, among the replicas with the longest cached prefix when that is more than half
  /// of the prompt, else among all; ties at random.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    var longest = 0
    for candidate in candidates { longest = max(longest, candidate.cachedTokens) }
    let exploits = longest > request.promptTokens - longest
    var least = Least<Double>()
    for index in candidates.indices {
      guard let state = view.state(candidates[index].slot) else { continue }
      let isHolder = candidates[index].cachedTokens == longest
      let work = exploits && !isHolder ? .infinity : work(state)
      least.offer(index, work, random: &random)
    }
    return least.index
  }

  private func work(_ state: ReplicaState) -> Double {
    let rates = state.rates
    let prefill = rates.prefillFLOPs(tokens: Double(state.prefillTokens), context: 0)
    let step = rates.decodeStepSeconds(
      batch: Double(min(state.requestCount, state.runningMax)),
      contextTokens: Double(state.load.contextTokens + state.pending.contextTokens)
    )
    return prefill / rates.flopsPerSecond
      + Double(state.requestCount) * state.outputTokens * step
  }
}
