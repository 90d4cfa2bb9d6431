import Accounting
import Basics
import Coordination
import EventLoop
import Logging
import SQLite
import TestSupport
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(1)))
struct LedgerDeskTests {
  private final class Heard {
    var kept: UInt64 = 0
    var missed = 0
    var wanted = 0
  }

  private let folder: TemporaryFolder
  private let loop: Loop
  private let heard = Heard()

  init() throws {
    folder = try TemporaryFolder()
    loop = try Loop()
  }

  private func desk() throws -> LedgerDesk {
    try LedgerDesk(
      folder.path("ledger.db"),
      retention: .seconds(86_400),
      loop: loop,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { [heard] event in
      switch event {
      case .usageKept(let count): heard.kept = count
      case .usageMissed: heard.missed += 1
      case .usageWanted: heard.wanted += 1
      default: break
      }
    }
  }

  private func records(_ ordinals: Range<UInt64>) -> [UsageRecord] {
    let subject = UsageSubject(tenant: "t", model: "m", adapter: "", region: "eu")
    return ordinals.map {
      UsageRecord(
        source: 1,
        ordinal: $0,
        reservation: $0,
        ended: .max,
        subject: subject,
        replica: "n/0",
        gpu: "g",
        gpuCount: 1,
        usage: .init()
      )
    }
  }

  private func turn(_ words: Comment, until condition: () -> Bool) {
    let came = loop.run(until: condition, within: .seconds(20))
    #expect(came, words)
  }

  @Test func `what is told as kept is on the disk`() throws {
    let desk = try desk()
    desk.add(records(0..<10))
    #expect(heard.kept == 0)
    turn("kept") { heard.kept == 10 }
    desk.add(records(5..<12))
    turn("kept") { heard.kept == 17 }
    #expect(desk.figures.added == 12 && desk.figures.repeated == 5)
    let file = try SQLiteDatabase(folder.path("ledger.db"), .read)
    #expect(try file.number("SELECT count(*) FROM entry") == 12)
  }

  @Test func `what a disk refuses waits, and beyond a bound is asked for again`() throws {
    let desk = try desk()
    turn("the first look at old entries") { desk.isIdle }
    try desk.file.database.run("PRAGMA max_page_count = 10")
    let count = UInt64(LedgerDesk.pendingMax)
    desk.add(records(0..<count))
    desk.add(records(count..<count + 10))
    #expect(heard.missed == 1 && desk.figures.missed == 10)
    turn("a failure") { desk.figures.failures > 1 }
    #expect(heard.kept == 0 && heard.wanted == 0 && desk.figures.pending == Int(count))
    try desk.file.database.run("PRAGMA max_page_count = 1000000")
    turn("all to be kept") { heard.wanted == 1 }
    #expect(heard.kept == count + 10 && desk.figures.added == Int(count))
    desk.add(records(count - 5..<count + 10))
    turn("the rest to be kept") { desk.figures.added == Int(count) + 10 }
    #expect(desk.figures.repeated == 5 && heard.wanted == 1)
  }

  @Test func `what waits is written before an end`() throws {
    let desk = try desk()
    desk.add(records(0..<3))
    var isDone = false
    desk.finish { isDone = true }
    turn("the end") { isDone }
    #expect(desk.figures.added == 3)
  }
}
