public import Basics
public import FleetSpec

import func Glibc.log

/// Seconds that a turn costs on a replica: those that it takes itself and those that it takes from
/// others, so that the cheapest placement is best for the fleet as a whole.
///
/// What is not reported yet counts as if it were. Every sequence that the replica has will decode
/// beside this one, so the batch is all its requests, up to its limit.
public struct CostModel: Sendable, Hashable {
  /// What a second of ``CostTerm/decode`` and ``CostTerm/slowdown`` counts against a second before the
  /// first: 0.05.
  ///
  /// A reader waits for the first token and reads the others as they come, so that what is lost
  /// between them hurts less. More makes tokens come faster and first tokens slower; between 0.03
  /// and 0.1 the traces show little difference.
  public var laterWeight = 0.05

  /// What a second of ``CostTerm/stall`` counts when the answers of the model take as long to a token
  /// as the objective allows: 0.07, and with the fourth power of their ``ReplicaState/TPOT utilisation``.
  ///
  /// While answers have time to spare a prompt that holds them up hurts few, so the place with the
  /// soonest first token is best; the less time they have, the more turns miss the objective by it.
  public var stallWeight = 0.07

  /// A prompt of so many seconds counts twice in ``CostTerm/stall``, and a longer one more: 2.
  ///
  /// Answers make up for a short delay in the time that they have to spare; a long one makes all of
  /// them late, so the longest prompts belong where the fewest are.
  public var stallKneeSeconds = 2.0

  /// The ``ReplicaState/TPOT utilisation`` above which no turn may make answers late (see
  /// ``RoutingRequest/mayExceedTPOT``): 0.75.
  ///
  /// Less keeps more answers in time, and lets more of the longest prompts wait in vain.
  public var tpotUtilisationMax = 0.75

  /// A turn that has waited for as long as it may goes where there is headroom, but not to compute more
  /// than so many times what is left of it where it would rather go: 4.
  ///
  /// There it waits in the engine's queue, and others need not give way to a conversation that is
  /// computed anew. Less keeps more turns where they are warm; more has them start sooner.
  public var recomputeRatioMax = 4.0

  /// What turns should be given; decides when a replica has headroom, and who goes first.
  public var objective = ServiceObjective()

  /// Prefill that may be queued at a replica, in seconds, when it is sent another turn: 0.1.
  ///
  /// Enough to keep it busy until the next one comes; what more there is waits where the order and
  /// the place can still be chosen.
  public var backlogSecondsMax = 0.1

  /// Makes a cost model with the defaults.
  public init() {}

  /// What a turn costs on a replica where `cachedTokens` of its prompt need not be computed, at a time
  /// of the fleet.
  ///
  /// Never more with more cached tokens, all else being equal. No term is negative, and none less than
  /// ``CostLowerBounds`` has of it.
  public func cost(
    of request: RoutingRequest,
    on state: ReplicaState,
    cachedTokens: Int,
    roundTripSeconds: Double,
    at now: Instant
  ) -> Cost {
    let rates = state.rates
    let demand = demand(of: request, on: state, cachedTokens: cachedTokens)
    let output = expectedOutput(request, state)
    let busy = Busy(state)
    let stepBefore = rates.decodeStepSeconds(batch: busy.batch, contextTokens: busy.context)
    let stepAfter = rates.decodeStepSeconds(
      batch: busy.batch + 1,
      contextTokens: busy.context + Double(demand.contextTokens)
    )
    var cost = Cost()
    cost.laterWeight = laterWeight
    cost.stallWeight = stallWeight(on: state)
    cost.network = roundTripSeconds
    cost.queue = queueSeconds(state, busy)
    let slot = batchSlotSeconds(state, busy, blocks: demand.blocks, step: stepBefore)
    cost.batchSlot = max(0, slot - cost.queue)
    cost.prefill = rates.prefillSeconds(
      flops: demand.prefillFLOPs,
      steps: demand.prefillSteps,
      batch: busy.batch,
      contextTokens: busy.context
    )
    cost.decode = output * stepAfter
    let seconds = demand.prefillFLOPs / rates.flopsPerSecond
    cost.stall = busy.batch * seconds * (1 + seconds / stallKneeSeconds)
    cost.slowdown = busy.batch * output * (stepAfter - stepBefore)
    cost.eviction = evictionSeconds(request, state, blocks: Double(demand.blocks), output: output)
    cost.staleness = stalenessSeconds(state)
    let interference = decodeInterferenceSeconds(
      state,
      step: stepBefore,
      by: cost.prefill,
      of: request,
      at: now
    )
    cost.decodeInterference = max(0, interference - backlogSeconds(cost, before: cost.queue))
    return cost
  }

