import Basics
import Coordination
import HearthMessages
import Testing

/// What users of other schedulers suffer from most, by the number of the complaint in the list that
/// this project keeps of them. Failed transfers between prefill and decode (7) can't happen here,
/// and prompts are hashed where they enter: a request to route has no text that could be (8).
@Suite(.timeLimit(.minutes(5)))
struct PeerPainTests {
  /// How many turns on `hashes` go to each node when they come at once, with no report between.
  private func burst(
    _ count: Int,
    _ hashes: [UInt64],
    on fleet: inout DirectFleet
  ) throws -> [String: Int] {
    var placed: [String: Int] = [:]
    for _ in 0..<count {
      placed[try fleet.driver.route(hashes).placement?.node ?? "", default: 0] += 1
    }
    return placed
  }

  @Test func `1: a prefix that all share does not pile all turns onto the replica that holds it`()
    throws
  {
    var fleet = DirectFleet(nodes: ["a", "b", "c", "d"])
    let system = Array(1...40 as ClosedRange<UInt64>)
    fleet.step("a", .cacheChanged(replica: 0, removed: [], stored: system))
    fleet.pass(0.1)
    let placed = try burst(64, system + [1_000], on: &fleet)
    // Some wait until what was placed before them is reported.
    #expect(placed.keys.filter { !$0.isEmpty }.count == 4, "\(placed)")
    #expect(placed["a", default: 0] < 32, "\(placed)")
  }

  @Test func `1, the reverse: a little imbalance does not throw the cache away`() throws {
    var fleet = DirectFleet(nodes: ["a", "b"])
    let conversation = Array(1...300 as ClosedRange<UInt64>)
    fleet.step("a", .cacheChanged(replica: 0, removed: [], stored: conversation))
    let load = HearthV1.ReplicaLoad(
      blocksUsed: 200,
      running: 1,
      decoding: 1,
      contextTokens: 3_200
    )
    fleet.step("a", .loadChanged(replica: 0, load))
    fleet.pass(0.1)
    #expect(try fleet.driver.route(conversation + [1_000]).placement?.node == "a")
  }

  @Test func `2: a control plane that restarts is warm once its nodes have told all they hold`()
    throws
  {
    var fleet = DirectFleet(nodes: ["a", "b", "c"])
    let conversation = Array(1...300 as ClosedRange<UInt64>)
    fleet.step("b", .cacheChanged(replica: 0, removed: [], stored: conversation))
    fleet.step("c", .turnAccepted(replica: 0, reservation: 5))
    try fleet.order("c", .draining, .seconds(60))
    fleet.pass(0.1)
    #expect(try fleet.driver.route(conversation + [1_000]).placement?.cachedTokens == 4_800)
    fleet.restartControl()
    let placement = try #require(try fleet.driver.route(conversation + [1_000]).placement)
    #expect((placement.node, placement.cachedTokens) == ("b", 4_800))
    #expect(fleet.driver.core.status.blocksIndexed == 300)
    #expect(fleet.driver.availability("c") == .draining)
  }

  @Test func `3: placed, refused or not yet run, each turn can be asked about`() throws {
    var fleet = DirectFleet(nodes: ["a", "b"])
    let placement = try #require(try fleet.driver.route([1, 2], id: "turn").placement)
    let placed = try #require(try fleet.driver.explain("turn").decisions.first)
    #expect(placed.state == .placed)
    #expect(placed.candidates.map(\.terms.count) == [7, 7])
    fleet.step(placement.node, .turnAccepted(replica: 0, reservation: placement.reservation))
    fleet.pass(0.1)
    #expect(try fleet.driver.explain("turn").decisions.first?.state == .accepted)
    try fleet.order("a", .cordoned, .zero)
    _ = try fleet.driver.route([1, 2], excluding: ["b/0"], id: "refused")
    let refused = try #require(try fleet.driver.explain("refused").decisions.first)
    #expect(refused.candidates.map(\.excluded) == ["cordoned", "excluded by the caller"])
    guard case .refused(let why) = refused.verdict else {
      Issue.record("placed")
      return
    }
    #expect(why.message.contains("2 replicas serve the model"))
  }

