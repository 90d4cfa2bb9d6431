import Basics
import Fleet
import Scheduling
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PrefixReplicatorTests {
  /// A fleet that is asked for one system prompt, by turns that are placed as they come.
  private struct Driver {
    var fleet = TestFleet()
    var replicator = PrefixReplicator()
    var demand = FleetDemand()
    var seconds = 0.0
    var turn = 0
    let system = chain("system", blocks: 64)

    init(replicas: Int) throws {
      for number in 0..<replicas { try fleet.add("eu-\(number)/0") }
      let blocks = system
      fleet.index.store(0, blocks.span)
    }

    var now: Instant { .zero.advanced(by: Duration(inSeconds: seconds)) }

    /// One turn that begins with the system prompt, and the copy that it is asked for.
    mutating func ask(after pause: Double = 0.02) throws -> PrefixCopy? {
      (seconds, turn) = (seconds + pause, turn + 1)
      let hashes = system + chain("\(turn)", blocks: 10)
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
      return replicator.copy(
        of: request,
        hashes: hashes,
        demand: demand,
        by: &fleet.router,
        in: &fleet.view,
        index: fleet.index,
        reservations: &fleet.reservations,
        at: now
      )
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
      let isReleased = driver.fleet.reservations.release(
        copy.reservation,
        by: copy.slot,
        in: &driver.fleet.view
      )
      #expect(isReleased)
      driver.fleet.index.store(copy.slot, copy.hashes.span)
      let endings = [
        driver.replicator.ended(copy.reservation), driver.replicator.ended(copy.reservation),
      ]
      #expect(endings == [true, false])
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
    let first = try driver.copy()
    #expect(first?.slot == 1)
    // It has not reported it, and nobody says that it ended.
    let another = try driver.copy(within: 500)
    #expect(another == nil)
    // Given up after a minute.
    driver.seconds += PrefixReplicator.lifetime.inSeconds
    _ = driver.fleet.reservations.expire(at: driver.now, in: &driver.fleet.view)
    let second = try driver.copy()
    #expect(second?.slot == 1)
  }

  @Test func `a replica that another has taken the place of gets nothing that was meant for it`()
    throws
  {
    var driver = try Driver(replicas: 2)
    // Wanted there, and busy.
    driver.fleet.view.report(1, ReplicaLoad(running: 1, prefillTokensQueued: 100_000))
    let busy = try driver.copy(within: 1_000)
    #expect(busy == nil)
    let planned = driver.seconds
    driver.fleet.view.detach(1)
    driver.fleet.index.clear(1)
    try driver.fleet.add("eu-9/0")
    while driver.seconds < planned + 2 {
      if let copy = try driver.ask() {
        // Only a later plan knows the new one.
        #expect(copy.slot == 1 && driver.seconds - planned > 0)
        break
      }
    }
  }
}
