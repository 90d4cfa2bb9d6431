import Admission
import Basics
import FleetSpec
import Testing

/// Who was told to come back, and does.
@Suite(.timeLimit(.minutes(5)))
struct AdmissionReturnTests {
  /// Lets a turn wait that was first asked for so many seconds ago.
  @discardableResult
  private func comeBack(
    _ driver: inout AdmissionDriver,
    _ tenant: String = "a",
    rank: Double = 0,
    after seconds: Double
  ) throws -> AdmissionTicket {
    var turn = driver.turn(tenant, rank: rank)
    turn.firstArrival = driver.now.advanced(by: Duration(inSeconds: -seconds))
    return try driver.wait(turn)
  }

  @Test func `it goes before newcomers of its tenant, and takes nothing of another's share`() throws
  {
    var driver = AdmissionDriver()
    driver.pass(100)
    for tenant in ["a", "a", "b", "b"] { try driver.wait(driver.turn(tenant)) }
    driver.pass(1)
    try comeBack(&driver, after: 2)
    try comeBack(&driver, after: 3)
    let numbers = driver.numbers()
    #expect(numbers == [6, 3, 5, 4, 1, 2])
  }

  @Test func `it stays behind its tenant's turns that came before it was first asked for`() throws {
    var driver = AdmissionDriver()
    driver.pass(100)
    try driver.wait(driver.turn())
    driver.pass(1)
    try driver.wait(driver.turn())
    driver.pass(1)
    try comeBack(&driver, after: 1.5)
    let numbers = driver.numbers()
    #expect(numbers == [1, 3, 2])
  }

  @Test func `it stays behind turns of higher priorities`() throws {
    var driver = AdmissionDriver()
    driver.pass(100)
    try driver.wait(driver.turn(priority: 4))
    var turn = driver.turn(priority: 3)
    turn.firstArrival = .zero
    try driver.wait(turn)
    #expect(driver.numbers() == [1, 2])
  }

  @Test func `it is late only when it would be had it come now, and may wait as long`() throws {
    var driver = AdmissionDriver()
    driver.pass(100)
    let back = try comeBack(&driver, after: 60)
    driver.pass(1)
    let newcomer = try driver.wait(driver.turn())
    #expect(
      driver.queue.next(of: AdmissionDriver.model("m"), limit: 2, at: driver.now) == [
        back, newcomer,
      ]
    )
    // Late from 4 s on, and the other from 5 s on.
    driver.pass(3.5)
    #expect(
      driver.queue.next(of: AdmissionDriver.model("m"), limit: 2, at: driver.now) == [
        newcomer, back,
      ]
    )
    // Of those that are late it is the older one again.
    driver.pass(1)
    #expect(
      driver.queue.next(of: AdmissionDriver.model("m"), limit: 2, at: driver.now) == [
        back, newcomer,
      ]
    )
    driver.pass(4.4)
    #expect(driver.queue.popOverdue(at: driver.now) == nil)
    driver.pass(0.2)
    let dropped = driver.queue.popOverdue(at: driver.now)
    #expect(dropped?.ticket == back && abs((dropped?.waitedSeconds ?? 0) - 10.1) < 1e-6)
  }

  @Test func `of turns that came together it takes no place of another tenant's`() throws {
    var driver = AdmissionDriver()
    driver.pass(100)
    let own = try driver.wait(driver.turn("a"))
    driver.pass(0.1)
    let other = try driver.wait(driver.turn("b"))
    driver.pass(0.1)
    let back = try comeBack(&driver, "a", after: 50)
    #expect(driver.queue.inOrder([back, other, own]) == [back, other, own])
    #expect(driver.queue.inOrder([back, other]) == [other, back])
  }

  @Test
  func `where the queue is full it takes the place of its tenant's newest, if that came later`()
    throws
  {
    var driver = AdmissionDriver { ($0.waitingMax, $0.tenantShare) = (2, 1) }
    driver.pass(100)
    try driver.wait(driver.turn())
    driver.pass(2)
    let newest = try driver.wait(driver.turn())
    driver.pass(1)
    var turn = driver.turn()
    turn.firstArrival = driver.now.advanced(by: .seconds(-2))
    let back = try driver.offer(turn)
    guard case .waits(_, let displaced?) = driver.queue.wait(back, at: driver.now) else {
      Issue.record("it does not wait, or nobody gives way to it")
      return
    }
    #expect(displaced.ticket == newest)
    // Those that wait now came before the next one.
    #expect(throws: AdmissionDriver.Refused.self) { try comeBack(&driver, after: 1.5) }
    #expect(driver.numbers() == [1, 3])
  }

  @Test func `where the queue is full it takes no place of another tenant's`() throws {
    var driver = AdmissionDriver { $0.waitingMax = 2 }
    driver.pass(100)
    for tenant in ["b", "c"] { try driver.wait(driver.turn(tenant)) }
    #expect(throws: AdmissionDriver.Refused.self) { try comeBack(&driver, after: 50) }
  }

  @Test func `a first arrival that is still to come is now`() throws {
    var driver = AdmissionDriver()
    try comeBack(&driver, after: -5)
    try driver.wait(driver.turn())
    #expect(driver.numbers() == [1, 2])
  }
}
