import Admission
import Basics
import Coordination
import HearthMessages
import Routing
import Testing

/// Turns at one time, as the control plane counts them: from the placement to the node's last word.
@Suite(.timeLimit(.minutes(5)))
struct ControlQuotaTests {
  /// A driver with one turn of the tenant `a` that runs, which is all that it may.
  private func busy() throws -> (QueueDriver, HearthV1.Placement) {
    var driver = QueueDriver { $0.limits.concurrentTurns = 1 }
    let held = try driver.ask(id: "first")
    #expect(held == nil)
    return (driver, try #require(driver.response?.placement))
  }

  private func isRefused(_ driver: inout QueueDriver) throws -> Bool {
    let held = try driver.ask()
    return held == nil && driver.response?.refusal?.reason == .quota
  }

  @Test func `a turn counts until its node says that it ended`() throws {
    var (driver, placement) = try busy()
    #expect(try isRefused(&driver))
    let refusal = try #require(driver.response?.refusal)
    #expect(
      refusal.message == "tenant a has reached its limit of 1 turn at one time: try again in 1s"
    )
    driver.report(accepted: [placement.reservation])
    driver.pass(.seconds(60))
    #expect(try isRefused(&driver), "it runs for as long as it takes")
    driver.report(ended: [placement.reservation])
    #expect(try !isRefused(&driver))
  }

  @Test func `a turn that a node did not take is not counted, nor is its request`() throws {
    var (driver, placement) = try busy()
    driver.report(outcomes: [.init(reservation: placement.reservation, ending: .refused)])
    #expect(try !isRefused(&driver))
  }

  @Test func `asking again because a node did not take a turn is no other turn`() throws {
    var driver = QueueDriver(nodes: ["n", "m"]) {
      $0.limits.concurrentTurns = 1
      $0.limits.requestsPerMinute = 6
    }
    _ = try driver.ask(id: "first")
    let placement = try #require(driver.response?.placement)
    let held = try driver.ask(id: "first", excluding: [placement.replica])
    #expect(held == nil)
    let second = try #require(driver.response?.placement, "\(driver.response as Any)")
    #expect(second.replica != placement.replica)
    // Once the node has it, saying so is no way to more.
    driver.report(second.node, accepted: [second.reservation])
    _ = try driver.ask(id: "first", excluding: [second.replica])
    #expect(driver.response?.refusal?.reason == .quota)
  }

  @Test func `turns of a node that is lost, or does not list them, have ended`() throws {
    var (driver, placement) = try busy()
    driver.report(accepted: [placement.reservation])
    driver.perform(driver.control.say(1, .nodeState(.init(node: "n", state: .lost))))
    driver.attach("n")
    #expect(try !isRefused(&driver))

    var (other, kept) = try busy()
    other.report(accepted: [kept.reservation])
    other.perform(
      other.control.update(1, "n", reset: true, .init(index: 0, accepted: [kept.reservation]))
    )
    other.perform(other.control.update(1, "n", synced: true, .init(index: 0)))
    #expect(try isRefused(&other), "it was listed")
    other.perform(other.control.update(1, "n", reset: true, synced: true, .init(index: 0)))
    #expect(try !isRefused(&other))
  }

  /// The 346 tokens that an answer is expected to have weigh as much as 29 answers; one that is
  /// longer than 8 times that counts as 8 times.
  @Test func `what an answer turned out to be is put on the account`() throws {
    var driver = QueueDriver {
      $0.limits.tokensPerMinute = 6_000
      $0.burst = .seconds(60)
    }
    _ = try driver.ask(prompt: 1_000)
    let reservation = try #require(driver.response?.placement?.reservation)
    driver.report(
      accepted: [reservation],
      ended: [reservation],
      outcomes: [.init(reservation: reservation, outputTokens: 4_900, ending: .completed)]
    )
    _ = try driver.ask(prompt: 1_000)
    let refusal = try #require(driver.response?.refusal)
    #expect(
      refusal.message.contains("6000 tokens a minute (6000 at once), and this turn needs 1648")
    )
  }
}
