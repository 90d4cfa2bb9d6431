import Basics

/// How fast turns that wait for one model are let go, and so how long others will wait.
///
/// Measured as work (weighted tokens) let go in each second in which turns waited; seconds in which
/// nobody waited say how much was wanted, not how much there is room for. Both sums decay over 30
/// s, stepped implicitly: x t / (t + dt). Where there is no measurement the caller's word counts,
/// the seconds until the model next has room; after n releases it counts as 1 / (n + 1) of one.
struct DrainRate: Sendable {
  private static let decaySeconds = 30.0

  private var released = 0.0
  private var busySeconds = 0.0
  private var updated = Instant.zero
  /// Seconds between two releases, as the caller thought last.
  private var hintSeconds = 1.0

  mutating func advance(to now: Instant, isBusy: Bool) {
    let seconds = max(0, updated.seconds(to: now))
    updated = max(updated, now)
    guard isBusy, seconds > 0 else { return }
    let decay = Self.decaySeconds / (Self.decaySeconds + seconds)
    released *= decay
    busySeconds = (busySeconds + seconds) * decay
  }

  mutating func hint(_ seconds: Double) {
    hintSeconds = seconds.isNaN ? 1 : max(0.001, min(60, seconds))
  }

  mutating func release(_ work: Double) { released += work }

  /// Seconds until `work` and then one more turn, of `mean` work, have been let go.
  func seconds(until work: Double, mean: Double) -> Double {
    let prior = mean / (mean + released)
    return (work + mean) * (busySeconds + prior * hintSeconds) / (released + prior * mean)
  }
}
