import ArgumentParser
import Basics
import Foundation
import HearthMessages
import HearthProto

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Report what turns and jobs took, from the control plane's ledger.",
    discussion: """
      COUNTED are the petaflop/s-days of the operations that the model's dimensions give for what \
      was computed; GPU TIME those of the replica's busy time times peak times utilisation (0.33; \
      0.17 for CPUs), of which each turn has its share. RATIO is the first over the second: far \
      from 1, GPUs are used better or worse than that. SAVED is what the cached tokens would have \
      taken.

      Times are dates or moments of UTC (2026-12-01, 2026-12-01T08:30:00Z) or how long ago (90m, \
      24h, 7d). A turn counts when it ended.

      Exit codes: 0 reported, 1 a time is wrong or no ledger is kept, 2 no control plane.

      Examples:
        hearth compute report --since 24h
        hearth compute report --by model --since 2026-12-01 --until 2027-01-01 -o csv
      """
  )

  @Option(help: ArgumentHelp("tenant, model, adapter, job or region.", valueName: "what"))
  var by = ReportGroup.tenant
  @Option(help: ArgumentHelp("The beginning. (default: of the ledger)", valueName: "time"))
  var since: String?
  @Option(help: ArgumentHelp("The end, which is not included. (default: now)", valueName: "time"))
  var until: String?
  @Option(help: ArgumentHelp("Most rows, those with the most GPU time first.", valueName: "rows"))
  var limit = 1_000
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("table, json, jsonl or csv.", valueName: "format")
  )
  var output = UsageFormat.table
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard (1...10_000).contains(limit) else {
      throw ValidationError("--limit is from 1 to 10000")
    }
    let now = Date()
    let start = try since.map { try Self.time($0, "--since", now) }
    let end = try until.map { try Self.time($0, "--until", now) }
    if let start, start >= end ?? now {
      throw ValidationError("--since is not before \(until == nil ? "now" : "--until")")
    }
  }

  func run() async throws {
    let now = Date()
    var request = HearthV1.ReportComputeRequest(by: by.message, limit: UInt32(limit))
    request.sinceUnixNs = try since.map { try Self.time($0, "--since", now).nanoseconds } ?? 0
    request.untilUnixNs = try until.map { try Self.time($0, "--until", now).nanoseconds } ?? 0
    let asked = request
    try await connection.connected { fleet in
      let report = try await fleet.ask(HearthV1.Admin.reportCompute, asked)
      print(UsageReport(by: by, asked: asked, report: report).text(as: output), terminator: "")
    }
  }

  /// The moment that a text says.
  static func time(_ text: String, _ option: String, _ now: Date) throws -> Date {
    let days = text.hasSuffix("d") ? Double(text.dropLast()).map { $0 * 86_400 } : nil
    let ago = days ?? Duration(text: text)?.inSeconds
    let moment =
      ago.map { now.addingTimeInterval(-$0) } ?? (try? Date(text, strategy: .iso8601))
      ?? (try? Date(text + "T00:00:00Z", strategy: .iso8601))
    guard let moment else {
      throw ValidationError(
        "\(option): \(text.quoted(limit: 40)) is not a time (try 2026-12-01, "
          + "2026-12-01T08:30:00Z, or 24h or 7d for as long ago)"
      )
    }
    guard (0..<253_402_300_800).contains(moment.timeIntervalSince1970) else {
      throw ValidationError("\(option) is from 1970 to 9999")
    }
    return moment
  }
}

/// What a report has a row for each of.
enum ReportGroup: String, CaseIterable, ExpressibleByArgument {
  case tenant
  case model
  case adapter
  case job
  case region

  fileprivate var message: HearthV1.ComputeGroup {
    switch self {
    case .tenant: .tenant
    case .model: .model
    case .adapter: .adapter
    case .job: .job
    case .region: .region
    }
  }
}

/// How reports of the ledger are written.
enum UsageFormat: String, CaseIterable, ExpressibleByArgument {
  /// Aligned columns; the default.
  case table
  /// One JSON document.
  case json
  /// One JSON object a line.
  case jsonl
  /// Values with commas between them, below a heading.
  case csv
}

extension Date {
  /// The time since 1970, at most what fits.
  fileprivate var nanoseconds: Int64 { Int64(min(9.2e18, timeIntervalSince1970 * 1e9)) }
}
