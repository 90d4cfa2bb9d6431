import Basics
import FleetSpec
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ServiceObjectivesTests {
  private func objectives() throws -> ServiceObjectives {
    var objectives = ServiceObjectives()
    (objectives.fleet.ttft, objectives.fleet.tpot) = (.seconds(8), .milliseconds(80))
    objectives.models[try #require(ModelID("m"))] = ObjectiveOverride(ttft: .seconds(6))
    objectives.models[try #require(ModelID("n"))] = ObjectiveOverride(tpot: .milliseconds(70))
    objectives.tenants[try #require(TenantID("acme"))] = ObjectiveOverride(
      ttft: .seconds(2),
      tpot: .milliseconds(40)
    )
    objectives.tenants[try #require(TenantID("plain"))] = ObjectiveOverride()
    objectives.otherTenants = ObjectiveOverride(tpot: .milliseconds(50))
    return objectives
  }

  @Test(
    arguments: [
      // Model, tenant, the request's own, and the bounds that hold: seconds and milliseconds.
      (nil, "plain", nil, nil, 8, 80), ("m", "plain", nil, nil, 6, 80),
      ("n", "plain", nil, nil, 8, 70), ("other", "plain", nil, nil, 8, 80),
      ("m", "acme", nil, nil, 2, 40), ("m", "acme", 1, nil, 1, 40), ("m", "acme", nil, 30, 2, 30),
      ("n", "somebody", nil, nil, 8, 50), ("m", nil, nil, nil, 6, 50), (nil, nil, 9, 90, 9, 90),
    ] as [(String?, String?, Int?, Int?, Int, Int)]
  )
  func `the most specific sets a bound: request, tenant, model, fleet`(
    model: String?,
    tenant: String?,
    ownTTFT: Int?,
    ownTPOT: Int?,
    ttft: Int,
    tpot: Int
  ) throws {
    let objective = try objectives().objective(
      model: model.flatMap { ModelID($0) },
      tenant: tenant.flatMap { TenantID($0) },
      request: ObjectiveOverride(
        ttft: ownTTFT.map { .seconds($0) },
        tpot: ownTPOT.map { .milliseconds($0) }
      )
    )
    #expect(objective.ttft == .seconds(ttft) && objective.tpot == .milliseconds(tpot))
  }

  @Test func `the objective of a model leaves tenants out`() throws {
    let objectives = try objectives()
    let known = objectives.objective(of: try #require(ModelID("n")))
    #expect(known.ttft == .seconds(8) && known.tpot == .milliseconds(70))
    #expect(objectives.objective(of: try #require(ModelID("x"))) == objectives.fleet)
  }

  @Test func `a turn meets an objective that it is below in both bounds`() {
    let objective = ServiceObjective()
    let (soon, late) = (Duration.milliseconds(3_999), Duration.seconds(4))
    #expect(objective.isMet(ttft: soon, total: soon + .milliseconds(590), outputTokens: 11))
    #expect(!objective.isMet(ttft: late, total: late, outputTokens: 1))
    #expect(!objective.isMet(ttft: soon, total: soon + .milliseconds(600), outputTokens: 11))
    #expect(objective.isMet(ttft: soon, total: soon + .seconds(9), outputTokens: 1))
  }
}
