/// Source text that grows by lines, indented by blocks.
struct SourceText {
  private(set) var text = ""
  private var indent = ""

  init(header: String) { text = header }

  mutating func line(_ line: String = "") {
    text += line.isEmpty ? "\n" : indent + line + "\n"
  }

  mutating func block(_ head: String, _ body: (inout Self) throws -> Void) rethrows {
    try block(opening: head + " {", body)
  }

  /// A call of `head` with a closure that takes `argument`.
  mutating func closure(_ head: String, of argument: String, _ body: (inout Self) -> Void) {
    block(opening: "\(head) { \(argument) in", body)
  }

  private mutating func block(
    opening: String,
    _ body: (inout Self) throws -> Void
  ) rethrows {
    line(opening)
    indent += "  "
    try body(&self)
    indent.removeLast(2)
    line("}")
  }

  /// The comment as documentation: its first sentence as the summary, the rest after it; `fallback`
  /// where the proto says nothing.
  mutating func document(_ comment: Comment, else fallback: String) {
    let paragraphs = Self.paragraphs(comment.text)
    for (index, paragraph) in (paragraphs.isEmpty ? [fallback] : paragraphs).enumerated() {
      if index > 0 { line("///") }
      var row = "///"
      for word in paragraph.split(separator: " ") {
        if indent.count + row.count + 1 + word.count > 100 {
          line(row)
          row = "///"
        }
        row += " " + word
      }
      line(row)
    }
  }

  private static func paragraphs(_ text: String) -> [String] {
    var paragraphs: [String] = [""]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty {
        paragraphs.append("")
      } else {
        paragraphs[paragraphs.count - 1] += line + " "
      }
    }
    paragraphs = paragraphs.map { $0.split(separator: " ").joined(separator: " ") }
      .filter { !$0.isEmpty }
    guard let first = paragraphs.first else { return [] }
    var words = first.split(separator: " ")
    let summary = words.prefix { !$0.hasSuffix(".") }.count + 1
    guard summary < words.count else { return paragraphs }
    let rest = words.dropFirst(summary).joined(separator: " ")
    words.removeLast(words.count - summary)
    return [words.joined(separator: " "), rest] + paragraphs.dropFirst()
  }
}
