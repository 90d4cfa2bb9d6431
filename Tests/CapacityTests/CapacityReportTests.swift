import Basics
import FleetSpec
import Testing

@testable import Capacity

private typealias Fixture = CapacityFixture

@Suite(.timeLimit(.minutes(5)))
struct CapacityReportTests {
  @Test func `demand beside supply, by model and region`() throws {
    let (one, three) = (try Fixture.each(sharing: 1), try Fixture.each(sharing: 3))
    let report = CapacityReport(
      CapacityInput(
        replicas: try Fixture.replicas([("a", "eu", 2), ("a", "us", 1), ("b", "us", 1)]),
        demand: [
          try Fixture.demand("a", 60), try Fixture.demand("a", 30, from: nil, hour: 10),
          try Fixture.demand("b", one * 1.5, from: "ap"),
        ]
      )
    )
    #expect(report.models.map(\.model.text) == ["a", "b"])
    let (a, b) = (report.models[0], report.models[1])
    #expect(a.regions.map { $0.region?.text } == ["eu", "us", nil])
    #expect(a.regions.map(\.figure.offered) == [60, 0, 30])
    #expect(abs(a.regions[0].figure.sustainable - 2 * three) < 1e-9)
    #expect(abs(a.total.sustainable - 3 * three) < 1e-9 && a.total.replicas == 3)
    #expect(a.total.offered == 90 && a.total.offeredHour == 70 && a.total.left > 0)
    #expect(a.total.bound == .batchSize && a.mean.promptTokens == 1_000)
    #expect(b.regions.map { $0.region?.text } == ["ap", "us"])
    #expect(b.regions[0].figure.bound == nil && b.regions[0].figure.load == .infinity)
    #expect(abs(b.total.headroom + 0.5) < 1e-9)
    #expect(report.isExceeded && report.fleet.gpus == 4)
    #expect(abs(report.fleet.load - (3 * a.total.load + 1.5) / 4) < 1e-9)
  }

  @Test func `a fleet without demand, demand without a fleet, and neither`() throws {
    let idle = CapacityReport(
      CapacityInput(replicas: try Fixture.replicas([("a", "eu", 1)]), demand: [])
    )
    #expect(!idle.isExceeded && idle.fleet.headroom == 1 && idle.models[0].mean == .nominal)
    let absent = CapacityReport(
      CapacityInput(replicas: [], demand: [try Fixture.demand("a", 1)])
    )
    #expect(absent.isExceeded && absent.fleet.load == .infinity && absent.worstNode == nil)
    #expect(absent.placement.shortages.map(\.gpus) == [0])
    let nothing = CapacityReport(CapacityInput(replicas: [], demand: []))
    #expect(!nothing.isExceeded && nothing.models.isEmpty && nothing.fleet.load == 0)
  }

  @Test func `each model keeps to its own objective`() throws {
    var input = CapacityInput(
      replicas: try Fixture.replicas([("a", "eu", 1), ("b", "eu", 1)]),
      demand: [try Fixture.demand("a", 1), try Fixture.demand("b", 1)]
    )
    let same = CapacityReport(input).models
    #expect(same[0].total.sustainable == same[1].total.sustainable)
    // A step takes more than a millisecond, which is the time to read the weights.
    input.objectives.models[try #require(ModelID("b"))] = ObjectiveOverride(
      tpot: .microseconds(900)
    )
    let models = CapacityReport(input).models
    #expect(models[0].total.sustainable == same[0].total.sustainable)
    #expect(models[1].total.sustainable == 0 && models[1].total.bound == .nothingFits)
    #expect(models.map(\.objective.tpot) == [.milliseconds(60), .microseconds(900)])
  }

  @Test func `replicas that take no turns are not counted on`() throws {
    var replicas = try Fixture.replicas([("a", "eu", 2)])
    replicas[1].takesTurns = false
    let report = CapacityReport(
      CapacityInput(replicas: replicas, demand: [try Fixture.demand("a", 1)])
    )
    #expect(report.models[0].total.replicas == 1 && report.fleet.gpus == 1)
    #expect(report.models[0].total.sustainable == (try Fixture.each(sharing: 1)))
  }

  @Test func `a fleet has no headroom where its only model has none`() throws {
    let long = TurnLoad(promptTokens: 9_000_000, cachedTokens: 0, outputTokens: 20)
    let key = DemandKey(model: try #require(ModelID("a")), origin: RegionID("eu"))
    let report = CapacityReport(
      CapacityInput(
        replicas: try Fixture.replicas([("a", "eu", 2), ("a", "us", 1)]),
        demand: [DemandRow(key, minutes: long * 0.1, hour: long * 0.1)]
      )
    )
    let model = report.models[0]
    #expect(model.total.load == .infinity && report.fleet.load == .infinity)
    #expect(model.regions.allSatisfy { $0.figure.load == .infinity })
    #expect(model.lateShare == 1)
  }

  @Test func `prompts that no replica computes in time are told apart`() throws {
    let short = TurnLoad(promptTokens: 1_000, cachedTokens: 0, outputTokens: 100)
    let long = TurnLoad(promptTokens: 250_000, cachedTokens: 0, outputTokens: 100)
    let key = DemandKey(model: try #require(ModelID("a")), origin: RegionID("eu"))
    let mixed = short * 0.9 + long * 0.1
    let report = CapacityReport(
      CapacityInput(
        replicas: try Fixture.replicas([("a", "eu", 2)]),
        demand: [DemandRow(key, minutes: mixed, hour: mixed)]
      )
    )
    #expect(abs(report.models[0].lateShare - 0.1) < 1e-9)
  }

  @Test func `what the loss of a region would mean`() throws {
    let (one, two) = (try Fixture.each(sharing: 1), try Fixture.each(sharing: 2))
    let report = CapacityReport(
      CapacityInput(
        replicas: try Fixture.replicas([("a", "eu", 2), ("a", "us", 1), ("b", "us", 1)]),
        demand: [try Fixture.demand("a", two * 1.5), try Fixture.demand("b", 1)]
      )
    )
    let (eu, us) = (report.regionLosses[0], report.regionLosses[1])
    #expect(eu.scope == .region(try #require(RegionID("eu"))) && eu.gpus == 2)
    #expect(eu.models.map(\.model.text) == ["a"] && eu.models[0].leftReplicas == 1)
    #expect(abs(eu.models[0].excess - (two * 1.5 - one)) < 1e-9 && !eu.isBearable)
    #expect(us.models.map(\.leftReplicas) == [2, 0])
    #expect(us.models[0].excess == 0 && us.models[1].excess == 1 && us.load == .infinity)
  }

  @Test func `the worst node is the one that takes the most service away`() throws {
    var replicas = try Fixture.replicas([("a", "eu", 4)])
    for (index, node) in ["n1", "n2", "n2", "n3"].enumerated() {
      replicas[index].spec.node = try #require(NodeID(node))
    }
    let report = CapacityReport(
      CapacityInput(replicas: replicas, demand: [try Fixture.demand("a", 10)])
    )
    #expect(report.worstNode?.scope == .node(try #require(NodeID("n2"))))
    #expect(report.worstNode?.models.map(\.leftReplicas) == [2])
    #expect(report.worstNode?.isBearable == true)
  }
}
