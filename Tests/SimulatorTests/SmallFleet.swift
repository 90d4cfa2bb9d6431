import Admission
import Basics
import FleetSpec
import Simulator
import Testing

/// Fleets and turns to simulate.
enum SmallFleet {
  static let model = "llama-3.1-8b"

  /// Replicas of one H100 each, with blocks of 512 tokens, `count` in each region.
  static func specs(
    regions: [String] = ["eu"],
    count: Int = 2,
    blockCount: Int? = nil,
    adjust: (inout ReplicaSpec) -> Void = { _ in }
  ) throws -> [ReplicaSpec] {
    let roofline = Roofline(
      gpu: try #require(GPUModel.named("h100-sxm")),
      gpuCount: 1,
      model: try #require(ModelArchitecture.named(model))
    )
    return try regions.flatMap { region in
      try (0..<count).map { number in
        var spec = ReplicaSpec(
          id: try #require(ReplicaID("\(region)-\(number)/0")),
          node: try #require(NodeID("\(region)-\(number)")),
          region: try #require(RegionID(region)),
          model: try #require(ModelID(model)),
          roofline: roofline,
          blockTokens: 512,
          blockCount: blockCount
        )
        adjust(&spec)
        return spec
      }
    }
  }

  /// `count` turns of conversations of about four, one each 50 ms by default.
  static func turns(
    _ count: Int,
    origins: [String] = ["eu"],
    every gap: Duration = .milliseconds(50),
    seed: UInt64 = 1
  ) throws -> [SimulatedTurn] {
    var random = PRNG(seed: seed)
    return try (0..<count).map { number in
      let session = random.next() % UInt64(max(1, count / 4))
      let blocks = 1 + Int(random.next() % 12)
      return SimulatedTurn(
        arrival: gap * number,
        origin: RegionID(origins[Int(session) % origins.count]),
        model: try #require(ModelID(model)),
        session: session + 1,
        blockHashes: (0..<UInt64(blocks)).map { session * 1000 + $0 + 1 },
        blockTokens: 512,
        promptTokens: blocks * 512 + 1 + Int(random.next() % 500),
        outputTokens: 1 + Int(random.next() % 300)
      )
    }
  }

  static func run(
    _ specs: [ReplicaSpec],
    _ turns: [SimulatedTurn],
    _ settings: SimulatorSettings = .init()
  ) throws -> SimulationResult {
    var settings = settings
    // Small fleets that are full: what waits is to be served in the end.
    settings.admission.waitMax = .seconds(3600)
    var simulator = try FleetSimulator(replicas: specs, turns: turns, settings: settings)
    return simulator.run()
  }
}

extension SimulationResult {
  /// All that a simulation says, as text.
  var allText: String {
    "\(report) \(lostStreamCount) \(series) \(duration) \(stepCount) \(decisionCount) "
      + "\(preemptionCount) \(expiredReservationCount)"
  }
}
