import Basics
import FleetSpec
import Traces

/// Replays of one trace side by side.
struct ReplayTable {
  let columns: [(policy: String, report: ReplayReport)]
  /// The time in which their requests were sent.
  let sendingTime: Duration
  /// The time in which those of the last were sent, if that replay was stopped.
  var stoppedAfter: Duration?
  /// Rows after the others, with a cell a column.
  var more: [(title: String, cells: [String])] = []

  /// The replays as text, ended by a newline.
  func text(as format: ReportFormat) -> String {
    switch format {
    case .table: table
    case .json: json.jsonText(isPretty: true) + "\n"
    case .jsonl: json.map { $0.jsonText() + "\n" }.joined()
    }
  }

  /// The replays as a table for people.
  private var table: String {
    var lines = [[""] + columns.map(\.policy)]
    if columns.count == 2 { lines[0].append("\(columns[1].policy) / \(columns[0].policy)") }
    for row in Self.rows {
      let values = columns.map { row.value($0.report) }
      if row.isOptional, values.allSatisfy({ $0 == nil || $0 == 0 }) { continue }
      var line = [row.title] + values.map { $0.map(row.show) ?? "-" }
      if row.isCompared, values.count == 2, let first = values[0], let second = values[1], first > 0
      {
        line.append("\((second / first).text()) x")
      }
      lines.append(line)
    }
    for (title, counts) in [("refused", \ReplayReport.refusedCounts), ("failed", \.failedCounts)] {
      let reasons = Set(columns.flatMap { $0.report[keyPath: counts].keys }).sorted()
      for reason in reasons {
        let counts = columns.map { "\($0.report[keyPath: counts][reason] ?? 0)" }
        lines.append(["  \(title): \(reason)"] + counts)
      }
    }
    lines.append(["good turns" + bounds] + columns.map(\.report.goodShare.percentToTenths))
    lines.append(
      ["goodput, turns a second"]
        + columns.indices.map { goodput($0)?.text() ?? "-" }
    )
    lines += more.map { [$0.title] + $0.cells }
    let count = lines[0].count
    let widths = (0..<count).map { column in
      lines.compactMap { $0.count > column ? $0[column].count : nil }.max() ?? 0
    }
    return lines.map { line in
      line.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : "  " + space + cell
      }.joined() + "\n"
    }.joined()
  }

  /// Turns a second that met their objectives; nil where they were all sent at once.
  private func goodput(_ column: Int) -> Double? {
    let isStopped = stoppedAfter != nil && column == columns.count - 1
    let time = isStopped ? stoppedAfter ?? sendingTime : sendingTime
    return time > .zero ? columns[column].report.goodput(over: time) : nil
  }

  /// Tables of the places of each replay.
  func places(by split: ReportSplit) -> String {
    columns.map { policy, report in
      PlaceTables.text(report, by: split, heading: columns.count > 1 ? policy : nil)
    }.joined()
  }

  /// What good turns meet, in brackets; empty while there is none.
  private var bounds: String {
    let objectives = columns.reduce(into: Set()) { $0.formUnion($1.report.objectives) }
    guard let objective = objectives.first else { return "" }
    guard objectives.count == 1 else { return " (each by its own objective)" }
    return " (TTFT < \(objective.ttft.text), TPOT < \(objective.tpot.text))"
  }

  /// The replays as a JSON object each; durations in seconds of the fleet's time.
  private var json: [JSONObject] {
    columns.enumerated().map { number, column in
      var fields = Self.fields(of: column.report, goodput: goodput(number))
      fields["policy"] = column.policy
      return fields
    }
  }

  /// A report as the fields of a JSON object.
  static func fields(of report: ReplayReport, goodput: Double?) -> JSONObject {
    let objectives = report.objectives.sorted { ($0.ttft, $0.tpot) < ($1.ttft, $1.tpot) }
    var fields = JSONObject(rows.map { ($0.key, $0.value(report)) })
    fields.add([
      "refusedBecause": report.refusedCounts, "failedBecause": report.failedCounts,
      "objectives": objectives.map(\.json), "goodput": goodput,
      "goodShare": report.goodShare,
    ])
    fields.add(PlaceTables.fields(of: report))
    return fields
  }

  private struct Row {
    let title: String
    let key: String
    var isCompared = false
    /// Whether the table is better off without it where no replay has a value above 0.
    var isOptional = false
    let show: (Double) -> String
    let value: (ReplayReport) -> Double?
  }

  private static var rows: [Row] {
    func count(_ title: String, _ key: String, _ value: @escaping (ReplayReport) -> Int) -> Row {
      Row(title: title, key: key, show: { "\(Int($0))" }, value: { Double(value($0)) })
    }
    func share(_ title: String, _ key: String, _ value: @escaping (ReplayReport) -> Double) -> Row {
      Row(title: title, key: key, isCompared: true, show: \.percentToTenths, value: value)
    }
    func time(
      _ title: String,
      _ key: String,
      isOptional: Bool = false,
      _ value: @escaping (ReplayReport) -> Duration?
    ) -> Row {
      Row(
        title: title,
        key: key,
        isCompared: true,
        isOptional: isOptional,
        show: { Duration(inSeconds: $0).text },
        value: { value($0).map { seconds($0.nanoseconds) } }
      )
    }
    return [
      count("requests", "requests", \.submittedCount),
      count("completed", "completed", \.completedCount),
      count("refused", "refused", \.refusedCount), count("failed", "failed", \.failedCount),
      Row(title: "unfinished", key: "unfinished", isOptional: true, show: { "\(Int($0))" }) {
        Double($0.unfinishedCount)
      },
      count("retried", "retries", \.retryCount),
      count("waited", "waited") { $0.waits.count },
      time("wait p50", "waitP50Seconds", isOptional: true) { $0.waits.percentile(50) },
      time("wait p99", "waitP99Seconds", isOptional: true) { $0.waits.percentile(99) },
      time("retry after p50", "retryAfterP50Seconds", isOptional: true) {
        $0.retryAfter.percentile(50)
      },
      share("KV hit rate (tokens)", "hitRate", \.hitRate),
      time("TTFT p50", "ttftP50Seconds") { $0.ttft.percentile(50) },
      time("TTFT p90", "ttftP90Seconds") { $0.ttft.percentile(90) },
      time("TTFT p99", "ttftP99Seconds") { $0.ttft.percentile(99) },
      time("TPOT mean", "tpotMeanSeconds") { $0.tpot.mean },
      time("TPOT p90", "tpotP90Seconds") { $0.tpot.percentile(90) },
      share("cross-region", "outOfRegion", \.outOfRegionShare),
    ]
  }
}

extension ServiceObjective {
  /// The bounds in seconds.
  var json: JSONObject {
    ["ttftSeconds": seconds(ttft.nanoseconds), "tpotSeconds": seconds(tpot.nanoseconds)]
  }
}