  @Test func `4: a block that goes and comes in one update is held`() throws {
    var fleet = DirectFleet(nodes: ["a"])
    fleet.step("a", .cacheChanged(replica: 0, removed: [], stored: [1, 2, 3]))
    fleet.pass(1)
    fleet.step("a", .cacheChanged(replica: 0, removed: [2, 3], stored: [2]))
    fleet.pass(1)
    #expect(try fleet.driver.route([1, 2, 3, 4]).placement?.cachedTokens == 32)
    // Told by another implementation: removed and stored in one update.
    var control = ControlDriver()
    control.attachRegion(1, "eu")
    control.attachNode(1, "n", blocks: [1, 2, 3])
    control.update(1, "n", synced: true, .init(index: 0, removed: [2, 3], stored: [2]))
    #expect(try control.route([1, 2, 3, 4]).placement?.cachedTokens == 32)
  }

  @Test func `4: after lost events the index is what the engine holds, not what was heard`() throws
  {
    var fleet = DirectFleet(nodes: ["a"])
    fleet.step("a", .cacheChanged(replica: 0, removed: [], stored: [1, 2, 3]))
    fleet.pass(1)
    fleet.losing = ["a"]
    fleet.step("a", .cacheChanged(replica: 0, removed: [2, 3], stored: []))
    fleet.pass(1)
    #expect(fleet.losing.isEmpty)
    fleet.step("a", .cacheChanged(replica: 0, removed: [], stored: [9]))
    fleet.pass(1)
    #expect(fleet.driver.core.status.blocksIndexed == 2)
    #expect(try fleet.driver.route([1, 2, 3, 4]).placement?.cachedTokens == 16)
  }

  /// Places turns on 100 blocks that the index knows to be cached, of which the engine finds
  /// `found`.
  private func run(_ count: Int, finding found: UInt32, on fleet: inout DirectFleet) throws {
    let hashes = Array(1...100 as ClosedRange<UInt64>)
    for _ in 0..<count {
      let placement = try #require(try fleet.driver.route(hashes + [1_000]).placement)
      let outcome = HearthV1.TurnOutcome(
        reservation: placement.reservation,
        cachedTokens: found,
        ttftNs: placement.predictedTtftNs,
        ending: .completed
      )
      fleet.step(placement.node, .turnAccepted(replica: 0, reservation: placement.reservation))
      fleet.step(placement.node, .turnEnded(replica: 0, outcome))
      fleet.pass(0.04)
    }
  }

  @Test func `5: caches that are not what the index says raise an alarm, which ends when they are`()
    throws
  {
    var fleet = DirectFleet(nodes: ["a", "b"])
    let hashes = Array(1...100 as ClosedRange<UInt64>)
    fleet.step("a", .cacheChanged(replica: 0, removed: [], stored: hashes))
    fleet.pass(0.1)
    try run(80, finding: 1_600, on: &fleet)
    #expect(fleet.driver.core.status.predictions?.hitRate?.drifting == false)
    let ratio = try #require(fleet.driver.core.status.predictions?.ttftRatioMedian)
    // What the client is told includes the way, which the engine does not see.
    #expect((1...1.25).contains(ratio))
    try run(120, finding: 0, on: &fleet)
    let predictions = try #require(fleet.driver.core.status.predictions)
    #expect(predictions.hitRate?.drifting == true)
    #expect(predictions.drifting.map(\.replica) == ["a/0"])
    let alarms = fleet.notes.filter { $0.message == "cache hit rate drifts from its prediction" }
    #expect(alarms.map(\.level) == [.warning, .warning])
    #expect(Set(alarms.map { $0.metadata["of"] }) == ["a/0", "the fleet"])
    // The turns still go where the index says: nothing fell back.
    #expect(try fleet.driver.route(hashes + [1_000]).placement?.node == "a")
    fleet.pass(1_200)
    try run(60, finding: 1_600, on: &fleet)
    #expect(fleet.driver.core.status.predictions?.hitRate?.drifting == false)
    #expect(fleet.driver.core.status.predictions?.drifting == [])
    #expect(fleet.notes.last?.message == "cache hit rate is as predicted again")
  }

