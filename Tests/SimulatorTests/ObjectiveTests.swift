import Admission
import Basics
import FleetSpec
import Simulator
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct ObjectiveTests {
  @Test func `a turn is good by its own objective`() throws {
    let specs = try SmallFleet.specs()
    var turns = try SmallFleet.turns(100, every: .milliseconds(400))
    let all = try SmallFleet.run(specs, turns).report
    #expect(all.goodCount == 100 && all.objectives == [ServiceObjective()])
    // Of ten turns each, one is asked for sooner than any can be had.
    for number in turns.indices where number % 10 == 0 {
      turns[number].objective.ttft = .milliseconds(10)
    }
    turns[1].tenant = TenantID("hasty")
    turns[2].tenant = TenantID("hasty")
    var settings = SimulatorSettings()
    settings.objectives.tenants[try #require(TenantID("hasty"))] = .init(tpot: .milliseconds(1))
    let report = try SmallFleet.run(specs, turns, settings).report
    #expect(report.completedCount == 100 && report.goodCount == 88)
    #expect(report.objectives.count == 3)
  }

  @Test func `turns of a higher priority wait less, and a limit of a tenant is its own`() throws {
    let specs = try SmallFleet.specs(count: 1, adjust: { $0.runningMax = 4 })
    var turns = try SmallFleet.turns(300, every: .milliseconds(10))
    for number in turns.indices {
      turns[number].tenant = TenantID(number % 3 == 0 ? "few" : "many")
    }
    var settings = SimulatorSettings()
    settings.admission.limits.concurrentTurns = 5
    let limited = try SmallFleet.run(specs, turns, settings).report
    #expect((limited.refusedCounts["quota"] ?? 0) > 100 && limited.isComplete)
    settings.admission.tenants[try #require(TenantID("few"))] = TenantLimits()
    let own = try SmallFleet.run(specs, turns, settings).report
    #expect(own.completedCount >= 100 && own.refusedCount < limited.refusedCount)
    settings.admission.limits = TenantLimits()
    let equal = try SmallFleet.run(specs, turns, settings).report
    for number in turns.indices where number % 3 != 0 { turns[number].priority = 1 }
    let ranked = try SmallFleet.run(specs, turns, settings).report
    #expect(equal.completedCount == 300 && ranked.completedCount == 300)
    let waits = try [equal, ranked].map { try #require($0.waits.percentile(25)) }
    #expect(waits[1] < waits[0], "the third that goes first waits less: \(waits)")
  }

  @Test func `a turn that can't be in time for its deadline is refused`() throws {
    let specs = try SmallFleet.specs(count: 1)
    var turns = try SmallFleet.turns(200, every: .milliseconds(5))
    for number in turns.indices { turns[number].deadline = .milliseconds(500) }
    let report = try SmallFleet.run(specs, turns).report
    #expect((report.refusedCounts["deadline"] ?? 0) > 0 && report.isComplete)
    #expect(report.completedCount + (report.refusedCounts["deadline"] ?? 0) == 200)
  }

  @Test func `what silent engines hold is inferred, and found`() throws {
    let turns = try SmallFleet.turns(400)
    let told = try SmallFleet.run(try SmallFleet.specs(blockCount: 200), turns).report
    let silent = try SmallFleet.specs(blockCount: 200, adjust: { $0.publishesEvents = false })
    let inferred = try SmallFleet.run(silent, turns).report
    #expect(inferred.hitRate > 0.5 * told.hitRate, "\(inferred.hitRate) of \(told.hitRate)")
    #expect("\(inferred)" != "\(told)")
  }
}
