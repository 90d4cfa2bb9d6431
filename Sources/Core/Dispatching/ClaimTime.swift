import Basics

/// How long it takes until places are claimed: from a placement to the report that shows the turn,
/// in wall time.
///
/// As a TCP sender measures round trips (RFC 6298): a mean and a mean deviation, in which the
/// newest counts for an eighth and a quarter.
struct ClaimTime: Sendable {
  private static let margin = Duration.seconds(1)

  private var mean: Double
  private var deviation: Double

  init(expected: Duration) {
    (mean, deviation) = (expected.inSeconds, expected.inSeconds / 4)
  }

  /// A place was claimed.
  mutating func claimed(after time: Duration) {
    let seconds = max(0, time.inSeconds)
    deviation += (abs(seconds - mean) - deviation) / 4
    mean += (seconds - mean) / 8
  }

  /// How long nearly all take: the mean and four deviations.
  var usual: Duration { Duration(inSeconds: mean + 4 * deviation) }

  /// How long one waits that is likely to be claimed still: that and a second.
  var longest: Duration { usual + Self.margin }
}
