import Admission
import Basics
import FleetSpec
import Testing

/// Who goes first.
@Suite(.timeLimit(.minutes(5)))
struct AdmissionOrderTests {
  @Test func `the higher priority goes first, and asking for more than one's own gives that`()
    throws
  {
    var driver = AdmissionDriver {
      $0.tenants = [
        AdmissionDriver.tenant("low"): .init(priority: 2),
        AdmissionDriver.tenant("high"): .init(priority: 6),
      ]
    }
    for (tenant, priority) in [("low", 7), ("a", nil), ("high", 1), ("high", nil)] {
      try driver.wait(driver.turn(tenant, priority: priority))
    }
    #expect(driver.queue.waiting(at: driver.now).map(\.priority) == [6, 4, 2, 1])
    let order = driver.order()
    #expect(order == ["high", "a", "low", "high"])
  }

  @Test func `those go first that can be in time, the one with least time to lose before others`()
    throws
  {
    var driver = AdmissionDriver()
    for rank in [5, 1, 3, 1, -7, .nan, 4] { try driver.wait(driver.turn(rank: rank)) }
    let numbers = driver.numbers()
    #expect(numbers == [3, 2, 4, 5, 6, 7, 1])
  }

  @Test func `each turn's own objective says when it begins to be late`() throws {
    var driver = AdmissionDriver()
    // Late at 3 s, at 1 s, at once and at 9 s.
    for (ttft, rank) in [(4, 1), (2, 1), (2, 3), (10, 1)] as [(Double, Double)] {
      try driver.wait(driver.turn(rank: rank, ttft: ttft))
    }
    driver.pass(0.5)
    try driver.wait(driver.turn(rank: 1, ttft: 1.25))
    let numbers = driver.numbers()
    #expect(numbers == [5, 2, 1, 4, 3])
  }

  @Test
  func `a turn that may well not be in time goes between those that are and those that are late`()
    throws
  {
    var driver = AdmissionDriver()
    // Doubtful from 2 s on and late at 3 s; late at once.
    for (rank, margin) in [(1, 1), (5, 0)] as [(Double, Double)] {
      var turn = driver.turn(rank: rank)
      turn.marginSeconds = margin
      try driver.wait(turn)
    }
    driver.pass(1.9)
    try driver.wait(driver.turn(rank: 1))
    #expect(inOrder(&driver) == [1, 3, 2])
    driver.pass(0.2)
    #expect(inOrder(&driver) == [3, 1, 2])
    // The first is late too now, and shorter than the other.
    driver.pass(1)
    #expect(inOrder(&driver) == [3, 1, 2])
  }

  /// The turns that are next, the late ones behind the others.
  private func inOrder(_ driver: inout AdmissionDriver) -> [UInt64] {
    driver.queue.next(of: AdmissionDriver.model("m"), limit: 8, at: driver.now)
      .compactMap { driver.queue.turn($0)?.number }
  }

  @Test func `a late turn is overtaken by late ones only within rank over ageing`() throws {
    var driver = AdmissionDriver { ($0.ageing, $0.waitMax) = (0.1, .seconds(60)) }
    try driver.wait(driver.turn(rank: 7))
    driver.pass(19.9)
    try driver.wait(driver.turn(rank: 5))
    driver.pass(0.2)
    try driver.wait(driver.turn(rank: 5))
    let numbers = driver.numbers()
    #expect(numbers == [2, 1, 3])
  }

  @Test func `tenants are served by tokens, not by turns`() throws {
    var driver = AdmissionDriver()
    for _ in 0..<8 { try driver.wait(driver.turn("small", prompt: 100)) }
    for _ in 0..<2 { try driver.wait(driver.turn("large", prompt: 400)) }
    let order = driver.order()
    // 100 against 400, and of equals who waited first.
    #expect(order.map { $0.prefix(1) }.joined() == "slsssslsss")
  }

  @Test func `answers count twice, cached tokens a tenth, and weights divide`() throws {
    var driver = AdmissionDriver {
      $0.tenants[AdmissionDriver.tenant("heavy")] = .init(weight: 3)
    }
    for _ in 0..<12 { try driver.wait(driver.turn("heavy", prompt: 100)) }
    for _ in 0..<4 { try driver.wait(driver.turn("light", prompt: 0, output: 50)) }
    let order = driver.order()
    #expect(order.prefix(8).count { $0 == "heavy" } == 6)

    var cached = AdmissionDriver()
    let first = try cached.wait(cached.turn("warm", prompt: 1_000))
    for tenant in ["warm", "cold", "warm"] {
      try cached.wait(cached.turn(tenant, prompt: 150))
    }
    cached.queue.start(first, cachedTokens: 1_000, at: cached.now)
    let rest = cached.order()
    #expect(rest == ["cold", "warm", "warm"])
  }

  @Test func `being away earns nothing, and a debt is remembered as long as others wait`() throws {
    var driver = AdmissionDriver()
    for _ in 0..<100 { try driver.wait(driver.turn("a")) }
    _ = driver.order(count: 50)
    for _ in 0..<10 { try driver.wait(driver.turn("b")) }
    let order = driver.order(count: 10)
    #expect(order.count { $0 == "a" } == 5)

    // b leaves with one turn more than a has had since, and comes back at once.
    var debtor = AdmissionDriver()
    for _ in 0..<4 { try debtor.wait(debtor.turn("a")) }
    try debtor.wait(debtor.turn("b", prompt: 250))
    let before = debtor.order(count: 2)
    try debtor.wait(debtor.turn("b", prompt: 250))
    let after = debtor.order()
    #expect(before + after == ["a", "b", "a", "a", "b", "a"])
  }

  @Test func `what an answer turned out to be is put right`() throws {
    var driver = AdmissionDriver()
    for _ in 0..<3 { try driver.wait(driver.turn("long", prompt: 100, output: 10)) }
    for _ in 0..<3 { try driver.wait(driver.turn("b", prompt: 100, output: 10)) }
    let first = try #require(driver.queue.first(of: AdmissionDriver.model("m")))
    let begun = driver.next()
    #expect(begun?.tenant.text == "long")
    let outcome = TurnOutcome(
      cachedTokens: 0,
      outputTokens: 110,
      queueSeconds: 0,
      ttftSeconds: 1,
      totalSeconds: 2,
      isComplete: true
    )
    driver.queue.end(first, outcome: outcome, at: driver.now)
    // 320 against 120 a turn.
    let order = driver.order()
    #expect(order == ["b", "b", "b", "long", "long"])
  }

  @Test func `models do not wait for each other, and a stuck one costs nothing`() throws {
    var driver = AdmissionDriver()
    for _ in 0..<3 { try driver.wait(driver.turn(model: "stuck")) }
    let free = driver.turn(model: "free")
    guard case .first(let ticket) = driver.queue.offer(free, at: driver.now) else {
      Issue.record("nobody waits for the model")
      return
    }
    driver.queue.start(ticket, at: driver.now)
    let another = driver.turn(model: "stuck")
    guard case .behind = driver.queue.offer(another, at: driver.now) else {
      Issue.record("others wait for the model")
      return
    }
    #expect(driver.queue.waitingModels == [AdmissionDriver.model("stuck")])
    let orders = [driver.order("free"), driver.order("stuck")]
    #expect(orders.map(\.count) == [0, 3])
  }
}
