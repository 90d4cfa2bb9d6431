@testable import Accounting
import Basics
import FleetSpec
import Testing

struct UsageTests {
  private static let hour = LedgerSpan.Tier.hours.length

  private func usage(
    prompt: Int,
    cached: Int,
    output: Int,
    ttft: Double? = 1,
    gpu: String = "h100-sxm",
    gpus: Int = 2
  ) throws -> ComputeUsage {
    let roofline = Roofline(
      gpu: try #require(GPUModel.named(gpu)),
      gpuCount: gpus,
      model: try #require(ModelArchitecture.named("llama-3.1-8b"))
    )
    let outcome = TurnOutcome(
      promptTokens: prompt,
      cachedTokens: cached,
      outputTokens: output,
      queueSeconds: 0,
      ttftSeconds: ttft,
      totalSeconds: 2,
      isComplete: true
    )
    return ComputeUsage(of: outcome, busySeconds: 10, on: roofline)
  }

  @Test func `what is cached is saved, and what is computed is counted`() throws {
    let model = try #require(ModelArchitecture.named("llama-3.1-8b"))
    let (cold, warm) = (
      try usage(prompt: 1_000, cached: 0, output: 1),
      try usage(prompt: 1_000, cached: 600, output: 1)
    )
    #expect(cold.forwardOperations == 2 * model.multiplyAdds(tokens: 1_000))
    #expect(cold.savedOperations == 0)
    let both = warm.forwardOperations + warm.savedOperations
    #expect(abs(both / cold.forwardOperations - 1) < 1e-12)
    // Decoding one by one is the same work as computing a longer prompt.
    let (long, short) = (
      try usage(prompt: 1_009, cached: 0, output: 1),
      try usage(prompt: 1_000, cached: 0, output: 10)
    )
    #expect(abs(long.forwardOperations / short.forwardOperations - 1) < 1e-12)
    #expect(short.outputTokens == 10 && short.promptTokens == 1_000)
  }

  @Test func `GPU time is that of all GPUs, at the article's utilisation`() throws {
    let gpu = try usage(prompt: 10, cached: 0, output: 1)
    #expect(gpu.gpuSeconds == 20)
    #expect(abs(gpu.gpuTimeOperations / (20 * 989.4e12 * 0.33) - 1) < 1e-12)
    let core = try usage(prompt: 10, cached: 0, output: 1, gpu: "cpu-core", gpus: 4)
    #expect(abs(core.gpuTimeOperations / (40 * 78e9 * 0.17) - 1) < 1e-12)
  }

  @Test func `a turn without a first token has GPU time and no operations`() throws {
    let cut = try usage(prompt: 1_000, cached: 600, output: 0, ttft: nil)
    #expect(cut.forwardOperations == 0 && cut.savedOperations == 0 && cut.promptTokens == 0)
    #expect(cut.gpuSeconds == 20 && cut.turns == 1)
  }

  @Test func `an engine that counts no prompts has computed no less than nothing`() throws {
    let silent = try usage(prompt: 0, cached: 600, output: 1)
    #expect(silent.forwardOperations == 0 && silent.promptTokens == 600)
  }

  @Test func `spans are what they cover, in order, with whole hours and days where there are some`()
  {
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed)
    for _ in 0..<500 {
      let start = Int64(random.next() % UInt64(400 * Self.hour))
      let end = start + Int64(random.next() % UInt64(100 * Self.hour))
      let spans = LedgerSpan.covering(start..<end)
      #expect(spans.count <= 5, "seed \(seed)")
      var next = start
      for span in spans {
        #expect(span.range.lowerBound == next && !span.range.isEmpty, "seed \(seed)")
        #expect(span.tier.start(of: next) == next, "seed \(seed)")
        #expect((span.range.upperBound - next) % span.tier.length == 0, "seed \(seed)")
        next = span.range.upperBound
      }
      #expect(next == max(start, end), "seed \(seed)")
    }
    let day = LedgerSpan.Tier.days.length
    #expect(LedgerSpan.covering(day..<3 * day) == [.init(tier: .days, range: day..<3 * day)])
  }
}
