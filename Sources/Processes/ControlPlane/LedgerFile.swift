import Accounting
import Basics
import Daemon
import Glibc
import SQLite

/// The ledger's writer: every entry once, and the sums of its hours and days.
///
/// `@unchecked Sendable` because one thread at a time uses it: ``LedgerDesk`` has it do one
/// thing after another.
final class LedgerFile: @unchecked Sendable {
  /// What became of entries.
  struct Outcome: Sendable, Equatable {
    /// Those that are new.
    var added = 0
    /// Those that were there already.
    var repeated = 0
    /// Those of a time of which entries are not kept one by one any more: nobody can tell whether
    /// they were counted, so they are not.
    var late = 0
  }

  private struct Sum: Hashable {
    let tier: LedgerSpan.Tier
    let start: Int64
    let subject: Int64
  }

  private struct Replica: Hashable {
    let name: String
    let gpu: String
    let count: Int
  }

  /// Most names of subjects, and of replicas, that are remembered.
  private static let namesMax = 65_536
  /// Most entries that are dropped at once.
  private static let trimmedMax = 5_000

  let database: SQLiteDatabase
  private let insert: SQLiteStatement
  private let add: SQLiteStatement
  private var subjects: [UsageSubject: Int64] = [:]
  private var replicas: [Replica: Int64] = [:]
  /// Entries that ended before are not kept one by one.
  private var horizon: Int64

  /// Opens the ledger in a file, which is made if it is missing.
  init(_ path: String) throws(StartError) {
    try Self.claim(path)
    do throws(SQLiteError) {
      database = try SQLiteDatabase(path, .write)
      if let fault = try LedgerSchema.migrate(database) {
        throw SQLiteError(fault)
      }
      let columns = LedgerSchema.usageColumns
      insert = try database.prepare(
        """
        INSERT INTO entry (source, ordinal, reservation, ended, subject, replica,
          \(LedgerSchema.usageList))
        VALUES (\((1...6 + columns.count).map { "?\($0)" }.joined(separator: ", ")))
        ON CONFLICT DO NOTHING
        """
      )
      add = try database.prepare(
        """
        INSERT INTO sums (length, start, subject, \(LedgerSchema.usageList))
        VALUES (\((1...3 + columns.count).map { "?\($0)" }.joined(separator: ", ")))
        ON CONFLICT DO UPDATE SET
          \(columns.map { "\($0) = \($0) + excluded.\($0)" }.joined(separator: ", "))
        """
      )
      horizon = try database.number("SELECT ended FROM horizon")
    } catch {
      throw StartError("ledger: \(path) \(Self.words(error))")
    }
  }

  /// What is wrong, and what to do, in words that follow the path.
  static func words(_ error: SQLiteError) -> String {
    switch error.kind {
    case .damaged:
      "is damaged (\(error)): put a copy in its place, or move it away to begin an empty ledger"
    case .full: "can't grow (\(error)): make room on its disk"
    case .other: "\(error)"
    }
  }

