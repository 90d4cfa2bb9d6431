import Admission
import Basics
import Testing

/// Who may wait, and for how long.
@Suite(.timeLimit(.minutes(5)))
struct AdmissionWaitingTests {
  private func wait(
    _ driver: inout AdmissionDriver,
    _ turn: AdmissionTurn
  ) throws -> AdmissionQueue.Answer {
    let ticket = try driver.offer(turn)
    driver.queue.hintHeadroom(of: ticket, seconds: 1)
    return driver.queue.wait(ticket, at: driver.now)
  }

  @Test func `one tenant can't fill the queue`() throws {
    var driver = AdmissionDriver { ($0.waitingMax, $0.tenantShare) = (4, 0.5) }
    for _ in 0..<2 { try driver.wait(driver.turn("a")) }
    let refused = try #require(refusal { try driver.wait(driver.turn("a")) })
    #expect(refused.reason == .tenantShare(waiting: 2))
    #expect("\(refused)".hasPrefix("We are at capacity, try again in 3s (tenant a has 2"))
    try driver.wait(driver.turn("b"))
    #expect(driver.queue.waitingCount == 3)
  }

  @Test func `in a full queue a tenant with many turns gives way to one with few`() throws {
    var driver = AdmissionDriver { ($0.waitingMax, $0.tenantShare) = (4, 1) }
    for _ in 0..<4 { try driver.wait(driver.turn("a")) }
    for tenant in ["b", "b"] {
      let turn = driver.turn(tenant)
      guard case .waits(_, let displaced?) = try wait(&driver, turn) else {
        Issue.record("\(tenant) is to take a place of a")
        return
      }
      #expect(displaced.turn.tenant.text == "a")
      #expect(displaced.refusal.reason == .displaced(waiting: 4))
      #expect(driver.queue.turn(displaced.ticket) == nil)
    }
    let last = driver.turn("b")
    guard case .refused(let refused) = try wait(&driver, last) else {
      Issue.record("both have two turns")
      return
    }
    #expect(refused.reason == .queueFull(waiting: 4))
    let order = driver.order()
    #expect(order.sorted() == ["a", "a", "b", "b"])
  }

  @Test func `turns that wait are bounded in memory, those of a tenant in half of it`() throws {
    var driver = AdmissionDriver { $0.waitingBytesMax = 1_000 }
    func turn(_ tenant: String, _ bytes: Int) -> AdmissionTurn {
      var turn = driver.turn(tenant)
      turn.bytes = bytes
      return turn
    }
    try driver.wait(turn("a", 450))
    #expect(refusal { try driver.wait(turn("a", 60)) }?.reason == nil)
    #expect(driver.queue.waitingBytes == 60)
    #expect(refusal { try driver.wait(turn("a", 450)) }?.reason == .tenantShare(waiting: 1))
    try driver.wait(turn("b", 500))
    try driver.wait(turn("c", 440))
    let last = turn("d", 50)
    guard case .waits(_, let displaced?) = try wait(&driver, last) else {
      Issue.record("the one that takes most is to give way")
      return
    }
    #expect(displaced.turn.tenant.text == "b")
    #expect(driver.queue.waitingBytes == 550)
    #expect(driver.order().sorted() == ["a", "c", "d"])
    #expect(driver.queue.waitingBytes == 0)
  }

