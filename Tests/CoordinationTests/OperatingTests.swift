import Basics
import Coordination
import HearthMessages
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BottleneckTests {
  private let busy = HearthV1.ReplicaLoad(
    blocksUsed: 100,
    blocksCached: 300,
    running: 2,
    waiting: 6,
    prefillTokensQueued: 80_000,
    decoding: 1,
    contextTokens: 500
  )

  /// Two replicas, of which "a" reports a load for a minute of the fleet's time.
  private func driver(_ load: HearthV1.ReplicaLoad, timeScale: Double = 1) throws -> ServingDriver {
    var driver = try ServingDriver(nodes: ["a", "b"], timeScale: timeScale)
    for _ in 0..<60 {
      driver.control.update(1, "a", .init(index: 0, load: load))
      driver.pass(1)
    }
    return driver
  }

  @Test(arguments: [1.0, 20])
  func `a replica's figures and what it is bound by are listed`(_ timeScale: Double) throws {
    let driver = try driver(busy, timeScale: timeScale)
    let found = try #require(try driver.status("a").operation)
    #expect((found.bound, found.kvUsed, found.kvCached, found.batch) == ("compute", 0.1, 0.3, 1))
    #expect(found.kvUsedMean > 0.05 && found.kvUsedMean <= 0.1)
    #expect(found.computeMean > 0.8 && found.computeMean <= 1 && found.compute > 0.9)
    #expect(found.memoryBandwidthMean < 0.2 && found.networkMean == 0)
    #expect((found.prefillTokensQueued, found.ridgeBatch > 100) == (80_000, true))
    // 80,000 tokens of 16e9 operations at 445e12 a second, and attention.
    #expect(found.prefillQueuedNs > 2_870_000_000 && found.prefillQueuedNs < 3_500_000_000)
    #expect(try driver.status("b").operation?.bound == "nothing")
    #expect(
      driver.control.core.status.bounds
        == [.init(bound: "compute", replicas: 1), .init(bound: "nothing", replicas: 1)]
    )
  }

  @Test func `what was placed counts before it is reported`() throws {
    var driver = try driver(.init())
    _ = try driver.place(on: "a", tokens: 4_000)
    let found = try #require(try driver.status("a").operation)
    #expect(found.prefillTokensQueued == 4_000 && found.prefillQueuedNs > 100_000_000)
  }

  @Test func `turns from far away make distance the bound, nearer ones don't`() throws {
    var driver = try ServingDriver(nodes: ["a", "b"])
    driver.control.attachRegion(2, "us")
    driver.control.say(
      2,
      .roundTrips(.init(roundTrips: [.init(region: "eu", roundTripNs: 90_000_000)]))
    )
    for _ in 0..<60 {
      driver.control.say(2, .heartbeat(.init(sequence: 1)))
      try driver.turn(on: "a", tokens: 100, output: 20, origin: "us")
      try driver.turn(on: "b", tokens: 100, output: 20)
    }
    let (far, near) = (try driver.status("a").operation, try driver.status("b").operation)
    #expect(far?.bound == "network" && far?.networkMean ?? 0 > 0.8, "\(String(describing: far))")
    #expect(near?.bound == "nothing" && near?.networkMean ?? 1 < 0.1)
  }

  @Test func `a replica that tells everything again, or is another, starts afresh`() throws {
    for isReplaced in [false, true] {
      var driver = try driver(busy)
      if isReplaced {
        driver.control.attachNode(1, "a", incarnation: 2)
      } else {
        driver.control.update(1, "a", reset: true, synced: true, .init(index: 0))
      }
      let found = try #require(try driver.status("a").operation)
      #expect((found.bound, found.computeMean, found.kvUsed) == ("nothing", 0, 0))
    }
  }

  @Test func `what was learnt is listed with how much it was learnt from`() throws {
    var driver = try ServingDriver(nodes: ["a", "b"], speeds: ["a": 0.5])
    let unknown = try #require(try driver.status("a").calibration)
    #expect(unknown.prefill == .init(value: 1) && unknown.decode == .init(value: 1))
    #expect((unknown.outputTokens, unknown.answers, unknown.reuseChance) == (346, 0, 0.8))
    for _ in 0..<60 { try driver.turn(on: "a") }
    let known = try #require(try driver.status("a").calibration)
    let prefill = try #require(known.prefill)
    #expect(prefill.count == 60 && prefill.value > 0.45 && prefill.value < 0.6)
    #expect(known.answers == 60 && known.outputTokens < 346)
    let other = try #require(try driver.status("b").calibration)
    #expect(other.prefill == unknown.prefill && other.outputTokens == known.outputTokens)
  }

  @Test func `of replicas that have not reported nothing is said`() {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.say(1, .nodeAttached(Fixture.node("a")))
    #expect(driver.core.replicaStatuses(at: driver.now).map(\.operation) == [nil])
    #expect(driver.core.status.bounds.isEmpty)
  }
}
