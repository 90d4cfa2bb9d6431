import Basics
import Coordination
import HearthMessages
import TestSupport
import Testing

/// What is lost stays listed, and what was ordered of it in force.
@Suite(.timeLimit(.minutes(5)))
struct LostThingsTests {
  private func fleet() -> ControlDriver {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    driver.attachNode(1, "m")
    return driver
  }

  private func lose(_ node: String, in driver: inout ControlDriver) {
    driver.say(1, .nodeState(.init(node: node, state: .lost)))
  }

  private func forget(
    _ driver: inout ControlDriver,
    node: String = "",
    region: String = ""
  ) throws(Rejection) -> UInt32 {
    var actions = Actions<ControlCore.Action>()
    return try driver.core.forget(.init(node: node, region: region), into: &actions).nodes
  }

  @Test func `a lost node is counted and listed until it is forgotten or comes back`() throws {
    var driver = fleet()
    driver.now = driver.now.advanced(by: .seconds(20))
    lose("n", in: &driver)
    let (status, node) = (driver.core.status, driver.core.nodeStatus("n", at: driver.now))
    #expect(
      (status.nodes, status.nodesReady, status.replicas, status.replicasReady) == (2, 1, 2, 1)
    )
    #expect(node?.availability == .lost && node?.silentNs == 20_000_000_000)
    #expect(node?.replicas.map(\.availability) == [.lost])
    #expect(driver.core.regionStatuses.map(\.nodes) == [2])
    #expect(driver.core.regionStatuses.map(\.nodesReady) == [1])
    #expect(driver.core.replicaStatuses(at: driver.now).count == 2)
    driver.attachNode(1, "n", incarnation: 2)
    #expect(driver.availability("n") == .ready && driver.core.status.nodes == 2)
    #expect(throws: Rejection(.failedPrecondition, "node n is attached, not lost")) {
      try forget(&driver, node: "n")
    }
    lose("n", in: &driver)
    #expect(try forget(&driver, node: "n") == 1)
    #expect(driver.availability("n") == nil && driver.core.status.nodes == 1)
    #expect(throws: Rejection(.notFound, "no node is named \"n\"")) {
      try forget(&driver, node: "n")
    }
  }

  @Test func `a lost region is counted and listed with its nodes until it is forgotten`() throws {
    var driver = fleet()
    for _ in 0..<4 {
      driver.now = driver.now.advanced(by: .seconds(4))
      driver.step(.timePassed)
    }
    #expect(driver.core.regionStatuses.map(\.state) == [.lost])
    #expect((driver.core.status.regions, driver.core.status.nodes) == (1, 2))
    #expect(driver.core.nodeStatuses(at: driver.now).map(\.availability) == [.lost, .lost])
    #expect(try driver.route().refusal?.reason == .noneReady)
    #expect(try forget(&driver, region: "eu") == 2)
    #expect((driver.core.status.regions, driver.core.status.nodes) == (0, 0))
  }

  @Test func `a node that comes back with figures that can't be stays listed as lost`() {
    var driver = fleet()
    var hello = Fixture.node("n", region: "eu", incarnation: 2)
    (hello.replicas[0].blockTokens, hello.replicas[0].blockCount) = (100_000, 1)
    driver.say(1, .nodeAttached(hello))
    #expect(driver.core.status.nodes == 2 && driver.availability("n") == .lost)
    driver.attachNode(1, "n", incarnation: 3)
    #expect(driver.core.status.nodes == 2 && driver.availability("n") == .ready)
  }

  @Test func `of too many lost nodes the one goes that is lost for longest`() {
    var driver = ControlDriver(nodesMax: 2)
    driver.attachRegion(1, "eu")
    for node in ["c", "b", "a"] {
      driver.now = driver.now.advanced(by: .seconds(1))
      driver.attachNode(1, node)
      lose(node, in: &driver)
    }
    #expect(driver.core.nodeStatuses(at: driver.now).map(\.node) == ["a", "b"])
  }

  @Test func `a lost node can be cordoned, and is told when it is back`() throws {
    var driver = fleet()
    lose("n", in: &driver)
    #expect(try driver.order("n", .cordoned, message: "old").contains(.store))
    let reason = driver.core.nodeStatus("n", at: driver.now)?.reason
    #expect(reason == "cordoned when it is back: old")
    driver.attachNode(1, "n", incarnation: 2)
    #expect(driver.availability("n") == .cordoned)
    lose("n", in: &driver)
    _ = try driver.order("n", .ready)
    driver.attachNode(1, "n", incarnation: 3)
    #expect(driver.availability("n") == .ready)
  }

  @Test func `a drain outlives the node and the control plane, and its deadline goes on`() throws {
    var driver = fleet()
    _ = try driver.order("n", .draining, deadline: 60_000_000_000, message: "fans")
    let kept = driver.core.stored(unixTime: .seconds(1_000), at: driver.now)
    var next = ControlDriver()
    next.now = Fixture.instant(1)
    next.core.remember(kept, unixTime: .seconds(1_020), at: next.now)
    // Until nodes have had their time to attach, none is lost.
    #expect(next.availability("n") == .starting && next.core.status.nodes == 2)
    #expect(next.core.nodeStatus("n", at: next.now)?.reason == "drained when it is back: fans")
    next.attachRegion(1, "eu")
    next.attachNode(1, "n", incarnation: 2)
    let node = next.core.nodeStatus("n", at: next.now)
    #expect(node?.availability == .draining && node?.drainLeftNs == 40_000_000_000)
    next.now = next.now.advanced(by: .seconds(10))
    #expect(next.availability("m") == .lost)
    #expect(try next.route(explain: true).refusal?.reason == .noneReady)
    #expect(next.core.stored(unixTime: .seconds(1_030), at: next.now) != kept, "n has restarted")
    #expect(next.core.stored(unixTime: .zero, at: next.now).regions == kept.regions)
  }

  @Test func `once all are back that were known, what none can do is refused for good`() throws {
    let kept = fleet().core.stored(unixTime: .zero, at: Fixture.instant(1))
    func reasons(_ driver: inout ControlDriver) throws -> [HearthV1.RefusalReason?] {
      try ["llama", "unknown"].map { model in
        let asked = HearthV1.RouteRequest(model: model, promptTokens: 1 << 30)
        return try driver.core.route(asked, at: driver.now).refusal?.reason
      }
    }
    for isForgotten in [true, false] {
      var driver = ControlDriver()
      driver.core.remember(kept, unixTime: .zero, at: driver.now)
      driver.attachRegion(1, "eu")
      driver.attachNode(1, "n", incarnation: 2)
      driver.attachNode(1, "new")
      #expect(try reasons(&driver) == [.noneReady, .noneReady], "m may still come")
      if isForgotten {
        var actions = Actions<ControlCore.Action>()
        _ = try driver.core.forget(.init(node: "m"), into: &actions)
      } else {
        driver.attachNode(1, "m", incarnation: 2)
      }
      #expect(try reasons(&driver) == [.tooLong, .noReplica])
    }
  }

  @Test func `what is damaged or too much of what was kept is left out`() {
    var driver = ControlDriver(nodesMax: 2)
    var bad = Fixture.node("bad")
    bad.address = "nowhere"
    let nodes = [bad, Fixture.node("a"), Fixture.node("b")]
    let orders = [HearthV1.StoredOrder(node: "a", deadlineUnixNs: .min)]
    driver.core.remember(.init(orders: orders, nodes: nodes), unixTime: .zero, at: driver.now)
    #expect(driver.core.nodeStatuses(at: driver.now).map(\.node) == ["a"])
  }

  @Test func `a heartbeat of a node counts as a word from it`() {
    var driver = fleet()
    driver.now = driver.now.advanced(by: .seconds(2))
    driver.say(1, .heartbeat(.init(sequence: 1, nodes: ["n", "unknown"])))
    driver.now = driver.now.advanced(by: .seconds(1))
    let silences = driver.core.nodeStatuses(at: driver.now).map(\.silentNs)
    #expect(silences == [3_000_000_000, 1_000_000_000])
  }

  @Test func `a node that is refused is told why, and taken in once there is room`() {
    var driver = ControlDriver(nodesMax: 1)
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    let answer = driver.say(1, .nodeAttached(Fixture.node("m")))
    let why = "the limit of 1 attached nodes is reached"
    #expect(answer.nodeCommands == [.refused(.init(reason: why))])
    let lost = driver.say(1, .nodeState(.init(node: "n", state: .lost)))
    #expect(lost.nodeCommands == [.resynchronise(.init(reason: "there is room"))])
    #expect(driver.availability("m") == .starting)
  }
}