  /// What a turn costs on a replica of a view, as that is at present.
  @inline(__always)
  func cost(
    of request: RoutingRequest,
    on state: ReplicaState,
    cachedTokens: Int,
    in view: RoutingView
  ) -> Cost {
    cost(
      of: request,
      on: state,
      cachedTokens: cachedTokens,
      roundTripSeconds: view.roundTripSeconds(request.origin, state.region),
      at: view.fleetNow
    )
  }

  /// What a turn adds to a replica.
  public func demand(
    of request: RoutingRequest,
    on state: ReplicaState,
    cachedTokens: Int
  ) -> Demand {
    let tokens = request.promptTokens - cachedTokens
    let chunk = max(1, state.stepTokensMax - min(state.requestCount, state.runningMax))
    let blockTokens = state.blockTokens
    return Demand(
      requests: 1,
      prefillTokens: tokens,
      prefillFLOPs: state.rates.prefillFLOPs(
        tokens: Double(tokens),
        context: Double(cachedTokens)
      ),
      prefillSteps: (Double(tokens) / Double(chunk)).ceiling,
      blocks: (request.promptTokens + blockTokens - 1) / blockTokens - cachedTokens / blockTokens,
      contextTokens: request.promptTokens + Int(expectedOutput(request, state) / 2)
    )
  }

  /// Seconds until there is headroom for a turn where it costs `cost`; 0 when there is.
  ///
  /// There is none while more than ``backlogSecondsMax`` of prefill is before it, besides what is done
  /// while the turn is on its way, and while answers have no time for its prompt: ``CostTerm/decodeInterference``.
  public func secondsToHeadroom(for cost: Cost) -> Double {
    let backlog = backlogSeconds(cost, before: cost.queue + cost.batchSlot)
    guard cost.decodeInterference > 0 else { return backlog }
    return max(backlog, cost.decodeInterference + backlogSeconds(cost, before: cost.queue))
  }

  private func backlogSeconds(_ cost: Cost, before seconds: Double) -> Double {
    max(0, seconds - backlogSecondsMax - cost.network)
  }

  /// Seconds until the answers that decode on a replica would still be as fast as the objective's with
  /// a turn's prompt among them: step / (1 - share of prefill), by what was placed there of late and,
  /// unless the turn may crowd them, by that prompt.
  private func decodeInterferenceSeconds(
    _ state: ReplicaState,
    step: Double,
    by prefillSeconds: Double,
    of request: RoutingRequest,
    at now: Instant
  ) -> Double {
    guard state.requestCount > 0 else { return 0 }
    let mayExceed = request.mayExceedTPOT && state.tpotUtilisation <= tpotUtilisationMax
    let own = mayExceed ? 0 : prefillSeconds / PrefillShare.decaySeconds
    let share = state.prefillShare.share(at: now) + own
    let shareMax = prefillShareMax(step: step)
    return share > shareMax ? PrefillShare.decaySeconds * log(share / shareMax) : 0
  }

  /// What share of its time a replica may spend on prefill when answers take it `step` seconds to a
  /// token without.
  func prefillShareMax(step: Double) -> Double { max(0.1, 1 - step / objective.tpotSeconds) }

  /// How much of what its answers may take to a token they take on a replica, 2 at most:
  /// step / (1 - share of prefill), against the objective.
  func tpotUtilisation(of state: ReplicaState, at now: Instant) -> Double {
    let busy = Busy(state)
    let step = state.rates.decodeStepSeconds(batch: busy.batch, contextTokens: busy.context)
    let share = min(0.75, state.prefillShare.share(at: now))
    return min(2, step / (1 - share) / objective.tpotSeconds)
  }

