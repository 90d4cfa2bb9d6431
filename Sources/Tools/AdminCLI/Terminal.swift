import Basics
import Glibc
import Synchronization

/// Where a person reads what a command says.
enum Terminal {
  /// Whether standard output goes to a person's terminal.
  static var isShown: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether a person types and sees what comes back.
  static var isInteractive: Bool { isShown && isatty(STDIN_FILENO) == 1 }

  /// Whether standard error does.
  static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether colours are wanted: on a terminal, unless `NO_COLOR` is set (no-color.org).
  static var hasColours: Bool {
    isShown && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
  }

  /// Writes at once, so that a reader sees tokens as they come.
  static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    write(Array(text.utf8), to: descriptor)
  }

  /// Writes bytes as they are.
  static func write(_ all: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
    var bytes = all[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard written > 0 || errno == EINTR else {
        if descriptor == STDOUT_FILENO { outputError.store(errno, ordering: .relaxed) }
        return
      }
      bytes = bytes.dropFirst(max(0, written))
    }
  }

  private static let outputError = Atomic<Int32>(0)

  /// Why some of what was written to standard output did not arrive; nil when all did.
  static var outputFailure: Failure? {
    let error = outputError.load(ordering: .relaxed)
    guard error != 0 else { return nil }
    return Failure(.failed, "the output can't be written: \(String(cString: strerror(error)))")
  }

  /// Says what went wrong.
  static func complain(_ message: String) {
    write("hearth: \(safe(message, lines: true))\n", to: STDERR_FILENO)
  }

  /// Says a last word when Ctrl-C was pressed, and ends the process as the shell expects it.
  static func interrupted(_ message: String) -> Never {
    progress("")
    complain(message)
    _exit(130)
  }

  /// Replaces the line of progress on standard error, where that is a terminal.
  static func progress(_ line: String) {
    guard showsProgress else { return }
    var size = winsize()
    let columns = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    // A line that is wrapped can't be replaced.
    write("\r\u{1b}[K" + line.prefix(columns > 1 ? columns - 1 : 79), to: STDERR_FILENO)
  }

  /// Text that stands back, where there are colours.
  static func dim(_ text: String) -> String { hasColours ? "\u{1b}[2m\(text)\u{1b}[0m" : text }

  /// Text of a peer with a space for whatever moves the cursor, changes colours or hides what is
  /// there; line ends stay where `lines` are wanted.
  static func safe(_ text: String, lines: Bool = false) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          scalar.isUnseen && !(lines && scalar == "\n") ? " " : scalar
        }
      )
    )
  }
}

/// Writes a line to standard output as all commands do: what can't be written is no success.
func print(_ text: some StringProtocol = "", terminator: String = "\n") {
  Terminal.write(text + terminator)
}