  /// Makes the file where there is none; refuses one that others could have written.
  private static func claim(_ path: String) throws(StartError) {
    let file = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw unsafe StartError("ledger: can't open \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw StartError("ledger: \(path) is not a file: name another")
    }
    guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
      throw StartError(
        "ledger: \(path) can be written by others than the user who runs this (\(geteuid())): "
          + "chown it and chmod it to 600 if you trust what is in it"
      )
    }
  }

  /// Adds entries, all or none; what this returns is on the disk.
  ///
  /// Nothing ended after `now`, in nanoseconds since 1970.
  func write(_ records: [UsageRecord], now: Int64) throws(SQLiteError) -> Outcome {
    var outcome = Outcome()
    do throws(SQLiteError) {
      try database.transaction { () throws(SQLiteError) in
        var sums: [Sum: ComputeUsage] = [:]
        for var record in records {
          record.ended = min(max(0, record.ended), now)
          guard record.ended >= horizon else {
            outcome.late += 1
            continue
          }
          let subject = try id(of: record.subject)
          guard try insertEntry(record, subject) else {
            outcome.repeated += 1
            continue
          }
          outcome.added += 1
          for tier in [LedgerSpan.Tier.hours, .days] {
            let sum = Sum(tier: tier, start: tier.start(of: record.ended), subject: subject)
            sums[sum, default: .init()] += record.usage
          }
        }
        for (sum, usage) in sums {
          try add.bind(1, sum.tier.length)
          try add.bind(2, sum.start)
          try add.bind(3, sum.subject)
          try add.bind(usage, from: 4)
          _ = try add.step()
        }
      }
    } catch {
      // Names that were given within it are gone.
      (subjects, replicas) = ([:], [:])
      throw error
    }
    return outcome
  }

  /// Drops some of the entries that ended before a time, whose sums stay; returns whether there are
  /// more.
  func trim(before time: Int64) throws(SQLiteError) -> Bool {
    horizon = max(horizon, LedgerSpan.Tier.hours.start(of: max(0, time)))
    try database.transaction { () throws(SQLiteError) in
      try database.run(
        """
        UPDATE horizon SET ended = \(horizon);
        DELETE FROM entry WHERE rowid IN (
          SELECT rowid FROM entry WHERE ended < \(horizon) LIMIT \(Self.trimmedMax)
        )
        """
      )
    }
    return database.changedRows == Self.trimmedMax
  }

  private func insertEntry(_ record: UsageRecord, _ subject: Int64) throws(SQLiteError) -> Bool {
    let replica = Replica(name: record.replica, gpu: record.gpu, count: record.gpuCount)
    let values = [
      Int64(bitPattern: record.source), Int64(bitPattern: record.ordinal),
      Int64(bitPattern: record.reservation), record.ended, subject, try id(of: replica),
    ]
    for (index, value) in values.enumerated() { try insert.bind(index + 1, value) }
    try insert.bind(record.usage, from: values.count + 1)
    _ = try insert.step()
    return database.changedRows == 1
  }

  private func id(of subject: UsageSubject) throws(SQLiteError) -> Int64 {
    if let id = subjects[subject] { return id }
    let names = [subject.tenant, subject.model, subject.adapter, subject.region, subject.job]
    let id = try id(in: "subject", ["tenant", "model", "adapter", "region", "job"], names)
    if subjects.count >= Self.namesMax { subjects = [:] }
    subjects[subject] = id
    return id
  }

  private func id(of replica: Replica) throws(SQLiteError) -> Int64 {
    if let id = replicas[replica] { return id }
    let names = [replica.name, replica.gpu, "\(replica.count)"]
    let id = try id(in: "replica", ["name", "gpu", "gpus"], names)
    if replicas.count >= Self.namesMax { replicas = [:] }
    replicas[replica] = id
    return id
  }

  /// The number of a row with these names, which is made where there is none.
  private func id(
    in table: String,
    _ columns: [String],
    _ names: [String]
  ) throws(SQLiteError) -> Int64 {
    let marks = names.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    let list = columns.joined(separator: ", ")
    let make = try database.prepare(
      "INSERT INTO \(table) (\(list)) VALUES (\(marks)) ON CONFLICT DO NOTHING"
    )
    let find = try database.prepare("SELECT id FROM \(table) WHERE (\(list)) = (\(marks))")
    for (index, name) in names.enumerated() {
      try make.bind(index + 1, name)
      try find.bind(index + 1, name)
    }
    _ = try make.step()
    return try find.step() ? find.integer(0) : 0
  }
}

extension SQLiteStatement {
  /// Sets the parameters from `index` on to what a usage has.
  fileprivate func bind(_ usage: ComputeUsage, from index: Int) throws(SQLiteError) {
    let counts = [usage.turns, usage.promptTokens, usage.cachedTokens, usage.outputTokens]
    for (place, count) in counts.enumerated() { try bind(index + place, Int64(count)) }
    let numbers = [
      usage.gpuSeconds, usage.forwardOperations, usage.backwardOperations,
      usage.savedOperations, usage.gpuTimeOperations,
    ]
    for (place, number) in numbers.enumerated() { try bind(index + counts.count + place, number) }
  }
}
