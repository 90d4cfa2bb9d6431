import FleetSpec

/// What a replica does at one moment, in the terms that operators judge it by.
///
/// Computed from its load with the rates that it was measured to have. While prompts wait, a step
/// is one of prefill beside the decode of the batch; otherwise it only decodes.
public struct BottleneckFigures: Sendable, Hashable {
  /// Share of the KV blocks that running sequences hold.
  public let blocksUsed: Double
  /// Share of the KV blocks that are kept for reuse.
  public let blocksCached: Double
  /// Sequences that decode.
  public let batch: Int
  /// Arithmetic intensity of decoding them over the ridge point, both as reached: 1 where
  /// arithmetic takes as long as memory; 0 when none decodes.
  public let ridgeShare: Double
  /// Sequences like those at which decoding takes arithmetic as long as memory; nil when it never
  /// does, since the KV cache of a longer context takes longer to read than to attend to.
  public let ridgeBatch: Int?
  /// Prompt tokens that wait to be computed, those included that the replica has not reported yet.
  public let prefillTokensQueued: Int
  /// Seconds that those take.
  public let prefillSecondsQueued: Double
  /// Share of the step in which arithmetic works at the rate that it reaches; 0 without work.
  public let arithmeticUse: Double
  /// Share of the step in which memory moves bytes at the rate that it reaches; 0 without work.
  public let bandwidthUse: Double

  /// Computes the figures of a replica.
  public init(_ state: ReplicaState) {
    let (load, rates) = (state.load, state.rates)
    let (count, context) = (Double(load.decoding), Double(load.contextTokens))
    blocksUsed = Double(load.blocksUsed) / Double(state.blockCount)
    blocksCached = Double(load.blocksCached) / Double(state.blockCount)
    batch = load.decoding

    let flops = count * rates.flopsPerToken + rates.attentionFLOPs * context
    let bytes = rates.weightBytes + context * rates.kvBytesPerToken
    let ridge = rates.flopsPerSecond / rates.bytesPerSecond
    ridgeShare = flops / bytes / ridge
    // n (a token's operations) / rate = (weights + n (a context's bytes)) / bandwidth
    let mean = context / max(1, count)
    let gain =
      rates.flopsPerToken + rates.attentionFLOPs * mean - ridge * mean * rates.kvBytesPerToken
    let sequences = gain > 0 ? rates.weightBytes * ridge / gain : .infinity
    ridgeBatch = sequences < 1e6 ? Int(sequences.rounded(.up)) : nil

    let tokens = Double(load.prefillTokensQueued)
    let prompts = Double(max(1, load.waiting + load.running - load.decoding))
    let chunk = max(1, Double(state.stepTokensMax) - count)
    prefillTokensQueued = state.prefillTokens
    prefillSecondsQueued = rates.prefillSeconds(
      flops: prompts * rates.prefillFLOPs(tokens: tokens / prompts, context: 0)
        + state.pending.prefillFLOPs,
      steps: (tokens / chunk).rounded(.up) + state.pending.prefillSteps,
      batch: count,
      contextTokens: context
    )

    var step = Roofline.Step()
    (step.decoding, step.contextTokens) = (count, context)
    step.prefillTokens = min(tokens, chunk)
    step.prefillAttentionFLOPs = rates.attentionFLOPs(
      tokens: step.prefillTokens,
      context: max(0, tokens / prompts - step.prefillTokens) / 2
    )
    let isAtWork = count + tokens > 0
    let seconds = rates.stepSeconds(step)
    arithmeticUse = isAtWork ? rates.flops(step) / rates.flopsPerSecond / seconds : 0
    bandwidthUse = isAtWork ? rates.bytes(step) / rates.bytesPerSecond / seconds : 0
  }
}