  /// What a second of ``CostTerm/stall`` counts on a replica; no more beyond a TPOT utilisation of 1.4, where
  /// all is late.
  func stallWeight(on state: ReplicaState) -> Double {
    let square = min(1.4, state.tpotUtilisation) * min(1.4, state.tpotUtilisation)
    return stallWeight * square * square
  }

  /// When a full replica is likely to take another request, in seconds: the shorter of the time in
  /// which its queue moves up by one, as its prefill goes or as its batch finishes.
  public func retrySeconds(_ state: ReplicaState) -> Double {
    let busy = Busy(state)
    let step = state.rates.decodeStepSeconds(batch: busy.batch, contextTokens: busy.context)
    let byBatch = state.outputTokens * step / max(1, busy.batch)
    let byPrefill = queueSeconds(state, busy) / Double(max(1, state.waitingCount))
    return max(byPrefill, state.requestCount >= state.runningMax ? byBatch : 0, step)
  }

  /// What decodes on a replica when this turn will.
  struct Busy {
    let batch: Double
    let context: Double

    init(_ state: ReplicaState) {
      let requests = state.requestCount
      let count = min(requests, state.runningMax)
      let tokens =
        state.load.contextTokens + state.load.prefillTokensQueued + state.pending.contextTokens
      batch = Double(count)
      context = requests > count ? Double(tokens) * batch / Double(requests) : Double(tokens)
    }
  }

  private func expectedOutput(_ request: RoutingRequest, _ state: ReplicaState) -> Double {
    request.outputTokens > 0 ? Double(request.outputTokens) : state.outputTokens
  }

  /// Reports say how many tokens wait, not whose: they are shared evenly by those in prefill, since
  /// attention grows with the square of a prompt.
  func queueSeconds(_ state: ReplicaState, _ busy: Busy) -> Double {
    let tokens = Double(state.load.prefillTokensQueued)
    let prompts = Double(max(1, state.load.waiting + state.load.running - state.load.decoding))
    let reported = prompts * state.rates.prefillFLOPs(tokens: tokens / prompts, context: 0)
    let chunk = max(1, Double(state.stepTokensMax) - busy.batch)
    return state.rates.prefillSeconds(
      flops: reported + state.pending.prefillFLOPs,
      steps: (tokens / chunk).ceiling + state.pending.prefillSteps,
      batch: busy.batch,
      contextTokens: busy.context
    )
  }

  func stalenessSeconds(_ state: ReplicaState) -> Double { state.uncertaintySeconds / 20 }

  /// Requests end, one each output x step / batch, until there is a place and there are blocks.
  private func batchSlotSeconds(
    _ state: ReplicaState,
    _ busy: Busy,
    blocks: Int,
    step: Double
  ) -> Double {
    let forPlace = Double(max(0, state.requestCount + 1 - state.runningMax))
    let promised = state.load.prefillTokensQueued / state.blockTokens + state.pending.blocks
    let missing = Double(max(0, blocks + promised + state.load.blocksUsed - state.blockCount))
    let perRequest = Double(max(1, state.load.blocksUsed / max(1, state.load.running)))
    return max(forPlace, missing / perRequest) * state.outputTokens * step / max(1, busy.batch)
  }

  private func evictionSeconds(
    _ request: RoutingRequest,
    _ state: ReplicaState,
    blocks: Double,
    output: Double
  ) -> Double {
    let held = state.load.blocksUsed + state.load.blocksCached + state.pending.blocks
    let free = Double(max(0, state.blockCount - held))
    let needed = blocks + output / Double(state.blockTokens)
    let evicted = min(max(0, needed - free), Double(state.load.blocksCached))
    let again = state.rates.prefillFLOPs(
      tokens: Double(state.blockTokens),
      context: Double(request.promptTokens) / 2
    )
    return evicted * state.evictedReuseChance * again / state.rates.flopsPerSecond
  }
}
