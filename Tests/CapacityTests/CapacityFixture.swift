import Basics
import FleetSpec
import Testing

@testable import Capacity

/// Hardware and fleets whose capacity is easily calculated.
enum CapacityFixture {
  /// 10^15 operations and 10^12 bytes a second, all of them reached.
  static let gpu = GPUModel(
    name: "plain",
    memoryBytes: 10_000_000_000,
    memoryBytesPerSecond: 1e12,
    bf16FLOPs: 1e15,
    fp8FLOPs: nil,
    interconnectBytesPerSecond: 1e12,
    source: "made up"
  )

  /// 10^9 parameters of a byte: 2 x 10^9 operations a token, 1 ms to read; 400 bytes of KV a token.
  static func model(_ name: String) -> ModelArchitecture {
    ModelArchitecture(
      name: name,
      parameters: 1_000_000_000,
      layers: 1,
      heads: 1,
      kvHeads: 1,
      headSize: 100,
      weightBytes: 1,
      contextTokensMax: 100_000
    )
  }

  static func spec(
    _ name: String = "n/0",
    model: String = "a",
    region: String = "eu",
    node: String? = nil,
    blockCount: Int? = 100_000,
    runningMax: Int = 10
  ) throws -> ReplicaSpec {
    ReplicaSpec(
      id: try #require(ReplicaID(name)),
      node: try #require(NodeID(node ?? name.split(separator: "/").first.map(String.init) ?? "n")),
      region: try #require(RegionID(region)),
      model: try #require(ModelID(model)),
      roofline: Roofline(
        gpu: gpu,
        gpuCount: 1,
        model: self.model(model),
        efficiency: .init(compute: 1, memory: 1, stepOverheadSeconds: 0)
      ),
      blockTokens: 16,
      blockCount: blockCount,
      runningMax: runningMax
    )
  }

  /// A turn of 1,000 tokens, none cached, with an answer of 101.
  static let turn = TurnLoad(promptTokens: 1_000, cachedTokens: 0, outputTokens: 101)

  static func demand(
    _ model: String,
    _ turns: Double,
    from region: String? = "eu",
    adapter: String? = nil,
    hour: Double? = nil
  ) throws -> DemandRow {
    DemandRow(
      DemandKey(
        model: try #require(ModelID(model)),
        adapter: adapter.flatMap { AdapterID($0) },
        origin: region.flatMap { RegionID($0) }
      ),
      minutes: turn * turns,
      hour: turn * (hour ?? turns)
    )
  }

  /// `counts` replicas of each model in each region, on a node each.
  static func replicas(_ counts: [(model: String, region: String, count: Int)]) throws
    -> [CapacityReplica]
  {
    var replicas: [CapacityReplica] = []
    for (model, region, count) in counts {
      for _ in 0..<count {
        let name = "\(region)-\(replicas.count)/0"
        replicas.append(CapacityReplica(try spec(name, model: model, region: region)))
      }
    }
    return replicas
  }

  /// What one of `sharing` replicas sustains.
  static func each(sharing: Int) throws -> Double {
    ReplicaSupply(try spec(), of: turn, sharing: sharing).turnsPerSecond
  }
}
