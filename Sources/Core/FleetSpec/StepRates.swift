/// A ``Roofline`` as plain numbers, with the formulas of time: what a routing decision calculates
/// with, since it holds no names that would have to be counted when it is copied.
public struct StepRates: Sendable, Hashable {
  /// Operations a second that are reached.
  public var flopsPerSecond: Double
  /// Bytes a second that are reached.
  public var bytesPerSecond: Double
  /// Operations that one token needs apart from attention.
  public var flopsPerToken: Double
  /// Operations of attention for each token that a token attends to.
  public var attentionFLOPs: Double
  /// Bytes of weights that a step reads.
  public var weightBytes: Double
  /// Bytes of KV cache that one token needs.
  public var kvBytesPerToken: Double
  /// Seconds that every step takes besides.
  public var overheadSeconds: Double

  /// The same steps where arithmetic is `arithmetic` times as fast, and memory and all that a step
  /// takes besides `memory` times; both above 0.
  public func scaled(arithmetic: Double, memory: Double) -> StepRates {
    var rates = self
    rates.flopsPerSecond *= arithmetic
    rates.bytesPerSecond *= memory
    rates.overheadSeconds /= memory
    return rates
  }

  /// Operations of attention for `tokens` new tokens after `context` earlier ones; the i-th new one
  /// attends to context + i.
  @inlinable
  public func attentionFLOPs(tokens: Double, context: Double) -> Double {
    attentionFLOPs * (tokens * context + tokens * (tokens + 1) / 2)
  }

  /// Operations of a prefill of `tokens` after `context` that are cached.
  @inlinable
  public func prefillFLOPs(tokens: Double, context: Double) -> Double {
    tokens * flopsPerToken + attentionFLOPs(tokens: tokens, context: context)
  }

  /// Operations of one step.
  @inlinable
  public func flops(_ step: Roofline.Step) -> Double {
    (step.prefillTokens + step.decoding) * flopsPerToken
      + step.prefillAttentionFLOPs + attentionFLOPs * step.contextTokens
  }

  /// Bytes that one step moves.
  @inlinable
  public func bytes(_ step: Roofline.Step) -> Double {
    weightBytes + (step.contextTokens + step.prefillTokens) * kvBytesPerToken
  }

  /// Seconds of one step: the slower of arithmetic and memory, and the overhead.
  @inlinable
  public func stepSeconds(_ step: Roofline.Step) -> Double {
    max(flops(step) / flopsPerSecond, bytes(step) / bytesPerSecond) + overheadSeconds
  }

  /// Seconds of one step in which `batch` sequences that hold `contextTokens` decode.
  @inlinable
  public func decodeStepSeconds(batch: Double, contextTokens: Double) -> Double {
    max(
      (batch * flopsPerToken + attentionFLOPs * contextTokens) / flopsPerSecond,
      (weightBytes + contextTokens * kvBytesPerToken) / bytesPerSecond
    ) + overheadSeconds
  }

  /// Seconds of a prefill of `flops` operations in `steps` steps, in each of which `batch`
  /// sequences that hold `contextTokens` decode.
  ///
  /// Arithmetic is that of prefill and decode together, memory traffic is the weights and the
  /// decode context once a step; the slower of the two counts, and the overhead of each step.
  @inlinable
  public func prefillSeconds(
    flops: Double,
    steps: Double,
    batch: Double = 0,
    contextTokens: Double = 0
  ) -> Double {
    let decode = batch * flopsPerToken + attentionFLOPs * contextTokens
    let arithmetic = (flops + steps * decode) / flopsPerSecond
    let memory = steps * (weightBytes + contextTokens * kvBytesPerToken) / bytesPerSecond
    return max(arithmetic, memory) + steps * overheadSeconds
  }
}
