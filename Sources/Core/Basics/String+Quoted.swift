extension StringProtocol {
  /// The text between double quotes, as JSON writes it, safe to show in one line of a terminal.
  ///
  /// Quotes, backslashes, control characters, line separators and invisible format characters
  /// (text direction among them) are escaped, so that no text of a stranger can begin a line or
  /// hide what is there. Of a text longer than `limit` scalars the rest becomes `…`.
  public func quoted(limit: Int = .max) -> String {
    var quoted = "\""
    for (count, scalar) in unicodeScalars.enumerated() {
      guard count < limit else {
        quoted += "…"
        break
      }
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case " "..."~": quoted.unicodeScalars.append(scalar)
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      default:
        guard scalar.isUnseen else {
          quoted.unicodeScalars.append(scalar)
          continue
        }
        for unit in UTF16.encode(scalar) ?? .init() {
          let digits = String(unit, radix: 16)
          quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return quoted + "\""
  }
}

extension Unicode.Scalar {
  /// Whether the scalar moves, hides or ends text instead of showing something.
  fileprivate var isUnseen: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: true
    default: false
    }
  }
}
