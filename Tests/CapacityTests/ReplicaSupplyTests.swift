import Basics
import Capacity
import FleetSpec
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReplicaSupplyTests {
  @Test func `the load of a turn, by hand`() {
    let load = TurnLoad(promptTokens: 1_000, cachedTokens: 600, outputTokens: 11)
    #expect(load.turns == 1 && load.unmetTurns == 0)
    #expect(load.uncachedTokens == 400 && load.decodeSteps == 10)
    // 400 x 600 before, and 400 x 401 / 2 among themselves.
    #expect(load.attentionPairs == 320_200)
    #expect(load.contextReads == 10 * 1_005.5)
    let rates = CapacityFixture.rates
    let flops = rates.prefillFLOPs(tokens: 400, context: 600)
    #expect(abs(load.prefillFLOPs(rates) / flops - 1) < 1e-12)
    #expect(abs(load.prefillFLOPsSquared(rates) / (flops * flops) - 1) < 1e-12)
    let sum = load * 3 + TurnLoad(promptTokens: 1, cachedTokens: 5, outputTokens: 0, isMet: false)
    #expect(sum.turns == 4 && sum.unmetTurns == 1 && sum.uncachedTokens == 1_200)
    #expect(TurnLoad().mean == .nominal && (load * 7).mean.promptTokens == 1_000)
  }

  @Test func `a batch at its bound, by hand`() throws {
    // Of a batch of 10, 8 are counted on. A step reads 10^9 bytes of weights and 8 x 1,050.5 x 400
    // of KV in 1.0034 ms; the prefill of 1,000 tokens takes 2 ms; 100 steps are shared by 8.
    let supply = ReplicaSupply(try CapacityFixture.spec(), of: CapacityFixture.turn)
    #expect(supply.batch == 8)
    #expect(abs(supply.turnsPerSecond - 1 / (0.0020002 + 100 * 0.00100336 / 8)) < 0.01)
    #expect(supply.bound == .batchSize)
  }

  @Test func `KV memory that is full, by hand`() throws {
    // 0.8 x 1,000 blocks of 16 tokens hold 12 sequences of 1,050 and half a block.
    let spec = try CapacityFixture.spec(blockCount: 1_000, runningMax: 1_000)
    let supply = ReplicaSupply(spec, of: CapacityFixture.turn)
    #expect(supply.batch > 11 && supply.batch < 12.1)
    #expect(supply.bound == .kvMemory)
  }

  @Test func `prompts without answers are bound by arithmetic, answers by bandwidth`() throws {
    let spec = try CapacityFixture.spec(runningMax: 10_000)
    let reading = TurnLoad(promptTokens: 20_000, cachedTokens: 0, outputTokens: 2)
    #expect(ReplicaSupply(spec, of: reading).bound == .compute)
    let writing = TurnLoad(promptTokens: 100, cachedTokens: 99, outputTokens: 3_000)
    var objective = ServiceObjective()
    objective.tpot = .microseconds(1_200)
    #expect(ReplicaSupply(spec, of: writing, objective: objective).bound == .memoryBandwidth)
  }

  @Test func `what can't be held or can't be fast enough is not sustained`() throws {
    let small = try CapacityFixture.spec(blockCount: 50)
    #expect(ReplicaSupply(small, of: CapacityFixture.turn).turnsPerSecond == 0)
    #expect(ReplicaSupply(small, of: CapacityFixture.turn).bound == .nothingFits)
    var objective = ServiceObjective()
    objective.tpot = .microseconds(500)
    let spec = try CapacityFixture.spec()
    let supply = ReplicaSupply(spec, of: CapacityFixture.turn, objective: objective)
    #expect(supply.bound == .nothingFits && supply.batch == 0)
  }

  @Test func `more of anything, or more that is cached, never sustains less`() throws {
    let gpu = try #require(GPUModel.named("h100"))
    let model = try #require(ModelArchitecture.named("llama-3.1-8b"))
    for seed in UInt64(1)...200 {
      var random = PRNG(seed: seed)
      let prompt = Double(100 + random.next() % 20_000)
      let cached = (prompt * random.nextUnit()).rounded()
      let output = Double(1 + random.next() % 1_000)
      func supply(
        cached: Double,
        blocks: Int = 20_000,
        sharing: Int = 2,
        compute: Double = 0.4
      ) throws -> Double {
        var spec = try CapacityFixture.spec(blockCount: blocks, runningMax: 256)
        spec.roofline = Roofline(
          gpu: gpu,
          gpuCount: 1,
          model: model,
          efficiency: .init(compute: compute)
        )
        let mean = TurnLoad(promptTokens: prompt, cachedTokens: cached, outputTokens: output)
        return ReplicaSupply(spec, of: mean, sharing: sharing).turnsPerSecond
      }
      let base = try supply(cached: cached)
      let words = "seed \(seed): \(prompt) \(cached) \(output)"
      #expect(base > 0, "\(words)")
      #expect(try supply(cached: cached + (prompt - cached) / 2) >= base * 0.999, "\(words)")
      #expect(try supply(cached: cached, blocks: 25_000) >= base * 0.999, "\(words)")
      #expect(try supply(cached: cached, sharing: 8) >= base * 0.999, "\(words)")
      #expect(try supply(cached: cached, compute: 0.6) >= base * 0.999, "\(words)")
    }
  }
}

extension CapacityFixture {
  static var rates: StepRates {
    Roofline(gpu: gpu, gpuCount: 1, model: model("a")).rates
  }
}
