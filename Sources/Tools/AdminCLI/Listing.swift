import ArgumentParser

/// How lists are written.
enum OutputFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
  /// Aligned columns; the default.
  case table
  /// Aligned columns, all of them.
  case wide
  /// One JSON array.
  case json
  /// One JSON object a line.
  case jsonl
  /// Names only, one a line.
  case name
}

/// How a single report is written.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
  /// Aligned text; the default.
  case table
  /// One JSON document, indented.
  case json
  /// JSON objects, each on one line.
  case jsonl
}

/// What a command lists: rows with a name, columns for people and fields for scripts.
struct Listing<Row> {
  /// One column of the table.
  struct Column {
    let title: String
    let isWide: Bool
    let isNumber: Bool
    let value: (Row) -> String

    /// Makes a column; a wide one is shown by `-o wide` only, a number is aligned to the right.
    init(
      _ title: String,
      wide: Bool = false,
      number: Bool = false,
      _ value: @escaping (Row) -> String
    ) {
      self.title = title
      isWide = wide
      isNumber = number
      self.value = value
    }
  }

  let name: (Row) -> String
  let columns: [Column]
  let fields: (Row) -> JSONObject

  /// Describes rows.
  init(
    name: @escaping (Row) -> String,
    columns: [Column],
    fields: @escaping (Row) -> JSONObject
  ) {
    self.name = name
    self.columns = columns
    self.fields = fields
  }

  /// The rows as text, each line ended by a newline.
  func text(_ rows: [Row], as format: OutputFormat) -> String {
    switch format {
    case .name: rows.map { Terminal.safe(name($0)) + "\n" }.joined()
    case .jsonl: rows.map { fields($0).jsonText() + "\n" }.joined()
    case .json: rows.map(fields).jsonText(isPretty: true) + "\n"
    case .table, .wide:
      Self.align(columns.filter { format == .wide || !$0.isWide }, rows)
    }
  }

  private static func align(_ columns: [Column], _ rows: [Row]) -> String {
    let cells =
      [columns.map(\.title)] + rows.map { row in columns.map { cell($0.value(row)) } }
    let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    var text = ""
    for line in cells {
      var padded = ""
      for (column, cell) in line.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        padded += (columns[column].isNumber ? space + cell : cell + space) + "  "
      }
      text += padded.trimmingSpaces + "\n"
    }
    return text
  }

  /// An empty cell is a dash; names come from peers.
  private static func cell(_ text: String) -> String {
    text.isEmpty ? "-" : Terminal.safe(text)
  }
}

extension String {
  fileprivate var trimmingSpaces: Substring {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return text
  }
}
