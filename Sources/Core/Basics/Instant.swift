/// A point in time, in nanoseconds since an arbitrary start that is the same for one process or one
/// simulation; the only notion of time that pure code has.
///
/// Instants of different processes can't be compared: send durations, never instants.
public struct Instant: InstantProtocol, Hashable, Sendable {
  /// Nanoseconds since the start of the clock.
  public let nanoseconds: Int64

  /// The start of the clock.
  public static let zero = Instant(nanoseconds: 0)

  /// Later than any instant that a clock can show.
  public static let distantFuture = Instant(nanoseconds: .max)

  /// Makes an instant from nanoseconds since the start of the clock.
  @inlinable
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The instant that is `duration` later; saturates instead of overflowing.
  @inlinable
  public func advanced(by duration: Duration) -> Instant {
    advanced(nanoseconds: duration.nanoseconds)
  }

  /// The instant that is `count` nanoseconds later; saturates instead of overflowing.
  @inlinable
  public func advanced(nanoseconds count: Int64) -> Instant {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(count)
    return Instant(nanoseconds: overflow ? (count < 0 ? .min : .max) : sum)
  }

  /// The seconds from this instant to `other`, as ``duration(to:)`` has them but many times faster;
  /// negative when `other` is earlier.
  @inlinable
  public func seconds(to other: Instant) -> Double {
    let count = other.nanoseconds.subtractingReportingOverflow(nanoseconds).partialValue
    let (whole, rest) = count.quotientAndRemainder(dividingBy: 1_000_000_000)
    return Double(whole) + Double(rest * 1_000_000_000) * 1e-18
  }

  /// How long it is from this instant to `other`; negative when `other` is earlier.
  @inlinable
  public func duration(to other: Instant) -> Duration {
    .nanoseconds(other.nanoseconds.subtractingReportingOverflow(nanoseconds).partialValue)
  }

  /// Whether `left` is earlier than `right`.
  @inlinable
  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Instant? {
  /// The earlier of two instants, of which nil is never.
  @inlinable
  public func earlier(_ other: Instant?) -> Instant? {
    guard let self, let other else { return self ?? other }
    return min(self, other)
  }
}
