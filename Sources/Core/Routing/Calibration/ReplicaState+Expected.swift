import FleetSpec

extension ReplicaState {
  /// A report no older than this, in seconds of the fleet's time, is taken as the present.
  @usableFromInline static let freshSeconds = 0.05

  /// What is likely to be left of the load when nothing was reported for `seconds` of the fleet's
  /// time.
  ///
  /// Prompts that wait are computed at the replica's rate, those in the batch first; in each step
  /// one in ``outputTokens`` of the sequences that decode ends, and its blocks are kept for reuse.
  /// What was placed since counts as before. How much of that happened is doubted the more, the
  /// longer the silence: after 2 s a quarter of it, in the end half. So a replica whose reports are
  /// late looks neither as full as in its last report nor empty.
  func likelyLoad(after seconds: Double) -> ReplicaLoad {
    let decoding = Double(load.decoding)
    let context = Double(load.contextTokens)
    let tokens = Double(load.prefillTokensQueued)
    let prompts = Double(load.waiting + load.running - load.decoding)
    let perPrompt = tokens / max(1, prompts)
    let steps = (tokens / max(1, Double(stepTokensMax) - decoding)).ceiling
    let prefill = rates.prefillSeconds(
      flops: max(1, prompts) * rates.prefillFLOPs(tokens: perPrompt, context: 0),
      steps: steps,
      batch: decoding,
      contextTokens: context
    )
    let belief = 1 - seconds / (2 * (seconds + 2))
    let computed = seconds < prefill ? seconds / prefill : 1
    let batch = decoding + computed * prompts
    let step = rates.decodeStepSeconds(batch: batch, contextTokens: context)
    let passed = computed * steps + max(0, seconds - prefill) / step
    // e to the power of -x, as far as its second order.
    let share = passed / outputTokens
    let gone = belief * (1 - 1 / (1 + share + share * share / 2))

    let ended = (gone * batch).nearest
    let moved = (belief * computed * prompts).nearest
    let started = min(
      max(0, moved - (load.running - load.decoding)),
      load.waiting,
      max(0, runningMax - load.running + ended)
    )
    let released = load.blocksUsed * min(ended, load.running) / max(1, load.running)
    var left = ReplicaLoad(
      blocksUsed: load.blocksUsed - released,
      blocksCached: load.blocksCached + released,
      running: max(0, load.running + started - ended),
      waiting: load.waiting - started,
      prefillTokensQueued: Int(tokens * (1 - belief * computed)),
      decoding: 0,
      contextTokens: Int(
        (context + belief * (min(passed, outputTokens) * decoding + computed * tokens)) * (1 - gone)
      )
    )
    left.decoding = min(left.running, max(0, load.decoding + moved - ended))
    return left
  }
}