  @Test func `in a full queue the lowest priority gives way, its last turn first`() throws {
    var driver = AdmissionDriver { ($0.waitingMax, $0.tenantShare) = (3, 1) }
    for priority in [1, 4, 1] { try driver.wait(driver.turn(priority: priority)) }
    var gone: [UInt64] = []
    for _ in 0..<2 {
      let turn = driver.turn(priority: 3)
      guard case .waits(_, let displaced?) = try wait(&driver, turn) else { continue }
      gone.append(displaced.turn.number)
    }
    #expect(gone == [3, 1])
    #expect(
      refusal { try driver.wait(driver.turn(priority: 3)) }?.reason == .tenantShare(waiting: 3)
    )
  }

  @Test func `a turn that can't be in time is refused at once, with the numbers`() throws {
    var driver = AdmissionDriver()
    for _ in 0..<3 { try driver.wait(driver.turn()) }
    let late = driver.turn(firstToken: 0.5, deadline: 4)
    let refused = try #require(refusal { try driver.wait(late) })
    #expect(refused.reason == .deadline(estimateSeconds: 4.5, leftSeconds: 4))
    #expect(
      "\(refused)"
        == "We are at capacity, try again in 500ms (the first token would take about 4.5s, and "
        + "the deadline is in 4s)"
    )
    try driver.wait(driver.turn(firstToken: 0.5, deadline: 5))
    #expect(driver.queue.waitingCount == 4)
  }

  @Test func `a turn that waits until it can't be in time is refused then`() throws {
    var driver = AdmissionDriver { $0.waitMax = .seconds(30) }
    try driver.wait(driver.turn(firstToken: 2, deadline: 10))
    try driver.wait(driver.turn())
    #expect(driver.queue.deadline == driver.now.advanced(by: .seconds(8)))
    driver.pass(7.999)
    let early = driver.queue.popOverdue(at: driver.now)
    #expect(early == nil)
    driver.pass(0.001)
    // No place could help it.
    let patient = driver.queue.nextTimedOut(at: driver.now)
    #expect(patient == nil)
    let late = [1, 2].map { _ in driver.queue.popOverdue(at: driver.now) }
    #expect(late.map { $0?.turn.number } == [1, nil])
    #expect(late[0]?.refusal.reason == .deadlinePassed(waitedSeconds: 8))
    driver.pass(22)
    let impatient = driver.queue.nextTimedOut(at: driver.now)
    #expect(impatient.map { driver.queue.turn($0)?.number } == 2)
    let tired = driver.queue.popOverdue(at: driver.now)
    #expect(tired?.refusal.reason == .waitedTooLong(waitedSeconds: 30))
    #expect(driver.queue.deadline == nil)
    #expect(driver.queue.waitingCount == 0)
  }

  @Test func `the estimate starts from the router's word and follows what is let go`() throws {
    var driver = AdmissionDriver { ($0.waitingMax, $0.waitMax) = (1_000, .seconds(10_000)) }
    for _ in 0..<400 { try driver.wait(driver.turn(), room: 10) }
    // Nothing has been let go yet: 400 turns at the router's 10 s.
    #expect(driver.queue.waiting(at: driver.now).last?.estimateSeconds == 4_000)
    for _ in 0..<200 {
      driver.pass(0.5)
      _ = driver.next()
    }
    // 200 are left, at the two a second that were let go.
    let rows = driver.queue.waiting(at: driver.now)
    let last = try #require(rows.last?.estimateSeconds)
    #expect(abs(last - 100) < 25, "\(last)")
    #expect(rows[0].estimateSeconds < 1)
    #expect(rows.map(\.estimateSeconds) == rows.map(\.estimateSeconds).sorted())
    driver.pass(60)
    let stalled = try #require(driver.queue.waiting(at: driver.now).last?.estimateSeconds)
    #expect(stalled > 2 * last, "nothing is let go: \(stalled)")
  }

  @Test func `the estimate knows who goes first`() throws {
    var driver = AdmissionDriver()
    for _ in 0..<20 { try driver.wait(driver.turn("many")) }
    for _ in 0..<2 { try driver.wait(driver.turn("few")) }
    // After both of its own and two of the others'; after all; after all.
    for (tenant, priority, expected) in [("few", 4, 5.0), ("many", 4, 23), ("few", 2, 23)] {
      var twin = driver
      let turn = twin.turn(tenant, priority: priority)
      let answer = try wait(&twin, turn)
      #expect(answer == .waits(estimateSeconds: expected, displaced: nil), "\(tenant) \(priority)")
    }
  }
}
