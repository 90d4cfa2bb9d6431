import Basics
import FleetSpec
import KVIndex
import RivalPolicies
import Routing
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(5)))
struct RouterTests {
  private func refusal(_ verdict: Verdict) throws -> Refusal {
    guard case .refused(let refusal) = verdict else {
      throw TestFleet.Unplaced(verdict: verdict)
    }
    return refusal
  }

  private func wait(_ verdict: Verdict) throws -> Wait {
    guard case .waits(let wait) = verdict else { throw TestFleet.Unplaced(verdict: verdict) }
    return wait
  }

  /// A fleet of 12 replicas in three regions, in random states, and a prompt that some hold.
  private func randomFleet(seed: UInt64) throws -> (TestFleet, [BlockHash]) {
    var fleet = TestFleet(seed: seed)
    var random = PRNG(seed: seed, stream: "fleet")
    let prompt = chain("prompt", blocks: 200)
    for number in 0..<12 {
      let load = ReplicaLoad(
        blocksUsed: random.below(26_000),
        blocksCached: random.below(5000),
        running: random.below(200),
        waiting: random.below(4),
        prefillTokensQueued: random.below(20_000),
        decoding: random.below(200),
        contextTokens: random.below(300_000)
      )
      let region = ["eu", "us", "asia"][random.below(3)]
      let slot = try fleet.add("n/\(number)", region: region, load: load, waitingMax: 3)
      fleet.view.setReadiness(slot, random.below(4) == 0 ? .draining : .ready)
      let held = Array(prompt[..<random.below(200)])
      fleet.index.store(slot, held.span)
    }
    for (one, other, seconds) in [("eu", "us", 0.09), ("eu", "asia", 0.2), ("us", "asia", 0.15)] {
      try fleet.setRoundTrip(one, other, seconds)
    }
    return (fleet, prompt)
  }

  @Test(arguments: (Policies.own + RivalPolicies.all).map(\.name))
  func `what is explained is what is routed`(policy: String) throws {
    for _ in 0..<40 {
      let seed = UInt64.random(in: 0 ... .max)
      var (fleet, prompt) = try randomFleet(seed: seed)
      let request = try fleet.request(200 * 16 + 5, output: 50, session: seed)
      let excluding: [Int32] = [3]
      for _ in 0..<5 {
        let explanation = try fleet.explain(request, prompt, excluding: excluding, policy: policy)
        #expect(explanation.policy == policy)
        #expect(explanation.rows.map(\.slot) == Array(0..<12))
        let verdict = try fleet.route(request, prompt, excluding: excluding, policy: policy)
        guard case .placed(let placement) = verdict else {
          #expect(explanation.chosen == nil, "seed \(seed)")
          #expect(explanation.rows.allSatisfy { $0.exclusion != nil }, "seed \(seed)")
          continue
        }
        let row = try #require(explanation.chosen, "seed \(seed)")
        let candidates = explanation.rows.filter { $0.exclusion == nil }
        #expect(row.slot == placement.slot, "seed \(seed)")
        #expect(row.exclusion == nil, "seed \(seed)")
        #expect(row.cachedTokens == placement.cachedTokens, "seed \(seed)")
        #expect(row.cost?.ttftSeconds == placement.ttftSeconds, "seed \(seed)")
        #expect(candidates.count == placement.candidateCount, "seed \(seed)")
        #expect(candidates.allSatisfy { $0.cost != nil }, "seed \(seed)")
        if policy == "warm" {
          let least = candidates.compactMap { $0.cost?.totalSeconds }.min()
          #expect(row.cost?.totalSeconds == least, "seed \(seed)")
        }
      }
    }
  }

  @Test(arguments: ["warm", "nearest", "least-loaded", "session-hash"])
  func `ties are broken alike in what is explained and what is routed`(policy: String) throws {
    var fleet = TestFleet()
    for number in 0..<10 { try fleet.add("n/\(number)") }
    var slots: Set<Int32> = []
    for _ in 0..<50 {
      let explained = try fleet.explain(fleet.request(1000), policy: policy).chosen?.slot
      let slot = try fleet.place(fleet.request(1000), policy: policy).slot
      #expect(explained == slot)
      slots.insert(slot)
    }
    #expect(slots.count > 5, "\(slots)")
  }

