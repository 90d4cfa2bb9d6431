import Basics
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TimeTests {
  @Test(arguments: [
    ("80ms", Duration.milliseconds(80)), ("1.5h", .seconds(5400)), ("1h30m", .seconds(5400)),
    ("250us", .microseconds(250)), ("0s", .zero), ("7ns", .nanoseconds(7)),
  ])
  func `a duration is read as people write it`(text: String, duration: Duration) {
    #expect(Duration(text: text) == duration)
  }

  @Test(arguments: ["", "fast", "80", "ms", "-1s", "1..5s", "1s2", "1e3s", "99999999h"])
  func `what is no duration is refused`(text: String) {
    #expect(Duration(text: text) == nil)
  }

  @Test(arguments: [
    (Duration.milliseconds(80), "80ms"), (.milliseconds(1250), "1.25s"), (.seconds(150), "2m30s"),
    (.milliseconds(61_950), "1m2s"),
    (.seconds(7200), "2h"), (.nanoseconds(12), "12ns"), (.zero - .seconds(1), "-1s"),
  ])
  func `a duration is written as people write it`(duration: Duration, text: String) {
    #expect(duration.text == text)
  }

  @Test func `instants saturate instead of overflowing`() {
    #expect(Instant.distantFuture.advanced(by: .seconds(1)) == .distantFuture)
    #expect(Instant.zero.advanced(by: .seconds(Int64.max)) == .distantFuture)
    #expect(Duration(inSeconds: .infinity).nanoseconds == 9_200_000_000_000_000_000)
    #expect(Duration(inSeconds: .nan) == .zero)
  }

  @Test func `the earlier of two instants is the one that comes, where nil never does`() {
    let (one, two) = (Instant(nanoseconds: 1), Instant(nanoseconds: 2))
    #expect(Instant?(two).earlier(one) == one && Instant?(one).earlier(two) == one)
    #expect(Instant?(two).earlier(nil) == two && Instant?.none.earlier(two) == two)
    #expect(Instant?.none.earlier(nil) == nil)
  }

  @Test func `timers come due in order, those of one instant in the order they were added`() {
    var heap = TimerHeap<String>()
    heap.add("late", due: Instant(nanoseconds: 30))
    heap.add("first", due: Instant(nanoseconds: 10))
    heap.add("second", due: Instant(nanoseconds: 10))
    #expect(heap.deadline == Instant(nanoseconds: 10))
    #expect(heap.popDue(at: Instant(nanoseconds: 9)) == nil)
    let now = Instant(nanoseconds: 29)
    #expect(
      [heap.popDue(at: now), heap.popDue(at: now), heap.popDue(at: now)] == [
        "first", "second", nil,
      ]
    )
    #expect(heap.count == 1)
  }
}
