import Basics

import func Glibc.exp

/// How often to take checkpoints, so that least time is lost to them and to failures.
package enum CheckpointInterval {
  /// The time from the end of one checkpoint to the begin of the next, nil where there is nothing
  /// to go by.
  ///
  /// - Parameters:
  ///   - pause: how long the job stands still for a checkpoint.
  ///   - meanTimeToFailure: of the whole job: that of one worker's node by the number of nodes.
  ///
  /// Source: Daly, "A higher order estimate of the optimum checkpoint interval for restart dumps",
  /// FGCS 22 (2006), equation 37: Young's √(2δM) with two terms more, less the pause itself; and M
  /// where a pause is at least two of them.
  package static func best(pause: Duration, meanTimeToFailure: Duration) -> Duration? {
    let (pause, mean) = (pause.inSeconds, meanTimeToFailure.inSeconds)
    guard pause > 0, mean > 0 else { return nil }
    guard pause < 2 * mean else { return meanTimeToFailure }
    let ratio = pause / (2 * mean)
    let seconds = (2 * pause * mean).squareRoot() * (1 + ratio.squareRoot() / 3 + ratio / 9) - pause
    return Duration(inSeconds: seconds)
  }

  /// The mean time to a failure of a job, from what was seen: with none yet, at least the time
  /// seen, as one failure in it would give.
  ///
  /// - Parameter watched: node time, summed over nodes.
  package static func meanTimeToFailure(
    failures: Int,
    watched: Duration,
    nodes: Int
  ) -> Duration {
    Duration(inSeconds: watched.inSeconds / Double(max(1, failures)) / Double(max(1, nodes)))
  }

  /// The share of time lost to pauses, to work done twice and to restarts when checkpoints are
  /// `interval` apart.
  ///
  /// Source: Daly, the expected wall time for exponential failures over the time to solve.
  package static func lostShare(
    interval: Duration,
    pause: Duration,
    restart: Duration,
    meanTimeToFailure: Duration
  ) -> Double {
    let (interval, mean) = (interval.inSeconds, meanTimeToFailure.inSeconds)
    guard interval > 0, mean > 0 else { return 1 }
    let expected =
      exp(restart.inSeconds / mean) * (exp((interval + pause.inSeconds) / mean) - 1) * mean
    return max(0, 1 - interval / expected)
  }
}
