import ArgumentParser
import Foundation

struct ComputeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compute",
    abstract: "What training runs and turns take, in petaflop/s-days, and how fast that grows.",
    discussion: """
      A petaflop/s-day is 10^15 operations a second for a day, 8.64e19 operations; additions and \
      multiplications count as one each (OpenAI, "AI and compute", 2018). Only `report` \
      asks a control plane.

      Examples:
        hearth compute estimate examples/compute/alexnet.yaml
        hearth compute trend --svg trend.svg
        hearth compute report --by model --since 24h
      """,
    subcommands: [EstimateCommand.self, TrendCommand.self, ReportCommand.self]
  )
}

/// How estimates and trends are written.
enum ComputeFormat: String, CaseIterable, ExpressibleByArgument {
  /// Aligned columns; the default.
  case table
  /// One JSON document.
  case json
  /// Values with commas between them, below a heading.
  case csv
}

/// Values with commas between them, as RFC 4180 has them, but for the ends of lines.
enum CSVText {
  /// One line.
  static func line(_ cells: [String]) -> String {
    cells.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ cell: String) -> String {
    let isPlain = cell.unicodeScalars.allSatisfy { !",\"\n\r".unicodeScalars.contains($0) }
    return isPlain ? cell : "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}

extension Double {
  /// The number in three digits: `0.00563`, `2.78e-05`, `76.6`.
  var threeDigits: String { String(format: "%.3g", self) }
}