  @Test func `6: turns that come between two reports do not all go to who was idle at the first`()
    throws
  {
    var fleet = DirectFleet(nodes: ["a", "b", "c", "d"])
    let busy = HearthV1.ReplicaLoad(running: 4, decoding: 4, contextTokens: 8_000)
    for node in ["b", "c", "d"] { fleet.step(node, .loadChanged(replica: 0, busy)) }
    fleet.pass(0.1)
    let placed = try burst(36, [], on: &fleet)
    #expect(placed.count == 4, "\(placed)")
    #expect(placed.values.allSatisfy { $0 >= 3 }, "\(placed)")
  }

  @Test func `9: a drain takes no new turns and ends none of those that run`() throws {
    var fleet = DirectFleet(nodes: ["a", "b"])
    fleet.step("a", .turnAccepted(replica: 0, reservation: 1))
    try fleet.order("a", .draining, .seconds(60))
    for _ in 0..<20 {
      #expect(try fleet.driver.route().placement?.node == "b")
      fleet.step("a", .engineAnswered(replica: 0))
      fleet.pass(2)
    }
    #expect(fleet.driver.availability("a") == .draining)
    fleet.step("a", .turnEnded(replica: 0, .init(reservation: 1, ending: .completed)))
    fleet.pass(0.1)
    #expect(fleet.driver.availability("a") == .drained)
    let cancels = fleet.actions["a", default: []].filter {
      if case .cancelTurns = $0 { true } else { false }
    }
    #expect(cancels.isEmpty)
  }

