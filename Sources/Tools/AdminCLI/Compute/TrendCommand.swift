import Accounting
import ArgumentParser
import Basics
import Foundation
import Settings

struct TrendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trend",
    abstract: "How often the compute of training runs doubles, from a table of systems.",
    discussion: """
      Fits a line to log2 of the values over time by least squares, and prints the doubling time with \
      its 95 % interval and R². Without a table it takes the worked examples of "AI and compute" at \
      the months of their publication (`-o csv` prints them).

      A table has values with commas between them below a heading, with columns such as system, date \
      (2012, 2012-07 or 2012-07-03) and pfs_days or `Training compute (FLOP)`; --name, --date and \
      --value name others. Rows without a date or a value are left out.

      With --break there are several eras, each with a line of its own: from the dates that are \
      given, or from the one that leaves least squares, with `--break auto`. Such a break is found \
      in any table: compare R² and intervals before you believe it.

      Exit codes: 0 fitted, 1 the table can't be fitted, 3 no such file.

      Examples:
        hearth compute trend --svg trend.svg
        hearth compute trend systems.csv --break 2016-01
        hearth compute trend chips.csv --value transistors --break auto
        hearth compute trend --growth 300000 --doubling 3.4
      """
  )

  enum Distribution: String, CaseIterable, ExpressibleByArgument {
    case student
    case normal

    var criticalValue: CriticalValue {
      switch self {
      case .student: .student
      case .normal: .normal
      }
    }
  }

  @Argument(
    help: ArgumentHelp("The table, instead of the article's.", valueName: "systems.csv"),
    completion: .file(extensions: ["csv"])
  )
  var file: String?
  @Option(help: ArgumentHelp("The column of names.", valueName: "title")) var name: String?
  @Option(help: ArgumentHelp("The column of dates.", valueName: "title")) var date: String?
  @Option(help: ArgumentHelp("The column of values.", valueName: "title")) var value: String?
  @Option(
    name: .customLong("break"),
    help: ArgumentHelp("Where an era begins, or auto; may be repeated.", valueName: "date")
  )
  var breaks: [String] = []
  @Option(
    help: ArgumentHelp(
      "Whose interval: student, or normal, which is too narrow for few systems.",
      valueName: "distribution"
    )
  )
  var interval = Distribution.student
  @Option(
    help: ArgumentHelp("Write a picture of it.", valueName: "file.svg"),
    completion: .file(extensions: ["svg"])
  )
  var svg: String?
  @Option(
    help: ArgumentHelp("Also say how long a growth by this factor takes.", valueName: "factor")
  )
  var growth: Double?
  @Option(
    help: ArgumentHelp(
      "The doubling time of that growth, instead of the last era's.",
      valueName: "months"
    )
  )
  var doubling: Double?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("table, json or csv.", valueName: "format")
  )
  var output = ComputeFormat.table

  func validate() throws {
    if let growth, !(growth > 1 && growth.isFinite) {
      throw ValidationError("--growth is a factor above 1, such as 300000")
    }
    if let doubling, !(doubling > 0 && doubling.isFinite) {
      throw ValidationError("--doubling is a number of months above 0, such as 3.4")
    }
    guard doubling == nil || growth != nil else {
      throw ValidationError("--doubling is about a --growth")
    }
    guard !breaks.contains("auto") || breaks.count == 1 else {
      throw ValidationError("--break auto finds one break: give it alone")
    }
    for text in breaks where text != "auto" && CalendarDate(text) == nil {
      throw ValidationError(
        "--break: \(text.quoted(limit: 40)) is not a date (try 2016-01) or auto"
      )
    }
  }

  func run() throws {
    var columns = SystemTable.Columns()
    (columns.name, columns.date, columns.value) = (name, date, value)
    let table = try Self.table(file, columns)
    let trend = try ComputeTrend(table, breaks: breaks, interval: interval.criticalValue)
    if table.leftOutCount > 0 {
      Terminal.complain("left out \(count(table.leftOutCount, "row")) without a date or a value")
    }
    if let svg {
      do {
        try Data(TrendChart(trend: trend).svg.utf8).write(to: URL(filePath: svg))
      } catch {
        throw Failure(.failed, "\(svg) can't be written: \(error.localizedDescription)")
      }
    }
    let report = TrendReport(trend: trend, growth: growth, doubling: doubling)
    print(report.text(as: output), terminator: "")
  }

  /// The table of a file, or the article's.
  static func table(_ path: String?, _ columns: SystemTable.Columns) throws(Failure) -> SystemTable
  {
    do {
      guard let path else {
        return try SystemTable(PackageResources.systems_csv, file: "systems.csv", columns: columns)
      }
      return try SystemTable(
        try TraceFile.bytes(of: path, bytesMax: SystemTable.bytesMax),
        file: path == "-" ? "standard input" : path,
        columns: columns
      )
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.failed, "\(error)")
    }
  }
}
