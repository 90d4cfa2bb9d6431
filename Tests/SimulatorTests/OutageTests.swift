import Basics
import RivalPolicies
import Routing
import Simulator
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct OutageTests {
  private let regions = ["eu", "us"].compactMap { RegionID($0) }
  private let nodes = ["eu-0", "us-0"].compactMap { NodeID($0) }

  private func outage(_ text: String) throws -> Outage {
    try #require(Outage(text: text, regions: regions, nodes: nodes))
  }

  @Test func `outages are read as people write them`() throws {
    #expect(
      try outage("eu at 300s for 2m")
        == Outage(.region(regions[0]), at: .seconds(300), for: .seconds(120))
    )
    #expect(try outage("us-0 at 1.5s") == Outage(.node(nodes[1]), at: .milliseconds(1500)))
    for text in ["", "eu", "eu at", "eu at soon", "mars at 3s", "eu at 3s for", "eu at 3s to 4s"] {
      #expect(Outage(text: text, regions: regions, nodes: nodes) == nil, "\(text)")
    }
  }

  @Test func `a region that is lost takes its streams with it, and nothing more`() throws {
    let specs = try SmallFleet.specs(regions: ["eu", "us"], count: 2)
    let turns = try SmallFleet.turns(800, origins: ["eu", "us"], every: .milliseconds(20))
    for policy in (Policies.own + RivalPolicies.all).map(\.name) {
      var settings = SimulatorSettings()
      settings.policy = policy
      settings.outages = [try outage("eu at 4s for 5s")]
      let result = try SmallFleet.run(specs, turns, settings)
      #expect(result.report.isComplete, "\(policy)")
      #expect(result.report.completedCount == 800, "\(policy): \(result.report.failedCounts)")
      #expect(result.lostStreamCount > 0 && result.report.retryCount >= result.lostStreamCount)
      let eu = result.series.points.map { $0[0] }
      #expect(eu[5].blockCount == 0 && eu[5].running == 0 && eu[3].running > 0, "\(policy)")
      #expect(eu[12].running > 0 && eu[12].blockCount == eu[0].blockCount, "\(policy)")
    }
  }

  @Test func `a node that is lost for good gets nothing once it is suspect`() throws {
    let specs = try SmallFleet.specs(regions: ["eu"], count: 2)
    let turns = try SmallFleet.turns(300, every: .milliseconds(40))
    var settings = SimulatorSettings()
    settings.outages = [try outage("eu-0 at 2s")]
    let result = try SmallFleet.run(specs, turns, settings)
    #expect(result.report.completedCount == 300)
    let unheard = result.report.retryCount
    settings.suspectAfter = .zero
    let quick = try SmallFleet.run(specs, turns, settings)
    #expect(quick.report.completedCount == 300 && quick.report.retryCount < unheard)
  }

  @Test func `a stream is run again once, and fails when its second replica is lost too`() throws {
    let specs = try SmallFleet.specs(regions: ["eu", "us"], count: 1)
    var turn = try SmallFleet.turns(1)[0]
    turn.outputTokens = 2000
    var settings = SimulatorSettings()
    settings.outages = [try outage("eu at 2s for 1s"), try outage("us at 4s")]
    let report = try SmallFleet.run(specs, [turn], settings).report
    #expect(report.failedCounts == ["unavailable": 1] && report.retryCount == 1)
    settings.outages = [try outage("eu at 2s for 1s")]
    let saved = try SmallFleet.run(specs, [turn], settings).report
    #expect(saved.completedCount == 1 && saved.retryCount == 1 && saved.outOfRegionCount == 1)
    settings.outages = [try outage("eu at 0s"), try outage("us at 0s")]
    (settings.suspectAfter, settings.lostAfter) = (.zero, .zero)
    let none = try SmallFleet.run(specs, [turn], settings).report
    #expect(none.completedCount == 0 && none.isComplete)
  }

  @Test func `outages that overlap end with the last`() throws {
    let specs = try SmallFleet.specs(regions: ["eu", "us"], count: 1)
    let turns = try SmallFleet.turns(400, origins: ["eu", "us"], every: .milliseconds(50))
    var settings = SimulatorSettings()
    settings.outages = [try outage("eu at 3s for 6s"), try outage("eu-0 at 5s for 8s")]
    let result = try SmallFleet.run(specs, turns, settings)
    #expect(result.report.completedCount == 400)
    let blocks = result.series.points.map { $0[0].blockCount }
    #expect(blocks[2] > 0 && blocks[3...12].allSatisfy { $0 == 0 } && blocks[13] > 0)
  }
}