  @Test func `every replica that is out of the question is told why`() throws {
    var fleet = TestFleet()
    try fleet.add("n/0")
    try fleet.add("n/1")
    try fleet.add("n/2", blockCount: 10)
    try fleet.add("n/3", load: .init(waiting: 5), waitingMax: 5)
    for (number, readiness) in Readiness.allCases.enumerated() {
      let slot = try fleet.add("r/\(number)")
      fleet.view.setReadiness(slot, readiness)
    }
    let request = try fleet.request(1000)
    let rows = try fleet.explain(request, excluding: [1]).rows
    let expected: [Exclusion?] =
      [
        nil, .byCaller, .tooSmall(promptTokens: 1000, limit: 160), .full(waiting: 5, limit: 5),
      ] + Readiness.allCases.map { $0 == .ready ? nil : .notReady($0) }
    #expect(rows.map(\.exclusion) == expected)
    #expect(rows.map { $0.cost == nil } == expected.map { $0 != nil })
    for policy in fleet.router.policyNames {
      for _ in 0..<20 {
        let placement = try fleet.place(request, excluding: [1], policy: policy)
        #expect(expected[Int(placement.slot)] == nil, "\(policy) chose \(placement.slot)")
        #expect(placement.candidateCount == 2)
      }
    }
  }

  @Test func `when all are full a turn waits, about until the first has a place`() throws {
    var fleet = TestFleet()
    let load = ReplicaLoad(running: 8, waiting: 5, prefillTokensQueued: 9000, decoding: 8)
    try fleet.add("n/0", load: load, runningMax: 8, waitingMax: 5)
    let soon = try wait(fleet.route(fleet.request(1000)))
    #expect(soon.preferred == nil && (0.01...10).contains(soon.seconds), "\(soon.seconds) s")
    var longer = load
    longer.prefillTokensQueued = 900_000
    fleet.view.report(0, longer)
    #expect(try wait(fleet.route(fleet.request(1000))).seconds > soon.seconds)
    try fleet.add("n/1", load: load, runningMax: 8, waitingMax: 5)
    try fleet.add("n/2", load: longer, runningMax: 8, waitingMax: 5)
    #expect(try wait(fleet.route(fleet.request(1000))).seconds == soon.seconds)
  }

  @Test func `a replica whose blocks are not those that were hashed is left out, with that reason`()
    throws
  {
    var fleet = TestFleet()
    try fleet.add("n/0")
    var request = try fleet.request(1000)
    request.hashedBlockTokens = 512
    let why = try refusal(fleet.route(request))
    #expect(why.reason == .noReplica && why.rejections.otherBlocks == 1)
    #expect(why.description.contains("1 with blocks of another size"), "\(why)")
    request.hashedBlockTokens = 16
    for _ in 0..<2 {
      guard case .placed = try fleet.route(request) else {
        Issue.record("not placed")
        return
      }
    }
  }

