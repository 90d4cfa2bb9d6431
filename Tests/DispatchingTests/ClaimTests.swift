import Admission
import Basics
import FleetSpec
import TestSupport
import Testing

@testable import Dispatching
@testable import Routing

/// Places that nobody comes for.
@Suite(.timeLimit(.minutes(5)))
struct ClaimTests {
  @Test func `a place that nobody comes for counts half, then a quarter, and ends in seconds`()
    throws
  {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    let id = try driver.place(.sample(tokens: 8_000)).id
    let whole = try #require(driver.pending()).prefillFLOPs
    let before = try #require(driver.dispatcher.view.state(0))
    var shares: [Double] = []
    for _ in 0..<40 {
      driver.pass(0.1)
      shares.append((driver.pending()?.prefillFLOPs ?? 0) / whole)
    }
    // It is expected after half a second, an eighth more or less: four of those and a second.
    #expect(shares[18] == 1 && shares[20] == 0.5 && shares[26] == 0.25 && shares[31] == 0)
    #expect(driver.dispatcher.ledger[id]?.stage == .unaccounted)
    #expect(driver.dispatcher.ledger.expiredCount == 1)
    let after = try #require(driver.dispatcher.view.state(0))
    #expect(after.prefillShare.share(over: after.answerSeconds, at: driver.now) < 1e-9)
    #expect(before.prefillShare.share(over: before.answerSeconds, at: .zero) > 0)
    // What comes late is heard of all the same.
    driver.report(0, ReplicaLoad(running: 1, decoding: 1), accepted: [id])
    driver.end(id)
    #expect(driver.dispatcher.counts.completed == 1)
  }