  @Test func `10: an engine that has turns and gets nowhere takes no more, and says so`() throws {
    var fleet = DirectFleet(nodes: ["a", "b"])
    fleet.step("a", .turnAccepted(replica: 0, reservation: 1))
    fleet.step("b", .turnAccepted(replica: 0, reservation: 2))
    for _ in 0..<40 {
      fleet.step("b", .engineAnswered(replica: 0))
      // Turns that come and are taken back are no progress.
      fleet.step("a", .turnAccepted(replica: 0, reservation: 3))
      fleet.step("a", .turnEnded(replica: 0, .init(reservation: 3, ending: .cancelled)))
      fleet.pass(1)
    }
    let status = fleet.driver.core.replicaStatuses(at: fleet.driver.now)
    #expect(status.map(\.availability) == [.failed, .ready])
    let why = "the engine has made no progress for 30s"
    #expect(status.map(\.reason) == ["\(why) (for 10s)", ""])
    #expect(fleet.node("a")?.trouble(of: 0)?.reason == why)
    #expect(fleet.driver.availability("a") == .ready)
    #expect(fleet.notes.contains { $0.level == .warning && $0.message == "replica failed" })
    for _ in 0..<10 { #expect(try fleet.driver.route().placement?.node == "b") }
    #expect(try fleet.driver.route(explain: true).candidates.first?.excluded == "failed")
    // A control plane that starts meanwhile hears of it as well.
    fleet.restartControl()
    #expect(
      fleet.driver.core.replicaStatuses(at: fleet.driver.now).map(\.availability) == [
        .failed, .ready,
      ]
    )
    fleet.step("a", .engineAnswered(replica: 0))
    fleet.pass(0.1)
    #expect(
      fleet.driver.core.replicaStatuses(at: fleet.driver.now).map(\.availability) == [
        .ready, .ready,
      ]
    )
  }

  @Test func `an engine that is not ready takes no turns, and says why and for how long`() throws {
    var fleet = DirectFleet(nodes: ["a", "b"])
    func status() -> HearthV1.ReplicaStatus? {
      fleet.driver.core.replicaStatuses(at: fleet.driver.now).first
    }
    fleet.step("a", .engineChanged(replica: 0, .init(.starting, "it loads")))
    fleet.pass(0.1)
    #expect(status()?.availability == .starting && status()?.reason == "it loads")
    for _ in 0..<10 { #expect(try fleet.driver.route().placement?.node == "b") }
    fleet.pass(5)
    #expect(status()?.reason == "it loads (for 5s)")
    let long = String(repeating: "x", count: 5_000)
    fleet.step("a", .engineChanged(replica: 0, .init(.failed, long)))
    fleet.pass(0.1)
    #expect(status()?.availability == .failed)
    #expect(status()?.reason.hasSuffix("x (for 5s)") == true, "it is still the same trouble")
    fleet.restartControl()
    #expect(status()?.availability == .failed)
    fleet.step("a", .engineChanged(replica: 0, nil))
    fleet.pass(0.1)
    #expect(status()?.availability == .ready && status()?.reason == "")
  }

  @Test func `a turn of an adapter goes where that is, and the adapters are told again`() throws {
    var fleet = DirectFleet(nodes: ["a", "b"], namesAdapters: true)
    func route(_ adapter: String) throws -> HearthV1.RouteResponse {
      let request = HearthV1.RouteRequest(
        model: "llama",
        adapter: adapter,
        promptTokens: 16,
        explain: true
      )
      return try fleet.driver.core.route(request, at: fleet.driver.now)
    }
    fleet.step("a", .adaptersChanged(replica: 0, .init(names: ["x", "y"], loaded: ["x"])))
    fleet.step("b", .adaptersChanged(replica: 0, .init(names: ["y"])))
    fleet.pass(0.1)
    for isAgain in [false, true] {
      if isAgain { fleet.restartControl() }
      let lacks = "without the adapter"
      #expect(try route("x").candidates.map(\.excluded) == ["", lacks])
      #expect(try route("x").placement?.node == "a")
      #expect(try route("y").candidates.map(\.excluded) == ["", ""])
      #expect(try route("z").candidates.map(\.excluded) == [lacks, lacks])
      guard case .refused(let refusal) = try route("z").verdict else {
        Issue.record("nobody has z")
        return
      }
      #expect(refusal.message.contains("2 replicas serve the model: 2 without the adapter"))
      let statuses = fleet.driver.core.replicaStatuses(at: fleet.driver.now)
      #expect(statuses.first?.adapters == .init(names: ["x", "y"], loaded: ["x"]))
    }
  }

  @Test func `a node whose replica is not what it said attaches again with what it is`() throws {
    var fleet = DirectFleet(nodes: ["a"])
    var replica = try #require(
      fleet.driver.core.replicaStatuses(at: fleet.driver.now).first?.replica
    )
    replica.blockCount /= 2
    fleet.step("a", .replicaChanged(replica: 0, replica))
    let closes = fleet.actions["a", default: []].contains {
      if case .closeSession = $0 { true } else { false }
    }
    #expect(closes)
    fleet.step("a", .sessionClosed(reason: "closed"))
    fleet.pass(2)
    let status = try #require(fleet.driver.core.replicaStatuses(at: fleet.driver.now).first)
    #expect(status.replica?.blockCount == replica.blockCount && status.availability == .ready)
  }

  @Test func `a node beyond 4,096 replicas is refused, and both sides say so`() {
    let names = (100...164).map { "n\($0)" }
    let fleet = DirectFleet(nodes: names, replicas: 64)
    let refusals = fleet.notes.filter { $0.message == "node refused" }
    #expect(refusals.map { $0.metadata["node"] } == ["n164"])
    let isTold = names.filter { name in
      (fleet.actions[name] ?? []).contains {
        guard case .note(let note) = $0 else { return false }
        return note.message == "refused by the control plane"
      }
    }
    #expect(isTold == ["n164"])
    #expect(fleet.actions["n164"]?.contains(.setHealth(isServing: false)) == true)
  }
}
