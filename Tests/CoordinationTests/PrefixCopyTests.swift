import Basics
import Coordination
import HearthMessages
import Testing

@Suite(.timeLimit(.minutes(5)))
struct PrefixCopyTests {
  /// Turns that all begin with the same 64 blocks, of which one node holds them.
  private struct Driver {
    var control = ControlDriver()
    let system = (1...64).map { UInt64($0) }
    var turn: UInt64 = 0

    init(nodes: Int) {
      control.attachRegion(1, "eu")
      for node in 0..<nodes { control.attachNode(1, "n\(node)", blocks: node == 0 ? system : []) }
    }

    /// One turn, which ends at once.
    mutating func ask(
      policy: String = "",
      makesCopies: Bool = true
    ) throws -> HearthV1.RouteResponse {
      turn += 1
      control.now = control.now.advanced(by: .milliseconds(20))
      control.say(1, .heartbeat(.init(sequence: turn)))
      let response = try control.route(
        system + [1_000 + turn],
        policy: policy,
        makesCopies: makesCopies
      )
      let place = try #require(response.placement)
      end(place.reservation, on: place.node, output: 300)
      return response
    }

    mutating func end(
      _ reservation: UInt64,
      on node: String,
      output: UInt32 = 1,
      stored: [UInt64] = []
    ) {
      let outcome = HearthV1.TurnOutcome(
        reservation: reservation,
        cachedTokens: 0,
        outputTokens: output,
        ttftNs: 1_000_000,
        totalNs: 1_000_000,
        ending: .completed
      )
      control.update(
        1,
        node,
        .init(
          index: 0,
          load: .init(),
          stored: stored,
          accepted: [reservation],
          ended: [reservation],
          outcomes: [outcome]
        )
      )
    }

    mutating func copy(
      policy: String = "",
      makesCopies: Bool = true
    ) throws -> HearthV1.PrefixCopy? {
      for _ in 0..<400 {
        let response = try ask(policy: policy, makesCopies: makesCopies)
        if let copy = response.copy { return copy }
      }
      return nil
    }
  }

  @Test func `whoever sends a turn is asked to have its beginning computed elsewhere too`() throws {
    var driver = Driver(nodes: 3)
    var nodes: Set<String> = ["n0"]
    for _ in 1...2 {
      let found = try driver.copy()
      let copy = try #require(found)
      let place = try #require(copy.place)
      #expect(nodes.insert(place.node).inserted && place.nodeAddress == "127.0.0.1:7000")
      #expect(copy.promptTokens == 64 * 16 + 1 && place.reservation != 0)
      // Nobody's turn, and no answer that anything is learnt from.
      let before = driver.control.core.status
      #expect(before.reservations == 1 && before.placed == driver.turn)
      driver.end(place.reservation, on: place.node, stored: driver.system)
      let after = driver.control.core.status
      #expect(after.completed == driver.turn && after.reservations == 0)
    }
    #expect(driver.control.core.status.prefixCopies == 2)
    let last = try driver.copy()
    #expect(last == nil)
    let plan = try driver.control.core.capacityQuestion(at: driver.control.now).answer()
    #expect(plan.prefixes.isEmpty && plan.models[0].outputTokens >= 300)
    #expect(plan.models.first?.total?.offered ?? 0 > 0)
  }

  @Test func `nobody is asked for copies who makes none, or by a policy that wants none`() throws {
    var driver = Driver(nodes: 3)
    let unable = try driver.copy(makesCopies: false)
    #expect(unable == nil)
    let other = try driver.copy(policy: "least-loaded")
    #expect(other == nil)
    #expect(driver.control.core.status.prefixCopies == 0)
  }

  @Test func `a copy that nobody sends is given up with its reservation`() throws {
    var driver = Driver(nodes: 2)
    let first = try driver.copy()
    #expect(first != nil)
    #expect(driver.control.core.status.reservations == 1)
    for _ in 0..<120 {
      driver.control.now = driver.control.now.advanced(by: .seconds(1))
      driver.control.say(1, .heartbeat(.init(sequence: 1)))
    }
    #expect(driver.control.core.status.reservations == 0)
    #expect(driver.control.core.status.reservationsExpired == 1)
    let second = try driver.copy()
    #expect(second != nil, "it is asked for again")
  }
}
