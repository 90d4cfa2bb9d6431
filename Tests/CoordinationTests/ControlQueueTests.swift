import Admission
import Basics
import Coordination
import FleetSpec
import HearthMessages
import TestSupport
import Testing

/// Turns that the control plane holds until a replica has room for them.
@Suite(.timeLimit(.minutes(5)))
struct ControlQueueTests {
  @Test func `a turn without room is held, and answered when a node has room`() throws {
    var driver = QueueDriver()
    let first = try driver.fill()
    let call = try #require(try driver.ask())
    #expect(driver.control.core.status.waiting == 1)
    #expect(driver.control.core.status.refused == 0)
    driver.pass(.milliseconds(250))
    #expect(driver.answers.isEmpty)
    driver.report(accepted: first.map(\.reservation))
    let placement = try #require(driver.answers[call]?.placement)
    #expect(placement.node == "n" && placement.reservation != 0)
    #expect(placement.waitedNs == 250_000_000)
    let status = driver.control.core.status
    #expect((status.waiting, status.placed, status.placedAfterWait) == (0, 2, 1))
  }

  @Test func `a new turn does not overtake those that wait, one of another model does`() throws {
    var driver = QueueDriver()
    driver.attach("m", model: "other")
    let first = try driver.fill()
    let waiting = try #require(try driver.ask())
    let another = try driver.ask(model: "other")
    #expect(another == nil && driver.response?.placement?.node == "m")
    driver.makeRoom(first)
    #expect(driver.answers.isEmpty)
    let late = try #require(try driver.ask())
    driver.report()
    #expect(driver.answers[waiting]?.placement != nil)
    #expect(driver.answers[late] == nil)
  }

