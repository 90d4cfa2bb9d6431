import ArgumentParser
import Basics
import Traces

/// What a report of turns is split by, beside the whole.
enum ReportSplit: String, CaseIterable, ExpressibleByArgument {
  /// A row a region: what entered there and what was served there.
  case region
  /// A row a replica.
  case replica
}

/// Reports of the places of a replay, as text and for scripts.
enum PlaceTables {
  private typealias Row = (name: String, report: PlaceReport)

  /// A table of the places of one replay, by name; `heading` stands above it where there are
  /// several.
  static func text(_ report: ReplayReport, by split: ReportSplit, heading: String?) -> String {
    let table =
      switch split {
      case .region: listing("REGION", entered + served).text(report.regions.entries, as: .table)
      case .replica: listing("REPLICA", served).text(report.replicas.entries, as: .table)
      }
    return "\n" + (heading.map { "\($0)\n" } ?? "") + table
  }

  private static func listing(
    _ title: String,
    _ columns: [Listing<Row>.Column]
  ) -> Listing<Row> {
    Listing(
      name: \.name,
      columns: [.init(title, \.name)] + columns,
      fields: { _ in [:] }
    )
  }

  private static var entered: [Listing<Row>.Column] {
    [
      .init("ENTERED", number: true) { "\($0.report.submittedCount)" },
      .init("REFUSED", number: true) { "\($0.report.refusedCount)" },
      .init("FAILED", number: true) { "\($0.report.failedCount)" },
    ]
  }

  private static var served: [Listing<Row>.Column] {
    [
      .init("SERVED", number: true) { "\($0.report.completedCount)" },
      .init("FROM ELSEWHERE", number: true) { "\($0.report.foreignCount)" },
      .init("GOOD", number: true) { percent($0.report.completedCount, $0.report.goodShare) },
      .init("HIT RATE", number: true) { percent($0.report.completedCount, $0.report.hitRate) },
      .init("TTFT P50", number: true) { $0.report.ttft.percentile(50)?.text ?? "" },
      .init("P99", number: true) { $0.report.ttft.percentile(99)?.text ?? "" },
      .init("TPOT MEAN", number: true) { $0.report.tpot.mean?.text ?? "" },
    ]
  }

  private static func percent(_ count: Int, _ share: Double) -> String {
    count == 0 ? "" : share.percentToTenths
  }

  /// The places of a replay as fields of its JSON object.
  static func fields(of report: ReplayReport) -> JSONObject {
    [
      "regions": report.regions.entries.map { row in
        var fields = json(row.report)
        fields["region"] = row.name
        fields["entered"] = row.report.submittedCount
        fields["refused"] = row.report.refusedCount
        fields["failed"] = row.report.failedCount
        return fields
      },
      "replicas": report.replicas.entries.map { row in
        var fields = json(row.report)
        fields["replica"] = row.name
        return fields
      },
    ]
  }

  private static func json(_ report: PlaceReport) -> JSONObject {
    [
      "served": report.completedCount, "fromElsewhere": report.foreignCount,
      "good": report.goodCount, "hitRate": report.hitRate, "promptTokens": report.promptTokens,
      "cachedTokens": report.cachedTokens, "outputTokens": report.outputTokens,
      "ttftP50Seconds": report.ttft.percentile(50)?.inSeconds,
      "ttftP99Seconds": report.ttft.percentile(99)?.inSeconds,
      "tpotMeanSeconds": report.tpot.mean?.inSeconds,
    ]
  }
}
