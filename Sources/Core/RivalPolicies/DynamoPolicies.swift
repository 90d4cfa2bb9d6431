import FleetSpec
import Routing

/// NVIDIA Dynamo's KV router with its defaults: the blocks to compute and the blocks in use, added.
///
/// cost = max(queued prefill blocks + prompt blocks - cached blocks, 0) + decode blocks. Decode
/// blocks are those of all requests there, waiting ones included, and of this prompt, cached or
/// not: there, only blocks that another request of the worker holds at that moment count once,
/// which no report tells here. Its credits for caches in host memory and on disk are left out:
/// there are none here.
///
/// Source: ai-dynamo/dynamo, lib/kv-router/src/scheduling/selector.rs, temperature 0, and the loads
/// that it is given, `active_blocks + (prompt blocks - blocks that are active there)`.
public struct DynamoPolicy: FigurePolicy {
  /// What it is called.
  public var name: String { "dynamo" }

  /// Makes the policy.
  public init() {}

  func figure(
    of candidate: Candidate,
    _ state: ReplicaState,
    for request: RoutingRequest,
    view: RoutingView,
    costs: CostModel
  ) -> Double {
    let blocks = DynamoBlocks(candidate, state, request)
    return blocks.prefill + blocks.decode
  }
}

/// Dynamo's `lmetric`: the same two figures, multiplied, so that neither needs a weight.
///
/// cost = prefill blocks x (decode blocks + 1). Source: as for ``DynamoPolicy``.
public struct DynamoLMetricPolicy: FigurePolicy {
  /// What it is called.
  public var name: String { "dynamo-lmetric" }

  /// Makes the policy.
  public init() {}

  func figure(
    of candidate: Candidate,
    _ state: ReplicaState,
    for request: RoutingRequest,
    view: RoutingView,
    costs: CostModel
  ) -> Double {
    let blocks = DynamoBlocks(candidate, state, request)
    return blocks.prefill * (blocks.decode + 1)
  }
}

/// What Dynamo counts of a worker, as if the request ran there already.
private struct DynamoBlocks {
  let prefill: Double
  let decode: Double

  init(_ candidate: Candidate, _ state: ReplicaState, _ request: RoutingRequest) {
    let size = Double(state.blockTokens)
    let missing = request.promptTokens - candidate.cachedTokens
    prefill = max(0, Double(state.prefillTokens + missing) / size)
    let promised = Double(state.load.prefillTokensQueued + request.promptTokens)
    decode = Double(state.activeBlocks) + (promised / size).rounded(.up)
  }
}
