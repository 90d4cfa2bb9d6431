public import FleetSpec

/// What turns or jobs took; sums of it are what reports are made of.
public struct ComputeUsage: Sendable, Hashable {
  /// Turns, each attempt.
  public var turns = 0
  /// Tokens of prompts whose first token came, those included that were found in caches.
  public var promptTokens = 0
  /// Tokens of those that were found in caches.
  public var cachedTokens = 0
  /// Tokens of answers, also of those that were cut short.
  public var outputTokens = 0
  /// Busy time times GPUs, in seconds of the fleet's time.
  public var gpuSeconds = 0.0
  /// Operations of forward passes, counted from the model's dimensions.
  public var forwardOperations = 0.0
  /// Operations of backward passes; turns have none.
  public var backwardOperations = 0.0
  /// Operations that computing the cached tokens would have taken.
  public var savedOperations = 0.0
  /// Operations by ``GPUTime``.
  public var gpuTimeOperations = 0.0

  /// Makes a usage of nothing.
  public init() {}

  /// What one turn took of a replica.
  ///
  /// Its prompt is computed where it is not cached, each token attending to all before it; then
  /// each token of the answer but the last goes through the model once. A turn that ended before
  /// its first token has no operations, since nobody tells how much of its prompt was computed.
  /// `busySeconds` are its share of the replica's busy time.
  public init(of outcome: TurnOutcome, busySeconds: Double, on roofline: Roofline) {
    let model = roofline.model
    func operations(_ tokens: Int, after context: Int) -> Double {
      let (tokens, context) = (Double(tokens), Double(context))
      return tokens * model.flopsPerToken + model.attentionFLOPs(tokens: tokens, context: context)
    }
    turns = 1
    outputTokens = outcome.outputTokens
    if outcome.ttftSeconds != nil {
      // Engines that don't count their prompts may still tell what they found.
      promptTokens = max(outcome.promptTokens, outcome.cachedTokens)
      cachedTokens = outcome.cachedTokens
      forwardOperations =
        operations(promptTokens - cachedTokens, after: cachedTokens)
        + operations(max(0, outputTokens - 1), after: promptTokens)
      savedOperations = operations(cachedTokens, after: 0)
    }
    let utilisation =
      roofline.gpu.name == GPUModel.cpuCore ? GPUTime.cpuUtilisation : GPUTime.gpuUtilisation
    let time = GPUTime(
      devices: Double(roofline.gpuCount),
      days: busySeconds / 86_400,
      peakFLOPs: roofline.gpu.peakFLOPs(weightBytes: model.weightBytes),
      utilisation: utilisation
    )
    gpuSeconds = busySeconds * Double(roofline.gpuCount)
    gpuTimeOperations = time.operations
  }

  /// Adds another usage.
  public static func += (sum: inout Self, other: Self) {
    sum.turns += other.turns
    sum.promptTokens += other.promptTokens
    sum.cachedTokens += other.cachedTokens
    sum.outputTokens += other.outputTokens
    sum.gpuSeconds += other.gpuSeconds
    sum.forwardOperations += other.forwardOperations
    sum.backwardOperations += other.backwardOperations
    sum.savedOperations += other.savedOperations
    sum.gpuTimeOperations += other.gpuTimeOperations
  }
}
