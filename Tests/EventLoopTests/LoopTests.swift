import Basics
import EventLoop
import Foundation
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5)))
struct LoopTests {
  @Test func `timers fire in the order of their instants, and not after they were disarmed`() throws
  {
    let loop = try Loop()
    var fired: [String] = []
    let late = try LoopTimer(loop: loop) { fired.append("late") }
    let early = try LoopTimer(loop: loop) { fired.append("early") }
    let never = try LoopTimer(loop: loop) { fired.append("never") }
    late.arm(after: .milliseconds(20))
    early.arm(after: .milliseconds(5))
    never.arm(after: .milliseconds(1))
    never.arm(at: nil)
    #expect(loop.run(until: { fired.count == 2 }, within: .seconds(10)))
    #expect(fired == ["early", "late"])
  }

  @Test func `a timer never fires before its instant`() throws {
    let loop = try Loop()
    var early = 0
    for _ in 0..<20 {
      var isDone = false
      let due = loop.now.advanced(by: .microseconds(1_300))
      let timer = try LoopTimer(loop: loop) {
        if loop.now < due { early += 1 }
        isDone = true
      }
      timer.arm(at: due)
      #expect(loop.run(until: { isDone }, within: .seconds(10)))
    }
    #expect(early == 0)
  }

  @Test func `a timer that arms itself for the past lets the loop go on`() throws {
    let loop = try Loop()
    var fired = 0
    var arm: () -> Void = {}
    let timer = try LoopTimer(loop: loop) {
      fired += 1
      if fired < 10_000 { arm() }
    }
    arm = { [unowned timer] in timer.arm(at: .zero) }
    arm()
    #expect(loop.run(until: { fired > 3 }, within: .seconds(10)))
    #expect(fired < 10_000)
    arm = {}
  }

  @Test func `a clock that runs faster brings its timers forward`() throws {
    let loop = try Loop(clock: LoopClock(rate: 1_000))
    let (start, wall) = (loop.now, ContinuousClock.now)
    var isDone = false
    let timer = try LoopTimer(loop: loop) { isDone = true }
    timer.arm(after: .seconds(30))
    #expect(loop.run(until: { isDone }, within: .seconds(20)))
    #expect(start.duration(to: loop.now) >= .seconds(30))
    #expect(ContinuousClock.now - wall < .seconds(20))
  }

  @Test func `a clock that stands still holds its timers back`() throws {
    final class Hand: Sendable { let time = Mutex<Int64>(0) }
    let hand = Hand()
    let loop = try Loop()
    let clock = LoopClock { hand.time.withLock { $0 } }
    var isDone = false
    let timer = try LoopTimer(loop: loop, clock: clock) { isDone = true }
    timer.arm(at: clock.now.advanced(by: .milliseconds(1)))
    #expect(!loop.run(until: { isDone }, within: .milliseconds(50)))
    hand.time.withLock { $0 = 1_000_000 }
    #expect(loop.run(until: { isDone }, within: .seconds(10)))
  }

  @Test func `work that other threads submit runs on the loop, in order for each`() async throws {
    final class Log: Sendable { let numbers = Mutex<[Int: [Int]]>([:]) }
    let (log, thread) = (Log(), try await LoopThread.start(name: "test") { _ in })
    await withTaskGroup(of: Void.self) { group in
      for source in 0..<4 {
        group.addTask {
          for number in 0..<500 {
            thread.handle.submit {
              log.numbers.withLock { $0[source, default: []].append(number) }
            }
          }
        }
      }
    }
    await thread.stop()
    let numbers = log.numbers.withLock { $0 }
    #expect(numbers == Dictionary(uniqueKeysWithValues: (0..<4).map { ($0, Array(0..<500)) }))
    #expect(!thread.handle.submit {})
  }

  @Test func `who is marked is drained once and flushed once, after all were drained`() throws {
    final class Participant: TurnParticipant {
      var turnMarks = TurnMarks()
      let name: String
      let log: (String) -> Void
      init(_ name: String, _ log: @escaping (String) -> Void) {
        (self.name, self.log) = (name, log)
      }
      func drain() { log("drain \(name)") }
      func flush() { log("flush \(name)") }
    }
    let loop = try Loop()
    var log: [String] = []
    let (one, two) = (Participant("1") { log.append($0) }, Participant("2") { log.append($0) })
    for participant in [one, two, one] {
      loop.markDirty(participant)
      loop.markReady(participant)
    }
    #expect(loop.run(until: { log.count >= 4 }, within: .seconds(10)))
    #expect(log == ["drain 1", "drain 2", "flush 1", "flush 2"])
  }

  @Test func `who is not done goes on in the next turn, and others have theirs in between`() throws
  {
    let loop = try Loop()
    let first = Unfinished(loop)
    let second = Unfinished(loop)
    var fired = 0
    let timer = try LoopTimer(loop: loop) { fired = first.shares.count }
    timer.arm(after: .milliseconds(1))
    loop.markUnfinished(first)
    loop.markUnfinished(second)
    #expect(loop.run(until: { fired > 0 }, within: .seconds(10)))
    #expect(fired > 1)
    #expect(first.shares.allSatisfy { $0 == Loop.shareMax / 2 })
    first.isDone = true
    let count = second.shares.count
    #expect(loop.run(until: { second.shares.count > count + 3 }, within: .seconds(10)))
    #expect(second.shares.last == Loop.shareMax)
    second.isDone = true
  }

  @Test func `work that is offloaded runs elsewhere, and its end here`() throws {
    let loop = try Loop()
    let here = Thread.current
    var result: Bool?
    var endedHere = false
    try loop.offload({ Thread.isMainThread }) { isMain in
      result = isMain
      endedHere = Thread.current === here
    }
    #expect(result == nil)
    #expect(loop.run(until: { result != nil }, within: .seconds(10)))
    #expect(result == false && endedHere)
  }
}

/// Name of the calling thread, as the kernel has it.
func threadName() -> String {
  let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
  return name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
}

/// Never has enough.
private final class Unfinished: TurnParticipant {
  var turnMarks = TurnMarks()
  var shares: [Duration] = []
  var isDone = false
  private let loop: Loop

  init(_ loop: Loop) { self.loop = loop }

  func drain() {}
  func flush() {}
  func resume(for share: Duration) {
    shares.append(share)
    if !isDone { loop.markUnfinished(self) }
  }
}
