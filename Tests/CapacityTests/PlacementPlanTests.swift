import Basics
import FleetSpec
import Testing

@testable import Capacity

private typealias Fixture = CapacityFixture

@Suite(.timeLimit(.minutes(5)))
struct PlacementPlanTests {
  private func input(
    _ counts: [(model: String, region: String, count: Int)],
    _ demand: [DemandRow],
    others: [String] = []
  ) throws -> CapacityInput {
    var models: [ModelID: ModelArchitecture] = [:]
    for name in others { models[try #require(ModelID(name))] = Fixture.model(name) }
    return CapacityInput(
      replicas: try Fixture.replicas(counts),
      demand: demand,
      models: models
    )
  }

  @Test func `a short model gets what another does not need, with its seconds`() throws {
    let each = try Fixture.each(sharing: 4)
    var input = try input(
      [("a", "eu", 3), ("b", "eu", 1), ("b", "us", 1)],
      [try Fixture.demand("a", each * 0.5), try Fixture.demand("b", each * 2.2)]
    )
    input.replicas[0].warmBlocks = 500
    let plan = PlacementPlan(input)
    let move = try #require(plan.moves.first)
    #expect(plan.moves.count == 1 && plan.shortages.isEmpty)
    #expect(move.replica.text == "eu-1/0", "the one without warm blocks")
    #expect(move.from.text == "a" && move.to.text == "b" && move.reason == .short)
    // 100 steps at 60 ms, 1 GB at 2 GB/s, nothing warm.
    #expect(abs(move.drainSeconds - 6) < 1e-9 && move.loadSeconds == 0.5)
    #expect(move.recomputeSeconds == 0 && abs(move.costSeconds - 6.5) < 1e-9)
    #expect(move.gainSeconds > 0.2 * 3_000 && move.gainSeconds < 0.7 * 3_600)
  }

  @Test func `where all are short nothing moves, and it is said how many GPUs are missing`() throws
  {
    let two = try Fixture.each(sharing: 2)
    let plan = PlacementPlan(
      try input(
        [("a", "eu", 2), ("b", "eu", 2)],
        [try Fixture.demand("a", two * 2.9), try Fixture.demand("b", two * 4.1)]
      )
    )
    #expect(plan.moves.isEmpty)
    #expect(plan.shortages.map(\.model.text) == ["a", "b"])
    #expect(
      plan.shortages.map(\.gpus) == [1, 3] && plan.shortages.allSatisfy { $0.gpu == "plain" }
    )
    #expect(abs(plan.shortages[0].turns - 0.9 * two) < 1e-9)
  }

  @Test func `a move that costs more than it gains is not made`() throws {
    let each = try Fixture.each(sharing: 2)
    var input = try input(
      [("a", "eu", 3), ("b", "eu", 1)],
      [try Fixture.demand("a", 1), try Fixture.demand("b", each * 1.4)]
    )
    #expect(PlacementPlan(input).moves.count == 1)
    input.planning.linkBytesPerSecond = 5e5
    #expect(
      PlacementPlan(input).moves.isEmpty,
      "2,000 s to load, for a gain of half an hour or less"
    )
  }

  @Test func `a model that nobody serves gets a replica, of one that has more than one`() throws {
    let demand = [try Fixture.demand("a", 1), try Fixture.demand("new", 20)]
    var input = try input([("a", "eu", 2), ("c", "eu", 1)], demand, others: ["new"])
    let plan = PlacementPlan(input)
    #expect(plan.moves.map(\.from.text) == ["a"] && plan.moves.map(\.reason) == [.unserved])
    input.demand[1] = try Fixture.demand("new", 0.001)
    #expect(PlacementPlan(input).moves.isEmpty, "too little to load it for")
    input.demand[1] = try Fixture.demand("unknown", 20)
    #expect(PlacementPlan(input).shortages.map(\.gpus) == [0])
  }

