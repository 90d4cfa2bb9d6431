import Basics
import FleetSpec
import TestSupport
import Testing

@testable import Routing

@Suite(.timeLimit(.minutes(5)))
struct CostModelTests {
  // Llama 3.1 8B in 16 bits on one H100: 2 operations a parameter, 0.45 of 989.4e12 a second,
  // 0.8 of 3.35e12 bytes a second, 2 ms a step.
  private static let parameters = 8_030_261_248.0
  private static let flopsPerSecond = 989.4e12 * 0.45
  private static let bytesPerSecond = 3.35e12 * 0.8
  private static let attention = 4.0 * 32 * 4096
  private static let kvBytes = 131_072.0

  private func prefillFLOPs(_ tokens: Double, after context: Double = 0) -> Double {
    tokens * 2 * Self.parameters
      + Self.attention * (tokens * context + tokens * (tokens + 1) / 2)
  }

  private func stepSeconds(_ contextTokens: Double) -> Double {
    (2 * Self.parameters + Self.kvBytes * contextTokens) / Self.bytesPerSecond + 0.002
  }

  private func cost(
    _ load: ReplicaLoad = .init(),
    prompt: Int = 4096,
    cached: Int = 0,
    output: Int = 100,
    roundTrip: Double = 0,
    blockCount: Int? = nil,
    runningMax: Int = 256,
    costs: CostModel = .init()
  ) throws -> Cost {
    var fleet = TestFleet()
    let slot = try fleet.add(
      "n/0",
      load: load,
      blockCount: blockCount,
      runningMax: runningMax
    )
    return costs.cost(
      of: try fleet.request(prompt, output: output),
      on: try #require(fleet.view.state(slot)),
      cachedTokens: cached,
      roundTripSeconds: roundTrip,
      at: fleet.view.fleetNow
    )
  }

  private func near(_ one: Double, _ other: Double) -> Bool {
    abs(one - other) <= 1e-9 * max(1, abs(other))
  }

  @Test func `an idle replica costs the round trip and its prefill`() throws {
    let cost = try cost(roundTrip: 0.08)
    #expect(cost[NetworkTerm.self] == 0.08)
    #expect(near(cost[PrefillTerm.self], prefillFLOPs(4096) / Self.flopsPerSecond + 0.002))
    let others = [cost[QueueTerm.self], cost[StallTerm.self], cost[EvictionTerm.self]]
    #expect(others.allSatisfy { $0 == 0 })
    #expect(near(cost.ttftSeconds, 0.08 + cost[PrefillTerm.self]))
    #expect(near(cost.totalSeconds, cost.ttftSeconds))
  }

