import Basics
import FleetSpec
import KVIndex
import Testing

@testable import Routing

@Suite(.timeLimit(.minutes(5)))
struct CorrectionTests {
  /// 1e12 operations and bytes a second, 1e9 operations a token, 1e10 bytes a step, and no more.
  private static let catalogue = {
    let any = Roofline(
      gpu: GPUModel.catalogue[0],
      gpuCount: 1,
      model: ModelArchitecture.catalogue[0]
    )
    var rates = any.rates
    (rates.flopsPerSecond, rates.bytesPerSecond) = (1e12, 1e12)
    (rates.flopsPerToken, rates.attentionFLOPs) = (1e9, 0)
    (rates.weightBytes, rates.kvBytesPerToken, rates.overheadSeconds) = (1e10, 0, 0)
    return rates
  }()
  /// 10 s of arithmetic, and 10 s of memory: each prefill step would take 10 ms of it.
  private static let prefill = ReplicaCalibration.Work(prefillFLOPs: 1e13, prefillSteps: 1)
  private static let decode = ReplicaCalibration.Work(decodeSteps: 1000, batch: 1)

  /// A ratio near 1, of which 5 % are wild, either way.
  private func noise(_ random: inout PRNG) -> Double {
    let wild = random.nextUnit()
    if wild < 0.025 { return 30 }
    if wild < 0.05 { return 0.02 }
    return 0.75 + random.nextUnit() / 2
  }

  @Test(arguments: [0.6, 1, 1.5])
  func `factors find the true speed from hundreds of turns, with noise and outliers`(
    _ speed: Double
  ) {
    let seed = UInt64.random(in: 0 ... .max)
    print("CorrectionTests: seed \(seed)")
    var random = PRNG(seed: seed)
    var calibration = ReplicaCalibration(catalogue: Self.catalogue)
    for turn in 1...600 {
      calibration.observe(Self.prefill, seconds: 10 / speed * noise(&random))
      calibration.observe(Self.decode, seconds: 10 / (2 * speed) * noise(&random))
      guard turn >= 200 else { continue }
      #expect(abs(calibration.prefill.value / speed - 1) < 0.12, "turn \(turn)")
      #expect(abs(calibration.decode.value / (2 * speed) - 1) < 0.12, "turn \(turn)")
    }
    #expect(calibration.prefill.count == 600 && calibration.decode.count == 600)
    #expect(calibration.rates.flopsPerSecond == calibration.prefill.value * 1e12)
    #expect(calibration.rates.bytesPerSecond == calibration.decode.value * 1e12)
  }

  @Test func `what is predicted exactly changes nothing`() {
    var calibration = ReplicaCalibration(catalogue: Self.catalogue)
    for _ in 0..<1000 {
      calibration.observe(Self.prefill, seconds: 10)
      calibration.observe(Self.decode, seconds: 10)
    }
    #expect(abs(calibration.prefill.value - 1) < 1e-9 && abs(calibration.decode.value - 1) < 1e-9)
  }

  @Test func `one observation moves a factor by a thirtieth at most, and it stays within bounds`() {
    var factor = CorrectionFactor()
    factor.observe(1e9)
    #expect(abs(factor.value - (1 + 0.4 / 12)) < 1e-12)
    for nonsense in [0, -1, .infinity, .nan] { factor.observe(nonsense) }
    #expect(factor.count == 1)
    for _ in 0..<1000 { factor.observe(1e9) }
    #expect(factor.value == 4)
    for _ in 0..<1000 { factor.observe(1e-9) }
    #expect(factor.value == 0.25)
  }

