import Basics
import FleetSpec
import TestSupport
import Testing

@testable import Dispatching
@testable import Routing

/// Replicas that are sick, and what shows it.
@Suite(.timeLimit(.minutes(5)))
struct HealthTests {
  private func fleet(_ count: Int = 2) throws -> DispatcherDriver {
    var driver = DispatcherDriver()
    for number in 0..<count { try driver.attach("n/\(number)", waitingMax: 64) }
    return driver
  }

  private func readiness(_ driver: DispatcherDriver, _ slot: Int32 = 0) -> Readiness? {
    driver.dispatcher.view.state(slot)?.readiness
  }

  /// A turn for slot 0, whichever replica would be cheaper.
  private func turn(_ name: String = "", without: String = "n/1") throws -> Turn {
    var turn = Turn.sample(name)
    turn.excluded = [try #require(ReplicaID(without))]
    return turn
  }

  private func fail(_ driver: inout DispatcherDriver, _ ending: TurnEnding = .aborted) throws {
    let id = try driver.place(turn()).id
    driver.dispatcher.accepted(id, by: 0, at: driver.now)
    var outcome = TurnOutcome(output: 0)
    outcome.ttftSeconds = nil
    driver.end(id, ending, outcome)
  }

  @Test func `an explanation takes a suspect where a decision does, and changes nothing`() throws {
    var driver = try fleet()
    for _ in 0..<3 { try fail(&driver) }
    let asked = try turn()
    let explained = driver.dispatcher.explain(asked, at: driver.now)
    #expect(explained.chosen?.slot == 0 && explained.rows[0].exclusion == nil)
    #expect(readiness(driver) == .suspect)
    #expect(try driver.place(asked).placement.slot == 0)
  }

  @Test func `one whose engine finds requests wrong is well`() throws {
    var driver = try fleet()
    for _ in 0..<2 { try fail(&driver) }
    for _ in 0..<5 { try fail(&driver, .rejected) }
    for _ in 0..<2 { try fail(&driver) }
    #expect(readiness(driver) == .ready, "what failed is not in a row")
    #expect(driver.dispatcher.counts.completed == 5)
  }

  @Test(arguments: [TurnEnding.aborted, .refused, .completed])
  func `one that ends turns at once gets one now and then, until it serves one`(
    _ ending: TurnEnding
  ) throws {
    var driver = try fleet()
    for _ in 0..<3 {
      #expect(readiness(driver) == .ready)
      try fail(&driver, ending)
    }
    #expect(readiness(driver) == .suspect)
    #expect(driver.dispatcher.suspicion(of: 0, at: driver.now)?.contains("3 turns") == true)
    var tries = 0
    for _ in 0..<600 {
      driver.pass(0.1)
      guard readiness(driver) == .ready else { continue }
      tries += 1
      try fail(&driver, ending)
    }
    // After 1, 2, 4, 8, 16 and 32 seconds.
    #expect((4...6).contains(tries))
    driver.pass(60)
    let id = try driver.place(turn()).id
    #expect(readiness(driver) == .suspect, "one at a time")
    driver.report(0, ReplicaLoad(running: 1), accepted: [id])
    driver.end(id)
    #expect(
      readiness(driver) == .ready && driver.dispatcher.suspicion(of: 0, at: driver.now) == nil
    )
    let changes = driver.dispatcher.takeHealthChanges()
    #expect(changes.map { $0.reason == nil } == [false, true])
  }

  @Test func `a success in between counts, and what clients cancel says nothing`() throws {
    var driver = try fleet()
    for round in 0..<12 {
      if round % 3 == 2 {
        let id = try driver.place(turn()).id
        driver.end(id)
      } else {
        try fail(&driver)
      }
      let id = try driver.place(turn()).id
      driver.end(id, .cancelled)
    }
    #expect(readiness(driver) == .ready)
  }

  @Test func `one whose turns are retried by their clients is suspect, until it takes one`() throws
  {
    var driver = try fleet()
    for number in 0..<4 {
      _ = try driver.place(turn("turn/\(number)"))
      // Its client found nobody there.
      let id = try driver.place(turn("turn/\(number)", without: "n/0")).id
      driver.report(1, ReplicaLoad(), accepted: [id])
    }
    #expect(readiness(driver) == .suspect)
    driver.pass(1)
    #expect(readiness(driver) == .ready)
    let id = try driver.place(turn()).id
    driver.report(0, ReplicaLoad(running: 1), accepted: [id])
    #expect(readiness(driver) == .ready)
  }

