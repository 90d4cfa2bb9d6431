import Basics
import FleetSpec
import RivalPolicies
import Routing
import Simulator
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct PrefixCopyTests {
  /// Conversations with one of a few long system prompts, in two regions.
  private func turns(seed: UInt64) throws -> [SimulatedTurn] {
    let trace = try SyntheticTrace(
      text: "rate=5,duration=40s,turns=2,think=5s,systems=4,system=16384,prompt=300,output=40"
    )
    let model = try #require(ModelID(SmallFleet.model))
    return trace.requests(seed: seed).map { request in
      let origin = request.session % 2 == 0 ? "eu" : "us"
      return SimulatedTurn(request, origin: RegionID(origin), model: model)
    }
  }

  @Test func `turns find what others begin with sooner when it is computed ahead`() throws {
    let specs = try SmallFleet.specs(regions: ["eu", "us"], count: 3)
    let turns = try turns(seed: 3)
    var settings = SimulatorSettings()
    settings.copiesPrefixes = false
    let without = try SmallFleet.run(specs, turns, settings)
    settings.copiesPrefixes = true
    let with = try SmallFleet.run(specs, turns, settings)
    for result in [without, with] {
      #expect(result.report.isComplete && result.report.completedCount == turns.count)
      #expect(result.expiredReservationCount == 0)
    }
    #expect(without.copyCount == 0 && with.copyCount > 0)
    let (before, after) = (without.report.ttft.percentile(50), with.report.ttft.percentile(50))
    #expect(try #require(after) < #require(before))
  }

  @Test func `copies are no turns, also where their replica is lost`() throws {
    let specs = try SmallFleet.specs(regions: ["eu", "us"], count: 2)
    let turns = try turns(seed: 4)
    let regions = specs.map(\.region)
    var settings = SimulatorSettings()
    for start in stride(from: 6, to: 40, by: 10) {
      let region = start % 20 == 6 ? "eu" : "us"
      let outage = Outage(text: "\(region) at \(start)s for 3s", regions: regions, nodes: [])
      settings.outages.append(try #require(outage))
    }
    let result = try SmallFleet.run(specs, turns, settings)
    #expect(result.report.isComplete && result.copyCount > 0)
    #expect(result.report.promptTokens <= turns.reduce(0) { $0 + $1.promptTokens })
    #expect(try SmallFleet.run(specs, turns, settings).allText == result.allText)
  }

  @Test func `only the policy that copies prefixes does, and no bound`() throws {
    let specs = try SmallFleet.specs(regions: ["eu"], count: 3)
    let turns = Array(try turns(seed: 5).prefix(40))
    for policy in (Policies.own + RivalPolicies.all).map(\.name) + Bound.allCases.map(\.rawValue)
    where policy != "warm" {
      var settings = SimulatorSettings()
      settings.policy = policy
      #expect(try SmallFleet.run(specs, turns, settings).copyCount == 0, "\(policy)")
    }
  }
}
