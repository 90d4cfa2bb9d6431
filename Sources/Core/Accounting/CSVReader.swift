import Basics

/// Reads a table of hostile origin with commas between its values, within bounds.
///
/// Values may stand in quotes, with quotes in them doubled and with commas and line ends in them
/// (RFC 4180); lines may end either way, and one at the beginning marks UTF-8. Empty lines are left
/// out.
enum CSVReader {
  /// Most rows.
  static let rowsMax = 100_000
  /// Most values of a row.
  static let cellsMax = 1_024

  /// One row, and the line that it begins on.
  struct Row {
    let line: Int
    var cells: [String]
  }

  /// All rows.
  static func rows(_ bytes: [UInt8], file: String) throws(SystemTableError) -> [Row] {
    guard bytes.count <= SystemTable.bytesMax else {
      throw SystemTableError(file, 1, "more than \(SystemTable.bytesMax) bytes, which is the limit")
    }
    var reader = Reader(bytes: bytes, file: file)
    return try reader.rows()
  }

  private struct Reader {
    let bytes: [UInt8]
    let file: String
    var index = 0
    var line = 1

    init(bytes: [UInt8], file: String) {
      (self.bytes, self.file) = (bytes, file)
      if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
    }

    mutating func rows() throws(SystemTableError) -> [Row] {
      var rows: [Row] = []
      while index < bytes.count {
        let row = try row()
        guard row.cells != [""] else { continue }
        guard rows.count < rowsMax else {
          throw SystemTableError(file, row.line, "more than \(rowsMax) rows, which is the limit")
        }
        rows.append(row)
      }
      return rows
    }

    private mutating func row() throws(SystemTableError) -> Row {
      var row = Row(line: line, cells: [])
      while true {
        guard row.cells.count < cellsMax else {
          throw SystemTableError(file, line, "more than \(cellsMax) values, which is the limit")
        }
        row.cells.append(try cell())
        guard index < bytes.count else { return row }
        let isLast = bytes[index] == UInt8(ascii: "\n")
        index += 1
        if isLast {
          line += 1
          return row
        }
      }
    }

    /// One value; what follows is a comma, a line end or nothing.
    private mutating func cell() throws(SystemTableError) -> String {
      let isQuoted = index < bytes.count && bytes[index] == UInt8(ascii: "\"")
      let cell = isQuoted ? try quoted() : plain()
      guard let text = String(validating: cell, as: UTF8.self) else {
        throw SystemTableError(file, line, "a byte that is not valid UTF-8")
      }
      return text
    }

    private mutating func plain() -> [UInt8] {
      let start = index
      while index < bytes.count, bytes[index] != UInt8(ascii: ","),
        bytes[index] != UInt8(ascii: "\n")
      { index += 1 }
      var cell = bytes[start..<index]
      while let last = cell.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") {
        cell.removeLast()
      }
      return Array(cell.drop { $0 == UInt8(ascii: " ") })
    }

    private mutating func quoted() throws(SystemTableError) -> [UInt8] {
      let start = line
      var cell: [UInt8] = []
      index += 1
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") { line += 1 }
        guard byte == UInt8(ascii: "\"") else {
          cell.append(byte)
          continue
        }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
          guard plain().isEmpty else {
            throw SystemTableError(file, line, "text after a quote: double the quotes in a value")
          }
          return cell
        }
        cell.append(byte)
        index += 1
      }
      throw SystemTableError(file, start, "a quote that is not closed")
    }
  }
}
