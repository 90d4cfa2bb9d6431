import Basics
import FleetSpec
import Testing

@testable import Capacity

private typealias Fixture = CapacityFixture

@Suite(.timeLimit(.minutes(5)))
struct AdapterPlanTests {
  private func input(_ demand: [(String, Double)], loaded: [[String]] = []) throws -> CapacityInput
  {
    var replicas = try Fixture.replicas([("a", "eu", 2), ("a", "us", 2)])
    for (index, names) in loaded.enumerated() {
      replicas[index].adapters = names.compactMap { AdapterID($0) }
    }
    return CapacityInput(
      replicas: replicas,
      demand: try demand.map { try Fixture.demand("a", $0.1, adapter: $0.0) }
    )
  }

  /// The input with the plan carried out.
  private func applied(_ plan: AdapterPlan, to input: CapacityInput) -> CapacityInput {
    var after = input
    for move in plan.moves {
      for index in after.replicas.indices where after.replicas[index].spec.id == move.replica {
        after.replicas[index].adapters.removeAll { $0 == move.replacing }
        after.replicas[index].adapters.append(move.adapter)
      }
    }
    return after
  }

  @Test func `hot adapters are on many replicas in all regions, cold ones on one`() throws {
    let each = try Fixture.each(sharing: 4)
    let input = try input([("hot", each * 1.4), ("warm", each * 0.6), ("cold", 0.01)])
    let plan = AdapterPlan(input)
    func places(_ name: String) -> [String] {
      plan.moves.filter { $0.adapter.text == name }.map(\.replica.text)
    }
    #expect(places("hot").count == 3 && plan.moves.first?.adapter.text == "hot")
    #expect(Set(places("hot").map { $0.prefix(2) }) == ["eu", "us"])
    #expect(Set(places("warm").map { $0.prefix(2) }) == ["eu", "us"] && places("warm").count == 2)
    #expect(places("cold").count == 1 && plan.shortages.isEmpty)
    // 200 MB at 2 GB/s.
    #expect(plan.moves.allSatisfy { abs($0.loadSeconds - 0.1) < 1e-9 })
    #expect(AdapterPlan(applied(plan, to: input)).moves.isEmpty)
  }

  @Test func `an idle adapter stays until its place is needed`() throws {
    var input = try input([("x", 1)], loaded: [["idle"], ["idle"], ["idle"], ["idle"]])
    #expect(AdapterPlan(input).moves.map(\.replacing) == [nil])
    input.planning.adapterSlots = 1
    #expect(AdapterPlan(input).moves.map { $0.replacing?.text } == ["idle"])
  }

  @Test func `adapters that are asked for alike don't push each other out`() throws {
    var input = try input(
      [("p", 1), ("q", 1.2), ("r", 1.1), ("s", 1.3), ("t", 1.25)],
      loaded: [["p"], ["q"], ["r"], ["s"]]
    )
    input.planning.adapterSlots = 1
    #expect(AdapterPlan(input).moves.isEmpty)
    #expect(AdapterPlan(input).shortages.map(\.adapter.text) == ["t"])
    input.demand[4] = try Fixture.demand("a", 1.6, adapter: "t")
    let plan = AdapterPlan(input)
    #expect(plan.moves.map { $0.replacing?.text } == ["p"])
    #expect(plan.shortages.map(\.adapter.text) == ["p"])
    #expect(AdapterPlan(applied(plan, to: input)).moves.isEmpty)
  }

  @Test func `no plan is followed by another, and none holds more than there is room for`() throws {
    for seed in UInt64(1)...200 {
      var random = PRNG(seed: seed)
      let each = try Fixture.each(sharing: 4)
      let demand = (0..<Int(random.next() % 12)).map {
        ("x\($0)", each * 2 * random.nextUnit() * random.nextUnit())
      }
      let loaded = (0..<4).map { _ in
        Set((0..<3).map { _ in "x\(random.next() % 12)" }).sorted()
      }
      var input = try input(demand, loaded: loaded)
      input.planning.adapterSlots = 3
      let plan = AdapterPlan(input)
      let after = applied(plan, to: input)
      #expect(after.replicas.allSatisfy { $0.adapters.count <= 3 }, "seed \(seed)")
      #expect(
        after.replicas.allSatisfy { Set($0.adapters).count == $0.adapters.count },
        "seed \(seed)"
      )
      #expect(AdapterPlan(after).moves.isEmpty, "seed \(seed)")
    }
  }
}
