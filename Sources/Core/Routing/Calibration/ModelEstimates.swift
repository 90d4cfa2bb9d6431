/// What is expected of a model's turns, learnt from those that ended.
public struct ModelEstimates: Sendable, Hashable {
  /// Tokens of an answer whose length nobody knows.
  ///
  /// Begins at 346, the mean of the public Mooncake conversation trace, or at what the first turns
  /// state if that is less, and follows the mean of the complete answers; one that is more than 8
  /// times longer than expected counts as 8 times, so that a few do not move it much, while a mean
  /// that really is ten times higher is still reached.
  public private(set) var outputTokens = Self.usualTokens

  /// Chance that an evicted block is asked for, and has to be computed again, within five minutes.
  ///
  /// Begins at 0.8; never below 0.01 or above 0.95. See ``GhostCache``.
  public private(set) var reuseChance = 0.8

  /// By how much the length of a prompt must be multiplied that was only estimated.
  public private(set) var promptTokens = CorrectionFactor()

  /// How much later first tokens come than the prefill of their turns takes.
  public private(set) var firstTokenMargin = FirstTokenMargin()

  private static let usualTokens = 346.0
  /// How many turns stated a length before an answer was counted.
  private var statedCount = 0
  /// How many answers were counted.
  public private(set) var answerCount = 0
  /// How many evicted blocks were followed for five minutes.
  public private(set) var evictionCount = 0

  /// Makes the estimates for a model of which nothing is known.
  public init() {}

  /// Takes in the length that a turn says that its answer will have, until the first is complete.
  ///
  /// While answers are taken to be longer than they are, more prompts are let in beside them than
  /// they have time for, and none completes for long.
  mutating func observe(statedTokens tokens: Int) {
    guard answerCount == 0, tokens > 0 else { return }
    statedCount += 1
    let stated = min(Double(tokens), Self.usualTokens)
    outputTokens += (stated - outputTokens) / Double(statedCount)
  }

  /// Takes in the length of a complete answer.
  mutating func observe(outputTokens tokens: Int) {
    guard tokens > 0 else { return }
    let gain = max(1.0 / 500, 1 / Double(answerCount + 8))
    outputTokens += gain * (min(Double(tokens), 8 * outputTokens) - outputTokens)
    answerCount += 1
  }

  /// Takes in the length of a prompt that was estimated at `estimate` tokens, uncorrected.
  mutating func observe(promptTokens tokens: Int, estimate: Int) {
    guard tokens > 0, estimate > 0 else { return }
    promptTokens.observe(Double(tokens) / (Double(estimate) * promptTokens.value))
  }

  /// Takes in how much later a first token came than the turn's prefill takes, in seconds.
  mutating func observe(firstTokenDelay seconds: Double) { firstTokenMargin.observe(seconds) }

  /// Takes in whether an evicted block was asked for again in time.
  mutating func observe(wasReused: Bool) {
    let gain = max(1.0 / 2048, 1 / Double(evictionCount + 64))
    reuseChance += gain * ((wasReused ? 1 : 0) - reuseChance)
    reuseChance = min(max(reuseChance, 0.01), 0.95)
    evictionCount += 1
  }

  /// Whether a decision would hardly see the difference: less than 1 % either way.
  func isLike(_ other: ModelEstimates) -> Bool {
    abs(outputTokens - other.outputTokens) <= 0.01 * other.outputTokens
      && abs(reuseChance - other.reuseChance) <= 0.01 * other.reuseChance
  }
}
