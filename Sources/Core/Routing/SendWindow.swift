public import Basics

import func Glibc.exp

/// How much work a replica is sent ahead of what is known of it: as much as it does in the time
/// until a placement shows in its reports, or it would be idle until then.
///
/// As TCP's window covers bandwidth x delay, this covers the delay of the loop: from a placement,
/// over its client and its node, until the report that shows it. The measure is the mean of what
/// that took, plus its mean deviation, and at least how long those that are on their way have taken
/// on average. It grows by half of itself each time that the replica is found idle while turns
/// wait, to three times the measure at most, and falls back over half a minute. The turn that is
/// sent last comes on top, and so covers half of its own prefill on average. All in the fleet's
/// time.
public struct SendWindow: Sendable, Hashable {
  private static let growthDecaySeconds = 30.0
  private static let growthMax = 2.0

  private var mean = 0.0
  private var deviation = 0.0
  /// The mean prefill of what is placed there, in seconds.
  private(set) var meanPrefillSeconds = 0.0
  private var growth = 0.0
  private var grown = Instant.zero
  /// Placements that no report shows yet, and the sum of their times in seconds.
  private var count = 0
  private var sum = 0.0

  /// Nothing was measured yet.
  public init() {}

  /// Seconds that the loop takes, as far as is known.
  @inline(__always)
  public func delaySeconds(at now: Instant) -> Double {
    max(mean + deviation, awaitedSeconds(at: now))
  }

  /// Seconds of work that may be on its way.
  @inline(__always)
  public func seconds(at now: Instant) -> Double {
    let delay = delaySeconds(at: now)
    return max(0, (growth > 0 ? delay * (1 + growth(at: now)) : delay) - meanPrefillSeconds / 2)
  }

  /// Something was placed there whose prefill takes so long.
  mutating func placed(_ prefillSeconds: Double, at now: Instant) {
    count += 1
    meanPrefillSeconds += (prefillSeconds - meanPrefillSeconds) / 16
    sum += Instant.zero.seconds(to: now)
  }

  /// A placement is awaited no more: a report showed it `now`, or it is given up.
  mutating func endWait(placed: Instant, isAccepted: Bool, at now: Instant) {
    count -= 1
    sum = count > 0 ? sum - Instant.zero.seconds(to: placed) : 0
    guard isAccepted else { return }
    let seconds = max(0, placed.seconds(to: now))
    deviation += (abs(seconds - mean) - deviation) / 8
    mean += (seconds - mean) / 8
  }

  /// The replica was idle though turns wait and some are on their way to it.
  ///
  /// Counts once in the time that the loop takes, since what it changes shows no sooner.
  mutating func ranDry(at now: Instant) {
    guard grown.seconds(to: now) > delaySeconds(at: now) else { return }
    growth = min(Self.growthMax, (1 + growth(at: now)) * 1.5 - 1)
    grown = now
  }

  /// How long those that are on their way have taken, on average.
  @inline(__always)
  private func awaitedSeconds(at now: Instant) -> Double {
    count > 0 ? Instant.zero.seconds(to: now) - sum / Double(count) : 0
  }

  private func growth(at now: Instant) -> Double {
    growth * exp(-max(0, grown.seconds(to: now)) / Self.growthDecaySeconds)
  }
}
