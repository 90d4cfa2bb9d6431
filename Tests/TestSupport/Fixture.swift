package import Basics
package import HearthMessages

/// Messages that the machines' tests share.
package enum Fixture {
  package static func instant(_ seconds: Double) -> Instant {
    .zero.advanced(by: Duration(inSeconds: seconds))
  }

  package static let gpu = HearthV1.GPU(
    name: "h100-sxm",
    memoryBytes: 80_000_000_000,
    memoryBytesPerSecond: 3.35e12,
    bf16Flops: 989e12,
    fp8Flops: 1_979e12,
    interconnectBytesPerSecond: 450e9
  )

  package static let model = HearthV1.Model(
    name: "llama",
    parameters: 8_000_000_000,
    activeParameters: 8_000_000_000,
    layers: 32,
    heads: 32,
    kvHeads: 8,
    headSize: 128,
    weightBytes: 2,
    kvBytes: 2,
    contextTokensMax: 131_072
  )

  package static func node(
    _ name: String,
    region: String = "eu",
    incarnation: UInt64 = 1,
    replicas: Int = 1
  ) -> HearthV1.NodeHello {
    HearthV1.NodeHello(
      node: name,
      region: region,
      incarnation: incarnation,
      address: "127.0.0.1:7000",
      version: "test",
      replicas: (0..<replicas).map {
        HearthV1.Replica(
          id: "\(name)/\($0)",
          model: model,
          gpu: gpu,
          gpuCount: 1,
          blockTokens: 16,
          blockCount: 1_000,
          runningMax: 64,
          waitingMax: 64,
          stepTokensMax: 8_192,
          computeEfficiency: 0.45,
          memoryEfficiency: 0.8,
          stepOverheadNs: 2_000_000
        )
      }
    )
  }

  package static func welcome(epoch: UInt64 = 1) -> HearthV1.Welcome {
    .init(epoch: epoch, heartbeatIntervalNs: 1_000_000_000, lostAfterNs: 10_000_000_000)
  }
}

extension Actions {
  /// The actions that `pick` makes something of, taking all out.
  package mutating func take<Picked>(_ pick: (Action) -> Picked?) -> [Picked] {
    take().compactMap(pick)
  }
}