  @Test func `a model in one region gets a replica that nobody needs in another`() throws {
    let each = try Fixture.each(sharing: 2)
    var input = try input(
      [("a", "eu", 2), ("b", "eu", 1), ("b", "us", 2)],
      [try Fixture.demand("a", 1), try Fixture.demand("b", 1)]
    )
    let plan = PlacementPlan(input)
    #expect(plan.moves.map(\.reason) == [.secondRegion] && plan.moves[0].region.text == "us")
    #expect(plan.moves[0].to.text == "a" && plan.moves[0].gainSeconds == 0)
    input.demand[1] = try Fixture.demand("b", each * 2.4)
    #expect(PlacementPlan(input).moves.isEmpty)
  }

  @Test func `demand of an hour ago keeps its replicas, new demand counts at once`() throws {
    let each = try Fixture.each(sharing: 2)
    let counts = [("a", "eu", 2), ("b", "eu", 2)]
    let quiet = try input(
      counts,
      [
        try Fixture.demand("a", 0.1, hour: each * 1.6), try Fixture.demand("b", each * 2.5),
      ]
    )
    #expect(PlacementPlan(quiet).moves.isEmpty)
    let rising = try input(
      counts,
      [try Fixture.demand("a", 0.1), try Fixture.demand("b", each * 2.5, hour: 0.1)]
    )
    #expect(PlacementPlan(rising).moves.map(\.to.text) == ["b"])
  }

  /// A fleet of up to 40 replicas in up to 3 regions with up to 4 models, and demand for those.
  private func fleet(_ random: inout PRNG) throws -> CapacityInput {
    let names = ["a", "b", "c", "d"]
    var counts: [(model: String, region: String, count: Int)] = []
    var demand: [DemandRow] = []
    let each = try Fixture.each(sharing: 4)
    for name in names.prefix(1 + Int(random.next() % 4)) {
      for region in ["ap", "eu", "us"].prefix(1 + Int(random.next() % 3)) {
        counts.append((name, region, Int(random.next() % 5)))
      }
      guard random.next() % 4 > 0 else { continue }
      let turns = each * 12 * random.nextUnit() * random.nextUnit()
      demand.append(try Fixture.demand(name, turns, hour: turns * random.nextUnit() * 2))
    }
    var input = try input(counts, demand, others: names)
    for index in input.replicas.indices {
      input.replicas[index].warmBlocks = Int(random.next() % 500)
      input.replicas[index].takesTurns = random.next() % 10 > 0
    }
    return input
  }

  private func taking(_ input: CapacityInput) -> [ModelID: Int] {
    input.replicas.filter(\.takesTurns).reduce(into: [:]) { $0[$1.spec.model, default: 0] += 1 }
  }

  @Test func `no plan takes a last replica, and a plan that was carried out is followed by none`()
    throws
  {
    var moved = 0
    for seed in UInt64(1)...400 {
      var random = PRNG(seed: seed)
      let input = try fleet(&random)
      let plan = PlacementPlan(input)
      moved += plan.moves.count
      let after = plan.applied(to: input)
      let (had, has) = (taking(input), taking(after))
      #expect(had.values.reduce(0, +) == has.values.reduce(0, +), "seed \(seed)")
      for model in had.keys { #expect(has[model] ?? 0 >= 1, "seed \(seed)") }
      #expect(Set(plan.moves.map(\.replica)).count == plan.moves.count, "seed \(seed)")
      #expect(PlacementPlan(after).moves.isEmpty, "seed \(seed)")
    }
    #expect(moved > 200, "\(moved) moves in all")
  }

  @Test func `small changes of demand never send a replica back`() throws {
    var (rounds, quiet) = (0, 0)
    for seed in UInt64(1)...40 {
      var random = PRNG(seed: seed)
      var input = try fleet(&random)
      let demand = input.demand
      input = PlacementPlan(input).applied(to: input)
      var movers: Set<ReplicaID> = []
      for _ in 0..<20 {
        input.demand = demand.map { row in
          var noisy = row
          noisy.minutes = row.minutes * (0.97 + 0.06 * random.nextUnit())
          return noisy
        }
        let plan = PlacementPlan(input)
        for move in plan.moves {
          #expect(movers.insert(move.replica).inserted, "seed \(seed): \(move)")
        }
        rounds += 1
        quiet += plan.moves.isEmpty ? 1 : 0
        input = plan.applied(to: input)
      }
    }
    #expect(Double(quiet) > 0.98 * Double(rounds), "\(quiet) of \(rounds) rounds without a move")
  }
}
