public import Basics

import func Glibc.exp

/// What share of its time a replica has spent on prefill of late: what was placed there while an
/// answer may last, an older second counting exponentially less.
///
/// While a prompt is computed the answers that decode beside it hardly move on, so this, more than
/// the batch, decides how long a token takes there: step / (1 - share).
public struct PrefillShare: Sendable, Hashable {
  private var seconds = 0.0
  private var updated = Instant.zero

  /// No prefill at all.
  public init() {}

  /// Counts prefill that was placed, where a second counts for `decaySeconds`; an instant before
  /// the latest counts as that.
  mutating func add(_ prefillSeconds: Double, over decaySeconds: Double, at now: Instant) {
    seconds = share(over: decaySeconds, at: now) * decaySeconds + prefillSeconds
    updated = max(updated, now)
  }

  /// Takes out prefill that was counted at an instant and was never done.
  mutating func take(
    _ prefillSeconds: Double,
    addedAt placed: Instant,
    over decaySeconds: Double,
    at now: Instant
  ) {
    let left = prefillSeconds * exp(-max(0, placed.seconds(to: now)) / decaySeconds)
    seconds = max(0, share(over: decaySeconds, at: now) * decaySeconds - left)
    updated = max(updated, now)
  }

  /// The share, of about 0...1; more where more was placed than can be done.
  @inline(__always)
  public func share(over decaySeconds: Double, at now: Instant) -> Double {
    guard seconds > 0 else { return 0 }
    let age = max(0, updated.seconds(to: now))
    return seconds * exp(-age / decaySeconds) / decaySeconds
  }

  /// Somewhat less than ``share(over:at:)``, in a fraction of the time.
  @inline(__always)
  func shareMin(over decaySeconds: Double, at now: Instant) -> Double {
    let age = Double(now.nanoseconds) - Double(updated.nanoseconds)
    let left = min(1, 1 - age * (1e-9 / decaySeconds))
    return seconds * max(0, left) / decaySeconds
  }
}
