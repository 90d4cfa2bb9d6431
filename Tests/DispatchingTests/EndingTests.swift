import Admission
import Basics
import Capacity
import FleetSpec
import TestSupport
import Testing

@testable import Dispatching
@testable import KVIndex
@testable import Routing

/// What is reported of turns, late, twice or never.
@Suite(.timeLimit(.minutes(5)))
struct EndingTests {
  /// How many turns completed and were cut short; with them and those that run, all are accounted
  /// for.
  private func endings(_ driver: DispatcherDriver) -> [UInt64] {
    let (counts, ledger) = (driver.dispatcher.counts, driver.dispatcher.ledger)
    let untold = driver.dispatcher.untold.count { ledger[$0.id]?.isPresumed == false }
    let known = ledger.count - driver.dispatcher.admission.waitingCount - ledger.unaccountedCount
    let unended = known + untold
    #expect(counts.running == UInt64(unended), "\(counts)")
    return [counts.completed, counts.cutShort]
  }

  @Test func `a turn that its replica has counts in its reports, until it ends`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    let id = try driver.place(.sample("r")).id
    driver.report(0, ReplicaLoad(running: 1, decoding: 1, contextTokens: 1_000), accepted: [id])
    #expect(driver.pending() == Demand() && driver.dispatcher.admission.runningCount == 1)
    #expect(driver.dispatcher.audit.log.decisions(on: "r").map(\.fate) == [.accepted])
    driver.end(id)
    #expect(
      driver.dispatcher.audit.log.decisions(on: "r").map(\.fate) == [
        .ended(TurnOutcome(), .completed)
      ]
    )
    #expect(endings(driver) == [1, 0] && driver.dispatcher.ledger.count == 0)
    #expect(driver.dispatcher.admission.runningCount == 0)
    #expect(driver.dispatcher.view.estimates(of: 0).answerCount == 1)
  }

  @Test func `endings that are reported twice count once`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    for ending in [TurnEnding.completed, .cancelled, .aborted, .refused] {
      let id = try driver.place(.sample()).id
      for _ in 0..<3 { driver.end(id, ending) }
      driver.report(accepted: [id])
      #expect(driver.dispatcher.ledger[id] == nil)
    }
    #expect(endings(driver) == [1, 2] && driver.dispatcher.admission.counts.ended == 3)
    #expect(driver.dispatcher.admission.counts.withdrawn == 1)
    #expect(driver.dispatcher.ledger.count == 0 && driver.pending() == Demand())
  }

  @Test func `what is reported of unknown turns, or by others, is ignored`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    try driver.attach("n/1")
    driver.dispatcher.setReadiness(1, .cordoned)
    let (placed, waiting) = (try driver.place(.sample()).id, driver.ask(.sample()))
    for (id, slot) in [(0, 0), (12_345, 0), (placed, 1), (placed, -1), (placed, 99), (waiting, 0)] {
      driver.dispatcher.accepted(TurnID(id), by: Int32(slot), at: driver.now)
      driver.end(TurnID(id), on: Int32(slot))
    }
    #expect(driver.dispatcher.ledger[placed]?.stage == .placed)
    #expect(driver.dispatcher.ledger[waiting]?.stage == .waiting)
    #expect(driver.pending()?.requests == 1 && endings(driver) == [0, 0])
    #expect(driver.dispatcher.view.estimates(of: 0).answerCount == 0)
  }

  @Test func `an end counts nowhere at once, and what became of the turn may follow`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    let id = try driver.place(.sample("r")).id
    driver.report(accepted: [id])
    driver.dispatcher.left(id, by: 0, at: driver.now)
    driver.dispatcher.left(id, by: 0, at: driver.now)
    #expect(driver.dispatcher.admission.runningCount == 0 && endings(driver) == [0, 0])
    driver.end(id)
    #expect(endings(driver) == [1, 0] && driver.dispatcher.ledger.count == 0)
    #expect(driver.dispatcher.view.estimates(of: 0).answerCount == 1)
  }

  @Test func `a turn that its client takes back frees its load at once`() throws {
    var driver = DispatcherDriver { $0.admission.limits.concurrentTurns = 1 }
    try driver.attach("n/0")
    let first = try driver.place(.sample("r")).id
    try driver.attach("n/1")
    let other = driver.ask(.sample("other"))
    #expect(driver.refusal(of: other)?.admission?.reason == .concurrency(limit: 1))
    var again = Turn.sample("r")
    again.excluded = [try #require(ReplicaID("n/0"))]
    let second = driver.offer(again)
    #expect(driver.pending() == Demand() && driver.dispatcher.admission.runningCount == 0)
    driver.advance()
    #expect(driver.placement(of: second)?.slot == 1)
    // The replica did not take the first one, and says so late.
    driver.end(first, .refused)
    #expect(endings(driver) == [0, 0] && driver.dispatcher.ledger.count == 1)
    driver.end(second, on: 1)
    #expect(endings(driver) == [1, 0] && driver.dispatcher.ledger.count == 0)
  }

  @Test func `a turn that its replica has is not taken back, nor one of another name`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    let turns = try ["r", "s"].map { try driver.place(.sample($0)).id }
    driver.report(accepted: [turns[0]])
    var again = Turn.sample("r")
    again.excluded = [try #require(ReplicaID("n/0")), try #require(ReplicaID("unknown"))]
    let second = driver.ask(again)
    #expect(driver.refusal(of: second)?.reason == .allExcluded)
    #expect(turns.map { driver.dispatcher.ledger[$0]?.stage } == [.accepted, .placed])
    var other = Turn.sample("s", of: "b")
    other.excluded = again.excluded
    _ = driver.ask(other)
    #expect(driver.dispatcher.ledger[turns[1]]?.stage == .placed, "another tenant's")
  }

  @Test(arguments: [true, false])
  func `what a turn would have computed counts as held no more once its place is given up`(
    _ isTakenBack: Bool
  ) throws {
    var driver = DispatcherDriver { $0.reservationTime = .seconds(5) }
    try driver.attach("n/0", waitingMax: 8)
    try driver.attach("n/1", waitingMax: 8)
    let prompt = chain("a conversation", blocks: 100)
    let first = try driver.place(.sample("r", tokens: 1_600, hashes: prompt))
    func cached() -> [Int] {
      var dispatcher = driver.dispatcher
      return dispatcher.explain(.sample(tokens: 1_600, hashes: prompt), at: driver.now).rows
        .map(\.cachedTokens)
    }
    #expect(cached()[Int(first.placement.slot)] == 1_584)
    if isTakenBack {
      var again = Turn.sample("r", tokens: 1_600)
      again.excluded = try ["n/0", "n/1"].map { try #require(ReplicaID($0)) }
      _ = driver.ask(again)
    } else {
      driver.pass(5)
    }
    #expect(cached() == [0, 0])
  }

  @Test func `a place that nobody claims is given up, and makes headroom`() throws {
    var driver = DispatcherDriver {
      ($0.reservationTime, $0.admission.waitMax) = (.seconds(5), .seconds(60))
      $0.claimTime = nil
    }
    try driver.attach("n/0")
    let first = try driver.place(.sample()).id
    let waiting = driver.ask(.sample())
    #expect(driver.dispatcher.ledger.deadline == instant(5))
    driver.pass(4.999)
    #expect(driver.answers[waiting] == nil)
    driver.pass(0.001)
    #expect(driver.placement(of: waiting) != nil)
    #expect(driver.dispatcher.ledger[first]?.stage == .unaccounted)
    #expect(driver.dispatcher.admission.runningCount == 1 && driver.pending()?.requests == 1)
    // It came to its replica all the same.
    driver.end(first)
    #expect(endings(driver) == [1, 0] && driver.dispatcher.admission.counts.ended == 1)
  }

  @Test func `an outcome counts after its replica was lost and has attached again`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    let turns = try (0..<3).map { try driver.place(.sample("\($0)")).id }
    driver.report(accepted: [turns[0]])
    driver.dispatcher.detach(0, at: driver.now)
    #expect(driver.dispatcher.admission.runningCount == 0)
    #expect(driver.dispatcher.admission.counts.ended == 3, "they may have been served")
    try driver.attach("other/0")
    #expect(try driver.attach("n/0", waitingMax: 8) == 1)
    for slot: Int32 in [0, 1] {
      driver.end(turns[0], on: slot)
      #expect(endings(driver) == (slot == 1 ? [1, 0] : [0, 0]))
    }
    driver.dispatcher.accepted(turns[1], by: 1, at: driver.now)
    #expect(driver.dispatcher.ledger[turns[1]]?.stage == .unaccounted)
    driver.end(turns[1], on: 1, .aborted)
    #expect(endings(driver) == [1, 1] && driver.dispatcher.ledger.count == 1)
    #expect(driver.pending(1) == Demand() && driver.dispatcher.admission.counts.ended == 3)
    // Nothing is learnt of a replica from what it did before.
    #expect(driver.dispatcher.view.estimates(of: 0).answerCount == 0)
  }

  @Test func `an outcome counts also while its replica is lost`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    let turns = try (0..<3).map { try driver.place(.sample("\($0)")).id }
    let replicas = try ["n/0", "m/0"].map { try #require(ReplicaID($0)) }
    driver.dispatcher.detach(0, at: driver.now)
    #expect(endings(driver) == [0, 0])
    for replica in replicas {
      driver.dispatcher.ended(turns[0], .init(), .completed, by: replica, at: driver.now)
      driver.dispatcher.ended(turns[1], .init(), .refused, by: replica, at: driver.now)
    }
    #expect(endings(driver) == [1, 0] && driver.dispatcher.counts.notTaken == 1)
    driver.pass(10)
    #expect(endings(driver) == [1, 1])
  }

  @Test func `what is told too late changes no count: none ever goes down`() throws {
    var driver = DispatcherDriver { $0.reservationTime = .seconds(5) }
    try driver.attach("n/0", waitingMax: 8)
    let turns = try (0..<3).map { try driver.place(.sample("\($0)")).id }
    driver.report(accepted: [turns[0], turns[1]])
    for id in turns[..<2] { driver.dispatcher.left(id, by: 0, at: driver.now) }
    driver.pass(9.9)
    #expect(endings(driver) == [0, 0] && driver.dispatcher.counts.notTaken == 0)
    driver.end(turns[0])
    driver.pass(0.1)
    #expect(endings(driver) == [1, 1])
    driver.end(turns[1])
    driver.pass(10)
    #expect(endings(driver) == [1, 1] && driver.dispatcher.counts.notTaken == 1)
    driver.end(turns[2])
    #expect(endings(driver) == [1, 1] && driver.dispatcher.counts.notTaken == 1)
    #expect(driver.dispatcher.counts.running == 0)
  }

  @Test func `a replica that attaches without having left has lost its turns`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    let turns = try (0..<2).map { _ in try driver.place(.sample()).id }
    driver.report(accepted: [turns[0]])
    #expect(try driver.attach("n/0", waitingMax: 8) == 0)
    #expect(turns.map { driver.dispatcher.ledger[$0]?.stage } == [.unaccounted, .unaccounted])
    #expect(driver.dispatcher.admission.runningCount == 0 && driver.pending() == Demand())
    #expect(driver.dispatcher.deadline == driver.now.advanced(by: .seconds(10)))
  }

  @Test func `turns that a node does not list when it reports all again have ended`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    let turns = try (0..<4).map { _ in try driver.place(.sample(tokens: 100)).id }
    driver.report(accepted: [turns[0], turns[1], turns[2]])
    driver.dispatcher.resynchronise(0)
    #expect(driver.dispatcher.admission.runningCount == 4)
    driver.report(accepted: [turns[1]])
    driver.end(turns[2])
    driver.dispatcher.synchronised(0, at: driver.now)
    driver.dispatcher.synchronised(0, at: driver.now)
    let stages = turns.map { driver.dispatcher.ledger[$0]?.stage }
    #expect(stages == [.unaccounted, .accepted, nil, .placed], "one may still be on its way")
    #expect(driver.dispatcher.admission.runningCount == 2 && driver.pending()?.requests == 1)
    driver.end(turns[0])
    #expect(endings(driver) == [2, 0])
  }

  @Test func `turns of which nothing more is heard are given up, the first before the others`()
    throws
  {
    var driver = DispatcherDriver { $0.reservationTime = .seconds(5) }
    try driver.attach("n/0", waitingMax: 8)
    let first = try driver.place(.sample()).id
    let placement = try #require(driver.placement(of: first))
    for _ in 0..<TurnLedger.unaccountedMax {
      let id = driver.dispatcher.ledger.open(.sample(), at: driver.now)
      driver.dispatcher.ledger.place(
        id,
        on: placement,
        in: &driver.dispatcher.view,
        at: driver.now
      )
    }
    driver.pass(5)
    #expect(driver.dispatcher.ledger.unaccountedCount == TurnLedger.unaccountedMax)
    #expect(driver.dispatcher.ledger.count == TurnLedger.unaccountedMax)
    #expect(driver.dispatcher.ledger[first] == nil && driver.pending() == Demand())
  }

  @Test func `what is inferred of a turn is kept no longer than it counts`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8, publishesEvents: false)
    let prompts = (0..<4).map { chain("\($0)", blocks: 10) }
    let turns = try prompts.map { try driver.place(.sample(tokens: 161, hashes: $0)).id }
    #expect(driver.dispatcher.inferred.hashCount == 40 && driver.dispatcher.index.blockCount == 0)
    driver.report(accepted: [turns[0], turns[1]])
    #expect(driver.dispatcher.index.blockCount == 20)
    driver.end(turns[0])
    #expect(driver.dispatcher.inferred.hashCount == 30)
    driver.dispatcher.resynchronise(0)
    driver.dispatcher.synchronised(0, at: driver.now)
    #expect(driver.dispatcher.inferred.hashCount == 20 && driver.dispatcher.index.blockCount == 20)
    driver.end(turns[2], .refused)
    #expect(driver.dispatcher.inferred.hashCount == 10)
    driver.dispatcher.detach(0, at: driver.now)
    #expect(driver.dispatcher.inferred.hashCount == 0 && driver.dispatcher.ledger.count == 2)
  }

  @Test func `a copy of a prefix is asked for once, and charged to nobody`() throws {
    var driver = DispatcherDriver { $0.admission.limits.concurrentTurns = 1 }
    let system = chain("system", blocks: 64)
    for number in 0..<2 { try driver.attach("n/\(number)", waitingMax: 8) }
    driver.dispatcher.stored(system.span, by: 0)
    var copies: [Dispatcher.Copy] = []
    var turnCount: UInt64 = 0
    /// Turns that begin with the system prompt, until a copy of that is asked for.
    func serve(_ most: Int) throws {
      for _ in 0..<most {
        turnCount += 1
        driver.pass(0.02)
        let hashes = system + chain("\(turnCount)", blocks: 10)
        var turn = Turn.sample(tokens: 1_200, hashes: hashes)
        (turn.makesCopies, turn.outputTokens) = (true, 300)
        let (id, placement) = try driver.place(turn)
        driver.end(id, on: placement.slot)
        guard let copy = driver.answers[id]?.copy else { continue }
        copies.append(copy)
        return
      }
    }
    try serve(2_000)
    let copy = try #require(copies.first)
    #expect(copy.prefix.slot == 1 && copy.prefix.hashes == system)
    #expect(driver.dispatcher.copyCount == 1 && driver.pending(1) == copy.prefix.placement.demand)
    #expect(driver.pending(1)?.prefillTokens == 1_025)
    // It is under way, so nobody else is asked, and its tenant may still begin its one turn.
    driver.report(1, accepted: [copy.id])
    #expect(driver.pending(1) == Demand() && driver.dispatcher.admission.runningCount == 0)
    try serve(700)
    #expect(copies.count == 1)
    driver.end(copy.id, on: 1, .completed, TurnOutcome(output: 1))
    driver.end(copy.id, on: 1, .completed, TurnOutcome(output: 1))
    #expect(endings(driver) == [turnCount, 0] && driver.dispatcher.counts.placed == turnCount)
    #expect(driver.dispatcher.view.estimates(of: 0).answerCount == Int(turnCount))
    #expect(driver.dispatcher.ledger.count == 0)
    // The replica does not hold it, so it is asked for again.
    try serve(2_000)
    #expect(copies.count == 2)
    driver.dispatcher.detach(1, at: driver.now)
    #expect(driver.dispatcher.ledger[copies[1].id]?.stage == .unaccounted)
  }
}
