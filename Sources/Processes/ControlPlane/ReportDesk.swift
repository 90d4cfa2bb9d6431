import Accounting
import Basics
import Daemon
import EventLoop
import HearthMessages
import RPC
import SQLite
import Wire

/// Answers what turns and jobs took: on another thread, one question at a time.
///
/// Confined to its loop.
final class ReportDesk {
  typealias Call = HeldCall<HearthV1.ComputeReport>

  private struct Question: Sendable {
    let group: LedgerReader.Group
    let range: Range<Int64>
    let limit: Int
  }

  /// Most rows of an answer, and how many there are where nobody says.
  private static let (rowsMax, rowsUsual) = (10_000, 1_000)
  /// Most questions that wait.
  private static let waitingMax = 64

  private let loop: Loop
  private let reader: LedgerReader
  private var waiting: [(question: Question, call: Call)] = []
  private var isBusy = false

  /// Reads the ledger in a file that is open already.
  init(_ path: String, loop: Loop) throws(SQLiteError) {
    self.loop = loop
    reader = try LedgerReader(path)
  }

  /// The answer to a request, later.
  func reply(
    to request: HearthV1.ReportComputeRequest
  ) throws(GRPCStatus) -> Reply<HearthV1.ComputeReport> {
    let now = Duration.since1970.nanoseconds + 1
    let (since, until) = (request.sinceUnixNs, request.untilUnixNs)
    guard since >= 0, until >= 0 else {
      throw GRPCStatus(.invalidArgument, "times before 1970 are not kept")
    }
    let end = until == 0 ? now : min(until, now)
    guard since < end else {
      let why =
        until > 0 && since >= until ? "since is not before until" : "since is not in the past"
      throw GRPCStatus(.invalidArgument, why)
    }
    guard let group = LedgerReader.Group(request.by) else {
      throw GRPCStatus(.invalidArgument, "by is tenant, model, adapter, job or region")
    }
    guard request.limit <= Self.rowsMax else {
      throw GRPCStatus(.invalidArgument, "limit is at most \(Self.rowsMax)")
    }
    guard waiting.count < Self.waitingMax else {
      throw GRPCStatus(.resourceExhausted, "too many questions about the ledger wait")
    }
    let limit = request.limit == 0 ? Self.rowsUsual : Int(request.limit)
    let question = Question(group: group, range: since..<end, limit: limit)
    return .held { [unowned self] call in add(question, call) }
  }

  private func add(_ question: Question, _ call: Call) {
    waiting.append((question, call))
    call.onCancel = { [unowned self, unowned call] _ in waiting.removeAll { $0.call === call } }
    // Not inside of the call that asks.
    loop.runLater { [weak self] in self?.work() }
  }

  private func work() {
    guard !isBusy, !waiting.isEmpty else { return }
    let (question, call) = waiting.removeFirst()
    call.onCancel = nil
    isBusy = true
    do {
      try loop.offload({ [reader] in
        Result { () throws(SQLiteError) in
          HearthV1.ComputeReport(
            try reader.report(by: question.group, in: question.range),
            limit: question.limit
          )
        }
      }) { [weak self] result in
        switch result {
        case .success(let report): call.answer(report)
        case .failure(let error):
          call.finish(GRPCStatus(.unavailable, "the ledger can't be read: \(error)"))
        }
        self?.isBusy = false
        self?.work()
      }
    } catch {
      isBusy = false
      call.finish(GRPCStatus(.unavailable, "\(error)"))
    }
  }
}

extension LedgerReader.Group {
  fileprivate init?(_ group: HearthV1.ComputeGroup) {
    switch group {
    case .unspecified, .tenant: self = .tenant
    case .model: self = .model
    case .adapter: self = .adapter
    case .job: self = .job
    case .region: self = .region
    default: return nil
    }
  }
}

extension HearthV1.ComputeReport {
  fileprivate init(_ report: LedgerReader.Report, limit: Int) {
    var total = ComputeUsage()
    for row in report.rows { total += row.usage }
    self.init(
      rows: report.rows.prefix(limit).map { .init(name: $0.name, usage: .init($0.usage)) },
      total: .init(total),
      leftOut: UInt64(max(0, report.rows.count - limit)),
      sinceUnixNs: report.range.lowerBound,
      untilUnixNs: report.range.upperBound
    )
  }
}

extension HearthV1.ComputeUsage {
  fileprivate init(_ usage: ComputeUsage) {
    self.init(
      turns: UInt64(usage.turns),
      promptTokens: UInt64(usage.promptTokens),
      cachedTokens: UInt64(usage.cachedTokens),
      outputTokens: UInt64(usage.outputTokens),
      gpuSeconds: usage.gpuSeconds,
      forwardOperations: usage.forwardOperations,
      backwardOperations: usage.backwardOperations,
      savedOperations: usage.savedOperations,
      gpuTimeOperations: usage.gpuTimeOperations
    )
  }
}
