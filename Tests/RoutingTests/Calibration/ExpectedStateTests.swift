import Basics
import FleetSpec
import Testing
import TestSupport

@testable import Routing

@Suite(.timeLimit(.minutes(5)))
struct ExpectedStateTests {
  private static let busy = ReplicaLoad(
    blocksUsed: 4000,
    blocksCached: 1000,
    running: 40,
    waiting: 10,
    prefillTokensQueued: 80_000,
    decoding: 38,
    contextTokens: 60_000
  )

  /// What is expected of a replica that reported `load` and then nothing for `seconds`.
  private func state(
    _ load: ReplicaLoad,
    after seconds: Double,
    runningMax: Int = 256,
    waitingMax: Int = 1024
  ) throws -> ReplicaState {
    var fleet = TestFleet()
    let slot = try fleet.add(
      "n/0",
      load: load,
      runningMax: runningMax,
      waitingMax: waitingMax
    )
    fleet.view.advance(to: Instant.zero.advanced(by: Duration(inSeconds: seconds)))
    return try #require(fleet.view.expected(slot))
  }

  @Test func `a report is the present for 50 ms, and for ever when it says that nothing runs`()
    throws
  {
    let state = try state(Self.busy, after: 0.049)
    #expect(state.load == Self.busy)
    let idle = ReplicaLoad(blocksCached: 5000)
    let silent = try self.state(idle, after: 3600)
    #expect(silent.load == idle)
  }

  @Test func `after two seconds it looks neither full nor empty`() throws {
    var full = Self.busy
    full.waiting = 20
    #expect(try state(full, after: 0, waitingMax: 20).isFull)
    let state = try state(full, after: 2, waitingMax: 20)
    #expect(!state.isFull && state.load.waiting > 10, "\(state.load)")
    #expect((40..<60).contains(state.load.running) && state.load.decoding >= 38)
    #expect((30_000..<60_000).contains(state.load.prefillTokensQueued))
    #expect(state.load.blocksUsed + state.load.blocksCached == 5000)
    let later = try self.state(full, after: 6, waitingMax: 20).load
    #expect((20..<45).contains(later.running) && (2000..<4000).contains(later.blocksUsed))
  }

  @Test func `a queue shrinks by elapsed time and rate, a quarter of which is doubted at 2 s`()
    throws
  {
    // One prompt of 80,000 tokens alone, of which 2 s compute a part.
    let load = ReplicaLoad(running: 1, prefillTokensQueued: 80_000)
    let state = try state(load, after: 2)
    let whole = state.rates.prefillSeconds(
      flops: state.rates.prefillFLOPs(tokens: 80_000, context: 0),
      steps: 10
    )
    #expect(whole > 4)
    let expected = 80_000 * (1 - 0.75 * 2 / whole)
    #expect(abs(Double(state.load.prefillTokensQueued) - expected) <= 1)
  }

  @Test func `however long the silence, half of what was there is`() throws {
    let state = try state(Self.busy, after: 100_000)
    #expect(abs(state.load.prefillTokensQueued - 40_000) <= 1, "\(state.load)")
    #expect((15...30).contains(state.load.running), "\(state.load)")
    #expect((1500...2500).contains(state.load.blocksUsed), "\(state.load)")
  }

  @Test func `what was placed since counts as before`() throws {
    var fleet = TestFleet()
    try fleet.add("n/0", load: Self.busy)
    let placement = try fleet.place(try fleet.request(4096))
    _ = fleet.reserve(placement)
    fleet.view.advance(to: Instant(nanoseconds: 2_000_000_000))
    #expect(fleet.view.expected(0)?.pending == placement.demand)
  }

  @Test func `the fleet's time may be faster than the clock`() throws {
    var view = RoutingView(timeScale: 20)
    let slot = try #require(view.attach(try TestFleet.replica("n/0")))
    view.report(slot, Self.busy)
    view.advance(to: Instant(nanoseconds: 100_000_000))
    #expect(view.expected(slot)?.load == (try state(Self.busy, after: 2)).load)
  }

  @Test func `whatever was reported, what is expected is possible`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("ExpectedState: seed \(seed)")
    var random = PRNG(seed: seed)
    for _ in 0..<300 {
      let running = random.below(65)
      let load = ReplicaLoad(
        blocksUsed: random.below(10_000),
        blocksCached: random.below(10_000),
        running: running,
        waiting: random.below(100),
        prefillTokensQueued: random.below(3) == 0 ? 0 : random.below(1_000_000),
        decoding: random.below(running + 1),
        contextTokens: random.below(1_000_000)
      )
      let state = try state(load, after: random.nextUnit() * 50, runningMax: 64)
      let now = state.load
      #expect(now.running >= 0 && now.running <= 64, "\(load) \(now), seed \(seed)")
      #expect(now.waiting >= 0 && now.waiting <= load.waiting, "\(load) \(now), seed \(seed)")
      #expect(now.decoding >= 0 && now.decoding <= now.running, "\(load) \(now), seed \(seed)")
      #expect(now.prefillTokensQueued <= load.prefillTokensQueued && now.contextTokens >= 0)
      #expect(now.blocksUsed >= 0 && now.blocksUsed <= load.blocksUsed)
      #expect(now.blocksUsed + now.blocksCached == load.blocksUsed + load.blocksCached)
    }
  }
}
