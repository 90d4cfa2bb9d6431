import Basics
import EngineModel
import FleetSpec
import RivalPolicies
import Routing
import Simulator
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct FleetSimulatorTests {
  private let policies = (Policies.own + RivalPolicies.all).map(\.name)

  @Test func `the same seed gives the same bytes, another seed others`() throws {
    let specs = try SmallFleet.specs(regions: ["eu", "us"], count: 3)
    let turns = try SmallFleet.turns(400, origins: ["eu", "us"])
    for policy in policies {
      var settings = SimulatorSettings()
      settings.policy = policy
      let first = try SmallFleet.run(specs, turns, settings).allText
      #expect(try SmallFleet.run(specs, turns, settings).allText == first, "\(policy)")
      guard policy == "least-loaded" else { continue }
      settings.seed = 2
      #expect(try SmallFleet.run(specs, turns, settings).allText != first)
    }
  }

  @Test func `every turn ends once, and all counts add up`() throws {
    let specs = try SmallFleet.specs(regions: ["eu", "us"], count: 2)
    let turns = try SmallFleet.turns(600, origins: ["eu", "us"], every: .milliseconds(5))
    for policy in policies {
      var settings = SimulatorSettings()
      settings.policy = policy
      let result = try SmallFleet.run(specs, turns, settings)
      let report = result.report
      #expect(report.isComplete && report.completedCount == 600, "\(policy)")
      #expect(report.promptTokens == turns.reduce(0) { $0 + $1.promptTokens })
      #expect(report.outputTokens == turns.reduce(0) { $0 + $1.outputTokens })
      let points = result.series.points.flatMap { $0 }
      #expect(points.reduce(0) { $0 + $1.completed } == 600)
      #expect(points.reduce(0) { $0 + $1.good } == report.goodCount)
      #expect(points.reduce(0) { $0 + $1.cachedTokens } == report.cachedTokens)
      #expect(points.reduce(0) { $0 + $1.promptTokens } == report.promptTokens)
      #expect(points.allSatisfy { $0.blocksUsed + $0.blocksCached <= $0.blockCount })
      #expect(points.contains { $0.running > 0 } && result.decisionCount >= 600)
      #expect(result.expiredReservationCount == 0)
    }
  }

  @Test func `a single replica gives what its engine alone gives`() throws {
    let specs = try SmallFleet.specs(count: 1, blockCount: 120)
    let turns = try SmallFleet.turns(300, every: .milliseconds(20))
    let half = Duration(inSeconds: RegionTopology.localSeconds / 2)
    var direct = SimulatorSettings()
    direct.policy = "least-loaded"
    let result = try SmallFleet.run(specs, turns, direct)

    let settings = EngineSettings(roofline: specs[0].roofline, blockTokens: 512, blockCount: 120)
    var engine = SimulatedEngine(settings: try #require(settings))
    var (report, outputs) = (ReplayReport(), Actions<EngineOutput>())
    for (number, turn) in turns.enumerated() {
      report.submitted(from: turn.origin?.text)
      let refusal = engine.submit(
        EngineRequest(
          id: UInt64(number),
          blockHashes: turn.blockHashes,
          blockTokens: 512,
          promptTokens: turn.promptTokens,
          length: .exactly(turn.outputTokens)
        ),
        at: .zero.advanced(by: turn.arrival + half),
        into: &outputs
      )
      #expect(refusal == nil)
    }
    engine.advance(to: .zero.advanced(by: .seconds(3600)), into: &outputs)
    for output in outputs.take() {
      guard case .finished(_, let finish) = output else { continue }
      report.completed(
        usage: finish.usage,
        ttft: (finish.ttft ?? .zero) + half * 2,
        total: finish.total + half * 2,
        objective: ServiceObjective(),
        isOutOfRegion: false,
        at: ServingPlace(region: "eu", replica: specs[0].id.text)
      )
    }
    #expect("\(result.report)" == "\(report)" && result.stepCount == engine.stepCount)
    #expect(result.preemptionCount == engine.preemptionCount && report.cachedTokens > 0)
  }

  @Test func `the way to another region and back counts once`() throws {
    let specs = try SmallFleet.specs(regions: ["eu"], count: 1)
    var turn = try SmallFleet.turns(1)[0]
    let near = try SmallFleet.run(specs, [turn]).report
    turn.origin = RegionID("us")
    var settings = SimulatorSettings()
    settings.roundTrips = [
      (try #require(RegionID("us")), try #require(RegionID("eu")), .milliseconds(80))
    ]
    settings.delays.pickUp = .milliseconds(7)
    let far = try SmallFleet.run(specs, [turn], settings).report
    let (one, other) = (try #require(near.ttft.mean), try #require(far.ttft.mean))
    #expect(other - one == .microseconds(79_500 + 7_000))
    #expect(far.tpot.mean == near.tpot.mean)
    #expect(far.outOfRegionCount == 1 && near.outOfRegionCount == 0)
  }

  @Test func `what an engine refuses goes elsewhere, three times at most`() throws {
    let specs = try SmallFleet.specs(count: 3) { spec in
      spec.waitingMax = 2
      spec.runningMax = 1
    }
    // The router does not know in time how full they are, since reports take half a second.
    let turns = try SmallFleet.turns(60, every: .milliseconds(30))
    var settings = SimulatorSettings()
    settings.policy = "session-hash"
    settings.delays.report = .milliseconds(500)
    settings.reservationLifetime = .milliseconds(10)
    let report = try SmallFleet.run(specs, turns, settings).report
    #expect(report.isComplete && report.retryCount > 0 && report.completedCount > 0)
    let lost = report.refusedCounts["all excluded", default: 0] + report.failedCount
    #expect(lost > 0 && Set(report.failedCounts.keys).isSubset(of: ["queue full"]))
    #expect(report.refusedCounts.keys.allSatisfy { ["all excluded", "at capacity"].contains($0) })
  }

  @Test func `what the control plane knows is as old as the reports`() throws {
    let specs = try SmallFleet.specs(count: 4)
    let turns = try SmallFleet.turns(150, every: .milliseconds(100))
    var settings = SimulatorSettings()
    let fresh = try SmallFleet.run(specs, turns, settings).report
    settings.delays.report = .seconds(20)
    let stale = try SmallFleet.run(specs, turns, settings).report
    #expect(stale.completedCount == 150 && fresh.hitRate > stale.hitRate * 1.2)
  }

  @Test func `progress is shown each second, and nothing comes of nothing`() throws {
    let specs = try SmallFleet.specs(count: 1)
    let turns = try SmallFleet.turns(100, every: .milliseconds(50))
    var simulator = try FleetSimulator(replicas: specs, turns: turns, settings: .init())
    var shown: [Int] = []
    let result = simulator.run { shown.append($0.submittedCount) }
    #expect(shown.count >= 5 && shown == shown.sorted() && shown.last == 100)
    #expect(result.report.isComplete)
    #expect(try SmallFleet.run(specs, []).report.submittedCount == 0)
  }

  @Test func `what can't be simulated is said`() throws {
    let specs = try SmallFleet.specs(count: 1)
    var settings = SimulatorSettings()
    settings.policy = "wram"
    #expect {
      try SmallFleet.run(specs, [], settings)
    } throws: {
      "\($0)".hasPrefix("no policy is named \"wram\" (there are warm, ")
    }
    settings.policy = "warm"
    settings.outages = [Outage(.region(try #require(RegionID("mars"))), at: .zero)]
    #expect {
      try SmallFleet.run(specs, [], settings)
    } throws: {
      "\($0)" == "an outage is of region mars, which has no replica"
    }
    let broken = try SmallFleet.specs(count: 1) { $0.runningMax = 0 }
    #expect {
      try SmallFleet.run(broken, [])
    } throws: {
      "\($0)" == "eu-0/0 can't be simulated: runningMax: 0 is not in 1 ... 1048576"
    }
  }
}
