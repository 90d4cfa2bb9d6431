import Basics

/// A quota that comes back evenly over time: a bucket that holds `capacity` and fills at
/// `perSecond`.
///
/// In any time T no more than capacity + perSecond x (T + 1 us) is taken. A single amount above the
/// capacity may be taken from a full bucket, which is then in debt for the rest; so may what turned
/// out to be more than was thought.
struct TokenBucket: Sendable {
  let perSecond: Double
  let capacity: Double
  private(set) var balance: Double
  private var updated: Instant

  /// Makes a full bucket; both figures are above 0.
  init(perSecond: Double, capacity: Double, at now: Instant) {
    self.perSecond = perSecond
    self.capacity = capacity
    balance = capacity
    updated = now
  }

  /// Seconds until `amount` may be taken; 0 when it may be now.
  mutating func secondsUntil(_ amount: Double, at now: Instant) -> Double {
    balance = min(capacity, balance + max(0, updated.seconds(to: now)) * perSecond)
    updated = max(updated, now)
    let missing = min(amount, capacity) - balance
    // Whoever comes at the time that was named is not sent away for what rounding took.
    return missing > perSecond * 1e-6 ? missing / perSecond : 0
  }

  /// Takes an amount, or gives back a negative one.
  mutating func take(_ amount: Double) { balance = min(capacity, balance - amount) }
}
