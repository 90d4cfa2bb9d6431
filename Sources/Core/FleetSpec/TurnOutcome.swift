/// What became of a turn that was placed, as its replica saw it.
public struct TurnOutcome: Sendable, Hashable {
  /// Length of the prompt, as the engine counted it; 0 when it did not say.
  public var promptTokens: Int
  /// Prompt tokens found in the cache.
  public var cachedTokens: Int
  /// Tokens of the answer; 0 when there was none.
  public var outputTokens: Int
  /// From submission until the turn was in the batch, in seconds of the fleet's time.
  public var queueSeconds: Double
  /// From submission until the first token; nil when there was none.
  public var ttftSeconds: Double?
  /// From submission until the end.
  public var totalSeconds: Double
  /// Whether the answer is complete: neither cancelled nor broken.
  public var isComplete: Bool
  /// Hashes of the blocks that the answer fills after those of the prompt, as far as they are
  /// known.
  public var answerBlocks: [UInt64] = []

  /// Makes an outcome.
  public init(
    promptTokens: Int = 0,
    cachedTokens: Int,
    outputTokens: Int,
    queueSeconds: Double,
    ttftSeconds: Double?,
    totalSeconds: Double,
    isComplete: Bool
  ) {
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.outputTokens = outputTokens
    self.queueSeconds = queueSeconds
    self.ttftSeconds = ttftSeconds
    self.totalSeconds = totalSeconds
    self.isComplete = isComplete
  }
}