  @Test func `the figures are those of an H100`() throws {
    let cost = try cost(prompt: 8192, output: 1)
    #expect(
      (0.25...0.45).contains(cost[PrefillTerm.self]),
      "8,192 tokens took \(cost[PrefillTerm.self]) s"
    )
  }

  @Test func `cached tokens need no prefill but are attended to`() throws {
    let half = prefillFLOPs(2048, after: 2048) / Self.flopsPerSecond
    #expect(near(try cost(cached: 2048)[PrefillTerm.self], half + 0.002))
    let weights = 2 * Self.parameters / Self.bytesPerSecond
    #expect(
      near(try cost(cached: 4080)[PrefillTerm.self], weights + 0.002),
      "a step reads all weights"
    )
    let all = try cost(cached: 4096)
    #expect(all[PrefillTerm.self] == 0)
    #expect(all[StallTerm.self] == 0)
  }

  @Test func `prefill that is queued is waited for, each prompt by itself`() throws {
    let load = ReplicaLoad(waiting: 2, prefillTokensQueued: 4096)
    let together = ReplicaLoad(waiting: 1, prefillTokensQueued: 4096)
    let cost = try cost(load)
    // Two requests decode beside it once they are there; memory is the bound of neither.
    let context = 4096.0
    let beside = 2 * 2 * Self.parameters + Self.attention * context
    let expected = (2 * prefillFLOPs(2048) + beside) / Self.flopsPerSecond + 0.002
    #expect(near(cost[QueueTerm.self], expected))
    #expect(
      try self.cost(together)[QueueTerm.self] > cost[QueueTerm.self],
      "attention grows with the square"
    )
  }

  @Test func `what is not reported yet is waited for as if it were`() throws {
    var fleet = TestFleet()
    try fleet.add("n/0")
    let request = try fleet.request(4096)
    _ = fleet.reserve(try fleet.place(request))
    let cost = try #require(try fleet.explain(request).rows[0].cost)
    // It will decode beside this one, with half of its answer of 346 tokens.
    let beside = 2 * Self.parameters + Self.attention * (4096 + 173)
    #expect(near(cost[QueueTerm.self], (prefillFLOPs(4096) + beside) / Self.flopsPerSecond + 0.002))
  }

  @Test func `others lose time to its prefill`() throws {
    let load = ReplicaLoad(blocksUsed: 1000, running: 20, decoding: 20, contextTokens: 16_000)
    let cost = try cost(load)
    let seconds = prefillFLOPs(4096) / Self.flopsPerSecond
    #expect(near(cost[StallTerm.self], 20 * seconds))
    #expect(
      cost[PrefillTerm.self] > (try self.cost())[PrefillTerm.self],
      "it shares its steps with their decode"
    )
  }

  @Test func `a step has tokens for prefill only beside those of the batch`() throws {
    func steps(_ running: Int) throws -> Double {
      var fleet = TestFleet()
      try fleet.add("n/0", load: .init(running: running, decoding: running))
      return try fleet.place(fleet.request(8192)).demand.prefillSteps
    }
    #expect(try [steps(0), steps(1)] == [1, 2])
  }

  @Test func `of the requests that wait only those that fit the batch decode beside it`() throws {
    let load = ReplicaLoad(running: 8, waiting: 8, decoding: 8, contextTokens: 16_000)
    func step(_ runningMax: Int) throws -> Double {
      var fleet = TestFleet()
      let slot = try fleet.add("n/0", load: load, runningMax: runningMax)
      return PricedReplica(try #require(fleet.view.state(slot)), CostModel()).stepSeconds
    }
    #expect(near(try step(8), stepSeconds(8000)))
    #expect(near(try step(16), stepSeconds(16_000)))
  }

  @Test func `eviction counts only what is evicted`() throws {
    func eviction(used: Int, cached: Int) throws -> Double {
      let load = ReplicaLoad(blocksUsed: used, blocksCached: cached)
      return try cost(load, blockCount: 10_000)[EvictionTerm.self]
    }
    // The prompt needs 256 blocks and its answer 6.25.
    #expect(try eviction(used: 0, cached: 9737) == 0)
    #expect(try eviction(used: 9737, cached: 0) == 0)
    let block = 0.8 * prefillFLOPs(16, after: 2048) / Self.flopsPerSecond
    #expect(near(try eviction(used: 0, cached: 10_000), 262.25 * block))
    #expect(near(try eviction(used: 9990, cached: 10), 10 * block), "no more than there are")
    #expect(
      try cost(.init(blocksCached: 10_000), cached: 4096, blockCount: 10_000)[EvictionTerm.self]
        < block * 7
    )
  }

  @Test func `an unknown length of the answer is taken as the mean`() throws {
    let (unknown, mean) = (try cost(output: 0), try cost(output: 346))
    #expect(unknown == mean)
  }

  @Test func `more cached tokens never cost more, whatever the load`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("CostModel: seed \(seed)")
    var random = PRNG(seed: seed)
    for _ in 0..<200 {
      let load = ReplicaLoad(
        blocksUsed: random.below(26_000),
        blocksCached: random.below(26_000),
        running: random.below(257),
        waiting: random.below(50),
        prefillTokensQueued: random.below(100_000),
        decoding: random.below(257),
        contextTokens: random.below(400_000)
      )
      let prompt = 1 + random.below(60_000)
      var last = try cost(load, prompt: prompt)
      for cached in stride(from: 0, to: prompt, by: max(16, prompt / 20)) {
        let next = try cost(load, prompt: prompt, cached: cached)
        for (index, term) in CostTerms.words.enumerated() {
          let (more, less) = (last.seconds[index], next.seconds[index])
          #expect(less <= more, "\(term.name), \(cached) of \(prompt), seed \(seed)")
          #expect(less >= 0 && less.isFinite, "\(term.name), seed \(seed)")
        }
        last = next
      }
    }
  }

  @Test func `what is computed again delays the turns that wait for the replica`() throws {
    var fleet = TestFleet()
    let slot = try fleet.add("n/0")
    var request = try fleet.request(4_000)
    let generation = try #require(fleet.view.state(slot)).generation
    func contention(cached: Int, elsewhere: Int) throws -> Double {
      request.cachedTokensMax = elsewhere
      let state = try #require(fleet.view.state(slot))
      let turn = CostModel().turn(request, on: state, cachedTokens: cached, in: fleet.view)
      return turn.cost[ContentionTerm.self] / turn.prefillSeconds
    }
    #expect(try contention(cached: 0, elsewhere: 3_000) == 0)
    for _ in 0..<4 { fleet.view.want(slot, generation: generation, by: 1) }
    #expect(try near(contention(cached: 0, elsewhere: 3_000), 4 * 0.75))
    #expect(try near(contention(cached: 2_000, elsewhere: 3_000), 4 * 0.5))
    #expect(try contention(cached: 3_000, elsewhere: 3_000) == 0)
    fleet.view.want(slot, generation: generation, by: -4)
    #expect(try contention(cached: 0, elsewhere: 3_000) == 0)
  }

  @Test func `half of those that come while it computes again wait for that`() throws {
    var fleet = TestFleet()
    let slot = try fleet.add("n/0")
    var request = try fleet.request(4_000)
    request.cachedTokensMax = 4_000
    let state = try #require(fleet.view.state(slot))
    let idle = CostModel().turn(request, on: state, cachedTokens: 0, in: fleet.view)
    #expect(idle.cost[ContentionTerm.self] == 0)
    // Turns like it have taken all of its time.
    let count = Int(state.answerSeconds / idle.prefillArithmeticSeconds)
    for _ in 0..<count { fleet.view.addPrefill(idle.demand, to: slot) }
    let busy = CostModel().turn(
      request,
      on: try #require(fleet.view.state(slot)),
      cachedTokens: 0,
      in: fleet.view
    )
    #expect(abs(busy.cost[ContentionTerm.self] / busy.prefillSeconds - 0.5) < 0.02)
  }

  @Test func `the total is the sum of all terms by their weights`() throws {
    let load = ReplicaLoad(
      blocksUsed: 900,
      blocksCached: 100,
      running: 8,
      waiting: 1,
      prefillTokensQueued: 3000,
      decoding: 8,
      contextTokens: 9000
    )
    let cost = try cost(load, roundTrip: 0.1, blockCount: 1000, runningMax: 8)
    let terms = CostTerms.words.indices.map { cost.seconds[$0] }
    let others = [ContentionTerm.words, DecodeInterferenceTerm.words]
    for (term, seconds) in zip(CostTerms.words, terms) where !others.contains(term) {
      #expect(seconds > 0, "\(term.name)")
    }
    let less = (1 - cost.weight(of: StallTerm.self)) * cost[StallTerm.self]
    #expect(near(cost.totalSeconds, terms.reduce(0, +) - less))
  }

  @Test func `a term that weighs nothing counts for nothing`() throws {
    let load = ReplicaLoad(running: 20, decoding: 20, contextTokens: 16_000)
    let whole = try cost(load)
    var costs = CostModel()
    #expect(costs.set("prefillWeight", to: 0) && !costs.set("prefilWeight", to: 0))
    #expect(!costs.set("prefillWeight", to: -1) && !costs.set("prefillWeight", to: .nan))
    let without = try cost(load, costs: costs)
    #expect(without[PrefillTerm.self] == whole[PrefillTerm.self])
    #expect(near(without.totalSeconds, whole.totalSeconds - whole[PrefillTerm.self]))
  }
}
