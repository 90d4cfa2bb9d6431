import Basics
import FleetSpec
import KVIndex
import RivalPolicies
import Routing
import Simulator
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct BoundTests {
  private func run(
    _ specs: [ReplicaSpec],
    _ turns: [SimulatedTurn],
    _ policy: String,
    _ adjust: (inout SimulatorSettings) throws -> Void = { _ in }
  ) throws -> SimulationResult {
    var settings = SimulatorSettings()
    settings.policy = policy
    try adjust(&settings)
    return try SmallFleet.run(specs, turns, settings)
  }

  /// Tokens of prompts that came before, in whole blocks and less the last token.
  private func reusableTokens(_ turns: [SimulatedTurn]) -> Int {
    var seen: Set<BlockHash> = []
    return turns.reduce(0) { sum, turn in
      let usable = turn.blockHashes.prefix((turn.promptTokens - 1) / turn.blockTokens)
      let found = usable.prefix { seen.contains($0) }.count
      seen.formUnion(turn.blockHashes)
      return sum + found * turn.blockTokens
    }
  }

  @Test func `an infinite cache finds all that was ever computed, however small the replicas`()
    throws
  {
    // Far enough apart that each prompt is computed before the next comes.
    let turns = try SmallFleet.turns(200, every: .seconds(5))
    let specs = try SmallFleet.specs(count: 3, blockCount: 16)
    let report = try run(specs, turns, "infinite-cache").report
    #expect(report.completedCount == 200)
    #expect(report.cachedTokens == reusableTokens(turns) && report.cachedTokens > 0)
    #expect(try run(specs, turns, "warm").report.cachedTokens < report.cachedTokens)
  }

  @Test func `what is computed can be found from the end of its step on, and not sooner`() throws {
    let specs = try SmallFleet.specs(count: 2) { $0.stepTokensMax = 4096 }
    var first = try SmallFleet.turns(1)[0]
    (first.blockHashes, first.promptTokens) = ((1...12).map { $0 }, 12 * 512 + 100)
    var second = first
    let step = specs[0].roofline.prefillSeconds(tokens: 4096, context: 0, stepTokens: 4096)
    func cached(after seconds: Double) throws -> Int {
      second.arrival = Duration(inSeconds: seconds)
      // The first replica is busy: the other one, which is idle, has only what is shared.
      return try run(specs, [first, second], "infinite-cache").report.cachedTokens
    }
    #expect(try cached(after: step * 0.5) == 0)
    #expect(try cached(after: step * 1.1) == 8 * 512)
    #expect(try cached(after: step * 3) == 12 * 512)
  }

  @Test func `an infinite cache outlives the replicas`() throws {
    let specs = try SmallFleet.specs(regions: ["eu", "us"], count: 1)
    let turns = try SmallFleet.turns(100, every: .seconds(1))
    let result = try run(specs, turns, "infinite-cache") { settings in
      settings.outages = [
        Outage(.region(try #require(RegionID("eu"))), at: .seconds(30), for: .seconds(20))
      ]
    }
    #expect(result.report.completedCount == 100)
    #expect(result.report.cachedTokens >= reusableTokens(turns) * 95 / 100)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `an oracle is not beaten by a prediction`(seed: UInt64) throws {
    let specs = try SmallFleet.specs(count: 3, blockCount: 150)
    let turns = try SmallFleet.turns(300, every: .milliseconds(120), seed: seed)
    let oracle = try run(specs, turns, "oracle").report
    #expect(oracle.isComplete && oracle.completedCount == 300)
    for policy in ["gorgo", "dynamo", "least-loaded", "round-robin"] {
      let mean = try #require(try run(specs, turns, policy).report.ttft.mean)
      #expect(try #require(oracle.ttft.mean) <= mean, "\(policy), seed \(seed)")
    }
  }

  @Test func `an oracle sees what no report has told`() throws {
    let specs = try SmallFleet.specs(count: 2)
    var turns = try SmallFleet.turns(2)
    for index in turns.indices {
      (turns[index].blockHashes, turns[index].promptTokens) = ((1...20).map { $0 }, 20 * 512 + 1)
      turns[index].arrival = .seconds(10 * Int64(index))
    }
    let report = try run(specs, turns, "oracle") { $0.delays.report = .seconds(60) }.report
    #expect(report.cachedTokens == 20 * 512)
    // And what is still on its way: two at once go to a replica each.
    turns[1].arrival = turns[0].arrival
    let both = try run(specs, turns, "oracle") { $0.delays.report = .seconds(60) }.report
    #expect(both.cachedTokens == 0 && both.ttft.percentile(50) == both.ttft.percentile(100))
  }

  @Test func `turns wait under an oracle while every engine is full, as under others`() throws {
    let specs = try SmallFleet.specs(count: 1) { spec in
      (spec.waitingMax, spec.runningMax) = (1, 1)
    }
    let turns = try SmallFleet.turns(30, every: .milliseconds(1))
    let report = try run(specs, turns, "oracle").report
    #expect(report.completedCount == 30 && report.waits.count > 20)
  }

  @Test func `no fleet can choose a bound, and bounds give the same for the same seed`() throws {
    let specs = try SmallFleet.specs(regions: ["eu", "us"], count: 2)
    let turns = try SmallFleet.turns(200, origins: ["eu", "us"])
    for bound in Bound.allCases {
      #expect(!(Policies.own + RivalPolicies.all).map(\.name).contains(bound.rawValue))
      let first = try run(specs, turns, bound.rawValue)
      #expect(first.policy == bound.rawValue && first.report.completedCount == 200)
      #expect(try run(specs, turns, bound.rawValue).allText == first.allText)
    }
  }
}
