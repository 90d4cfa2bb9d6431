public import Basics
import CUV

/// One timer on a loop, armed for an instant of a clock.
///
/// It fires at that instant or a little later, never earlier: libuv counts whole milliseconds.
@safe public final class LoopTimer {
  private let clock: LoopClock
  private let fire: () -> Void
  private var handle: UVHandle<uv_timer_t>?
  private var due: Instant?
  private var isFiring = false

  /// Makes a timer that is not armed, by the loop's clock unless another is given.
  public init(loop: Loop, clock: LoopClock? = nil, fire: @escaping () -> Void) throws(UVError) {
    self.clock = clock ?? loop.clock
    self.fire = fire
    let raw = unsafe loop.raw
    let handle = try unsafe UVHandle<uv_timer_t>("make a timer", on: loop) {
      unsafe uv_timer_init(raw, $0)
    }
    unsafe handle.setOwner(self)
    unsafe self.handle = consume handle
  }

  /// Fires once at `instant`, or as soon as the loop turns when it has passed; nil disarms.
  ///
  /// Replaces what was armed before.
  public func arm(at instant: Instant?) {
    guard instant != due else { return }
    due = instant
    guard let instant, instant != .distantFuture else {
      disarm()
      return
    }
    start(after: clock.wallTime(until: instant))
  }

  /// Fires once after `duration` of the clock's time.
  public func arm(after duration: Duration) {
    arm(at: clock.now.advanced(by: duration))
  }

  private func start(after wallTime: Duration) {
    // libuv counts from the start of its turn, up to a millisecond early: hence the second one.
    let milliseconds = (wallTime.nanoseconds + 999_999) / 1_000_000
    // Armed from its own callback for now, it would fire again before the loop goes on, for ever.
    let least: Int64 = isFiring ? 1 : 0
    unsafe uv_update_time(handle?.raw.pointee.loop)
    _ = unsafe uv_timer_start(
      handle?.raw,
      { raw in unsafe UVHandle.owner(raw, as: LoopTimer.self)?.expired() },
      UInt64(max(least, milliseconds)),
      0
    )
  }

  private func disarm() {
    due = nil
    _ = unsafe uv_timer_stop(handle?.raw)
  }

  private func expired() {
    guard let due else { return }
    // The clock may run slower than libuv's, or be wound by a test.
    guard clock.now >= due else {
      start(after: max(.milliseconds(1), clock.wallTime(until: due)))
      return
    }
    self.due = nil
    isFiring = true
    defer { isFiring = false }
    fire()
  }
}
