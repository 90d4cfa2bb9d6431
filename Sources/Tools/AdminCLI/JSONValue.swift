import Basics

/// A JSON document whose objects keep the order of their keys, for output that scripts and people
/// read alike.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// Compares structure, key order included.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    left.text() == right.text()
  }

  /// The document as text: on one line, or indented by two spaces a level.
  ///
  /// A number that JSON can't express (infinite, or not a number) becomes null.
  public func text(pretty: Bool = false) -> String {
    var text = ""
    write(into: &text, indent: pretty ? 0 : nil)
    return text
  }

  private func write(into text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? String(value) : "null"
    case .string(let value): Self.quote(value, into: &text)
    case .array(let values):
      Self.list(values.map { (nil, $0) }, "[", "]", into: &text, indent: indent)
    case .object(let fields):
      Self.list(fields.map { ($0.key, $0.value) }, "{", "}", into: &text, indent: indent)
    }
  }

  private static func list(
    _ items: [(key: String?, value: JSONValue)],
    _ open: String,
    _ close: String,
    into text: inout String,
    indent: Int?
  ) {
    text += open
    let inner = indent.map { $0 + 1 }
    for (index, item) in items.enumerated() {
      if index > 0 { text += inner == nil ? ", " : "," }
      if let inner { text += "\n" + String(repeating: "  ", count: inner) }
      if let key = item.key {
        quote(key, into: &text)
        text += ": "
      }
      item.value.write(into: &text, indent: inner)
    }
    if let indent, !items.isEmpty { text += "\n" + String(repeating: "  ", count: indent) }
    text += close
  }

  private static func quote(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case ..." ", "\u{7f}":
        if scalar == " " {
          text += " "
        } else {
          let digits = String(scalar.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue {
  /// A duration in seconds, to the nanosecond.
  static func seconds(_ duration: Duration) -> JSONValue {
    .number(Double(duration.nanoseconds) / 1e9)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  /// A JSON string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A JSON integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }
}
