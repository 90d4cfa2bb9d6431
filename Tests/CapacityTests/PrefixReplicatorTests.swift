import Basics
import Capacity
import FleetSpec
import KVIndex
import Routing
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(5)))
struct PrefixReplicatorTests {
  /// A fleet that is asked for one system prompt, by turns that are placed as they come.
  private struct Driver {
    var fleet = TestFleet()
    var replicator = PrefixReplicator()
    var demand = FleetDemand()
    var seconds = 0.0
    var turn = 0
    /// The reservation of the last copy.
    private var id: UInt64 = 0
    let system = chain("system", blocks: 64)

    init(replicas: Int) throws {
      for number in 0..<replicas { try fleet.add("eu-\(number)/0") }
      let blocks = system
      fleet.index.store(0, blocks.span)
    }

    var now: Instant { .zero.advanced(by: Duration(inSeconds: seconds)) }

    /// One turn that begins with the system prompt, and the copy that it is asked for.
    mutating func ask(
      after pause: Double = 0.02,
      _ prompt: [BlockHash]? = nil
    ) throws -> PrefixCopy? {
      (seconds, turn) = (seconds + pause, turn + 1)
      let hashes = (prompt ?? system) + chain("\(turn)", blocks: 10)
      let request = try fleet.request(1_200)
      fleet.view.advance(to: now)
      let verdict = fleet.router.route(
        request,
        hashes: hashes.span,
        in: fleet.view,
        index: fleet.index,
        random: &fleet.random
      )
      let slot: Int32 = if case .placed(let placement) = verdict { placement.slot } else { -1 }
      let key = DemandKey(model: try #require(ModelID("llama-3.1-8b")), origin: RegionID("eu"))
      demand.record(
        request,
        of: key,
        hashes: hashes.span,
        cachedTokens: slot == 0 ? 1_024 : 0,
        outputTokens: 300,
        at: now
      )
      let copy = replicator.copy(
        of: request,
        on: slot,
        hashes: hashes,
        demand: demand,
        by: fleet.router,
        in: fleet.view,
        index: fleet.index
      )
      if let copy { send(copy) }
      return copy
    }

    private mutating func send(_ copy: PrefixCopy) {
      id = fleet.reserve(copy.placement)
      fleet.router.sent(id, copy.hashes, to: copy.slot, at: fleet.view.fleetNow)
      replicator.sent(copy, as: id)
    }

    /// The replica of the last copy reports that it has it.
    mutating func accept() { fleet.release(id) }

    /// What became of the last copy is known, or never will be.
    mutating func end() {
      fleet.release(id)
      replicator.ended(id)
    }

    /// The replica of the last copy reports that it has computed it.
    mutating func compute(_ copy: PrefixCopy) {
      end()
      fleet.index.store(copy.slot, copy.hashes.span)
    }

    /// The next copy that is asked for within so many turns.
    mutating func copy(within turns: Int = 2_000) throws -> PrefixCopy? {
      for _ in 0..<turns {
        if let copy = try ask() { return copy }
      }
      return nil
    }
  }

  @Test func `a hot prefix goes to one replica after another, with turns that begin so`() throws {
    var driver = try Driver(replicas: 4)
    var slots: Set<Int32> = [0]
    for _ in 1...3 {
      let found = try driver.copy()
      let copy = try #require(found)
      #expect(slots.insert(copy.slot).inserted, "\(copy.slot) has it")
      #expect(copy.hashes == driver.system && copy.request.promptTokens == 1_025)
      #expect(copy.request.outputTokens == 1 && copy.placement.slot == copy.slot)
      // It counts until the replica reports it.
      #expect(driver.fleet.view.state(copy.slot)?.pending.prefillTokens == 1_025)
      driver.compute(copy)
    }
    let last = try driver.copy()
    #expect(last == nil, "all have it")
    #expect(driver.replicator.count == 3)
  }

  @Test func `a replica has one copy under way, and none while it has no room for a turn`() throws {
    var driver = try Driver(replicas: 2)
    driver.fleet.view.report(1, ReplicaLoad(running: 1, prefillTokensQueued: 100_000))
    let whileBusy = try driver.copy()
    #expect(whileBusy == nil)
    driver.fleet.view.report(1, ReplicaLoad())
    let found = try driver.copy()
    let first = try #require(found)
    #expect(first.slot == 1)
    // Another prompt, as hot, that the replica 0 has.
    let other = chain("other", blocks: 64)
    driver.fleet.index.store(0, other.span)
    driver.accept()
    var second: PrefixCopy?
    for _ in 0..<2_000 where second == nil { second = try driver.ask(other) }
    #expect(second == nil, "the first is under way")
    driver.compute(first)
    for _ in 0..<2_000 where second == nil { second = try driver.ask(other) }
    #expect(second?.slot == 1 && second?.hashes == other)
  }

  @Test func `a copy that nobody sent, or whose replica is gone, is asked for again`() throws {
    var driver = try Driver(replicas: 2)
    for isGone in [false, true] {
      let found = try driver.copy()
      let copy = try #require(found)
      #expect(copy.slot == 1)
      if isGone {
        driver.accept()
        driver.fleet.router.inFlight.clear(1)
        driver.replicator.forget(1)
      } else {
        driver.seconds += 40
        driver.end()
      }
    }
    let again = try driver.copy()
    #expect(again?.slot == 1)
  }

  @Test func `a turn that goes where its beginning is not held computes it there`() throws {
    var driver = try Driver(replicas: 2)
    // Nobody holds it any more, and one replica is enough.
    driver.fleet.index.clear(0)
    for _ in 0..<100 {
      let copy = try driver.ask(after: 1)
      #expect(copy == nil)
    }
    // Held by one, and asked for by more than that can answer.
    let system = driver.system
    driver.fleet.index.store(0, system.span)
    let found = try driver.copy()
    #expect(found != nil)
  }

  @Test func `a replica that another has taken the place of gets nothing that was meant for it`()
    throws
  {
    var driver = try Driver(replicas: 2)
    // Wanted there, and busy.
    driver.fleet.view.report(1, ReplicaLoad(running: 1, prefillTokensQueued: 100_000))
    let busy = try driver.copy(within: 900)
    #expect(busy == nil)
    driver.fleet.view.detach(1)
    driver.fleet.index.clear(1)
    try driver.fleet.add("eu-9/0")
    // The last plan was made before that; only the next one knows the new replica.
    let replaced = driver.seconds
    let found = try driver.copy()
    #expect(found?.slot == 1)
    #expect(driver.seconds > replaced + 0.02)
  }
}
