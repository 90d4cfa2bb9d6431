import Basics

/// What users should be given: a turn that misses either bound is no goodput.
public struct ServiceObjective: Sendable, Hashable {
  /// What a time to the first token may be: 10 ms to an hour.
  public static let ttftRange: ClosedRange<Duration> = .milliseconds(10) ... .seconds(3_600)
  /// What a time for each later token may be: 1 ms to a minute.
  public static let tpotRange: ClosedRange<Duration> = .milliseconds(1) ... .seconds(60)

  /// Time to the first token, as the client sees it: below 4 s by default.
  public var ttft = Duration.seconds(4)
  /// Mean time for each later token: below 60 ms by default, faster than people read.
  public var tpot = Duration.milliseconds(60)

  /// Makes the objective with the defaults.
  public init() {}

  /// Whether a turn of `outputTokens` met it.
  public func isMet(ttft: Duration, total: Duration, outputTokens: Int) -> Bool {
    guard ttft < self.ttft else { return false }
    return outputTokens < 2 || (total - ttft) / (outputTokens - 1) < tpot
  }
}
