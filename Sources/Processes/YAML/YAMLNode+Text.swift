extension YAMLNode {
  /// The node as YAML in block style, one value a line behind `indent` spaces, which reads back as
  /// the same node.
  public func text(indent: Int = 0) -> String {
    let margin = String(repeating: " ", count: indent)
    switch value {
    case .null: return margin + "null\n"
    case .scalar(let text): return margin + Self.quoted(text) + "\n"
    case .list(let items) where items.isEmpty: return margin + "[]\n"
    case .map(let entries) where entries.isEmpty: return margin + "{}\n"
    case .list(let items):
      return items.map { item in
        // A list in a list begins on the dash's own line, as everything in a list does.
        margin + "- " + item.text(indent: indent + 2).dropFirst(indent + 2)
      }.joined()
    case .map(let entries):
      return entries.map { margin + Self.quoted($0.key) + ":" + $0.value.tail(indent) }.joined()
    }
  }

  /// The node as it follows a key: on the same line, or below and further in.
  private func tail(_ indent: Int) -> String {
    switch value {
    case .list(let items) where !items.isEmpty: "\n" + text(indent: indent + 2)
    case .map(let entries) where !entries.isEmpty: "\n" + text(indent: indent + 2)
    default: " " + text()
    }
  }

  /// A text as YAML: bare where that can't be mistaken for anything else, else in double quotes.
  private static func quoted(_ text: String) -> String {
    let isBare = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "/"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    let begins = text.utf8.first ?? UInt8(ascii: "-")
    if isBare, begins != UInt8(ascii: "-"), begins != UInt8(ascii: "."), text != "null" {
      return text
    }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case " "..."~": quoted.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      }
    }
    return quoted + "\""
  }
}
