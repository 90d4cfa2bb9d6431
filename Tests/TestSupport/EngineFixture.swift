package import EngineModel
package import FleetSpec

/// A request of `blocks` full blocks and some tokens more, whose hashes start at `hash`.
package func request(
  _ id: UInt64,
  blocks: Int,
  more: Int = 0,
  hash: UInt64 = 100,
  output: Int,
  blockTokens: Int = 16
) -> EngineRequest {
  EngineRequest(
    id: id,
    blockHashes: (0..<UInt64(blocks)).map { hash + $0 },
    blockTokens: blockTokens,
    promptTokens: blocks * blockTokens + more,
    length: .exactly(output)
  )
}

extension Roofline {
  /// A toy: 1 ms of arithmetic a token, 10 ms to read the weights, 0.1 ms to read or write the KV
  /// of a token, and attention that takes no time.
  package static let toy = Roofline(
    gpu: GPUModel(
      name: "toy",
      memoryBytes: 300_000_000_000_000,
      memoryBytesPerSecond: 2e16,
      bf16FLOPs: 2e17,
      fp8FLOPs: nil,
      interconnectBytesPerSecond: 1,
      source: "made up"
    ),
    gpuCount: 1,
    model: ModelArchitecture(
      name: "toy",
      parameters: 100_000_000_000_000,
      layers: 1,
      heads: 1,
      kvHeads: 1,
      headSize: 1,
      kvBytes: 1e12,
      contextTokensMax: 100_000
    ),
    efficiency: .init(compute: 1, memory: 1, stepOverheadSeconds: 0)
  )
}

extension EngineSettings {
  /// The toy with blocks of 16 tokens.
  package static func test(blockCount: Int = 64) throws -> EngineSettings {
    try unwrap(EngineSettings(roofline: .toy, blockTokens: 16, blockCount: blockCount))
  }
}