  @Test func `a tenant's burst does not delay another's turn beyond its share`() throws {
    var driver = QueueDriver()
    _ = try driver.fill()
    var calls: [(call: UInt64, tenant: String)] = []
    for _ in 0..<6 { calls.append((try #require(try driver.ask("burst")), "burst")) }
    for _ in 0..<2 { calls.append((try #require(try driver.ask("calm")), "calm")) }
    let order = driver.serve(calls)
    #expect(order == ["burst", "calm", "burst", "calm", "burst", "burst", "burst", "burst"])
  }

  @Test func `a turn of a higher priority goes first`() throws {
    var driver = QueueDriver {
      $0.tenants = [TenantID("vip")!: .init(priority: 7)]
    }
    let first = try driver.fill()
    let call = try #require(try driver.ask())
    driver.makeRoom(first)
    let vip = try #require(try driver.ask("vip"), "what waits is looked at soon, not at once")
    driver.pass(.milliseconds(1))
    #expect(driver.answers[vip]?.placement != nil)
    #expect(driver.answers[call] == nil)
  }

  @Test func `a client that went away gives up its place`() throws {
    var driver = QueueDriver { $0.limits.concurrentTurns = 2 }
    let first = try driver.fill()
    let calls = [try #require(try driver.ask()), try #require(try driver.ask())]
    _ = try driver.ask()
    #expect(driver.response?.refusal?.reason == .quota)
    driver.step(.callerLeft(call: calls[0]))
    driver.step(.callerLeft(call: calls[0]))
    #expect(driver.control.core.status.waiting == 1)
    driver.report(accepted: first.map(\.reservation))
    #expect(Array(driver.answers.keys) == [calls[1]])
  }

  @Test func `a client whose connection closed gives back what it did not claim`() throws {
    var driver = QueueDriver(nodes: ["n", "m"])
    for peer in ["10.0.0.1:4001", "10.0.0.1:4002"] { _ = try driver.ask(from: peer) }
    #expect(driver.control.core.status.reservations == 2)
    driver.step(.connectionClosed(peer: "10.0.0.1:4001"))
    driver.pass(.milliseconds(500))
    #expect(driver.control.core.status.reservations == 1)
    #expect(driver.control.core.status.reservationsExpired == 0)
  }

  @Test func `a full queue refuses with the time to try again`() throws {
    var driver = QueueDriver { $0.waitingMax = 2 }
    _ = try driver.fill()
    for tenant in ["a", "b"] { _ = try #require(try driver.ask(tenant)) }
    let held = try driver.ask("c")
    let refusal = try #require(driver.response?.refusal)
    #expect(held == nil && refusal.reason == .atCapacity)
    #expect(refusal.message.hasPrefix("We are at capacity, try again in "), "\(refusal.message)")
    #expect(refusal.message.hasSuffix(" (the queue is full: 2 turns are waiting)"))
    #expect(refusal.retryAfterNs > 0)
    #expect(driver.control.core.status.refused == 1)
  }

  @Test func `a turn that gives way is told so`() throws {
    var driver = QueueDriver {
      $0.waitingMax = 2; $0.tenantShare = 1
    }
    _ = try driver.fill()
    let calls = [try #require(try driver.ask("a")), try #require(try driver.ask("a"))]
    _ = try #require(try driver.ask("b"))
    #expect(driver.answers[calls[0]] == nil)
    #expect(
      driver.answers[calls[1]]?.refusal?.message.contains("another took this one's place") == true
    )
  }

  @Test func `a deadline that passes while a turn waits is told then, in the fleet's time`() throws
  {
    var driver = QueueDriver(timeScale: 100)
    _ = try driver.fill()
    let call = try #require(try driver.ask(deadline: .seconds(20)))
    let due = try #require(driver.control.core.deadline)
    #expect(due <= driver.control.now.advanced(by: .milliseconds(200)))
    driver.pass(.milliseconds(150))
    #expect(driver.answers.isEmpty)
    driver.pass(.milliseconds(50))
    let refusal = try #require(driver.answers[call]?.refusal)
    #expect(refusal.reason == .deadline)
    #expect(refusal.waitedNs == 20_000_000_000)
    #expect(driver.control.core.status.waiting == 0)
  }

  @Test func `a turn that fits but would be late is refused, and its place is free`() throws {
    var driver = QueueDriver()
    let held = try driver.ask(prompt: 10_000, deadline: .milliseconds(1))
    #expect(held == nil && driver.response?.refusal?.reason == .deadline)
    #expect(driver.control.core.status.reservations == 0)
    #expect(driver.control.core.status.placed == 0)
    let other = try driver.ask(prompt: 10_000, deadline: .seconds(10))
    #expect(other == nil && driver.response?.placement != nil)
  }

  @Test func `turns wait while nodes are silent or lost, and are told when none came back`() throws
  {
    var driver = QueueDriver()
    _ = try driver.fill()
    let call = try #require(try driver.ask())
    driver.perform(driver.control.say(1, .nodeState(.init(node: "n", state: .suspect))))
    driver.pass(.seconds(1))
    #expect(driver.answers.isEmpty)
    driver.perform(driver.control.say(1, .nodeState(.init(node: "n", state: .lost))))
    driver.pass(.seconds(1))
    #expect(driver.answers.isEmpty)
    driver.pass(.seconds(60))
    #expect(driver.answers[call]?.refusal?.reason == .noneReady)
    #expect((driver.answers[call]?.refusal?.retryAfterNs ?? 0) > 0)
  }

  @Test func `an expired reservation makes room`() throws {
    var driver = QueueDriver { $0.limits.concurrentTurns = 1 }
    _ = try driver.fill()
    let call = try #require(try driver.ask())
    driver.pass(.seconds(5))
    driver.pass(.milliseconds(1))
    #expect(driver.answers[call]?.placement != nil)
    // The filler's turn never came to the node: it counts no more.
    #expect(try driver.ask("filler") != nil)
  }

  @Test func `those that wait are listed with what they wait for`() throws {
    var driver = QueueDriver()
    _ = try driver.fill()
    _ = try #require(try driver.ask("a", id: "one", priority: 2))
    driver.pass(.milliseconds(500))
    _ = try #require(try driver.ask("b", id: "two", deadline: .seconds(600)))
    driver.pass(.milliseconds(500))
    let queue = driver.control.core.queue(.init(), at: driver.control.now)
    #expect((queue.waiting, queue.waitingMax, queue.running) == (2, 4_096, 1))
    #expect(queue.turns.map(\.requestId) == ["two", "one"])
    #expect(queue.turns.map(\.tenant) == ["b", "a"])
    #expect(queue.turns.map(\.priority) == [4, 2])
    #expect(queue.turns.map(\.waitedNs) == [500_000_000, 1_000_000_000])
    #expect(queue.turns.map(\.deadlineLeftNs) == [599_500_000_000, 0])
    #expect(queue.turns[0].estimateNs > 0 && queue.turns[1].estimateNs > queue.turns[0].estimateNs)
    #expect(driver.control.core.queue(.init(limit: 1), at: driver.control.now).turns.count == 1)
  }

  @Test func `waiting and refusals of admission are explained`() throws {
    var driver = QueueDriver { $0.limits.concurrentTurns = 1 }
    let first = try driver.fill()
    _ = try #require(try driver.ask(id: "waits"))
    for _ in 0..<5 { driver.report() }
    driver.report(accepted: first.map(\.reservation))
    let waited = try driver.control.explain("waits").decisions
    #expect(waited.map(\.state) == [.waited, .placed], "once full, and then placed")
    #expect(waited[0].candidates.map(\.excluded) == ["full: 1 request waits, of at most 1"])
    _ = try driver.ask(id: "refused")
    let refused = try driver.control.explain("refused").decisions
    guard refused.count == 1, case .refused(let refusal) = refused[0].verdict else {
      Issue.record("\(refused)")
      return
    }
    #expect(refusal == driver.response?.refusal && refusal.reason == .quota)
    #expect(refused[0].candidates.isEmpty, "no replica was asked about it")
  }

  @Test func `a turn that waits behind others, and that nobody has looked at, is told to wait`()
    throws
  {
    var driver = QueueDriver()
    let first = try driver.fill()
    _ = try #require(try driver.ask(id: "one"))
    driver.makeRoom(first)
    _ = try #require(try driver.ask("b", id: "two"))
    driver.control.now = driver.control.now.advanced(by: .milliseconds(2))
    let waiting = try #require(try driver.control.explain("two").decisions.last)
    #expect((waiting.state, waiting.position, waiting.ageNs) == (.waiting, 2, 2_000_000))
    #expect((waiting.requestId, waiting.tenant, waiting.policy) == ("two", "b", "warm"))
    #expect(try driver.control.explain("t").decisions == [waiting], "the beginning is enough")
    #expect(try driver.control.explain("one").decisions.map(\.state) == [.waited])
    #expect(throws: Rejection.self) { try driver.control.explain("three") }
    driver.report()
    driver.report(accepted: driver.answers.values.compactMap(\.placement?.reservation))
    #expect(try driver.control.explain("two").decisions.map(\.state) == [.placed])
  }

  @Test func `the turn with the least time left of its own objective goes first`() throws {
    var objectives = ServiceObjectives()
    objectives.tenants[try #require(TenantID("hasty"))] = ObjectiveOverride(
      ttft: .seconds(2),
      tpot: .milliseconds(30)
    )
    var driver = QueueDriver(objectives: objectives)
    let first = try driver.fill()
    let patient = try #require(try driver.ask("calm"))
    let hasty = try #require(try driver.ask("calm", ttft: .seconds(3)))
    driver.report(accepted: first.map(\.reservation))
    let answer = try #require(driver.answers[hasty])
    #expect(answer.ttftNs == 3_000_000_000 && answer.tpotNs == 60_000_000)
    #expect(driver.answers[patient] == nil)
    driver.report(accepted: [try #require(answer.placement).reservation])
    #expect(driver.answers[patient]?.ttftNs == 4_000_000_000)
    driver.attach("m", model: "other")
    _ = try driver.ask("hasty", model: "other")
    #expect(driver.response?.ttftNs == 2_000_000_000 && driver.response?.tpotNs == 30_000_000)
  }

  @Test(arguments: [true, false])
  func `a turn that was told to come back goes before newcomers if it brings its token`(
    _ bringsToken: Bool
  ) throws {
    var driver = QueueDriver {
      ($0.waitingMax, $0.tenantShare) = (3, 1)
    }
    _ = try driver.fill()
    let calls = try (0..<3).map { _ in try #require(try driver.ask("a")) }
    driver.pass(.milliseconds(10))
    let other = try #require(try driver.ask("b"))
    let refusal = try #require(driver.answers[calls[2]]?.refusal)
    #expect(refusal.reason == .atCapacity && refusal.retryAfterNs > 0 && refusal.retryToken != 0)
    for call in calls.prefix(2) { driver.step(.callerLeft(call: call)) }
    driver.pass(.milliseconds(10))
    let newcomer = try #require(try driver.ask("a"))
    driver.pass(.milliseconds(10))
    let token = bringsToken ? refusal.retryToken : 0
    let back = try #require(try driver.ask("a", token: token))
    let order = driver.serve([(other, "b"), (newcomer, "newcomer"), (back, "back")])
    #expect(
      order.filter { $0 != "b" } == (bringsToken ? ["back", "newcomer"] : ["newcomer", "back"])
    )
  }

  @Test func `a turn that is refused again keeps the token that it brought, another's is ignored`()
    throws
  {
    var driver = QueueDriver { $0.waitingMax = 2 }
    _ = try driver.fill()
    for tenant in ["a", "b"] { _ = try #require(try driver.ask(tenant)) }
    _ = try driver.ask("c")
    let token = try #require(driver.response?.refusal?.retryToken)
    driver.pass(.milliseconds(10))
    _ = try driver.ask("c", token: token)
    #expect(driver.response?.refusal?.retryToken == token)
    _ = try driver.ask("d", token: token)
    let other = try #require(driver.response?.refusal?.retryToken)
    driver.pass(.milliseconds(10))
    _ = try driver.ask("d")
    #expect(driver.response?.refusal?.retryToken != other, "it is another time")
    _ = try driver.ask("d", token: other)
    #expect(driver.response?.refusal?.retryToken == other)
  }

  @Test func `a refusal that another try does not help has no token`() throws {
    var driver = QueueDriver { $0.limits.concurrentTurns = 1 }
    _ = try driver.ask(model: "none")
    #expect(driver.response?.refusal?.retryToken == 0)
    _ = try driver.ask()
    _ = try driver.ask()
    #expect(driver.response?.refusal?.reason == .quota)
    #expect(driver.response?.refusal?.retryToken == 0)
  }

  @Test func `explaining neither waits nor takes anybody's place`() throws {
    var driver = QueueDriver()
    _ = try driver.fill()
    _ = try #require(try driver.ask())
    let before = driver.control.core.status
    let response = try driver.control.route(explain: true)
    guard case .waits(let wait) = response.verdict else {
      Issue.record("\(String(describing: response.verdict))")
      return
    }
    #expect(wait.preferredReplica.isEmpty && wait.estimateNs > 0 && response.choice == nil)
    #expect(driver.control.core.status == before)
  }

  @Test(arguments: [
    HearthV1.RouteRequest(model: "llama", tenant: "a b", promptTokens: 1),
    HearthV1.RouteRequest(model: "llama", promptTokens: 1, priority: 8),
    HearthV1.RouteRequest(model: "llama", promptTokens: 1, deadlineNs: -1),
    HearthV1.RouteRequest(model: "llama", promptTokens: 1, ttftNs: 9_999_999),
    HearthV1.RouteRequest(model: "llama", promptTokens: 1, ttftNs: 3_600_000_000_001),
    HearthV1.RouteRequest(model: "llama", promptTokens: 1, tpotNs: -60_000_000),
  ])
  func `what can't be so is refused with words`(_ request: HearthV1.RouteRequest) {
    var driver = QueueDriver()
    let error = #expect(throws: Rejection.self) {
      try driver.control.core.route(request, at: driver.control.now)
    }
    #expect(error?.code == .invalidArgument)
  }

  @Test(arguments: 1...10)
  func `every call that is held is answered once, whatever happens`(_ seed: UInt64) throws {
    var random = PRNG(seed: seed)
    var driver = QueueDriver(nodes: ["n", "m"]) {
      ($0.waitingMax, $0.waitMax) = (8, .seconds(2))
      $0.limits.concurrentTurns = 5
    }
    var open: Set<UInt64> = []
    var (held, taken) = (0, 0)
    for _ in 0..<2_000 {
      switch random.below(6) {
      case 0, 1:
        let deadline = random.below(3) == 0 ? Duration.milliseconds(random.below(900)) : .zero
        if let call = try driver.ask(["a", "b", "c"][random.below(3)], deadline: deadline) {
          open.insert(call)
          held += 1
        }
      case 2:
        let known = driver.answers.values.compactMap(\.placement?.reservation)
        driver.report(
          ["n", "m"][random.below(2)],
          accepted: known,
          ended: random.below(2) == 0 ? known : []
        )
      case 3:
        guard let call = open.filter({ driver.answers[$0] == nil }).min() else { continue }
        driver.step(.callerLeft(call: call))
        open.remove(call)
        taken += 1
      case 4:
        let state: HearthV1.Availability = [.suspect, .ready][random.below(2)]
        driver.perform(driver.control.say(1, .nodeState(.init(node: "n", state: state))))
      default: driver.pass(.milliseconds(random.below(100)))
      }
      let waiting = open.count { driver.answers[$0] == nil }
      #expect(driver.control.core.status.waiting == UInt32(waiting), "seed \(seed)")
      #expect(waiting <= 8)
    }
    driver.pass(.seconds(3))
    #expect(open.allSatisfy { driver.answers[$0] != nil }, "seed \(seed)")
    #expect(driver.answers.count == open.count && held == open.count + taken)
    #expect(held > 100, "the world was empty")
  }
}
