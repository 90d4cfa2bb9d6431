import Basics
import Fleet
import Scheduling
import Testing

/// What is calculated once for all decisions of a moment, next to what each calculates for itself.
@Suite(.timeLimit(.minutes(1)))
struct OutlookTests {
  /// A fleet of replicas large and small in three regions.
  private func fleet(seed: UInt64) throws -> TestFleet {
    var (fleet, random) = (TestFleet(seed: seed), PRNG(seed: seed, stream: "fleet"))
    for number in 0..<(1 + random.next() % 60) {
      try fleet.add(
        "n/\(number)",
        region: ["eu", "us", "asia"][Int(random.next() % 3)],
        blockCount: random.next() % 3 == 0 ? 700 : 20_000,
        waitingMax: 8
      )
    }
    try fleet.setRoundTrip("eu", "us", 0.09)
    try fleet.setRoundTrip("eu", "asia", 0.2)
    return fleet
  }

  private func load(_ random: inout PRNG, blocks: Int) -> ReplicaLoad {
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    guard below(4) > 0 else { return ReplicaLoad() }
    let (used, scale) = (below(blocks), [1, 30, 300][below(3)])
    return ReplicaLoad(
      blocksUsed: used,
      blocksCached: below(2) == 0 ? blocks - used : below(blocks - used + 1),
      running: below(scale + 1),
      waiting: below(9),
      prefillTokensQueued: below(2) * below(1 << (4 + below(16))),
      decoding: below(scale + 1),
      contextTokens: below(1000 * scale)
    )
  }

  @Test(arguments: 0..<8)
  func `refreshed or not, decisions are the same to the last draw`(_: Int) throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed, stream: "events")
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    // The second is refreshed before each decision.
    var fleets = [try fleet(seed: seed), try fleet(seed: seed)]
    let chains = ["a", "b", "c"].map { chain($0, blocks: 500) }
    var now = Instant.zero
    for step in 0..<150 {
      now = now.advanced(by: .milliseconds(below(3) * below(60)))
      for _ in 0..<below(5) {
        let slot = Int32(below(fleets[0].view.slotCount))
        let load = load(&random, blocks: fleets[0].view.state(slot)?.blockCount ?? 1)
        let readiness: Readiness = below(8) == 0 ? .draining : .ready
        let held = Array(chains[below(3)][..<below(500)])
        for index in fleets.indices {
          fleets[index].view.report(slot, load, at: now)
          fleets[index].view.setReadiness(slot, readiness)
          fleets[index].index.store(slot, held.span)
        }
      }
      for index in fleets.indices { fleets[index].view.advance(to: now) }
      let costs = fleets[1].router.costs
      fleets[0].view.measureStrain(for: costs)
      fleets[1].view.refresh(for: costs)
      let request = try fleets[0].request(1 + below(9_000), output: below(2) * below(900))
      let hashes = Array(chains[below(3)].prefix(request.promptTokens / TestFleet.blockTokens))
      let excluding = below(4) == 0 ? [Int32(0)] : []
      let verdict = try fleets[0].route(request, hashes, excluding: excluding)
      let other = try fleets[1].route(request, hashes, excluding: excluding)
      #expect("\(verdict)" == "\(other)", "seed \(seed), step \(step)")
      #expect(fleets[0].random.next() == fleets[1].random.next(), "seed \(seed), step \(step)")
      guard case .placed(let placement) = verdict else { continue }
      for index in fleets.indices { _ = fleets[index].reserve(placement) }
    }
  }

  @Test
  func `what is expected changes with news and with time`() throws {
    var fleet = TestFleet()
    let busy = ReplicaLoad(running: 8, waiting: 2, prefillTokensQueued: 60_000, decoding: 8)
    let slot = try fleet.add("n/0", load: busy)
    for milliseconds in [0, 20, 49, 50, 51, 300, 2_000] {
      fleet.view.advance(to: Instant(nanoseconds: Int64(milliseconds) * 1_000_000))
      let before = fleet.view.expected(slot)?.load
      fleet.view.refresh(for: fleet.router.costs)
      #expect(fleet.view.expected(slot)?.load == before, "after \(milliseconds) ms")
    }
    #expect(fleet.view.expected(slot)?.load != busy)
    fleet.view.report(slot, busy)
    #expect(fleet.view.expected(slot)?.load == busy)
    fleet.view.detach(slot)
    #expect(fleet.view.expected(slot) == nil)
    fleet.view.refresh(for: fleet.router.costs)
    #expect(fleet.view.expected(slot) == nil)
  }
}
