import Basics
import FleetSpec
import Testing

@testable import Admission

/// What tenants may have.
@Suite(.timeLimit(.minutes(5)))
struct AdmissionQuotaTests {
  private let outcome = TurnOutcome(
    cachedTokens: 0,
    outputTokens: 20,
    queueSeconds: 0,
    ttftSeconds: 1,
    totalSeconds: 2,
    isComplete: true
  )

  @Test func `a quota of requests says what it is and when to try again`() throws {
    var driver = AdmissionDriver { $0.limits.requestsPerMinute = 30 }
    for _ in 0..<5 { _ = try driver.offer(driver.turn()) }
    let refused = try #require(refusal { _ = try driver.offer(driver.turn()) })
    #expect(refused.reason == .requestQuota(perMinute: 30, burst: 5))
    #expect("\(refused)" == "tenant a may start 30 turns a minute (5 at once): try again in 2s")
    driver.pass(1.9)
    #expect(refusal { _ = try driver.offer(driver.turn()) } != nil)
    driver.pass(0.1)
    _ = try driver.offer(driver.turn())
    _ = try driver.offer(driver.turn("b"))
  }

  @Test func `a quota of tokens counts the answer as expected, and as it was`() throws {
    var driver = AdmissionDriver {
      $0.limits.tokensPerMinute = 600
      $0.burst = .seconds(60)
    }
    let first = try driver.offer(driver.turn(prompt: 400, output: 100))
    let refused = try #require(refusal { _ = try driver.offer(driver.turn(prompt: 180)) })
    #expect(refused.reason == .tokenQuota(perMinute: 600, burst: 600, asked: 180))
    #expect(refused.retryAfterSeconds == 8)
    #expect(
      "\(refused)"
        == "tenant a may use 600 tokens a minute (600 at once), and this turn needs 180: try again "
        + "in 8s"
    )
    driver.queue.start(first, at: driver.now)
    driver.queue.end(first, outcome: outcome, at: driver.now)
    _ = try driver.offer(driver.turn(prompt: 180))
    #expect(refusal { _ = try driver.offer(driver.turn(prompt: 1)) } != nil)
  }

  @Test func `a turn larger than the burst runs from a full bucket, and is paid off`() throws {
    var driver = AdmissionDriver { $0.limits.tokensPerMinute = 600 }
    _ = try driver.offer(driver.turn(prompt: 500))
    let refused = try #require(refusal { _ = try driver.offer(driver.turn(prompt: 100)) })
    #expect(refused.retryAfterSeconds == 50)
    driver.pass(50)
    _ = try driver.offer(driver.turn(prompt: 100))
  }

  @Test func `turns at one time are counted while they wait and run`() throws {
    var driver = AdmissionDriver { $0.limits.concurrentTurns = 2 }
    let running = try driver.offer(driver.turn())
    driver.queue.start(running, at: driver.now)
    let waiting = try driver.wait(driver.turn())
    driver.pass(3)
    let refused = try #require(refusal { _ = try driver.offer(driver.turn()) })
    #expect(refused.reason == .concurrency(limit: 2))
    let ends = [1, 2].map { _ in driver.queue.end(running, at: driver.now) }
    #expect(ends == [true, false], "a turn ends once")
    _ = try driver.offer(driver.turn())
    #expect(refusal { _ = try driver.offer(driver.turn()) } != nil)
    let withdrawals = [1, 2].map { _ in driver.queue.withdraw(waiting, at: driver.now) }
    #expect(withdrawals == [true, false])
    _ = try driver.offer(driver.turn())
  }

  @Test func `what a turn took of quotas that never ran comes back`() throws {
    var driver = AdmissionDriver {
      $0.limits.tokensPerMinute = 600
      $0.limits.requestsPerMinute = 12
    }
    let one = try driver.wait(driver.turn(prompt: 100))
    driver.queue.withdraw(one, at: driver.now)
    let two = try driver.offer(driver.turn(prompt: 100))
    driver.queue.start(two, at: driver.now)
    driver.queue.withdraw(two, at: driver.now)
    #expect(driver.queue.runningCount == 0)
    for _ in 0..<2 { _ = try driver.offer(driver.turn(prompt: 10)) }
    let refused = try #require(refusal { _ = try driver.offer(driver.turn(prompt: 10)) })
    #expect(refused.reason == .requestQuota(perMinute: 12, burst: 2))
  }

  @Test func `of tenants without turns the one not heard of for longest is forgotten`() throws {
    var driver = AdmissionDriver {
      $0.tenantsMax = 2
      $0.limits.requestsPerMinute = 6
      $0.tenants[AdmissionDriver.tenant("named")] = .init(requestsPerMinute: 6)
    }
    func use(_ tenant: String) throws {
      let ticket = try driver.offer(driver.turn(tenant))
      driver.queue.start(ticket, at: driver.now)
      driver.queue.end(ticket, at: driver.now)
    }
    try use("named")
    let busy = try driver.wait(driver.turn("busy"))
    for tenant in ["x", "y"] { try use(tenant) }
    #expect(driver.queue.tenantCount == 3)
    let quota = AdmissionRefusal.Reason.requestQuota(perMinute: 6, burst: 1)
    #expect(refusal { _ = try driver.offer(driver.turn("y")) }?.reason == quota)
    _ = try driver.wait(driver.turn("x"))
    #expect(refusal { _ = try driver.offer(driver.turn("named")) }?.reason == quota)
    let refused = try #require(refusal { _ = try driver.offer(driver.turn("z")) })
    #expect(refused.reason == .overLimit(limit: 2))
    driver.queue.withdraw(busy, at: driver.now)
    _ = try driver.wait(driver.turn("z"))
  }

  @Test func `a tenant that was forgotten leaves nothing to the one in its place`() throws {
    var driver = AdmissionDriver { $0.tenantsMax = 2 }
    for _ in 0..<3 { try driver.wait(driver.turn("a")) }
    let debt = try driver.offer(driver.turn("b", prompt: 1_000))
    driver.queue.start(debt, at: driver.now)
    driver.queue.end(debt, at: driver.now)
    try driver.wait(driver.turn("c"))
    let order = driver.order()
    #expect(order == ["a", "c", "a", "a"])
  }

  @Test func `no more turns run than can be kept account of`() throws {
    var driver = AdmissionDriver {
      $0.runningMax = 2
      $0.waitingMax = 1
    }
    for _ in 0..<3 { driver.queue.start(try driver.offer(driver.turn()), at: driver.now) }
    let refused = refusal { _ = try driver.offer(driver.turn()) }
    #expect(refused?.reason == .overLimit(limit: 2))
  }
}
