import Basics
import Capacity
import FleetSpec
import Simulator
import Testing
import Traces

/// What the formulas of capacity promise, against engines that are simulated step by step.
@Suite(.timeLimit(.minutes(5)))
struct CapacityTests {
  /// A model on some GPUs, and conversations.
  struct Case: Sendable, CustomTestStringConvertible {
    let model: String
    let gpu: String
    let gpuCount: Int
    let prompt: Double
    let output: Double
    var turns = 1.0

    var testDescription: String { "\(model) on \(gpuCount) \(gpu), \(prompt) + \(output)" }

    func specs() throws -> [ReplicaSpec] {
      var architecture = try #require(ModelArchitecture.named(model))
      (architecture.weightBytes, architecture.kvBytes) = (1, 1)
      let roofline = Roofline(
        gpu: try #require(GPUModel.named(gpu)),
        gpuCount: gpuCount,
        model: architecture
      )
      return try SmallFleet.specs(count: 2) { spec in
        spec.roofline = roofline
        spec.blockCount = roofline.blockCount(blockTokens: spec.blockTokens)
      }
    }

    /// Turns of `seconds`, `rate` each second.
    func turns(rate: Double, seconds: Double, seed: UInt64) throws -> [SimulatedTurn] {
      var made = SyntheticTrace()
      (made.turns, made.prompt, made.output) = (turns, prompt, output)
      (made.system, made.systems, made.think) = (turns > 1 ? 2_048 : 0, 2, 5)
      (made.rate, made.seconds) = (rate / turns, seconds)
      let model = try #require(ModelID(SmallFleet.model))
      return made.requests(seed: seed).map {
        SimulatedTurn($0, origin: RegionID("eu"), model: model)
      }
    }
  }

  /// The share of turns that meet the objective.
  private func goodShare(
    _ specs: [ReplicaSpec],
    _ turns: [SimulatedTurn],
    holdsTurns: Bool = true
  ) throws -> Double {
    var settings = SimulatorSettings()
    settings.holdsTurns = holdsTurns
    return try SmallFleet.run(specs, turns, settings).report.goodShare
  }

  @Test(arguments: [
    Case(model: "qwen2.5-32b", gpu: "h100", gpuCount: 1, prompt: 4_000, output: 350),
    Case(model: "llama-3.1-70b", gpu: "h200", gpuCount: 2, prompt: 6_000, output: 350),
    Case(model: "qwen2.5-32b", gpu: "h100", gpuCount: 1, prompt: 1_000, output: 250, turns: 4),
  ])
  func `0.8 of the stated capacity is served well, 1.3 of it is not`(_ example: Case) throws {
    let specs = try example.specs()
    let sample = try example.turns(rate: 1, seconds: 600, seed: 1)
    let cached = try SmallFleet.run(specs, sample).report.cachedTokens
    let share = TraceDemand.hitShare(of: sample, cachedTokens: cached)
    let demand = TraceDemand(turns: sample, hitShare: share).rows[0].hour
    let each = ReplicaSupply(specs[0], of: demand.mean, sharing: 2).turnsPerSecond
    let capacity = 2 * each
    // Long enough for a queue to grow at 1.3 of what can be served.
    let below = try goodShare(specs, example.turns(rate: capacity * 0.8, seconds: 300, seed: 3))
    // Where no order can be chosen: else the longest give way, and most of the others are in time.
    let more = try example.turns(rate: capacity * 1.3, seconds: 400, seed: 4)
    let above = try goodShare(specs, more, holdsTurns: false)
    let words = "\(capacity) turns/s, hits \(share): \(below) at 0.8, \(above) at 1.3"
    #expect(below > 0.94, "\(words)")
    #expect(above < 0.87, "\(words)")
  }

  @Test func `the demand of a trace is that of its busiest minutes and of all of it`() throws {
    let model = try #require(ModelID("m"))
    // 1 turn a second for 20 minutes, 3 for the next 10, 1 for 10; each has a block of its own
    // after one that all share.
    var turns: [SimulatedTurn] = []
    var time = 0.0
    while time < 2_400 {
      turns.append(
        SimulatedTurn(
          arrival: Duration(inSeconds: time),
          origin: nil,
          model: model,
          blockHashes: [1, UInt64(turns.count + 2)],
          blockTokens: 512,
          promptTokens: 1_100,
          outputTokens: 10
        )
      )
      time += (1_200..<1_800).contains(time) ? 1 / 3.0 : 1
    }
    let demand = TraceDemand(turns: turns, hitShare: 0.5)
    let row = try #require(demand.rows.first)
    #expect(demand.rows.count == 1 && abs(demand.busiest.inSeconds - 1_800) < 15)
    #expect(row.minutes.turns > 2.6 && row.minutes.turns < 3)
    #expect(abs(row.hour.turns - 1.5) < 0.01)
    #expect(abs(row.hour.uncachedTokens / row.hour.turns - 844) < 1)
    let cached = turns.count * 256
    #expect(abs(TraceDemand.hitShare(of: turns, cachedTokens: cached) - 0.5) < 1e-3)
    #expect(TraceDemand.hitShare(of: [], cachedTokens: 7) == 0)
    #expect(TraceDemand(turns: [], hitShare: 1).rows.isEmpty)
  }
}
