/// What a file must keep to; each rule gives its findings in the order of lines.
enum Rules {
  static let columnsMax = 100

  /// Lines that are too long, comments included, which the layout's linter leaves as they are; what
  /// is within a literal of several lines may be as long as it is.
  static func longLines(_ source: SourceText) -> [Finding] {
    source.lines.filter { !$0.isLiteral && $0.text.count > columnsMax }.map { line in
      let message = "\(line.text.count) columns, more than \(columnsMax)"
      return Finding(path: source.path, line: line.number, message: message)
    }
  }

  /// `@unchecked Sendable` whose comment does not say "`@unchecked Sendable` because".
  static func uncheckedSendable(_ source: SourceText) -> [Finding] {
    var comment = ""
    return source.lines.compactMap { line in
      if line.code.allSatisfy(\.isWhitespace) {
        comment = line.comment.isEmpty ? "" : comment + line.comment
        return nil
      }
      defer { if !line.code.hasSuffix(")") { comment = "" } }
      guard line.code.contains("@unchecked Sendable"),
        !comment.contains("`@unchecked Sendable` because")
      else { return nil }
      let message = "a comment must say why: `@unchecked Sendable` because …"
      return Finding(path: source.path, line: line.number, message: message)
    }
  }

  /// Calls and imports that the file's folder must do without.
  static func bannedCalls(_ source: SourceText) -> [Finding] {
    let bans = Ban.all.filter { ban in ban.folders.contains { source.path.hasPrefix($0 + "/") } }
    return source.lines.flatMap { line in
      bans.filter { line.code.contains($0.pattern) }.map { ban in
        Finding(path: source.path, line: line.number, message: ban.reason)
      }
    }
  }

  /// Names that others have replaced and phrases that read badly, of code, comments and prose.
  static func oldWords(_ path: String, _ text: String) -> [Finding] {
    OldWords.found(in: text).map { old, better, line in
      Finding(path: path, line: line, message: "\"\(old)\": better \"\(better)\"")
    }
  }
}
