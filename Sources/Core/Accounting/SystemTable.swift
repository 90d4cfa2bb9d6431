import Basics

/// A system whose training took a known amount of compute.
public struct TrainedSystem: Sendable, Hashable {
  /// What it is called; may be empty.
  public let name: String
  /// When it was published.
  public let date: CalendarDate
  /// What it took.
  public let value: Double
  /// Where that is from; empty where the table doesn't say.
  public let source: String

  /// The same as a point of a trend.
  public var point: TrendPoint { TrendPoint(months: date.months, value: value) }
}

/// A table of systems, read from values with commas between them.
public struct SystemTable: Sendable, Hashable {
  /// The titles of the columns that are read; nil for those that are known.
  public struct Columns: Sendable {
    /// Names of systems.
    public var name: String?
    /// Dates.
    public var date: String?
    /// What is fitted.
    public var value: String?

    /// The columns whose titles are known.
    public init() {}
  }

  /// Most bytes of a table.
  public static let bytesMax = 16 << 20

  /// The systems, in the order of the table.
  public let systems: [TrainedSystem]
  /// What their values are: `petaflop/s-days`, or the title of another column.
  public let quantity: String
  /// Rows without a date or a value, which are left out.
  public let leftOutCount: Int

  /// Titles that are known, in small letters.
  private static let (names, dates, sources) = (
    ["system", "model", "name"], ["date", "publication date", "published"],
    ["source", "link", "reference"]
  )
  /// Titles of what is counted in petaflop/s-days, and in operations.
  private static let (petaflopDays, operations) = (
    ["pfs_days", "pfs-days", "petaflop/s-days"],
    ["training compute (flop)", "training_flop", "flop", "operations"]
  )

  /// Reads a table of hostile origin; messages call it `file`.
  public init(
    _ bytes: [UInt8],
    file: String,
    columns: Columns = .init()
  ) throws(SystemTableError) {
    let rows = try CSVReader.rows(bytes, file: file)
    guard let heading = rows.first else { throw SystemTableError(file, 1, "there is no heading") }
    let titles = heading.cells.map { $0.lowercased() }
    var faults: [SystemTableError.Fault] = []
    func find(_ what: String, _ given: String?, _ known: [String], _ flag: String) -> Int? {
      if let index = (given.map { [$0.lowercased()] } ?? known).lazy
        .compactMap({ titles.firstIndex(of: $0) }).first
      {
        return index
      }
      let wanted = (given ?? known[0]).quoted(limit: 40)
      let has = heading.cells.prefix(12).map { $0.quoted(limit: 40) }.joined(separator: ", ")
      faults.append(
        .init(
          line: heading.line,
          words: "no column \(wanted) \(what) among \(has): name it with \(flag)"
        )
      )
      return nil
    }
    let date = find("for dates", columns.date, Self.dates, "--date")
    let value = find("for values", columns.value, Self.petaflopDays + Self.operations, "--value")
    let name =
      columns.name == nil
      ? Self.names.lazy.compactMap { titles.firstIndex(of: $0) }.first
      : find("for names", columns.name, [], "--name")
    guard let date, let value, faults.isEmpty else {
      throw SystemTableError(file: file, faults: faults)
    }
    let source = Self.sources.lazy.compactMap { titles.firstIndex(of: $0) }.first
    let isOperations = Self.operations.contains(titles[value])
    var reader = RowReader(titles: heading.cells, name: name, date: date, value: value)
    reader.source = source
    reader.unit = isOperations ? PetaflopDay.operations : 1
    systems = rows.dropFirst().compactMap { reader.system($0) }
    leftOutCount = reader.leftOutCount
    quantity =
      isOperations || Self.petaflopDays.contains(titles[value])
      ? "petaflop/s-days" : heading.cells[value]
    guard reader.faults.isEmpty else { throw SystemTableError(file: file, faults: reader.faults) }
    let last = rows.last?.line ?? 1
    guard systems.count >= 3 else {
      throw SystemTableError(
        file,
        last,
        "the table ends after \(count(systems.count, "system")); a trend takes 3 at least"
      )
    }
    guard Set(systems.map(\.date.months)).count > 1 else {
      throw SystemTableError(
        file,
        last,
        "all \(systems.count) systems are of \(systems[0].date.text); a trend takes two dates"
      )
    }
  }
}

/// Reads the rows of a table below its heading.
private struct RowReader {
  let titles: [String]
  let name: Int?
  let date: Int
  let value: Int
  var source: Int?
  /// What a value is divided by.
  var unit = 1.0
  var leftOutCount = 0
  var faults: [SystemTableError.Fault] = []

  init(titles: [String], name: Int?, date: Int, value: Int) {
    (self.titles, self.name, self.date, self.value) = (titles, name, date, value)
  }

  /// The system of a row; nil where it is left out or faulty.
  mutating func system(_ row: CSVReader.Row) -> TrainedSystem? {
    func fault(_ words: String) { faults.append(.init(line: row.line, words: words)) }
    guard row.cells.count == titles.count else {
      fault("\(count(row.cells.count, "value")), and the heading has \(titles.count)")
      return nil
    }
    guard !row.cells[date].isEmpty, !row.cells[value].isEmpty else {
      leftOutCount += 1
      return nil
    }
    let day = CalendarDate(row.cells[date])
    if day == nil {
      fault("\(titles[date]): \(row.cells[date].quoted(limit: 40)) is not a date (try 2012-07)")
    }
    let number = Double(row.cells[value])
    let amount = number.map { $0 / unit } ?? 0
    let isValid = amount.isFinite && amount > 0
    if !isValid {
      let what = number == nil ? "a number (try 0.0058 or 5e17)" : "a finite number above 0"
      fault("\(titles[value]): \(row.cells[value].quoted(limit: 40)) is not \(what)")
    }
    guard let day, isValid else { return nil }
    return TrainedSystem(
      name: name.map { row.cells[$0] } ?? "",
      date: day,
      value: amount,
      source: source.map { row.cells[$0] } ?? ""
    )
  }
}

/// What is wrong with a table of systems.
public struct SystemTableError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Something wrong with a line.
  struct Fault: Sendable, Hashable {
    let line: Int
    let words: String
  }

  private static let shownMax = 20

  private let file: String
  private let faults: [Fault]

  init(file: String, faults: [Fault]) {
    (self.file, self.faults) = (file, faults)
  }

  init(_ file: String, _ line: Int, _ words: String) {
    self.init(file: file, faults: [Fault(line: line, words: words)])
  }

  /// One fault a line, and how many there are beyond 20.
  public var description: String {
    let shown = faults.prefix(Self.shownMax).map { "\(file):\($0.line): \($0.words)" }
    let more = faults.count - shown.count
    return (shown + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "\n")
  }
}
