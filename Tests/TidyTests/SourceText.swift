/// The text of a Swift file, line by line, with code, comments and string literals apart.
struct SourceText {
  struct Line {
    let number: Int
    var text = ""
    /// Without comments and without what string literals hold, but for their interpolations.
    var code = ""
    var comment = ""
    /// Whether it begins within a string literal.
    var isLiteral = false
  }

  private enum Mode {
    case code
    case name
    case comment
    case block(depth: Int)
    case string(quotes: Int, hashes: Int)
    /// Code within a string literal, until its parentheses are closed.
    case interpolation(open: Int)
  }

  let path: String
  private(set) var lines: [Line] = []
  private let bytes: [UInt8]
  private var position = 0
  private var modes = [Mode.code]
  private var code: [UInt8] = []
  private var comment: [UInt8] = []

  init(_ path: String, _ text: String) {
    self.path = path
    bytes = Array(text.utf8)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let isLiteral = if case .string = modes.last { true } else { false }
      let end = position + line.utf8.count
      while position < end { step() }
      endLine()
      lines.append(
        Line(
          number: index + 1,
          text: String(line),
          code: String(decoding: code, as: UTF8.self),
          comment: String(decoding: comment, as: UTF8.self),
          isLiteral: isLiteral
        )
      )
      position = end + 1
      (code, comment) = ([], [])
    }
  }

  private mutating func endLine() {
    switch modes.last {
    case .comment, .name, .string(quotes: 1, hashes: _): modes.removeLast()
    default: break
    }
  }

  private func sees(_ character: Unicode.Scalar, times: Int = 1, at offset: Int = 0) -> Bool {
    let start = position + offset
    guard start + times <= bytes.count else { return false }
    return (start..<start + times).allSatisfy { bytes[$0] == UInt8(ascii: character) }
  }

  private mutating func step() {
    switch modes.last ?? .code {
    case .code: stepInCode()
    case .interpolation(let open):
      let depth = open + (sees("(") ? 1 : sees(")") ? -1 : 0)
      modes[modes.count - 1] = .interpolation(open: depth)
      if depth == 0 {
        modes.removeLast()
        position += 1
      } else {
        stepInCode()
      }
    case .name:
      if sees("`") { modes.removeLast() }
      takeCode(1)
    case .comment: takeComment(1)
    case .block(let depth): stepInBlock(depth)
    case .string(let quotes, let hashes): stepInString(quotes, hashes)
    }
  }

  private mutating func stepInCode() {
    if sees("/"), sees("/", at: 1) {
      modes.append(.comment)
    } else if sees("/"), sees("*", at: 1) {
      modes.append(.block(depth: 0))
    } else if sees("`") {
      modes.append(.name)
      takeCode(1)
    } else if sees("\"") {
      let quotes = sees("\"", times: 3) ? 3 : 1
      let hashes = code.reversed().prefix { $0 == UInt8(ascii: "#") }.count
      modes.append(.string(quotes: quotes, hashes: hashes))
      takeCode(quotes)
    } else {
      takeCode(1)
    }
  }

  private mutating func stepInBlock(_ depth: Int) {
    let (opens, closes) = (sees("/") && sees("*", at: 1), sees("*") && sees("/", at: 1))
    let left = depth + (opens ? 1 : closes ? -1 : 0)
    takeComment(opens || closes ? 2 : 1)
    modes[modes.count - 1] = .block(depth: left)
    if left == 0 { modes.removeLast() }
  }

  private mutating func stepInString(_ quotes: Int, _ hashes: Int) {
    if sees("\"", times: quotes), sees("#", times: hashes, at: quotes) {
      modes.removeLast()
      takeCode(quotes + hashes)
    } else if sees("\\"), sees("#", times: hashes, at: 1) {
      if sees("(", at: 1 + hashes) {
        modes.append(.interpolation(open: 1))
        code.append(UInt8(ascii: " "))
      }
      position += 2 + hashes
    } else {
      position += 1
    }
  }

  private mutating func takeCode(_ count: Int) {
    code += bytes[position..<min(bytes.count, position + count)]
    position += count
  }

  private mutating func takeComment(_ count: Int) {
    comment += bytes[position..<min(bytes.count, position + count)]
    position += count
  }
}
