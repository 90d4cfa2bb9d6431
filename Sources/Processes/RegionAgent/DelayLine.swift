import Basics
import EventLoop

/// ShadowReservations what passes through for a fixed time, in order: the distance to another
/// region, simulated.
final class DelayLine {
  private let delay: Duration
  /// Timers count whole milliseconds of the wall, which are many of a fast fleet: what is due
  /// within half of one is let through early, so that delays are right on average.
  private let early: Duration
  private let clock: LoopClock
  private var timer: LoopTimer?
  private var items: [(due: Instant, run: () -> Void)] = []
  private var first = 0

  /// Makes a line of this length in the time of `clock`, the fleet's.
  init(delay: Duration, clock: LoopClock, loop: Loop) throws(UVError) {
    self.delay = delay
    self.clock = clock
    early = Duration(inSeconds: 0.0005 * clock.rate)
    guard delay > .zero else { return }
    timer = try LoopTimer(loop: loop, clock: clock) { [unowned self] in advance() }
  }

  /// Runs `body` at the other end of the line; at once, when it has no length.
  func pass(_ body: @escaping () -> Void) {
    guard let timer else {
      body()
      return
    }
    items.append((clock.now.advanced(by: delay - early), body))
    if items.count == first + 1 { timer.arm(at: items[first].due) }
  }

  /// Drops what is on its way.
  func close() {
    timer = nil
    items.removeAll()
  }

  private func advance() {
    let now = clock.now
    while first < items.count, items[first].due <= now {
      let run = items[first].run
      first += 1
      run()
    }
    // Half of the array may be spent before it is moved: amortised, each item moves once.
    if first * 2 >= items.count {
      items.removeSubrange(..<first)
      first = 0
    }
    if first < items.count { timer?.arm(at: items[first].due) }
  }
}
