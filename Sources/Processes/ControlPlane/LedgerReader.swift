import Accounting
import SQLite

/// Reads reports out of the ledger, beside its writer.
///
/// `@unchecked Sendable` because one thread at a time uses it: ``ReportDesk`` asks one
/// question after another.
final class LedgerReader: @unchecked Sendable {
  /// What reports have a row for each of.
  enum Group: String, Sendable {
    case tenant
    case model
    case adapter
    case job
    case region
  }

  /// What took what, in a time.
  struct Report: Sendable {
    /// By name, those with the most GPU time first.
    var rows: [(name: String, usage: ComputeUsage)]
    /// The time that was added up, in nanoseconds since 1970.
    var range: Range<Int64>
  }

  private let database: SQLiteDatabase

  /// Reads the ledger in a file that its writer has opened.
  init(_ path: String) throws(SQLiteError) { database = try SQLiteDatabase(path, .read) }

  /// What was recorded of turns and jobs that ended in a time.
  ///
  /// Hours that the time cuts count whole where their entries are not kept one by one any more.
  func report(by group: Group, in range: Range<Int64>) throws(SQLiteError) -> Report {
    try database.run("BEGIN")
    defer { try? database.run("COMMIT") }
    let horizon = try database.number("SELECT ended FROM horizon")
    let hours = LedgerSpan.Tier.hours
    var (start, end) = (range.lowerBound, range.upperBound)
    if start < horizon { start = hours.start(of: start) }
    if end < horizon { end = min(horizon, hours.start(of: end + hours.length - 1)) }
    var usages: [Int64: ComputeUsage] = [:]
    for span in LedgerSpan.covering(start..<end) { try addUp(span, to: &usages) }
    var rows: [String: ComputeUsage] = [:]
    let names = try database.prepare("SELECT id, \(group.rawValue) FROM subject")
    while try names.step() {
      guard let usage = usages[names.integer(0)] else { continue }
      rows[names.text(1), default: .init()] += usage
    }
    let sorted = rows.sorted {
      ($1.value.gpuSeconds, $0.key) < ($0.value.gpuSeconds, $1.key)
    }
    return Report(rows: sorted.map { ($0.key, $0.value) }, range: start..<end)
  }

  private func addUp(
    _ span: LedgerSpan,
    to usages: inout [Int64: ComputeUsage]
  ) throws(SQLiteError) {
    let columns = "SELECT subject, \(LedgerSchema.usageList) FROM"
    let rows = try database.prepare(
      span.tier == .entries
        ? "\(columns) entry WHERE ended >= ?1 AND ended < ?2"
        : "\(columns) sums WHERE length = \(span.tier.length) AND start >= ?1 AND start < ?2"
    )
    try rows.bind(1, span.range.lowerBound)
    try rows.bind(2, span.range.upperBound)
    while try rows.step() { usages[rows.integer(0), default: .init()] += rows.usage(from: 1) }
  }
}

extension SQLiteStatement {
  /// The usage in the columns from `column` on.
  fileprivate func usage(from column: Int) -> ComputeUsage {
    var usage = ComputeUsage()
    usage.turns = Int(integer(column))
    usage.promptTokens = Int(integer(column + 1))
    usage.cachedTokens = Int(integer(column + 2))
    usage.outputTokens = Int(integer(column + 3))
    usage.gpuSeconds = double(column + 4)
    usage.forwardOperations = double(column + 5)
    usage.backwardOperations = double(column + 6)
    usage.savedOperations = double(column + 7)
    usage.gpuTimeOperations = double(column + 8)
    return usage
  }
}
