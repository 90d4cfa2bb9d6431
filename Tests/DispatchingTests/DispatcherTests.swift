import Admission
import Basics
import Capacity
import FleetSpec
import KVIndex
import Routing
import TestSupport
import Testing

@testable import Dispatching

/// Where turns wait, and where they are placed.
@Suite(.timeLimit(.minutes(5)))
struct DispatcherTests {
  /// Operations of a prompt of 1,000 tokens: 2 for each of 8,030,261,248 parameters and token, and
  /// 4 for each of 32 layers, 32 heads, 128 numbers of a head and pair of tokens.
  private let flops = 1_000 * 16_060_522_496.0 + 4 * 32 * 32 * 128 * 1_000 * 1_001 / 2
  /// 0.45 of the arithmetic peak of an H100, and 2 ms for the one step.
  private var prefillSeconds: Double { flops / (0.45 * 989.4e12) + 0.002 }

  @Test func `a turn that comes to an idle replica is placed there, and counts at once`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    let id = driver.offer(.sample("r"))
    #expect(driver.answers.isEmpty && driver.dispatcher.ledger[id]?.stage == .waiting)
    driver.advance()
    let placement = try #require(driver.placement(of: id))
    let demand = Demand(
      requests: 1,
      prefillTokens: 1_000,
      prefillFLOPs: flops,
      prefillSteps: 1,
      blocks: 63,
      contextTokens: 1_050
    )
    #expect(placement.slot == 0 && placement.demand == demand && driver.pending() == demand)
    // Within a region a round trip takes half a millisecond.
    #expect(abs(placement.ttftSeconds - prefillSeconds - 0.0005) < 1e-12)
    #expect(driver.answers[id]?.waitedSeconds == 0)
    #expect(driver.dispatcher.counts.placed == 1 && driver.dispatcher.counts.placedAfterWait == 0)
    #expect(driver.dispatcher.admission.runningCount == 1)
  }

  @Test(arguments: [1.0, 10])
  func `a turn that waits is placed when a report makes headroom`(_ timeScale: Double) throws {
    var driver = DispatcherDriver { $0.timeScale = timeScale }
    try driver.attach("n/0")
    let first = try driver.place(.sample()).id
    let id = driver.ask(.sample())
    driver.pass(0.25)
    #expect(driver.answers[id] == nil && driver.dispatcher.admission.waitingCount == 1)
    // It is looked at again after a quarter of a second of the fleet's time.
    let due = try #require(driver.dispatcher.waitDeadline)
    #expect(driver.now.seconds(to: due) < 0.25 / timeScale + 0.0002)
    driver.pass(0.01)
    driver.pass(0.001)
    driver.report(accepted: [first])
    #expect(driver.placement(of: id)?.slot == 0)
    #expect(abs((driver.answers[id]?.waitedSeconds ?? 0) - 0.261 * timeScale) < 1e-9)
    #expect(driver.dispatcher.counts.placed == 2 && driver.dispatcher.counts.placedAfterWait == 1)
    #expect(driver.pending()?.requests == 1 && driver.dispatcher.waitDeadline == nil)
  }

  @Test func `of two tenants that wait the one goes first that was served less`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    var last = try driver.place(.sample(of: "filler")).id
    let waiting = ["a", "a", "a", "b", "b"].map { driver.ask(.sample(of: $0)) }
    var order: [String] = []
    for _ in waiting {
      driver.now = driver.now.advanced(by: .milliseconds(1))
      driver.report(accepted: [last])
      last = try #require(waiting.first { driver.dispatcher.ledger[$0]?.stage == .placed })
      order.append(driver.answers[last]?.turn.subject.tenant ?? "")
    }
    // Equal turns: one of each in turn, until one tenant has none.
    #expect(order == ["a", "b", "a", "b", "a"])
  }

  @Test func `a turn that would be late where it goes is refused, and its place is free`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 8)
    _ = try driver.place(.sample())
    // Its own prefill behind one as long.
    var turn = Turn.sample()
    turn.deadline = Duration(inSeconds: 1.9 * prefillSeconds)
    let late = driver.ask(turn)
    guard case .deadline(let needed, let left) = driver.refusal(of: late)?.admission?.reason else {
      Issue.record("\(String(describing: driver.answers[late]))")
      return
    }
    #expect(abs(needed - 2 * prefillSeconds) < 0.1 * prefillSeconds)
    #expect(abs(left - 1.9 * prefillSeconds) < 1e-8)
    #expect(driver.pending()?.requests == 1 && driver.dispatcher.ledger[late] == nil)
    turn.deadline = Duration(inSeconds: 2.2 * prefillSeconds)
    #expect(try driver.place(turn).placement.slot == 0)
    #expect(driver.dispatcher.counts.placed == 2 && driver.dispatcher.counts.refused == 1)
  }

  @Test func `a turn waits until its first token can no longer be in time`() throws {
    var driver = DispatcherDriver { $0.timeScale = 100 }
    try driver.attach("n/0")
    _ = try driver.place(.sample())
    var turn = Turn.sample()
    turn.deadline = .seconds(5)
    let id = driver.ask(turn)
    driver.pass(0.04)
    #expect(driver.answers[id] == nil)
    let due = instant((5 - prefillSeconds) / 100).advanced(by: .nanoseconds(1))
    #expect(driver.dispatcher.waitDeadline.map { $0 <= due } == true)
    driver.now = due
    driver.advance()
    let answer = try #require(driver.answers[id])
    #expect(abs(answer.waitedSeconds - (5 - prefillSeconds)) < 1e-6)
    guard case .deadlinePassed = driver.refusal(of: id)?.admission?.reason else {
      Issue.record("\(answer.verdict)")
      return
    }
  }

  @Test func `a turn that gives way to another is answered with it`() throws {
    var driver = DispatcherDriver { ($0.admission.waitingMax, $0.admission.tenantShare) = (2, 1) }
    try driver.attach("n/0")
    let first = try driver.place(.sample(of: "filler")).id
    let waiting = [driver.ask(.sample(of: "a")), driver.ask(.sample(of: "a"))]
    driver.now = instant(0.5)
    let other = driver.offer(.sample(of: "b"))
    #expect(driver.refusal(of: waiting[1])?.admission?.reason == .displaced(waiting: 2))
    #expect(driver.answers[waiting[1]]?.waitedSeconds == 0.5)
    #expect(driver.dispatcher.ledger[waiting[1]] == nil && driver.answers[waiting[0]] == nil)
    driver.report(accepted: [first])
    #expect(driver.placement(of: waiting[0]) != nil && driver.answers[other] == nil)
    #expect(driver.dispatcher.counts.placed == 2 && driver.dispatcher.counts.refused == 1)
  }

  @Test func `the place that one prefers which stays is kept from those behind it`() throws {
    // 30 answers decode: there is time for a prompt of 20,000 tokens, and none for 130,000.
    let busy = ReplicaLoad(running: 30, decoding: 30, contextTokens: 300_000)
    for isBehind in [false, true] {
      var driver = DispatcherDriver {
        $0.admission.tenants = [TenantID("first")!: .init(priority: 5)]
      }
      try driver.attach("n/0", waitingMax: 8)
      driver.report(0, busy)
      let long = isBehind ? driver.offer(.sample(of: "first", tokens: 130_000)) : 0
      let short = driver.offer(.sample(tokens: 20_000))
      driver.advance()
      #expect((driver.placement(of: short) == nil) == isBehind)
      #expect(driver.answers[long] == nil)
      // Nothing is left there of what was kept.
      if isBehind { #expect(driver.pending() == Demand()) }
    }
  }

  @Test func `who goes elsewhere since a place is kept for others is told so`() throws {
    // Where the prompts are held there is time for a short one, and none for the long one.
    let busy = ReplicaLoad(running: 30, decoding: 30, contextTokens: 300_000)
    for isBehind in [false, true] {
      var driver = DispatcherDriver {
        $0.admission.tenants = [TenantID("first")!: .init(priority: 5)]
      }
      try driver.attach("n/0", waitingMax: 8)
      try driver.attach("n/1", waitingMax: 8)
      let prompt = chain("a conversation", blocks: 8_000)
      driver.dispatcher.stored(Array(prompt[..<1_250]).span, by: 0)
      driver.report(0, busy)
      driver.report(1, ReplicaLoad(running: 30, decoding: 30, contextTokens: 400_000))
      if isBehind { _ = driver.offer(.sample(of: "first", tokens: 128_000, hashes: prompt)) }
      let short = driver.offer(.sample("short", tokens: 20_016, hashes: Array(prompt[..<1_251])))
      driver.advance()
      let decision = driver.dispatcher.audit.log.decisions(on: "short").first
      #expect(driver.placement(of: short)?.slot == (isBehind ? 1 : 0))
      #expect(decision?.choice == (isBehind ? .otherKept(0) : .cheapest))
    }
  }

  @Test func `turns that come together fill no queue while there is headroom`() throws {
    var driver = DispatcherDriver { $0.admission.waitingMax = 1 }
    for node in 0..<3 { try driver.attach("\(node)/0") }
    let ids = (0..<3).map { driver.offer(.sample("\($0)", tokens: 1_000)) }
    driver.advance()
    #expect(Set(ids.compactMap { driver.placement(of: $0)?.slot }) == [0, 1, 2])
  }

  @Test
  func `turns stay while their replicas are silent or lost, and are told when none came back`()
    throws
  {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    _ = try driver.place(.sample())
    let waiting = driver.ask(.sample())
    driver.dispatcher.setReadiness(0, .suspect)
    driver.pass(1)
    #expect(driver.answers[waiting] == nil)
    // One that comes when they are silent is told.
    let late = driver.ask(.sample())
    driver.pass(0.01)
    #expect(driver.refusal(of: late)?.reason == .noneReady && driver.answers[waiting] == nil)
    driver.dispatcher.detach(0, at: driver.now)
    driver.pass(0.1)
    let last = driver.ask(.sample())
    driver.pass(1)
    #expect(driver.refusal(of: last)?.reason == .noneReady && driver.answers[waiting] == nil)
    driver.pass(10)
    #expect(driver.refusal(of: waiting)?.reason == .noneReady)
    #expect((driver.refusal(of: waiting)?.retryAfterSeconds ?? 0) > 0)
    #expect(driver.dispatcher.admission.waitingCount == 0)
  }

  @Test func `no turn is refused for good before replicas have had their time to come`() throws {
    var driver = DispatcherDriver { $0.timeScale = 10 }
    driver.dispatcher.replicasDueBy = instant(5)
    try driver.attach("n/0")
    for turn in [Turn.sample(model: "unknown"), .sample(tokens: 1_000_000_000)] {
      driver.pass(0.1)
      let id = driver.ask(turn)
      let early = try #require(driver.refusal(of: id))
      #expect(early.reason == .noneReady && early.retryAfterSeconds == 5)
      guard case .refused(let why) = driver.dispatcher.explain(turn, at: driver.now).verdict else {
        Issue.record("placed")
        continue
      }
      #expect(why.reason == .noneReady)
    }
    driver.pass(5)
    let reasons = [Turn.sample(model: "unknown"), .sample(tokens: 1_000_000_000)].map { turn in
      driver.pass(0.1)
      let id = driver.ask(turn)
      return driver.refusal(of: id)?.reason
    }
    #expect(reasons == [.noReplica, .tooLong])
  }

  @Test(arguments: [(3_000, 1), (4_000, 0)] as [(Int, Int32)])
  func `whoever waited as long as may be goes where there is headroom, not to compute all again`(
    _ held: Int,
    _ slot: Int32
  ) throws {
    var driver = DispatcherDriver { $0.admission.waitMax = .seconds(2) }
    let prompt = chain("a conversation", blocks: 4_100)
    // Where its prompt is held others are before it; elsewhere answers decode.
    let loads = [
      ReplicaLoad(running: 1, prefillTokensQueued: 20_000),
      ReplicaLoad(running: 40, decoding: 40, contextTokens: 60_000),
    ]
    for (number, load) in loads.enumerated() {
      driver.report(try driver.attach("n/\(number)", waitingMax: 8), load)
    }
    let first = Array(prompt[..<held])
    driver.dispatcher.stored(first.span, by: 0)
    let id = driver.ask(.sample(tokens: 4_100 * 16, hashes: prompt))
    for second in [0.0, 1.99, 2] {
      #expect(driver.answers[id] == nil)
      driver.now = instant(second)
      for slot in [0, 1] {
        driver.dispatcher.reported(loads[slot], by: Int32(slot), at: driver.now)
      }
      driver.advance()
    }
    #expect(driver.placement(of: id)?.slot == slot && driver.answers[id]?.waitedSeconds == 2)
    let decisions = driver.dispatcher.audit.log.newest(2)
    #expect(decisions[0].choice == (slot == 0 ? .otherRecomputes(1) : .otherWithoutHeadroom(0)))
    guard case .waits(let wait) = decisions[1].verdict else {
      Issue.record("\(String(describing: decisions[1].verdict))")
      return
    }
    #expect(wait.preferred?.slot == 0 && decisions.map(\.other).allSatisfy { $0 != 0 })
  }

  @Test func `whoever waited as long as may be, and has nowhere to go, is refused`() throws {
    var driver = DispatcherDriver { $0.admission.waitMax = .seconds(2) }
    try driver.attach("n/0")
    _ = try driver.place(.sample())
    let id = driver.ask(.sample())
    driver.pass(1.999)
    #expect(driver.answers[id] == nil)
    driver.pass(0.001)
    let reason = driver.refusal(of: id)?.admission?.reason
    #expect(reason == .waitedTooLong(waitedSeconds: 2))
    #expect(driver.dispatcher.ledger[id] == nil && driver.dispatcher.admission.waitingCount == 0)
  }

  @Test func `a policy that does not wait places in engines until they are full`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0", waitingMax: 2)
    let policy = try #require(driver.dispatcher.policy(named: "least-loaded"))
    var turn = Turn.sample(tokens: 30_000)
    turn.policy = policy
    for count in 1...2 {
      let id = driver.offer(turn)
      #expect(driver.placement(of: id) != nil && driver.pending()?.requests == count)
    }
    let id = driver.ask(turn)
    #expect(driver.answers[id] == nil, "every replica is full")
    var other = Turn.sample(tokens: 30_000)
    other.policy = 0
    let behind = driver.ask(other)
    #expect(driver.answers[behind] == nil && driver.dispatcher.admission.waitingCount == 2)
  }

  @Test func `a turn whose replica has headroom goes at once, unless one waits for that`() throws {
    var driver = DispatcherDriver()
    for name in ["n/0", "n/1"] { try driver.attach(name, waitingMax: 8) }
    let warm = chain("a conversation", blocks: 4_000)
    driver.dispatcher.stored(warm.span, by: 0)
    let busy = ReplicaLoad(running: 1, prefillTokensQueued: 30_000)
    driver.report(0, busy)
    let first = driver.ask(.sample(tokens: 64_001, hashes: warm))
    #expect(driver.answers[first] == nil && driver.dispatcher.nextScan > driver.now)
    // No look is due, and the other replica is idle.
    let second = driver.ask(.sample())
    #expect(driver.placement(of: second)?.slot == 1)
    // The first would have this headroom before any other.
    driver.dispatcher.reported(ReplicaLoad(), by: 0, at: driver.now)
    var third = Turn.sample()
    third.excluded = [try #require(ReplicaID("n/1"))]
    let other = driver.ask(third)
    #expect(driver.answers[other] == nil && driver.answers[first] == nil)
    driver.pass(0.01)
    #expect(driver.placement(of: first)?.slot == 0)
  }

  @Test func `a client that went away waits no more, and gives back the place that it has`() throws
  {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    let placed = try driver.place(.sample()).id
    let waiting = [driver.ask(.sample()), driver.ask(.sample())]
    for id in [waiting[0], waiting[0], placed, 77] {
      driver.dispatcher.withdraw(id, at: driver.now)
    }
    #expect(driver.dispatcher.admission.waitingCount == 1)
    #expect(driver.dispatcher.ledger[waiting[0]] == nil && driver.pending() == Demand())
    driver.pass(0.001)
    #expect(driver.answers[waiting[0]] == nil && driver.placement(of: waiting[1]) != nil)
  }

  @Test func `explaining places nothing and takes nobody's place`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    let explanation = driver.dispatcher.explain(.sample(), at: driver.now)
    #expect(explanation.chosen?.slot == 0 && driver.pending() == Demand())
    #expect(driver.dispatcher.ledger.count == 0 && driver.dispatcher.counts.placed == 0)
    #expect(driver.dispatcher.audit.log.newest(1).isEmpty)
    #expect(driver.dispatcher.demand.rows(at: driver.now).isEmpty)
  }
}
