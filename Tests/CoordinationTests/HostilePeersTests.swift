import Basics
import Coordination
import HearthMessages
import Testing

/// Peers that say what no peer of ours would.
@Suite(.timeLimit(.minutes(1)))
struct HostilePeersTests {
  @Test func `the largest sequence number is a number like any other`() {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.say(1, .nodeAttached(Fixture.node("n")))
    func update(_ sequence: UInt64, reset: Bool) -> HearthV1.RegionMessage.Message {
      .nodeUpdate(
        .init(
          node: "n",
          update: .init(sequence: sequence, reset: reset, synced: true, availability: .ready)
        )
      )
    }
    driver.say(1, update(.max, reset: true))
    #expect(driver.availability("n") == .ready)
    let actions = driver.say(1, update(1, reset: false))
    #expect(actions.nodeCommands == [.resynchronise(.init(reason: "a gap in the updates"))])
  }
}
