import FleetSpec
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RooflineTests {
  private func roofline(
    _ gpu: String,
    _ model: String,
    count: Int = 1,
    weightBytes: Double = 2,
    efficiency: Roofline.Efficiency = .init(compute: 1, memory: 1, stepOverheadSeconds: 0)
  ) throws -> Roofline {
    var architecture = try #require(ModelArchitecture.named(model))
    architecture.weightBytes = weightBytes
    return Roofline(
      gpu: try #require(GPUModel.named(gpu)),
      gpuCount: count,
      model: architecture,
      efficiency: efficiency
    )
  }

  @Test func `an H100 does 591 fp8 operations in the time it moves a byte`() throws {
    let rates = try roofline("h100", "llama-3.1-8b", weightBytes: 1).rates
    #expect((rates.flopsPerSecond / rates.bytesPerSecond).rounded() == 591)
  }

  @Test func `a 70B model needs 327,680 bytes of cache a token`() throws {
    let model = try #require(ModelArchitecture.named("llama-3.1-70b"))
    #expect(model.kvBytesPerToken == 327_680)
    #expect(model.flopsPerToken == 141_107_412_992)
    #expect(model.totalWeightBytes == 141_107_412_992)
  }

  @Test func `attention grows with the square of the prompt`() throws {
    let model = try #require(ModelArchitecture.named("llama-3.1-8b"))
    #expect(model.attentionFLOPs(tokens: 1, context: 0) == 4 * 32 * 4096)
    let (one, two) = (
      model.attentionFLOPs(tokens: 10_000, context: 0),
      model.attentionFLOPs(tokens: 20_000, context: 0)
    )
    #expect((3.99...4.01).contains(two / one))
    let halves = one + model.attentionFLOPs(tokens: 10_000, context: 10_000)
    #expect(abs(halves - two) < 1e-6 * two)
  }

  @Test func `prefill is bound by arithmetic, a small decode batch by memory`() throws {
    let roofline = try roofline("h100", "llama-3.1-8b")
    let rates = roofline.rates
    var prefill = Roofline.Step()
    prefill.prefillTokens = 8_192
    #expect(roofline.stepSeconds(prefill) == rates.flops(prefill) / rates.flopsPerSecond)
    var decode = Roofline.Step()
    decode.decoding = 8
    decode.contextTokens = 8_000
    // 16.06 GB of weights and 8,000 x 131,072 bytes of cache over 3.35 TB/s.
    let seconds = (2 * 8_030_261_248.0 + 8_000 * 131_072) / 3.35e12
    #expect(abs(roofline.stepSeconds(decode) - seconds) < 1e-9)
  }

  @Test func `prefill time is operations over the peak that is reached, and a step's overhead`()
    throws
  {
    let roofline = try roofline(
      "h100",
      "llama-3.1-8b",
      efficiency: .init(compute: 0.5, memory: 1, stepOverheadSeconds: 0.001)
    )
    let linear: Double = 10_000 * 2 * 8_030_261_248
    let attention: Double = 4 * 32 * 4096 * (10_000 * 10_001 / 2)
    let work = linear + attention
    let expected = work / (989.4e12 * 0.5) + 2 * 0.001
    #expect(abs(roofline.prefillSeconds(tokens: 10_000, context: 0) - expected) < 1e-9)
    #expect(roofline.prefillSeconds(tokens: 0, context: 10_000) == 0)
  }

  @Test func `blocks fill what the weights leave of nine tenths of the memory`() throws {
    let two = try roofline("h100", "llama-3.1-70b", count: 2, weightBytes: 1)
    // (160e9 x 0.9 - 70.55e9) / (327,680 x 16)
    #expect(two.blockCount(blockTokens: 16) == 14_008)
    let one = try roofline("h100", "llama-3.1-70b")
    #expect(one.blockCount(blockTokens: 16) == 0)
  }
}