  @Test func `one that takes turns and says nothing is suspect once clients go elsewhere`() throws {
    var driver = try fleet()
    for number in 0..<3 {
      #expect(readiness(driver) == .ready)
      let silent = try driver.place(turn("turn/\(number)")).id
      driver.report(0, ReplicaLoad(running: number + 1), accepted: [silent])
      for _ in 0..<2 {
        let id = try driver.place(turn("turn/\(number)", without: "n/0")).id
        driver.report(1, ReplicaLoad(), accepted: [id])
        driver.end(id, on: 1)
      }
      #expect(driver.dispatcher.ledger[silent]?.stage == .accepted, "its node may still report it")
    }
    #expect(readiness(driver) == .suspect && readiness(driver, 1) == .ready)
  }

  @Test(arguments: [true, false])
  func `a turn that its client gave up fails there, though its end is heard of before`(
    _ asksAgain: Bool
  ) throws {
    var driver = try fleet()
    for number in 0..<4 {
      let silent = try driver.place(turn("turn/\(number)")).id
      driver.report(0, ReplicaLoad(running: 1), accepted: [silent])
      var outcome = TurnOutcome(output: 0)
      outcome.ttftSeconds = nil
      driver.end(silent, .cancelled, outcome)
      guard asksAgain else { continue }
      for _ in 0..<2 {
        let id = try driver.place(turn("turn/\(number)", without: "n/0")).id
        driver.report(1, ReplicaLoad(), accepted: [id])
        driver.end(id, on: 1)
      }
      #expect((readiness(driver) == .suspect) == (number >= 2), "each counts once")
    }
    #expect(readiness(driver) == (asksAgain ? .suspect : .ready) && readiness(driver, 1) == .ready)
  }

  @Test func `one whose answers broke off on their way is not suspect`() throws {
    var driver = try fleet()
    for number in 0..<6 {
      let broken = try driver.place(turn("turn/\(number)")).id
      driver.report(0, ReplicaLoad(running: 1), accepted: [broken])
      let id = try driver.place(turn("turn/\(number)", without: "n/0")).id
      driver.report(1, ReplicaLoad(), accepted: [id])
      driver.end(id, on: 1)
      driver.end(broken, .cancelled)
    }
    #expect(readiness(driver) == .ready)
  }

  @Test func `one that has turns and shows no progress is suspect, until it shows some`() throws {
    var driver = try fleet()
    let id = try driver.place(turn()).id
    driver.report(0, ReplicaLoad(running: 1), accepted: [id])
    for _ in 0..<20 { driver.pass(1) }
    driver.report(0, ReplicaLoad(running: 1, decoding: 1))
    for _ in 0..<29 { driver.pass(1) }
    #expect(readiness(driver) == .ready)
    for _ in 0..<6 where readiness(driver) == .ready { driver.pass(1) }
    #expect(readiness(driver) == .suspect)
    driver.report(0, ReplicaLoad(running: 1, decoding: 1, contextTokens: 9))
    #expect(readiness(driver) == .ready)
  }

  @Test(arguments: [true, false])
  func `one that only takes turns shows no progress, however its load grows`(
    _ worksBetween: Bool
  ) throws {
    var driver = try fleet()
    for number in 1...40 where readiness(driver) == .ready {
      let id = try driver.place(turn("turn/\(number)")).id
      func load(_ context: Int) -> ReplicaLoad {
        ReplicaLoad(running: number, decoding: number, contextTokens: context)
      }
      driver.report(0, load(number * 1_000), accepted: [id])
      driver.pass(0.5)
      if worksBetween { driver.report(0, load(number * 1_000 + 20)) }
      driver.pass(0.5)
    }
    #expect(readiness(driver) == (worksBetween ? .ready : .suspect))
    guard !worksBetween else { return }
    // Nor is it progress that it takes the turn that it is tried with.
    driver.pass(1)
    let id = try driver.place(turn("probe")).id
    driver.report(0, ReplicaLoad(running: 41, decoding: 41), accepted: [id])
    #expect(readiness(driver) == .suspect)
  }

  @Test func `where no other could take a turn it does, and a name keeps its record`() throws {
    var driver = try fleet()
    for _ in 0..<3 { try fail(&driver) }
    #expect(try driver.place(.sample()).placement.slot == 1)
    driver.dispatcher.setReadiness(1, .cordoned)
    #expect(try driver.place(.sample()).placement.slot == 0)
    #expect(readiness(driver) == .suspect)
    driver.dispatcher.detach(0, at: driver.now)
    try driver.attach("n/0", waitingMax: 64)
    #expect(readiness(driver) == .suspect)
  }
}
