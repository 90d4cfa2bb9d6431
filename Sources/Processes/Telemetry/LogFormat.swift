import Glibc

/// How log lines look.
public enum LogFormat: String, Sendable, CaseIterable {
  /// Text on a terminal, JSON elsewhere.
  case auto
  /// For people: time, level, message, `key=value`.
  case text
  /// For machines: one JSON object a line.
  case json
}

/// How log lines look where they go: ``LogFormat`` once the place is known.
enum LogLayout: Sendable {
  case text(isColoured: Bool)
  case json

  /// The layout for an open file: colour only on a terminal, and only unless `NO_COLOR` is set
  /// (no-color.org).
  init(_ format: LogFormat, descriptor: CInt) {
    let isTerminal = isatty(descriptor) == 1
    let isPlain = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    switch format {
    case .auto where !isTerminal, .json: self = .json
    case .auto, .text: self = .text(isColoured: isTerminal && !isPlain)
    }
  }
}
