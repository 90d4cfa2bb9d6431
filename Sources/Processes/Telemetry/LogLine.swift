import Basics
import Logging

/// One log line, before it is laid out.
struct LogLine {
  /// Longest value that is shown whole, in Unicode scalars.
  static let valueLengthMax = 1024

  var time: WallTime
  var level: Logger.Level
  var label: String
  var message: String
  var metadata: Logger.Metadata

  /// The line with its newline; keys in alphabetical order.
  func text(_ layout: LogLayout) -> String {
    switch layout {
    case .text(let isColoured): textForPeople(isColoured: isColoured)
    case .json: textForMachines()
    }
  }

  private func textForPeople(isColoured: Bool) -> String {
    var name = level.rawValue.uppercased()
    name += String(repeating: " ", count: max(0, 8 - name.count))
    let quoted = message.quoted(limit: Self.valueLengthMax)
    // A message of ours has nothing to escape but quotes; any other is shown quoted.
    let shown = quoted.dropFirst().dropLast() == message ? message : quoted
    var line = ""
    if isColoured {
      line = "\u{1b}[2m\(time.text)\u{1b}[0m \u{1b}[\(level.colour)m\(name)\u{1b}[0m \(shown)"
    } else {
      line = "\(time.text) \(name) \(shown)"
    }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line += isColoured ? " \u{1b}[2m\(Self.bare(key))=\u{1b}[0m" : " \(Self.bare(key))="
      switch value {
      case .string(let text): line += Self.bare(text)
      case .stringConvertible(let value): line += Self.bare(value.description)
      case .array, .dictionary: line += Self.json(value)
      }
    }
    return line + "\n"
  }

  private func textForMachines() -> String {
    var line = "{\"time\":\""
    line.reserveCapacity(512)
    line += time.text
    line += "\",\"level\":\""
    line += level.rawValue
    line += "\",\"message\":"
    line.append(quoting: message, limit: Self.valueLengthMax)
    line += ",\"label\":"
    line.append(quoting: label, limit: Self.valueLengthMax)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      // Metadata must not be able to stand for the line's own fields.
      let isTaken = Self.ownKeys.contains(key)
      line += ","
      line.append(quoting: isTaken ? "metadata.\(key)" : key, limit: Self.valueLengthMax)
      line += ":"
      Self.append(value, to: &line)
    }
    line += "}\n"
    return line
  }

  private static let ownKeys = ["time", "level", "message", "label"]

  /// A text that can't be mistaken for more than one word as it is, any other in quotes.
  private static func bare(_ text: String) -> String {
    let quoted = text.quoted(limit: valueLengthMax)
    let isBare = !text.isEmpty && quoted.utf8.count == text.utf8.count + 2
    return isBare && !text.utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=") }
      ? text : quoted
  }

  private static func json(_ value: Logger.Metadata.Value) -> String {
    var text = ""
    append(value, to: &text)
    return text
  }

  private static func append(_ value: Logger.Metadata.Value, to line: inout String) {
    switch value {
    case .string(let text): line.append(quoting: text, limit: valueLengthMax)
    case .stringConvertible(let value as any FixedWidthInteger): line += String(describing: value)
    case .stringConvertible(let value as Double) where value.isFinite: line += String(value)
    case .stringConvertible(let value as Bool): line += String(value)
    case .stringConvertible(let value):
      line.append(quoting: value.description, limit: valueLengthMax)
    case .array(let values): line += "[" + values.map(json).joined(separator: ",") + "]"
    case .dictionary(let fields):
      let sorted = fields.sorted { $0.key < $1.key }
      let texts = sorted.map { $0.key.quoted(limit: valueLengthMax) + ":" + json($0.value) }
      line += "{" + texts.joined(separator: ",") + "}"
    }
  }
}

extension Logger.Level {
  /// The terminal's colour for the level (ECMA-48, "Select graphic rendition").
  fileprivate var colour: Int {
    switch self {
    case .trace, .debug: 90
    case .info: 32
    case .notice: 36
    case .warning: 33
    case .error, .critical: 31
    }
  }
}
