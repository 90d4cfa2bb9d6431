import Basics
import FleetSpec
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReplicaTests {
  private func replica(_ model: String = "llama-3.1-8b") throws -> ReplicaSpec {
    ReplicaSpec(
      id: try #require(ReplicaID("n1/0")),
      node: try #require(NodeID("n1")),
      region: try #require(RegionID("eu")),
      model: try #require(ModelID(model)),
      roofline: Roofline(
        gpu: try #require(GPUModel.named("h100")),
        gpuCount: 1,
        model: try #require(ModelArchitecture.named(model))
      )
    )
  }

  @Test func `a replica has the blocks that its memory leaves, and a prompt must fit them`() throws
  {
    var spec = try replica()
    #expect(spec.faults().isEmpty)
    // (80e9 x 0.9 - 16,060,522,496) / (131,072 x 16)
    #expect(spec.blockCount == 26_674)
    #expect(spec.promptTokensMax == 131_072)
    spec.blockCount = 100
    #expect(spec.promptTokensMax == 1600)
  }

  @Test func `every fault of a replica is told with the field it is in`() throws {
    var spec = try replica("llama-3.1-70b")
    spec.waitingMax = -1
    spec.blockTokens = .max
    #expect(spec.faults().map(\.field) == ["blockTokens", "blockCount", "waitingMax"])
    #expect(spec.promptTokensMax == 0)
    spec.roofline = Roofline(
      gpu: try #require(GPUModel.named("h100")),
      gpuCount: 0,
      model: ModelArchitecture(
        name: "none",
        parameters: 1,
        layers: 0,
        heads: 1,
        kvHeads: 1,
        headSize: 1,
        contextTokensMax: 1
      )
    )
    #expect(spec.faults().map(\.field).contains("gpuCount"))
    #expect(spec.faults().last?.field == "model.layers")
    #expect(spec.roofline.blockCount(blockTokens: 0) == 0)
  }

  @Test func `prefill beside a decoding batch takes the work of both`() throws {
    let rates = try replica().roofline.rates
    // 4,096 tokens, 20 sequences with 100,000 tokens: arithmetic at 0.45 of 989.4e12.
    let work: Double = 4096 * 2 * 8_030_261_248 + 4 * 32 * 4096 * (4096 * 4097 / 2)
    let decode: Double = 20 * 2 * 8_030_261_248 + 4 * 32 * 4096 * 100_000
    let seconds = rates.prefillSeconds(
      flops: rates.prefillFLOPs(tokens: 4096, context: 0),
      steps: 1,
      batch: 20,
      contextTokens: 100_000
    )
    #expect(abs(seconds - ((work + decode) / (989.4e12 * 0.45) + 0.002)) < 1e-9)
  }
}