  @Test func `the time that claims take sets how long one waits for them`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    for _ in 0..<60 {
      let id = try driver.place(.sample()).id
      driver.pass(0.01)
      driver.report(accepted: [id])
      driver.end(id)
    }
    _ = try driver.place(.sample())
    driver.pass(1.1)
    #expect(driver.dispatcher.ledger.placedCount == 1)
    driver.pass(2.5)
    #expect(driver.dispatcher.ledger.placedCount == 0)
  }

  @Test func `places that nobody comes for keep nobody out, however long the prompts`() throws {
    var driver = DispatcherDriver()
    for name in ["n/0", "n/1"] { try driver.attach(name, waitingMax: 8) }
    for number in 0..<6 {
      _ = driver.ask(.sample("ghost/\(number)", of: "ghosts", tokens: 100_000))
    }
    var waits: [TurnID] = []
    for _ in 0..<30 {
      driver.pass(0.1)
      waits.append(driver.ask(.sample(of: "real", tokens: 8_000)))
      guard driver.placement(of: waits[0]) == nil else { break }
    }
    #expect(driver.placement(of: waits[0]) != nil)
    #expect(driver.answers[waits[0]].map { $0.waitedSeconds < 3 } == true)
  }

  @Test func `whoever does not come counts for less the next time, and has a bound`() throws {
    var driver = DispatcherDriver { $0.admission.waitMax = .milliseconds(200) }
    for name in ["n/0", "n/1"] { try driver.attach(name, waitingMax: 1_000) }
    for _ in 0..<20 {
      _ = driver.ask(.sample(of: "ghosts", tokens: 100))
      driver.pass(4)
    }
    driver.pass(10)
    let fair = try driver.place(.sample(of: "other", tokens: 4_000))
    let other = try driver.place(.sample(of: "ghosts", tokens: 4_000))
    let demands = [fair, other].map { driver.dispatcher.ledger[$0.id]?.demand.prefillFLOPs ?? 0 }
    #expect(demands[1] > 0 && demands[1] < 0.4 * demands[0])
  }

  @Test func `a tenant and an address have a bound, as many as they claim if those are more`()
    throws
  {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    var (ghost, honest) = (Turn.sample(of: "ghosts"), Turn.sample(of: "honest"))
    (ghost.peer, honest.peer) = (7, 8)
    func note(_ change: ClaimTable.Change, _ turn: Turn, _ count: Int) {
      for _ in 0..<count { driver.dispatcher.claims.note(change, of: turn, at: driver.now) }
    }
    note(.opened, honest, 2_000)
    note(.claimed, honest, 2_000)
    note(.opened, honest, 1_200)
    note(.opened, ghost, ClaimTable.tenantMax)
    let served = driver.ask(honest)
    #expect(driver.placement(of: served) != nil)
    let ghosts = driver.ask(ghost)
    let refused = driver.refusal(of: ghosts)
    let reason = AdmissionRefusal.Reason.unclaimed(open: ClaimTable.tenantMax, isTenant: true)
    #expect(refused?.admission?.reason == reason)
    note(.lapsed, ghost, 1)
    let next = driver.ask(ghost)
    #expect(driver.refusal(of: next)?.admission?.reason != reason)
    // Each name of its own, all from one address.
    for number in 0..<900 {
      var turn = Turn.sample(of: "ghost-\(number)")
      turn.peer = 7
      note(.opened, turn, 1)
    }
    var turn = Turn.sample(of: "another")
    turn.peer = 7
    let last = driver.ask(turn)
    guard case .unclaimed(_, isTenant: false) = driver.refusal(of: last)?.admission?.reason else {
      Issue.record("an address has no bound")
      return
    }
  }

  @Test func `the time to try again is at most until the next place expires, if nothing runs`()
    throws
  {
    var driver = DispatcherDriver { $0.admission.waitMax = .seconds(1) }
    try driver.attach("n/0")
    _ = try driver.place(.sample())
    let waiting = driver.ask(.sample(of: "b"))
    driver.pass(1)
    let refusal = try #require(driver.refusal(of: waiting))
    let expiry = try #require(driver.dispatcher.ledger.deadline)
    #expect(refusal.retryAfterSeconds <= driver.now.seconds(to: expiry))
    #expect(refusal.retryAfterSeconds == refusal.admission?.retryAfterSeconds)
  }

  @Test func `an answer that is expected to be endless keeps nobody out`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    var turn = Turn.sample(tokens: 1)
    turn.outputTokens = Int(UInt32.max)
    _ = try driver.place(turn)
    #expect(try driver.place(.sample(of: "other")).placement.slot == 0)
  }

  @Test func `a place is waited for no longer than claims take once its caller hung up`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    var (gone, there) = (Turn.sample(of: "gone"), Turn.sample(of: "there"))
    (gone.caller, there.caller) = (7, 8)
    let places = try [gone, gone, there].map { try driver.place($0).id }
    driver.dispatcher.callerLeft(7, at: driver.now)
    // It may have gone on to a node.
    driver.pass(0.4)
    driver.report(0, ReplicaLoad(running: 1), accepted: [places[0]])
    #expect(driver.dispatcher.ledger.placedCount == 2)
    driver.pass(0.1)
    let stages = places.map { driver.dispatcher.ledger[$0]?.stage }
    #expect(stages == [.accepted, .unaccounted, .placed])
    #expect(driver.dispatcher.admission.runningCount == 2)
    #expect(driver.dispatcher.ledger.expiredCount == 0)
    // Where claims take 10 ms, hardly longer.
    for _ in 0..<60 {
      let id = try driver.place(.sample()).id
      driver.pass(0.01)
      driver.report(accepted: [id])
      driver.end(id)
    }
    let last = try driver.place(gone).id
    driver.dispatcher.callerLeft(7, at: driver.now)
    driver.pass(0.1)
    #expect(driver.dispatcher.ledger[last]?.stage == .unaccounted)
  }

  @Test(arguments: [true, false])
  func `what is claimed late counts and is charged as if it had come in time`(
    _ hasHungUp: Bool
  ) throws {
    var driver = DispatcherDriver {
      ($0.admission.limits.concurrentTurns, $0.admission.limits.requestsPerMinute) = (1, 1)
    }
    try driver.attach("n/0", waitingMax: 8)
    var turn = Turn.sample(of: "late")
    turn.caller = 7
    let id = try driver.place(turn).id
    if hasHungUp { driver.dispatcher.callerLeft(7, at: driver.now) }
    driver.pass(0.5)
    driver.pass(3)
    #expect(driver.dispatcher.ledger[id]?.stage == .unaccounted)
    #expect(driver.dispatcher.admission.runningCount == 0)
    for _ in 0..<2 { driver.report(0, ReplicaLoad(running: 1), accepted: [id]) }
    #expect(driver.dispatcher.ledger[id]?.stage == .accepted)
    #expect(driver.dispatcher.admission.runningCount == 1 && driver.dispatcher.counts.running == 1)
    let second = driver.ask(turn)
    #expect(driver.refusal(of: second)?.admission?.reason == .concurrency(limit: 1))
    driver.end(id)
    #expect(driver.dispatcher.counts.completed == 1 && driver.dispatcher.counts.notTaken == 0)
    let third = driver.ask(turn)
    guard case .requestQuota = driver.refusal(of: third)?.admission?.reason else {
      Issue.record("its request came back to it")
      return
    }
  }

  @Test func `a caller that is gone before it is told gives its place back`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    let id = try driver.place(.sample()).id
    driver.dispatcher.withdraw(id, at: driver.now)
    #expect(driver.pending() == Demand() && driver.dispatcher.ledger.placedCount == 0)
    #expect(driver.dispatcher.admission.runningCount == 0)
    #expect(try driver.place(.sample()).placement.slot == 0)
  }
}
