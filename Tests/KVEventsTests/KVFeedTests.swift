import Basics
import KVEvents
import Testing

@Suite(.timeLimit(.minutes(5)))
struct KVFeedTests {
  /// A feed, and what it was told to do.
  private struct Driver {
    var feed: KVFeed
    var now = Instant.zero
    private(set) var words: [String] = []

    init(canReplay: Bool = true) {
      feed = KVFeed(canReplay: canReplay)
      step(.subscribed)
    }

    mutating func step(_ event: KVFeed.Event) {
      var actions = Actions<KVFeed.Action>()
      feed.step(event, at: now, into: &actions)
      for action in actions.take() {
        switch action {
        case .apply(let batch): words.append("apply \(Self.number(batch))")
        case .clear(let reason): words.append("clear: \(reason)")
        case .replay(let from): words.append("replay \(from)")
        }
      }
    }

    mutating func publish(_ numbers: UInt64...) {
      for number in numbers { step(.published(number, batch: Self.batch(number))) }
    }

    mutating func replay(_ numbers: UInt64..., ends: Bool = true) {
      for number in numbers { step(.replayed(number, batch: Self.batch(number))) }
      if ends { step(.replayEnded) }
    }

    mutating func pass(_ time: Duration) {
      now = now.advanced(by: time)
      step(.timePassed)
    }

    mutating func takeWords() -> [String] {
      defer { words = [] }
      return words
    }

    static func batch(_ number: UInt64) -> KVBatch { KVBatch([.removed([number], .gpu)]) }

    private static func number(_ batch: KVBatch) -> UInt64 {
      guard case .removed(let hashes, _) = batch.events.first else { return .max }
      return hashes.first ?? .max
    }
  }

  @Test func `a feed begins with what the engine still has`() {
    var driver = Driver()
    #expect(driver.takeWords() == ["replay 0"])
    driver.publish(6)
    driver.replay(4, 5, 6)
    driver.publish(7)
    #expect(driver.takeWords() == ["apply 4", "apply 5", "apply 6", "apply 7"])
    #expect(driver.feed.deadline == nil)
  }

  @Test func `an engine that has published nothing is asked again until it does`() {
    var driver = Driver()
    driver.pass(.seconds(6))
    #expect(driver.takeWords() == ["replay 0", "replay 0"])
    driver.replay()
    driver.publish(0)
    #expect(driver.takeWords() == ["apply 0"])
  }

  @Test func `messages that nobody heard at first are asked for`() {
    var driver = Driver()
    driver.replay()
    driver.publish(2)
    driver.replay(0, 1, 2)
    #expect(driver.takeWords() == ["replay 0", "replay 0", "apply 0", "apply 1", "apply 2"])
  }

  @Test func `missed messages are asked for, and come before those that followed`() {
    var driver = Driver()
    driver.replay()
    driver.publish(0, 1, 4, 5)
    #expect(driver.takeWords() == ["replay 0", "apply 0", "apply 1", "replay 2"])
    driver.replay(2, 3, 4)
    #expect(driver.takeWords() == ["apply 2", "apply 3", "apply 4", "apply 5"])
    driver.publish(6)
    #expect(driver.takeWords() == ["apply 6"])
  }

  @Test func `messages that the engine has no longer cost all that was known`() {
    var driver = Driver()
    driver.replay()
    driver.publish(0, 5)
    driver.replay(3, 4, 5)
    #expect(
      driver.takeWords() == [
        "replay 0", "apply 0", "replay 1", "clear: 2 messages were missed", "apply 3", "apply 4",
        "apply 5",
      ]
    )
  }

  @Test func `so does an answer that never comes`() {
    var driver = Driver()
    driver.replay()
    driver.publish(0, 5)
    driver.pass(.seconds(6))
    #expect(
      driver.takeWords() == [
        "replay 0", "apply 0", "replay 1", "clear: 4 messages were missed", "apply 5",
      ]
    )
    driver.replay(1, 2)
    driver.publish(6)
    #expect(driver.takeWords() == ["apply 6"])
  }

  @Test func `without a way to ask, every gap does`() {
    var driver = Driver(canReplay: false)
    driver.publish(7, 8, 10)
    #expect(
      driver.takeWords() == ["apply 7", "apply 8", "clear: 1 messages were missed", "apply 10"]
    )
  }

  @Test func `numbers that go back are those of an engine that started again`() {
    var driver = Driver()
    driver.replay()
    driver.publish(0, 1, 2)
    driver.publish(0, 1)
    #expect(
      driver.takeWords() == [
        "replay 0", "apply 0", "apply 1", "apply 2", "clear: the engine started again", "apply 0",
        "apply 1",
      ]
    )
    // Its first messages may have been missed.
    driver.publish(1)
    driver.replay(0, 1)
    #expect(
      driver.takeWords() == ["clear: the engine started again", "replay 0", "apply 0", "apply 1"]
    )
  }

  @Test func `a message that can't be read costs all that was known`() {
    var driver = Driver()
    driver.replay()
    driver.publish(0)
    driver.step(.published(1, batch: nil))
    driver.publish(2)
    #expect(
      driver.takeWords() == [
        "replay 0", "apply 0", "clear: message 1 can't be read", "apply 2",
      ]
    )
  }

  @Test func `whatever is lost, what is applied since the last clearing has no gap`() {
    for seed in 0..<200 as Range<UInt64> {
      var random = PRNG(seed: seed)
      var driver = Driver(canReplay: random.next() % 4 > 0)
      // The engine keeps the latest messages, and may start again.
      var (next, kept) = (UInt64(0), UInt64(1 + random.next() % 8))
      var expected: UInt64?
      for _ in 0..<150 {
        switch random.next() % 12 {
        case 0: (next, kept) = (0, 1 + random.next() % 8)
        case 1...7:
          if random.next() % 5 > 0 { driver.publish(next) }
          next += 1
        case 8: driver.pass(.seconds(3))
        default: break
        }
        for word in driver.takeWords() {
          if let number = word.split(separator: " ").last.flatMap({ UInt64($0) }) {
            if word.hasPrefix("apply") {
              #expect(expected == nil || expected == number, "seed \(seed)")
              expected = number + 1
            } else if random.next() % 3 > 0 {
              let first = max(number, next - min(next, kept))
              for number in first..<max(first, next) { driver.replay(number, ends: false) }
              driver.step(.replayEnded)
            }
          } else {
            expected = nil
          }
        }
      }
    }
  }
}