  @Test func `a refusal has the reason that gives most hope, and no time when there is none`()
    throws
  {
    var fleet = TestFleet()
    var unknown = RoutingRequest(model: -1, promptTokens: 10, blockTokens: 16)
    #expect(try refusal(fleet.route(unknown)).reason == .noReplica)
    try fleet.add("n/0", blockCount: 10)
    unknown.model = 1
    #expect(try refusal(fleet.route(unknown)).reason == .noReplica)
    let long = try refusal(fleet.route(fleet.request(1000)))
    #expect(long.reason == .tooLong)
    #expect(long.description.contains("1000 tokens"))
    #expect(long.description.contains("holds more than 160"))
    fleet.view.setReadiness(0, .suspect)
    #expect(try refusal(fleet.route(fleet.request(100))).reason == .noneReady)
    try fleet.add("n/1")
    let excluded = try refusal(fleet.route(fleet.request(1000), excluding: [1]))
    #expect(excluded.reason == .allExcluded)
    #expect(
      (excluded.rejections.serving, excluded.rejections.tooSmall, excluded.rejections.excluded) == (
        2, 1, 1
      )
    )
    #expect(excluded.retryAfterSeconds == 0)
  }

  @Test func `the last token of a prompt is always computed`() throws {
    var fleet = TestFleet()
    try fleet.add("n/0")
    let prompt = chain("prompt", blocks: 4)
    fleet.index.store(0, prompt.span)
    for (tokens, cached) in [(64, 48), (65, 64), (70, 64), (1, 0), (16, 0), (17, 16)] {
      #expect(try fleet.place(fleet.request(tokens), prompt).cachedTokens == cached)
    }
  }

  @Test(arguments: ["warm", "least-loaded", "nearest"])
  func `a hundred decisions between two reports do not all run to the idlest`(policy: String) throws
  {
    let busy = ReplicaLoad(blocksUsed: 500, running: 2, decoding: 2, contextTokens: 2000)
    func counts(reserving: Bool) throws -> [Int] {
      var fleet = TestFleet()
      for number in 0..<10 { try fleet.add("n/\(number)", load: number == 4 ? .init() : busy) }
      var counts = Array(repeating: 0, count: 10)
      for _ in 0..<100 {
        let placement = try fleet.place(fleet.request(1000), policy: policy)
        counts[Int(placement.slot)] += 1
        if reserving { _ = fleet.reserve(placement) }
      }
      return counts
    }
    #expect(try counts(reserving: false)[4] == 100, "the herd that reservations prevent")
    let spread = try counts(reserving: true)
    #expect(spread.allSatisfy { (8...13).contains($0) }, "\(spread)")
  }

  @Test func `a prefix that one replica holds does not draw every turn to it`() throws {
    var fleet = TestFleet()
    for number in 0..<10 { try fleet.add("n/\(number)") }
    let system = chain("system", blocks: 50)
    fleet.index.store(0, system.span)
    var counts = Array(repeating: 0, count: 10)
    for _ in 0..<100 {
      let placement = try fleet.place(fleet.request(2000), system)
      counts[Int(placement.slot)] += 1
      _ = fleet.reserve(placement)
    }
    #expect(counts[0] == counts.max(), "\(counts)")
    #expect(counts[0] < 30, "\(counts)")
    #expect(counts.allSatisfy { $0 > 0 }, "\(counts)")
  }

  @Test func `a turn that would wait for its cache takes any room when it can wait no longer`()
    throws
  {
    var fleet = TestFleet()
    fleet.router.hasQueue = true
    let prompt = chain("prompt", blocks: 1_000)
    // To recompute it takes longer than to wait for the replica that holds most of it.
    let busy = ReplicaLoad(running: 2, prefillTokensQueued: 6_000, decoding: 1)
    let warm = try fleet.add("n/warm", load: busy)
    fleet.index.store(warm, Array(prompt[..<600]).span)
    let cold = try fleet.add("n/cold")
    let colder = try fleet.add("n/colder", load: ReplicaLoad(running: 30, decoding: 30))
    let request = try fleet.request(16_001, output: 100)
    #expect(try wait(fleet.route(request, prompt)).preferred?.slot == warm)
    let verdict = try fleet.route(request, prompt, takesAnyHeadroom: true)
    guard case .placed(let placement) = verdict else { throw TestFleet.Unplaced(verdict: verdict) }
    #expect(placement.slot == cold && placement.cachedTokens == 0)
    for slot in [cold, colder] { fleet.view.report(slot, busy) }
    let vain = try wait(fleet.route(request, prompt, takesAnyHeadroom: true))
    #expect(vain.preferred?.slot == warm)
  }

  @Test func `a placement says what made it: the only one, the cheapest, or the policy`() throws {
    var fleet = TestFleet()
    for number in 0..<3 { try fleet.add("n/\(number)") }
    func choices(excluding: [Int32]) throws -> [Choice] {
      try ["warm", "nearest"].map {
        let placement = try fleet.place(fleet.request(100), excluding: excluding, policy: $0)
        #expect(placement.servingCount == 3)
        return placement.choice
      }
    }
    #expect(try choices(excluding: []) == [.cheapest, .notByCost])
    #expect(try choices(excluding: [0, 2]) == [.onlyCandidate, .onlyCandidate])
  }
}
