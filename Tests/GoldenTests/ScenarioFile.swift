import Foundation

/// A page of prose with blocks of commands and what they print.
///
/// A block begins with a line "```console". In it, a line that begins with "$ " is a command; the
/// lines below, up to the next command, are its whole output.
struct ScenarioFile {
  private enum Part {
    case prose(String)
    case command(String)
  }

  /// The page as it is.
  let text: String
  private var parts: [Part] = []

  init(_ text: String) {
    self.text = text
    var isBlock = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line == "```console" {
        isBlock = true
      } else if line == "```" {
        isBlock = false
      } else if isBlock {
        if line.hasPrefix("$ ") { parts.append(.command(String(line.dropFirst(2)))) }
        continue
      }
      parts.append(.prose(line))
    }
  }

  /// The page with what its commands print now.
  func page(_ run: (String) -> String) -> String {
    parts.map { part in
      switch part {
      case .prose(let line): line
      case .command(let command):
        (["$ " + command] + run(command).split(separator: "\n", omittingEmptySubsequences: false))
          .joined(separator: "\n").trimmingCharacters(in: .newlines)
      }
    }.joined(separator: "\n")
  }
}