  @Test func `work moves the factor of what it is bound by, and neither when it is by both`() {
    // Prefill: 1 s of arithmetic. Decode: 1000 steps of 10 ms of memory, 1 ms of arithmetic.
    var mixed = ReplicaCalibration.Work(prefillFLOPs: 1e12, prefillSteps: 1, decodeSteps: 1000)
    mixed.batch = 1
    let seconds = mixed.seconds(Self.catalogue)
    #expect(abs(seconds.total - 11.001) < 1e-9 && abs(seconds.arithmetic - 1.001) < 1e-9)
    var calibration = ReplicaCalibration(catalogue: Self.catalogue)
    calibration.observe(mixed, seconds: 20)
    #expect(calibration.decode.value < 1 && calibration.prefill.value == 1)
    mixed.prefillFLOPs = 1e13
    calibration.observe(mixed, seconds: 40)
    #expect(calibration.decode.count == 1 && calibration.prefill.count == 0)
    mixed.prefillFLOPs = 1e14
    calibration.observe(mixed, seconds: 200)
    #expect(calibration.decode.count == 1 && calibration.prefill.value < 1)
    calibration.observe(ReplicaCalibration.Work(), seconds: 1)
    calibration.observe(mixed, seconds: 0)
    #expect(calibration.decode.count == 1 && calibration.prefill.count == 1)
  }

  @Test func `a batch that is bound by arithmetic tells of arithmetic`() {
    let large = ReplicaCalibration.Work(decodeSteps: 100, batch: 20)
    #expect(abs(large.seconds(Self.catalogue).total - 2) < 1e-9)
    var calibration = ReplicaCalibration(catalogue: Self.catalogue)
    calibration.observe(large, seconds: 4)
    #expect(calibration.prefill.value < 1 && calibration.decode.value == 1)
  }

  @Test func `the length of answers is the mean, which few long ones hardly move`() {
    var model = ModelEstimates()
    for number in 0..<2000 { model.observe(outputTokens: number % 2 == 0 ? 50 : 150) }
    #expect(abs(model.outputTokens - 100) < 2 && model.answerCount == 2000)
    model.observe(outputTokens: 1_000_000)
    #expect(model.outputTokens < 104)
    for _ in 0..<3000 { model.observe(outputTokens: 5000) }
    #expect(abs(model.outputTokens - 5000) < 50, "a mean that is fifty times higher is reached")
    model.observe(outputTokens: 0)
    #expect(model.answerCount == 5001)
  }

  @Test func `before the first answer is complete, the lengths count that turns state`() {
    var model = ModelEstimates()
    for tokens in [0, 100, 200, 1_000_000] { model.observe(statedTokens: tokens) }
    // Longer than what is usual counts as that: it would let too much in.
    #expect(abs(model.outputTokens - (100 + 200 + 346) / 3) < 1e-9 && model.answerCount == 0)
    model.observe(outputTokens: 50)
    let mean = model.outputTokens
    model.observe(statedTokens: 1)
    #expect(model.outputTokens == mean)
  }

  @Test(arguments: [0.4, 1, 1.25, 3.9]) func `estimated blocks have as many tokens as the prompt`(
    factor: Double
  ) {
    var random = PRNG(seed: 7)
    for _ in 0..<500 {
      let estimate = 1 + Int.random(in: 0..<200_000, using: &random)
      var request = RoutingRequest(model: 0, promptTokens: estimate, blockTokens: 16)
      let blocks = Int.random(in: 0...estimate / 16, using: &random)
      let tokens = Double(blocks * 16) * (0.5 + random.nextUnit())
      let counted = CountedPrefixes.Prefix(blocks: blocks, tokens: tokens)
      request.correctEstimate(by: factor, blocks > 0 ? counted : nil)
      #expect(request.estimatedTokens == estimate && request.promptTokens >= 1)
      let rest = Double(estimate - blocks * 16) * factor
      #expect(abs(Double(request.promptTokens) - tokens - rest) <= 1)
      // What was counted is known to the token, and at least one token is computed.
      let cached = request.cachedTokens(blocks: blocks)
      if request.usableBlocks >= blocks { #expect(abs(Double(cached) - tokens) <= 1) }
      #expect(request.cachedTokens(blocks: .max) < request.promptTokens)
      #expect(abs(request.blocks(tokens: cached) - min(blocks, request.usableBlocks)) <= 1)
    }
  }

  @Test func `an estimated length of prompts is corrected`() {
    var model = ModelEstimates()
    for number in 0..<300 {
      model.observe(promptTokens: 1300 + number % 100, estimate: 1000)
      model.observe(promptTokens: 0, estimate: 1000)
      model.observe(promptTokens: 1000, estimate: 0)
    }
    #expect(abs(model.promptTokens.value - 1.35) < 0.03 && model.promptTokens.count == 300)
  }
}
