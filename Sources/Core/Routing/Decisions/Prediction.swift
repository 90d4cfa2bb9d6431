/// What was predicted of a turn when it was placed.
public struct Prediction: Sendable, Hashable {
  /// Number of the decision; see ``DecisionLog``; 0 where decisions are not kept.
  public let decision: UInt64
  /// The replica's slot.
  public let slot: Int32
  /// Which of the replicas that had the slot, one after another, this is.
  public let generation: UInt32
  /// Number of the region where the request entered; -1 when it is not known.
  public let origin: Int16
  /// Length of the prompt.
  public let promptTokens: Int
  /// Tokens of it that were expected in the cache.
  public let cachedTokens: Int
  /// Time to the first token as the engine sees it.
  public let ttftSeconds: Double

  /// Makes a prediction.
  public init(
    decision: UInt64,
    slot: Int32,
    generation: UInt32,
    origin: Int16,
    promptTokens: Int,
    cachedTokens: Int,
    ttftSeconds: Double
  ) {
    self.decision = decision
    self.slot = slot
    self.generation = generation
    self.origin = origin
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.ttftSeconds = ttftSeconds
  }
}
