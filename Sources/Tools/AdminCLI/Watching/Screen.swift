import Basics
import Glibc
import Synchronization

/// A terminal that a command has for itself: shown again and again, and read key by key.
///
/// What was on it before comes back when the command ends, also by a signal.
final class Screen {
  private static let before = Mutex<termios?>(nil)

  /// Takes the terminal; nil where there is none to show on and to type at.
  init?() {
    guard Terminal.isInteractive else { return nil }
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
    Self.before.withLock { $0 = settings }
    settings.takeKeys()
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      Glibc.signal(signal) { number in
        Screen.restore()
        _exit(128 + number)
      }
    }
    Terminal.write("\u{1b}[?1049h\u{1b}[?25l")
  }

  deinit { Self.restore() }

  private static func restore() {
    let settings = before.withLock { settings in
      defer { settings = nil }
      return settings
    }
    guard var settings else { return }
    Terminal.write("\u{1b}[?25h\u{1b}[?1049l")
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }

  /// Columns and rows.
  static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Shows some lines from the top.
  func show(_ lines: [String]) {
    let (columns, rows) = Self.size
    var text = "\u{1b}[H"
    for line in Self.fitting(lines, rows: rows) {
      text += line.prefix(columns) + "\u{1b}[K\r\n"
    }
    if lines.count >= rows { text.removeLast() }
    Terminal.write(text + "\u{1b}[J")
  }

  /// As many lines as there are rows; the last one says how many it stands for.
  static func fitting(_ lines: [String], rows: Int) -> [String] {
    guard lines.count > rows, rows > 0 else { return lines }
    return lines.prefix(rows - 1) + ["(\(lines.count - rows + 1) more lines need a taller window)"]
  }

  /// The key that is pressed within a time; nil for none.
  func key(within time: Duration) -> Character? {
    var poll = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, Int32(clamping: time.nanoseconds / 1_000_000)) > 0 else {
      return nil
    }
    var byte: UInt8 = 0
    guard read(STDIN_FILENO, &byte, 1) == 1 else { return "q" }
    return Character(Unicode.Scalar(byte))
  }
}

extension termios {
  /// Has the terminal give each key as it is pressed, and show none.
  mutating func takeKeys() {
    c_lflag &= ~UInt32(ICANON | ECHO)
    tcsetattr(STDIN_FILENO, TCSANOW, &self)
  }
}
