import Basics
import TestSupport
import Testing

@testable import Coordination

@Suite(.timeLimit(.minutes(5)))
struct ProgressWatchTests {
  private var watch = ProgressWatch(limit: .seconds(30))

  private mutating func has(_ turns: Bool, at seconds: Double) {
    watch.has(turns: turns, at: Fixture.instant(seconds))
  }

  /// Whether it has stalled at that time, looked at each second from `start` on.
  private mutating func isStalled(from start: Int, to end: Int) -> Bool {
    for second in start...end { watch.timePassed(at: Fixture.instant(Double(second))) }
    return watch.isStalled
  }

  @Test mutating func `an idle engine never stalls, and wants no timer`() {
    #expect(watch.deadline == nil)
    #expect(!isStalled(from: 0, to: 1_000))
  }

  @Test mutating func `one that waits for its clients does not stall`() {
    has(true, at: 100)
    watch.waits(true, at: Fixture.instant(110))
    #expect(watch.deadline == nil)
    #expect(!isStalled(from: 110, to: 500))
    watch.waits(false, at: Fixture.instant(500))
    #expect(watch.deadline == Fixture.instant(530))
    #expect(isStalled(from: 501, to: 530))
  }

  @Test mutating func `one that has turns stalls after the limit without progress`() {
    has(true, at: 100)
    #expect(watch.deadline == Fixture.instant(130))
    #expect(!isStalled(from: 100, to: 129))
    watch.progressed(at: Fixture.instant(129))
    has(true, at: 150)
    #expect(!isStalled(from: 130, to: 158))
    #expect(isStalled(from: 159, to: 159))
    #expect(watch.deadline == nil)
    watch.progressed(at: Fixture.instant(500))
    #expect(!watch.isStalled)
    #expect(watch.deadline == Fixture.instant(530))
  }

  @Test mutating func `one that has stalled is tried again after as long without turns`() {
    has(true, at: 0)
    #expect(isStalled(from: 0, to: 30))
    has(false, at: 40)
    #expect(isStalled(from: 40, to: 69))
    #expect(!isStalled(from: 70, to: 70))
    has(true, at: 80)
    #expect(isStalled(from: 80, to: 110))
  }

  @Test mutating func `a process that was suspended does not blame its engine`() {
    has(true, at: 0)
    watch.timePassed(at: Fixture.instant(3_600))
    #expect(!watch.isStalled)
    #expect(watch.deadline == Fixture.instant(3_630))
    #expect(isStalled(from: 3_601, to: 3_630))
  }
}
