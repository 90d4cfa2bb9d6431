/// How much later the first tokens of a model's turns come than their own prefill takes: what a
/// turn that waits must leave besides it to be in time.
///
/// The client's pick-up, the way there and back, the prompts before it and the answers that decode
/// beside it are in that, whatever the cause. The measure is the mean of what it took, plus twice
/// its mean deviation; one that is further off counts as that, so that a few that are wild
/// hardly move it, while a change that stays is followed. In seconds of the fleet's time.
public struct FirstTokenMargin: Sendable, Hashable {
  private static let deviations = 2.0
  private static let gain = 1.0 / 16
  /// More or less than that is not believed.
  private static let secondsMax = 60.0

  private var mean = 0.0
  private var deviation = 0.0
  private var count = 0

  /// Nothing was measured yet.
  public init() {}

  /// What to leave, in seconds from 0.
  public var seconds: Double { max(0, mean + Self.deviations * deviation) }

  /// Takes in how much later a first token came than the turn's prefill takes; anything but a
  /// number is ignored.
  mutating func observe(_ seconds: Double) {
    guard seconds.isFinite else { return }
    let seconds = max(-Self.secondsMax, min(Self.secondsMax, seconds))
    count += 1
    guard count > 1 else { return (mean, deviation) = (seconds, abs(seconds) / 2) }
    let limit = 4 * max(deviation, 0.001)
    let error = max(-limit, min(limit, seconds - mean))
    deviation += Self.gain * (abs(error) - deviation)
    mean += Self.gain * error
  }
}
