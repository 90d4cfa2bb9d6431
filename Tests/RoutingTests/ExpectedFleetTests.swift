import Basics
import FleetSpec
import KVIndex
import Testing
import TestSupport

@testable import Routing

/// What is calculated once for all decisions of a moment, next to what each calculates for itself.
@Suite(.timeLimit(.minutes(5)))
struct ExpectedFleetTests {
  /// A fleet of a few replicas or many, large and small, in three regions.
  private func fleet(seed: UInt64, timeScale: Double) throws -> TestFleet {
    var (fleet, random) = (TestFleet(seed: seed), PRNG(seed: seed, stream: "fleet"))
    fleet.view = RoutingView(timeScale: timeScale)
    for number in 0..<(1 + random.next() % (seed % 2 == 0 ? 60 : 4)) {
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

  private func load(_ random: inout PRNG, blocks: Int, idle: Int) -> ReplicaLoad {
    guard random.below(8) >= idle else { return ReplicaLoad() }
    let (used, scale) = (random.below(blocks), [1, 30, 300][random.below(3)])
    return ReplicaLoad(
      blocksUsed: used,
      blocksCached: random.below(2) == 0 ? blocks - used : random.below(blocks - used + 1),
      running: random.below(scale + 1),
      waiting: random.below(9),
      prefillTokensQueued: random.below(2) * random.below(1 << (4 + random.below(16))),
      decoding: random.below(scale + 1),
      contextTokens: random.below(1000 * scale)
    )
  }

  @Test(arguments: 0..<8)
  func `refreshed or not, decisions are the same to the last draw`(_: Int) throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed, stream: "events")
    // The second is refreshed before each decision.
    let idle = random.below(3)
    let timeScale = [0.5, 1, 1, 8][random.below(4)]
    var fleets = try (0..<2).map { _ in try fleet(seed: seed, timeScale: timeScale) }
    fleets[1].router = Router(policies: [ProbedPolicy(seed: seed)])
    let chains = ["a", "b", "c"].map { chain($0, blocks: 500) }
    var now = Instant.zero
    for step in 0..<150 {
      now = now.advanced(by: .milliseconds(random.below(3) * random.below(60)))
      for _ in 0..<random.below(5) {
        let slot = Int32(random.below(fleets[0].view.slotCount))
        let blocks = fleets[0].view.state(slot)?.blockCount ?? 1
        let load = load(&random, blocks: blocks, idle: idle)
        let readiness: Readiness = random.below(8) == 0 ? .draining : .ready
        let held = Array(chains[random.below(3)][..<random.below(500)])
        for index in fleets.indices {
          fleets[index].view.report(slot, load, at: now)
          fleets[index].view.setReadiness(slot, readiness)
          fleets[index].index.store(slot, held.span)
        }
      }
      for index in fleets.indices { fleets[index].view.advance(to: now) }
      let costs = fleets[1].router.costs
      fleets[0].view.measure(for: costs)
      fleets[1].view.refresh(for: costs)
      let promptTokens = 1 + random.below(random.below(2) == 0 ? 130_000 : 9_000)
      var request = try fleets[0].request(promptTokens, output: random.below(2) * random.below(900))
      if random.below(3) == 0 { request.tpotSeconds = Double(1 + random.below(80)) / 1_000 }
      let hashes = Array(
        chains[random.below(3)].prefix(request.promptTokens / TestFleet.blockTokens)
      )
      let excluding = random.below(4) == 0 ? [Int32(0)] : []
      let verdict = try fleets[0].route(request, hashes, excluding: excluding)
      let other = try fleets[1].route(request, hashes, excluding: excluding)
      #expect("\(verdict)" == "\(other)", "seed \(seed), step \(step)")
      #expect(fleets[0].random.next() == fleets[1].random.next(), "seed \(seed), step \(step)")
      guard case .placed(let placement) = verdict else { continue }
      for index in fleets.indices { _ = fleets[index].reserve(placement) }
    }
  }

  @Test
  func `what is expected changes with reports and with time`() throws {
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

/// Chooses as `warm` does, once it has seen that no lower bound is above what a turn costs.
private struct ProbedPolicy: Policy {
  let seed: UInt64
  var name: String { "warm" }
  var goesByCost: Bool { true }
  private var warm = WarmPolicy()

  init(seed: UInt64) { self.seed = seed }

  mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    for candidate in candidates.dropFirst() {
      let cost = view.expected(candidate.slot).map {
        costs.cost(
          of: request,
          on: $0,
          cachedTokens: candidate.cachedTokens,
          in: view
        )
      }
      var isLookedAt = false
      view.forEachThatMayBeCheapest(of: candidates, for: request, costs: costs) { index in
        isLookedAt = isLookedAt || candidates[index].slot == candidate.slot
        return cost?.totalSeconds ?? 0
      }
      #expect(
        isLookedAt,
        "seed \(seed), \(request) in slot \(candidate.slot): \(cost.map { "\($0)" } ?? "none")"
      )
    }
    return warm.choose(request, among: candidates, view: view, costs: costs, random: &random)
  }
}
