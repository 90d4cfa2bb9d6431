import Basics
import FleetSpec

/// A replica as the terms of a cost see it, whichever turn they price there.
///
/// What is not reported yet counts as if it were. Every sequence that the replica has will decode
/// beside the next, so the batch is all its requests, up to its limit.
struct PricedReplica {
  let costs: CostModel
  let state: ReplicaState
  /// Sequences that will decode beside the next turn.
  let batch: Double
  /// KV tokens that they hold.
  let context: Double
  /// Seconds that they take to a token.
  let stepSeconds: Double

  @inline(__always)
  init(_ state: ReplicaState, _ costs: CostModel) {
    (self.costs, self.state) = (costs, state)
    let requests = state.requestCount
    let count = min(requests, state.runningMax)
    let tokens =
      state.load.contextTokens + state.load.prefillTokensQueued + state.pending.contextTokens
    batch = Double(count)
    context = requests > count ? Double(tokens) * batch / Double(requests) : Double(tokens)
    stepSeconds = state.rates.decodeStepSeconds(batch: batch, contextTokens: context)
  }

  /// Prompt tokens that one step can compute.
  @inline(__always)
  var chunkTokens: Int {
    max(1, state.stepTokensMax - min(state.requestCount, state.runningMax))
  }

  /// What share of its time it may spend on prefill so that its answers stay within the objective,
  /// and one more of them within `tpotSeconds`: a tenth at least, so that prompts get anywhere.
  @inline(__always)
  func prefillShareMax(tpotSeconds: Double = .infinity) -> Double {
    max(0.1, 1 - stepSeconds / min(state.tpotObjectiveSeconds, tpotSeconds))
  }

  /// How much of what its answers may take to a token they take, 2 at most: step / (1 - share of
  /// prefill), against the objective.
  ///
  /// Both bounds keep the fourth power of ``StallTerm`` finite: the share is an estimate that may
  /// pass 1.
  func tpotUtilisation(at now: Instant) -> Double {
    let share = min(0.75, state.prefillShare.share(over: state.answerSeconds, at: now))
    return min(2, stepSeconds / (1 - share) / state.tpotObjectiveSeconds)
  }

  /// When a full replica is likely to take another request, in seconds: the shorter of the time in
  /// which its queue moves up by one, as its prefill goes or as its batch finishes.
  var retrySeconds: Double {
    let byPrefill = QueueTerm.seconds(self) / Double(max(1, state.waitingCount))
    return max(byPrefill, slotSeconds, stepSeconds)
  }

  /// Until a request of a full batch ends, in seconds: one does each output x step / batch.
  @inline(__always)
  var slotSeconds: Double {
    guard state.requestCount >= state.runningMax else { return 0 }
    return state.outputTokens * stepSeconds / max(1, batch)
  }
}

extension PricedReplica {
  /// KV blocks that nothing holds.
  @inline(__always)
  var blocksFree: Int {
    let held = state.load.blocksUsed + state.load.blocksCached + state.pending.blocks
    return max(0, state.blockCount - held)
  }

  /// Seconds that the arithmetic of a decode step takes.
  @inline(__always)
  var arithmeticStepSeconds: Double {
    (batch * state.rates.flopsPerToken + context * state.rates.attentionFLOPs)
      / state.rates.flopsPerSecond
  }
}
