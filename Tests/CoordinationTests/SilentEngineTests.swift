import Basics
import Dispatching
import HearthMessages
import TestSupport
import Testing

@testable import Coordination
@testable import KVIndex

/// Replicas whose engines publish no events of their caches.
@Suite(.timeLimit(.minutes(5)))
struct SilentEngineTests {
  private func driver() -> ControlDriver {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    var hello = Fixture.node("n")
    hello.replicas[0].infersResidency = true
    driver.say(1, .nodeAttached(hello))
    driver.update(1, "n", reset: true, synced: true, .init(index: 0, cleared: true))
    return driver
  }

  private func outcome(_ id: UInt64, cached: UInt32) -> HearthV1.ReplicaUpdate {
    .init(
      index: 0,
      ended: [id],
      outcomes: [
        .init(
          reservation: id,
          cachedTokens: cached,
          outputTokens: 5,
          ttftNs: 1_000,
          totalNs: 2_000,
          ending: .completed
        )
      ]
    )
  }

  @Test func `what it holds follows from what it took, and what it found corrects that`() throws {
    var driver = driver()
    let prompt = [UInt64](1...10)
    let first = try #require(try driver.route(prompt).placement)
    #expect(first.cachedTokens == 0)
    driver.update(1, "n", .init(index: 0, accepted: [first.reservation]))
    #expect(try driver.route(prompt).placement?.cachedTokens == 144)
    driver.update(1, "n", outcome(first.reservation, cached: 0))
    let second = try #require(try driver.route(prompt).placement)
    driver.update(1, "n", .init(index: 0, accepted: [second.reservation]))
    let other = try #require(try driver.route([50, 51, 52]).placement)
    driver.update(1, "n", .init(index: 0, accepted: [other.reservation]))
    // It found nothing, so all that was there before is gone; what it took since is not.
    driver.update(1, "n", outcome(second.reservation, cached: 0))
    #expect(try driver.route([50, 51, 52, 53]).placement?.cachedTokens == 48)
  }

  @Test func `it goes on to hold the answers that its node tells of`() throws {
    var driver = driver()
    let turn = try #require(try driver.route([UInt64](1...10)).placement)
    driver.update(1, "n", .init(index: 0, accepted: [turn.reservation]))
    var update = outcome(turn.reservation, cached: 0)
    update.outcomes[0].answerBlocks = [11, 12]
    driver.update(1, "n", update)
    #expect(try driver.route([UInt64](1...14)).placement?.cachedTokens == 192)
  }

  @Test func `it survives a resynchronisation, which can't tell it again, and no dropped cache`()
    throws
  {
    var driver = driver()
    let prompt = [UInt64](1...10)
    let first = try #require(try driver.route(prompt).placement)
    driver.update(1, "n", .init(index: 0, accepted: [first.reservation]))
    driver.skipSequence("n")
    driver.update(1, "n", .init(index: 0))
    driver.update(1, "n", reset: true, synced: true, .init(index: 0))
    #expect(try driver.route(prompt).placement?.cachedTokens == 144)
    driver.update(1, "n", .init(index: 0, cleared: true))
    #expect(try driver.route(prompt).placement?.cachedTokens == 0)
  }

  @Test func `its node tells of no block, and of a dropped cache`() throws {
    var hello = Fixture.node("n")
    hello.replicas[0].infersResidency = true
    var core = NodeCore(hello: hello, settings: .init(), at: Fixture.instant(1))
    var actions = Actions<NodeCore.Action>()
    func step(_ event: NodeCore.Event, at seconds: Double) -> [HearthV1.ReplicaUpdate] {
      for event in [event, .timePassed] {
        core.step(event, at: Fixture.instant(seconds), into: &actions)
      }
      return actions.take().flatMap { action -> [HearthV1.ReplicaUpdate] in
        guard case .send(let message) = action, case .update(let update) = message.message else {
          return []
        }
        return update.replicas
      }
    }
    _ = step(.timePassed, at: 1)
    _ = step(.sessionOpened, at: 1)
    _ = step(.cacheChanged(replica: 0, removed: [], stored: [1, 2]), at: 1)
    var welcome = HearthV1.NodeCommand()
    welcome.command = .welcome(
      .init(epoch: 1, heartbeatIntervalNs: 1_000_000_000, lostAfterNs: 10_000_000_000)
    )
    let told = step(.commandReceived(welcome), at: 2)
    #expect(told.allSatisfy { $0.stored.isEmpty && !$0.cleared })
    #expect(step(.cacheChanged(replica: 0, removed: [1], stored: [3]), at: 3).isEmpty)
    #expect(step(.cacheCleared(replica: 0), at: 4).map(\.cleared) == [true])
  }

  @Test func `what a lost replica held is swept by the clock`() throws {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n", blocks: Array(1...900))
    driver.attachNode(1, "other", blocks: Array(1...10))
    driver.update(1, "n", reset: true, .init(index: 0))
    var steps = 0
    while driver.core.dispatcher.index.isSweeping, steps < 100 {
      let due = try #require(driver.core.deadline)
      #expect(driver.now.duration(to: due) <= .milliseconds(10))
      driver.now = max(driver.now, due)
      driver.step(.timePassed)
      steps += 1
    }
    #expect(driver.core.dispatcher.index.entryCount == 10 && steps < 100)
  }
}
