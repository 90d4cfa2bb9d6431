import Basics
import Glibc

/// A line that is typed on a terminal: characters, a cursor, and the lines before.
///
/// What a key does to it is a value's business; ``LineReader`` brings the keys.
struct EditedLine {
  /// What was typed.
  private(set) var text: [Character] = []
  /// Where the next character goes.
  private(set) var cursor = 0
  private let history: [String]
  /// Which of the earlier lines is shown; their count for none.
  private var shown: Int
  /// What was typed before an earlier line was shown.
  private var draft: [Character] = []

  /// A key, or several that mean one thing.
  enum Key: Equatable {
    case character(Character)
    case left, right, home, end, up, down
    case backspace, delete, deleteWord, deleteToStart, deleteToEnd
  }

  init(history: [String]) {
    (self.history, shown) = (history, history.count)
  }

  /// Does what a key asks for.
  mutating func press(_ key: Key) {
    switch key {
    case .character(let character):
      text.insert(character, at: cursor)
      cursor += 1
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(text.count, cursor + 1)
    case .home: cursor = 0
    case .end: cursor = text.count
    case .up: show(shown - 1)
    case .down: show(shown + 1)
    case .backspace: delete(from: cursor - 1)
    case .delete: if cursor < text.count { text.remove(at: cursor) }
    case .deleteToStart: delete(from: 0)
    case .deleteToEnd: text.removeSubrange(cursor...)
    case .deleteWord:
      var start = cursor
      while start > 0, text[start - 1] == " " { start -= 1 }
      while start > 0, text[start - 1] != " " { start -= 1 }
      delete(from: start)
    }
  }

  private mutating func delete(from start: Int) {
    guard start >= 0, start < cursor else { return }
    text.removeSubrange(start..<cursor)
    cursor = start
  }

  private mutating func show(_ line: Int) {
    guard (0...history.count).contains(line), line != shown else { return }
    if shown == history.count { draft = text }
    text = line == history.count ? draft : Array(history[line])
    (shown, cursor) = (line, text.count)
  }
}

/// Reads lines that can be edited as they are typed.
struct LineReader {
  private var history: [String] = []

  /// Shows a prompt and reads a line; nil at the end of the input.
  mutating func line(prompt: String) -> String? {
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { return readLine() }
    var raw = before
    raw.takeKeys()
    defer { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
    var line = EditedLine(history: history)
    while true {
      show(line, prompt)
      switch Self.next() {
      case .key(let key): line.press(key)
      case .ignored: break
      case .end where line.text.isEmpty: return nil
      case .end: line.press(.delete)
      case .entered:
        Terminal.write("\n")
        let text = String(line.text)
        if !text.isEmpty, history.last != text { history.append(text) }
        return text
      case .closed: return nil
      }
    }
  }

  /// Draws the part of the line around the cursor that fits.
  private func show(_ line: EditedLine, _ prompt: String) {
    let width = max(8, Screen.size.columns - prompt.count - 1)
    let start = max(0, line.cursor - width)
    let part = line.text[start..<min(line.text.count, start + width)]
    let back = part.count - (line.cursor - start)
    Terminal.write(
      "\r\u{1b}[K" + prompt + String(part) + (back > 0 ? "\u{1b}[\(back)D" : "")
    )
  }

  private enum Input {
    case key(EditedLine.Key)
    case entered, end, closed, ignored
  }

  private static func next() -> Input {
    guard let byte = byte() else { return .closed }
    switch byte {
    case 10, 13: return .entered
    case 1: return .key(.home)
    case 2: return .key(.left)
    case 4: return .end
    case 5: return .key(.end)
    case 6: return .key(.right)
    case 8, 127: return .key(.backspace)
    case 11: return .key(.deleteToEnd)
    case 14: return .key(.down)
    case 16: return .key(.up)
    case 21: return .key(.deleteToStart)
    case 23: return .key(.deleteWord)
    case 27: return escape()
    case ..<32: return .ignored
    default: return character(from: byte)
    }
  }

  /// What follows an escape: an arrow, Home, End or Delete.
  private static func escape() -> Input {
    guard let kind = byte(), kind == UInt8(ascii: "[") || kind == UInt8(ascii: "O") else {
      return .ignored
    }
    var number = ""
    while let byte = byte() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ";"):
        number.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "A"): return .key(.up)
      case UInt8(ascii: "B"): return .key(.down)
      case UInt8(ascii: "C"): return .key(.right)
      case UInt8(ascii: "D"): return .key(.left)
      case UInt8(ascii: "H"): return .key(.home)
      case UInt8(ascii: "F"): return .key(.end)
      case UInt8(ascii: "~"):
        let keys: [String: EditedLine.Key] = [
          "1": .home, "3": .delete, "4": .end, "7": .home, "8": .end,
        ]
        return keys[number].map { .key($0) } ?? .ignored
      default: return .ignored
      }
    }
    return .closed
  }

  /// A character of one to four bytes.
  private static func character(from first: UInt8) -> Input {
    let more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3
    var bytes = [first]
    for _ in 0..<more {
      guard let byte = byte() else { return .closed }
      bytes.append(byte)
    }
    guard let text = String(validating: bytes, as: UTF8.self), let character = text.first else {
      return .ignored
    }
    return .key(.character(character))
  }

  private static func byte() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count == 1 { return byte }
      guard count < 0, errno == EINTR else { return nil }
    }
  }
}
