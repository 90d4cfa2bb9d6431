import FleetSpec

/// Until the prefill that is queued there is done, in seconds: its operations at the replica's
/// rate, or its memory traffic if that takes longer, beside the decode of the batch.
///
/// Reports say how many tokens wait, not whose: they are shared evenly by those in prefill, since
/// attention grows with the square of a prompt.
enum QueueTerm: CostTerm {
  static let words = CostTermWords(
    name: "queue",
    meaning: "until the prefill that is queued there is done",
    less: "less prefill queued",
    more: "more prefill queued"
  )
  static var isBeforeFirstToken: Bool { true }

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double { turn.queueSeconds }

  @inline(__always)
  static func seconds(_ replica: PricedReplica) -> Double {
    let state = replica.state
    let tokens = Double(state.load.prefillTokensQueued)
    let prompts = Double(max(1, state.load.waiting + state.load.running - state.load.decoding))
    let reported = prompts * state.rates.prefillFLOPs(tokens: tokens / prompts, context: 0)
    let chunk = max(1, Double(state.stepTokensMax) - replica.batch)
    return state.rates.prefillSeconds(
      flops: reported + state.pending.prefillFLOPs,
      steps: (tokens / chunk).ceiling + state.pending.prefillSteps,
      batch: replica.batch,
      contextTokens: replica.context
    )
  }

  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    turn.queue
  }
}
