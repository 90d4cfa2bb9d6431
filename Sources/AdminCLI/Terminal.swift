import Glibc

/// Where a person reads what a command says.
enum Terminal {
  /// Whether standard output goes to a person's terminal.
  static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether standard error does.
  static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether colours are wanted: on a terminal, unless `NO_COLOR` is set (no-color.org).
  static var hasColours: Bool {
    isInteractive && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
  }

  /// Writes at once, so that a reader sees tokens as they come.
  static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard written > 0 || errno == EINTR else { return }
      bytes = bytes.dropFirst(max(0, written))
    }
  }

  /// Says what went wrong.
  static func complain(_ message: String) { write("hearth: \(message)\n", to: STDERR_FILENO) }

  /// Replaces the line of progress on standard error.
  static func progress(_ line: String) { write("\r\u{1b}[K" + line, to: STDERR_FILENO) }

  /// Text that stands back, where there are colours.
  static func dim(_ text: String) -> String { hasColours ? "\u{1b}[2m\(text)\u{1b}[0m" : text }
}
