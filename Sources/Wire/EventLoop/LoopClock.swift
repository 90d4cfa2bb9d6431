public import Basics
import CShims

/// The time that a loop's timers follow: the monotonic clock of the machine, or one that runs a
/// fixed number of times faster, or any other source.
///
/// A simulated fleet runs faster than the wall: with rate 20, an instant of its clock moves 20 ns
/// in each nanosecond, and a timer for 1 s fires after 50 ms.
public struct LoopClock: Sendable {
  /// How many times faster than the wall the clock runs.
  public let rate: Double

  private let start: Int64
  private let source: @Sendable () -> Int64

  /// Makes a clock that starts at the monotonic clock's time and runs `rate` times as fast.
  ///
  /// `source` gives nanoseconds that never decrease; tests wind their own.
  public init(
    rate: Double = 1,
    source: @escaping @Sendable () -> Int64 = LoopClock.monotonic
  ) {
    precondition(rate > 0 && rate <= 1e6, "a clock can't run at \(rate) times the wall's rate")
    self.rate = rate
    self.source = source
    start = source()
  }

  /// Nanoseconds of the machine's monotonic clock.
  @Sendable public static func monotonic() -> Int64 { hearth_monotonic_ns() }

  /// The time now.
  public var now: Instant {
    let passed = source() - start
    guard rate != 1 else { return Instant(nanoseconds: start + passed) }
    let scaled = min(Double(passed) * rate, 9.2e18)
    return Instant(nanoseconds: start).advanced(nanoseconds: Int64(scaled))
  }

  /// How long the wall takes until this clock shows `instant`; zero when it has passed.
  func wallTime(until instant: Instant) -> Duration {
    let left = max(.zero, now.duration(to: instant))
    return rate == 1 ? left : Duration(inSeconds: left.inSeconds / rate)
  }
}
