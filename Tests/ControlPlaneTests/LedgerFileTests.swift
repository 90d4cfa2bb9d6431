import Accounting
import Basics
import FleetSpec
import Foundation
import SQLite
import TestSupport
import Testing

@testable import ControlPlane

struct LedgerFileTests {
  private let folder: TemporaryFolder
  private let path: String
  private static let hour = LedgerSpan.Tier.hours.length
  private static let now = 20_000 * LedgerSpan.Tier.days.length + 7 * hour + 5

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("ledger.db")
  }

  private func record(
    _ ordinal: UInt64,
    ended: Int64 = now,
    tenant: String = "acme",
    gpuSeconds: Double = 1
  ) -> UsageRecord {
    var usage = ComputeUsage()
    (usage.turns, usage.promptTokens, usage.gpuSeconds) = (1, 100, gpuSeconds)
    return UsageRecord(
      source: .max,
      ordinal: ordinal,
      reservation: 7,
      ended: ended,
      subject: .init(tenant: tenant, model: "m", adapter: "", region: "eu"),
      replica: "n/0",
      gpu: "h100-sxm",
      gpuCount: 2,
      usage: usage
    )
  }

  private func report(_ range: Range<Int64> = 0..<now + 1) throws -> [String: ComputeUsage] {
    let rows = try LedgerReader(path).report(by: .tenant, in: range).rows
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0.usage) })
  }

  @Test func `an entry counts once, also after another start`() throws {
    let file = try LedgerFile(path)
    let both = [record(1), record(2, tenant: "zeta")]
    #expect(try file.write(both, now: Self.now) == .init(added: 2))
    #expect(try file.write([record(1), record(3)], now: Self.now) == .init(added: 1, repeated: 1))
    let next = try LedgerFile(path)
    #expect(try next.write(both, now: Self.now) == .init(repeated: 2))
    #expect(try report().mapValues(\.turns) == ["acme": 2, "zeta": 1])
    #expect(try report()["acme"]?.promptTokens == 200)
  }

  @Test func `any time adds up what ended in it`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed)
    let file = try LedgerFile(path)
    let records = (1...400).map { ordinal in
      record(
        UInt64(ordinal),
        ended: Self.now - Int64(random.below(100 * 3600)) * 1_000_000_000,
        tenant: "t\(random.below(3))",
        gpuSeconds: Double(random.below(1_000)) / 8
      )
    }
    _ = try file.write(records, now: Self.now)
    for _ in 0..<50 {
      let times = (0..<2).map { _ in Self.now - Int64(random.below(110 * 3600)) * 1_000_000_000 }
      let range = (times.min() ?? 0)..<(times.max() ?? 0)
      var expected: [String: Double] = [:]
      for record in records where range.contains(record.ended) {
        expected[record.subject.tenant, default: 0] += record.usage.gpuSeconds
      }
      #expect(try report(range).mapValues(\.gpuSeconds) == expected, "seed \(seed), \(range)")
    }
  }

  @Test func `old entries leave their sums, and nothing counts twice`() throws {
    let file = try LedgerFile(path)
    let old = record(1, ended: Self.now - 30 * Self.hour)
    _ = try file.write([old, record(2)], now: Self.now)
    #expect(try !file.trim(before: Self.now - 24 * Self.hour))
    #expect(try report()["acme"]?.turns == 2)
    let next = try LedgerFile(path)
    #expect(try next.write([old], now: Self.now) == .init(late: 1))
    #expect(try report()["acme"]?.turns == 2)
    let cut = try LedgerReader(path).report(by: .region, in: old.ended + 1..<Self.now)
    #expect(cut.range == LedgerSpan.Tier.hours.start(of: old.ended)..<Self.now)
    #expect(cut.rows.map(\.usage.turns) == [1])
  }

  @Test func `an entry of the future ended now`() throws {
    _ = try LedgerFile(path).write([record(1, ended: .max), record(2, ended: -1)], now: Self.now)
    #expect(try report(Self.now..<Self.now + 1)["acme"]?.turns == 1)
    #expect(try report(0..<1)["acme"]?.turns == 1)
  }

  @Test func `what is full adds nothing, and goes on when there is room`() throws {
    let file = try LedgerFile(path)
    let many = (1...5_000).map { record($0, tenant: "t\($0)") }
    try file.database.run("PRAGMA max_page_count = 40")
    let fault = #expect(throws: SQLiteError.self) { try file.write(many, now: Self.now) }
    #expect(fault?.kind == .full)
    #expect(try report().isEmpty)
    try file.database.run("PRAGMA max_page_count = 1000000")
    #expect(try file.write(many, now: Self.now) == .init(added: 5_000))
    #expect(try report().count == 5_000)
  }

  @Test func `files that can't be trusted or read are refused with what to do`() throws {
    func fault(_ name: String, _ prepare: (String) throws -> Void) throws -> String {
      let path = folder.path(name)
      try prepare(path)
      let error = #expect(throws: (any Error).self) { try LedgerFile(path) }
      return error.map { "\($0)" } ?? ""
    }
    let damaged = try fault("damaged.db") {
      try Data(repeating: 65, count: 8_192).write(to: URL(filePath: $0))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: $0)
    }
    #expect(damaged.contains("is damaged") && damaged.contains("move it away"))
    let newer = try fault("newer.db") {
      _ = try LedgerFile($0)
      try SQLiteDatabase($0, .write).run("PRAGMA user_version = 99")
    }
    #expect(newer.contains("newer Hearth (version 99"))
    let foreign = try fault("foreign.db") {
      try SQLiteDatabase($0, .write).run("CREATE TABLE t (a)")
    }
    #expect(foreign.contains("another program"))
    let open = try fault("open.db") {
      _ = try LedgerFile($0)
      try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: $0)
    }
    #expect(open.contains("chmod"))
    let link = try fault("link.db") {
      try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: path)
    }
    #expect(link.contains("can't open"))
    #expect(try fault("none/ledger.db") { _ in }.contains("No such file"))
  }
}
