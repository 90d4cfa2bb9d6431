import Basics
import FleetSpec
import KVIndex
import Routing
import Testing
import TestSupport

/// What each of the published policies prefers, by its own formula.
@Suite(.timeLimit(.minutes(5)))
struct RivalPolicyTests {
  private func choice(_ fleet: TestFleet, _ policy: String, blocks: Int = 0) throws -> Int32 {
    var fleet = fleet
    return try fleet.place(
      fleet.request(1_610),
      chain("prompt", blocks: blocks),
      policy: policy
    ).slot
  }

  /// Three replicas in one region with these loads; the first `cached` blocks of the prompt are on
  /// slot 0.
  private func fleet(_ loads: [ReplicaLoad], cached: Int = 0) throws -> TestFleet {
    var fleet = TestFleet()
    for (index, load) in loads.enumerated() { try fleet.add("eu/\(index)", load: load) }
    fleet.index.store(0, chain("prompt", blocks: cached).span)
    return fleet
  }

  @Test func `dynamo adds blocks to compute and blocks in use`() throws {
    // Slot 0: 101 - 50 to compute, 101 + n in use; slot 1: 101 to compute, 101 in use.
    let even = try fleet([.init(blocksUsed: 49), .init(blocksUsed: 0)], cached: 50)
    #expect(try choice(even, "dynamo", blocks: 50) == 0)
    let full = try fleet([.init(blocksUsed: 51), .init(blocksUsed: 0)], cached: 50)
    #expect(try choice(full, "dynamo", blocks: 50) == 1)
    // What waits is to be computed, and its blocks will be in use: it counts twice.
    let short = try fleet([.init(prefillTokensQueued: 24 * 16), .init()], cached: 50)
    #expect(try choice(short, "dynamo", blocks: 50) == 0)
    let queue = try fleet([.init(prefillTokensQueued: 26 * 16), .init()], cached: 50)
    #expect(try choice(queue, "dynamo", blocks: 50) == 1)
  }

  @Test func `dynamo's lmetric multiplies them`() throws {
    // 51 x (101 + 80 + 1) = 9,282 against 101 x (101 + 0 + 1) = 10,302.
    let even = try fleet([.init(blocksUsed: 80), .init()], cached: 50)
    #expect(try choice(even, "dynamo-lmetric", blocks: 50) == 0)
    // 51 x (101 + 120 + 1) = 11,322.
    let full = try fleet([.init(blocksUsed: 120), .init()], cached: 50)
    #expect(try choice(full, "dynamo-lmetric", blocks: 50) == 1)
  }

  @Test func `llm-d takes one waiting request for as much as the longest queue`() throws {
    // Queue 0 and 1, weighted 2, against a prefix of a half, weighted 3.
    let gap = try fleet([.init(waiting: 1), .init()], cached: 50)
    #expect(try choice(gap, "llm-d", blocks: 50) == 1)
    let equal = try fleet([.init(waiting: 7), .init(waiting: 7)], cached: 50)
    #expect(try choice(equal, "llm-d", blocks: 50) == 0)
    var full = try fleet([.init(), .init()], cached: 10)
    full.view.report(0, .init(blocksUsed: try #require(full.view.state(0)).blockCount / 2))
    #expect(try choice(full, "llm-d", blocks: 10) == 1, "2 x 0.5 > 3 x 0.1")
  }

  @Test func `smg-cache-aware follows the cache until load is uneven`() throws {
    let even = try fleet([.init(running: 32), .init()], cached: 1)
    #expect(try choice(even, "smg-cache-aware", blocks: 1) == 0)
    let uneven = try fleet([.init(running: 33), .init()], cached: 100)
    #expect(try choice(uneven, "smg-cache-aware", blocks: 100) == 1)
    let small = try fleet([.init(blocksCached: 9), .init(blocksCached: 3), .init(blocksCached: 5)])
    #expect(try choice(small, "smg-cache-aware") == 1, "the smallest tree of equal loads")
  }

  @Test func `smg-least-load weighs queued tokens against KV use, and no prompt`() throws {
    let queue = try fleet([.init(prefillTokensQueued: 2_000), .init()], cached: 100)
    #expect(try choice(queue, "smg-least-load", blocks: 100) == 1)
    var full = try fleet([.init(), .init(prefillTokensQueued: 2_000)])
    let blocks = try #require(full.view.state(0)).blockCount
    // 0.15 x 0.8 / 0.2 = 0.6 s against 1 s; 0.15 x 0.9 / 0.1 = 1.35 s.
    full.view.report(0, .init(blocksUsed: blocks * 8 / 10))
    #expect(try choice(full, "smg-least-load") == 0)
    full.view.report(0, .init(blocksUsed: blocks * 9 / 10))
    #expect(try choice(full, "smg-least-load") == 1)
  }

  @Test func `gorgo goes where round trip, queue and prefill are least`() throws {
    var fleet = try fleet([.init()])
    let far = try fleet.add("us/0", region: "us")
    fleet.index.store(far, chain("prompt", blocks: 100).span)
    let rates = try #require(fleet.view.state(0)).rates
    let saved = 1_600 * rates.flopsPerToken / rates.flopsPerSecond
    try fleet.setRoundTrip("eu", "us", saved * 0.9)
    #expect(try choice(fleet, "gorgo", blocks: 100) == far)
    try fleet.setRoundTrip("eu", "us", saved * 1.1)
    #expect(try choice(fleet, "gorgo", blocks: 100) == 0)
    fleet.view.report(0, .init(prefillTokensQueued: 1_000))
    #expect(try choice(fleet, "gorgo", blocks: 100) == far)
  }

  @Test func `preble exploits a cache of more than half of the prompt, and explores otherwise`()
    throws
  {
    let busy = ReplicaLoad(running: 9, decoding: 9)
    #expect(try choice(try fleet([busy, .init()], cached: 51), "preble", blocks: 51) == 0)
    #expect(try choice(try fleet([busy, .init()], cached: 50), "preble", blocks: 50) == 1)
  }

  @Test func `skywalker stays at home until everybody there has a queue`() throws {
    var fleet = try fleet([.init(running: 50), .init(waiting: 1)])
    let far = try fleet.add("us/0", region: "us")
    try fleet.setRoundTrip("eu", "us", 0.1)
    fleet.index.store(far, chain("prompt", blocks: 100).span)
    #expect(try choice(fleet, "skywalker", blocks: 100) == 0)
    fleet.view.report(0, .init(running: 50, waiting: 1))
    #expect(try choice(fleet, "skywalker", blocks: 100) == far)
    fleet.view.report(far, .init(waiting: 1))
    #expect(try choice(fleet, "skywalker", blocks: 100) == 1, "at home, where fewer are")
  }

  @Test func `power of two never takes the most loaded of three`() throws {
    var fleet = try fleet([.init(running: 9), .init(running: 1), .init(running: 5)])
    var counts = [0, 0, 0]
    for _ in 0..<300 {
      counts[Int(try fleet.place(fleet.request(100), policy: "power-of-two").slot)] += 1
    }
    #expect(counts[0] == 0)
    #expect(counts[1] > counts[2] && counts[2] > 50, "\(counts)")
  }
}
