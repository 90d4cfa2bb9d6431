import Basics
import FleetSpec
import KVIndex
import Testing
import TestSupport

@testable import Routing

/// For how long what replicas evict next was not used, and what that is worth.
@Suite(.timeLimit(.minutes(5)))
struct LRUAgeTests {
  /// A replica of so many blocks, of all of which the uses are followed.
  private func state(blocks: Int) throws -> ReplicaState {
    var view = RoutingView()
    let spec = try TestFleet.replica("n/0", blockTokens: 4_096, blockCount: blocks)
    return try #require(view.attach(spec).flatMap { view.state($0) })
  }

  @Test(arguments: 0..<4)
  func `the oldest use is that of a list kept by hand`(_: Int) throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed, stream: "uses")
    let state = try state(blocks: 1_000)
    let chains = (0..<20).map { chain("\($0)", blocks: 30) }
    var clock = LRUAge()
    var times: [BlockHash: Double] = [:]
    var hasEvicted = false
    for step in 0..<2_000 {
      let prompt = Array(chains[random.below(20)].prefix(random.below(31)))
      if random.below(3) > 0 {
        clock.used(prompt.span, by: 0, state, at: Double(step))
        for hash in prompt { times[hash] = Double(step) }
      } else {
        let evicted = Array(prompt.suffix(random.below(8)))
        clock.evicted(evicted.span, by: 0)
        hasEvicted = hasEvicted || evicted.contains { times[$0] != nil }
        for hash in evicted { times[hash] = nil }
      }
      let oldest = hasEvicted ? times.values.min() : nil
      #expect(clock.leastRecentUse(0, state.generation) == oldest, "seed \(seed), step \(step)")
    }
    #expect(clock.leastRecentUse(0, state.generation + 1) == nil, "another replica has the slot")
    clock.forget(0)
    #expect(clock.leastRecentUse(0, state.generation) == nil)
  }

  @Test func `an engine that tells of no evictions is taken to hold little more than fits`() throws
  {
    let state = try state(blocks: 100)
    var clock = LRUAge()
    for (number, hash) in chain("endless", blocks: 5_000).enumerated() {
      clock.used([hash].span, by: 0, state, at: Double(number))
      if number < 100 { #expect(clock.leastRecentUse(0, state.generation) == nil) }
    }
    let oldest = try #require(clock.leastRecentUse(0, state.generation))
    #expect((4_800...4_900).contains(oldest))
  }

  /// Two replicas full of one conversation each.
  private struct Bench {
    var fleet = TestFleet()
    var calibrator = Calibrator()
    let prompts = ["a", "b"].map { chain($0, blocks: 4_000) }

    init() throws {
      for (slot, prompt) in prompts.enumerated() {
        let load = ReplicaLoad(blocksCached: 5_000)
        #expect(try fleet.add("n/\(slot)", load: load, blockCount: 5_000) == Int32(slot))
        fleet.index.store(Int32(slot), prompt.span)
      }
    }

    /// A conversation goes on where it is, and what was used least lately is evicted there.
    mutating func turn(_ number: Int, at second: Int64) throws {
      let instant = Instant(nanoseconds: second * 1_000_000_000)
      fleet.view.advance(to: instant)
      let (hashes, request) = (prompts[number], try fleet.request(64_000))
      let placement = try fleet.place(request, hashes)
      #expect(placement.slot == Int32(number))
      let reservation = fleet.reserve(placement, at: second)
      _ = calibrator.placed(placement, request, hashes: hashes.span, in: &fleet.view)
      fleet.release(reservation)
      let evicted = Array(hashes.suffix(1_000))
      calibrator.evicted(evicted.span, by: placement.slot, in: &fleet.view, at: instant)
    }
  }

  @Test func `a new conversation goes where what it evicts has not been used for longest`() throws {
    var bench = try Bench()
    try bench.turn(1, at: 1)
    try bench.turn(0, at: 500)
    bench.fleet.view.measure(for: bench.fleet.router.costs)
    #expect(bench.fleet.view.state(1)?.leastRecentUse == 1)
    let factors = [0, 1].compactMap { bench.fleet.view.state($0)?.reuseFactor }
    #expect(factors[0] > 1.5 && factors[1] < 0.9, "\(factors)")
    for _ in 0..<8 { #expect(try bench.fleet.place(bench.fleet.request(30_000)).slot == 1) }
    bench.calibrator.cleared(1, in: &bench.fleet.view)
    #expect(bench.fleet.view.state(1)?.reuseFactor == 1)
  }
}
