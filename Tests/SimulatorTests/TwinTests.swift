import Admission
import Basics
import Coordination
import FleetSpec
import HearthMessages
import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct TwinTests {
  private static let linkDelay = Duration.milliseconds(5)
  private static let roundTrip = Duration.milliseconds(80)

  private func settings() throws -> SimulatorSettings {
    var settings = SimulatorSettings()
    settings.seed = 7
    settings.roundTrips = [
      (try #require(RegionID("eu")), try #require(RegionID("us")), Self.roundTrip)
    ]
    // Two links up, besides the way through the region that the simulator counts.
    settings.delays.report =
      Self.linkDelay * 2 - Duration(inSeconds: RegionTopology.localSeconds / 2)
    settings.reservationLifetime = .seconds(5)
    settings.copiesPrefixes = false
    settings.admission.waitMax = .seconds(30)
    return settings
  }

  /// Replicas as a control plane knows them: figures are rounded on the wire.
  private func specs() throws -> [ReplicaSpec] {
    try SmallFleet.specs(regions: ["eu", "us"], count: 2).map { spec in
      let hello = HearthV1.NodeHello(node: spec.node.text, region: spec.region.text)
      return try #require(ReplicaSpec(spec.message, of: hello))
    }
  }

  /// Turns that come once every process has attached.
  private func turns(_ count: Int, every gap: Duration) throws -> [SimulatedTurn] {
    try SmallFleet.turns(count, origins: ["eu", "us"], every: gap).map { turn in
      var turn = turn
      turn.arrival += .seconds(5)
      return turn
    }
  }

  private func fleet(
    _ specs: [ReplicaSpec],
    _ turns: [SimulatedTurn],
    _ settings: SimulatorSettings
  ) throws -> RealFleet {
    try RealFleet(
      specs,
      turns,
      settings,
      linkDelay: Self.linkDelay,
      roundTrip: Self.roundTrip
    )
  }

  private func compare(
    _ real: RealFleet,
    _ turns: [SimulatedTurn],
    _ specs: [ReplicaSpec],
    _ settings: SimulatorSettings
  ) throws {
    var simulator = try FleetSimulator(replicas: specs, turns: turns, settings: settings)
    _ = simulator.run()
    let (one, other) = (real.placements, simulator.placements)
    let different = zip(one, other).enumerated().first {
      ($1.0.turn, $1.0.replica) != ($1.1.turn, $1.1.replica)
    }
    #expect(
      different == nil && one.count == other.count,
      "\(one.count) and \(other.count) placements, first different \(different as Any)"
    )
  }

  // Gaps at which no report arrives at the very instant of a turn, which cores take in one by one.
  @Test(arguments: [60_007, 25_013, 12_011])
  func `real cores and the simulator place every turn alike`(microseconds gap: Int) throws {
    let specs = try specs()
    let (turns, settings) = (try turns(400, every: .microseconds(gap)), try settings())
    let real = try fleet(specs, turns, settings)
    try real.run()
    try compare(real, turns, specs, settings)
  }

  @Test func `they do so too when a node loses its power and comes back`() throws {
    let specs = try specs()
    let turns = try turns(600, every: .microseconds(40_013))
    var settings = try settings()
    let (start, length) = (Duration.milliseconds(8_003), Duration.seconds(4))
    let real = try fleet(specs, turns, settings)
    real.stop(1, at: .zero.advanced(by: start), for: length)
    try real.run()
    // Heartbeats tell when silence is noticed; the simulator is told how long that takes.
    let stopped = Instant.zero.advanced(by: start)
    settings.suspectAfter = stopped.duration(to: try #require(real.suspected))
    settings.outages = [Outage(.node(specs[1].node), at: start, for: length)]
    try compare(real, turns, specs, settings)
  }
}
