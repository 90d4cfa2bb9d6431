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
    let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return Instant(nanoseconds: overflow ? (duration.nanoseconds < 0 ? .min : .max) : sum)
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
