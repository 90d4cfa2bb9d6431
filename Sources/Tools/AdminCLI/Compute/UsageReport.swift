import Accounting
import Basics
import Foundation
import HearthMessages

/// A report of the ledger as it is written.
struct UsageReport {
  let by: ReportGroup
  let asked: HearthV1.ReportComputeRequest
  let report: HearthV1.ComputeReport

  func text(as format: UsageFormat) -> String {
    switch format {
    case .table: table
    case .json: listing.text(report.rows, as: .json)
    case .jsonl: listing.text(report.rows, as: .jsonl)
    case .csv:
      CSVText.line([
        by.rawValue, "turns", "gpu_hours", "counted_pfs_days", "gpu_time_pfs_days", "ratio",
        "prompt_tokens", "cached_tokens", "output_tokens", "saved_pfs_days",
      ])
        + report.rows.map { row in
          let usage = row.usage ?? .init()
          return CSVText.line([
            row.name, "\(usage.turns)", "\(usage.gpuHours)", "\(usage.counted)",
            "\(usage.gpuTime)", usage.ratio.map { "\($0)" } ?? "", "\(usage.promptTokens)",
            "\(usage.cachedTokens)", "\(usage.outputTokens)", "\(usage.saved)",
          ])
        }.joined()
    }
  }

  /// The rows, their sum, and what should be known of them.
  private var table: String {
    guard !report.rows.isEmpty else { return "Nothing was recorded in that time.\n" }
    let sum = HearthV1.ComputeRow(name: "all", usage: report.total)
    return listing.text(report.rows + (report.rows.count > 1 ? [sum] : []), as: .table) + "\n"
      + notes.map { $0 + "\n" }.joined()
  }

  private var notes: [String] {
    var notes = ["COUNTED, GPU TIME and SAVED are petaflop/s-days."]
    if report.leftOut > 0 {
      notes.append("\(count(Int(clamping: report.leftOut), "row")) not shown (--limit)")
    }
    let isCut =
      report.sinceUnixNs < asked.sinceUnixNs
      || asked.untilUnixNs > 0 && report.untilUnixNs > asked.untilUnixNs
    if isCut {
      let times = [report.sinceUnixNs, report.untilUnixNs].map {
        Date(timeIntervalSince1970: Double($0) / 1e9).formatted(.iso8601)
      }
      notes.append(
        "Turns of that time are not kept one by one any more: these are whole hours, from "
          + "\(times[0]) to \(times[1])."
      )
    }
    return notes
  }

  private var listing: Listing<HearthV1.ComputeRow> {
    func column(
      _ title: String,
      _ value: @escaping (HearthV1.ComputeUsage) -> String
    ) -> Listing<HearthV1.ComputeRow>.Column {
      .init(title, number: true) { value($0.usage ?? .init()) }
    }
    return Listing(
      name: \.name,
      columns: [
        .init(by.rawValue.uppercased(), \.name), column("TURNS") { "\($0.turns)" },
        column("GPU HOURS") { $0.gpuHours.threeDigits },
        column("COUNTED") { $0.counted.threeDigits },
        column("GPU TIME") { $0.gpuTime.threeDigits },
        column("RATIO") { $0.ratio?.threeDigits ?? "" },
        column("TOKENS IN") { "\($0.promptTokens)" }, column("CACHED") { "\($0.cachedTokens)" },
        column("OUT") { "\($0.outputTokens)" }, column("SAVED") { $0.saved.threeDigits },
      ],
      fields: { row in
        let usage = row.usage ?? .init()
        return [
          by.rawValue: row.name, "turns": usage.turns, "gpuHours": usage.gpuHours,
          "countedPfsDays": usage.counted, "gpuTimePfsDays": usage.gpuTime,
          "ratio": usage.ratio, "promptTokens": usage.promptTokens,
          "cachedTokens": usage.cachedTokens, "outputTokens": usage.outputTokens,
          "savedPfsDays": usage.saved,
        ]
      }
    )
  }
}

extension HearthV1.ComputeUsage {
  fileprivate var gpuHours: Double { gpuSeconds / 3_600 }
  fileprivate var counted: Double {
    (forwardOperations + backwardOperations) / PetaflopDay.operations
  }
  fileprivate var gpuTime: Double { gpuTimeOperations / PetaflopDay.operations }
  fileprivate var saved: Double { savedOperations / PetaflopDay.operations }
  fileprivate var ratio: Double? { gpuTime > 0 ? counted / gpuTime : nil }
}
