extension StringProtocol {
  /// The text between double quotes, as JSON writes it, safe to show in one line of a terminal.
  ///
  /// Quotes, backslashes, control characters, line separators and invisible format characters
  /// (text direction among them) are escaped, so that no text of a stranger can begin a line or
  /// hide what is there. Of a text longer than `limit` scalars the rest becomes `…`.
  public func quoted(limit: Int = .max) -> String {
    var quoted = ""
    quoted.append(quoting: String(self), limit: limit)
    return quoted
  }

  /// The text with what is unseen in it, but for the ends of lines, as JSON escapes it.
  public func escapingUnseen() -> String {
    var text = ""
    for scalar in unicodeScalars {
      if scalar == "\n" { text += "\n" } else { text.append(escaped: scalar) }
    }
    return text
  }
}

extension String {
  /// Appends a text between double quotes, see ``StringProtocol/quoted(limit:)``.
  public mutating func append(quoting text: String, limit: Int = .max) {
    self += "\""
    let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.count <= limit && bytes.allSatisfy(\.isPlain)
    }
    if isPlain == true {
      self += text
    } else {
      for (count, scalar) in text.unicodeScalars.enumerated() {
        guard count < limit else {
          self += "…"
          break
        }
        switch scalar {
        case "\"", "\\": self += "\\\(scalar)"
        case "\n": self += "\\n"
        case "\r": self += "\\r"
        case "\t": self += "\\t"
        default: append(escaped: scalar)
        }
      }
    }
    self += "\""
  }

  fileprivate mutating func append(escaped scalar: Unicode.Scalar) {
    guard scalar.isUnseen else {
      unicodeScalars.append(scalar)
      return
    }
    for unit in UTF16.encode(scalar) ?? .init() { self += "\\u" + Int(unit).digits(4, radix: 16) }
  }
}

extension UInt8 {
  /// Whether it is a character of ASCII that is shown as it is.
  fileprivate var isPlain: Bool {
    (0x20...0x7e).contains(self) && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
  }
}

extension Unicode.Scalar {
  /// Whether the scalar moves, hides or ends text instead of showing something.
  public var isUnseen: Bool {
    // Most are ASCII, whose properties need no table.
    if isASCII { return !(" "..."~").contains(self) }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: true
    default: false
    }
  }
}

extension BinaryInteger {
  /// The number with leading zeros, where it has fewer digits than `count`.
  public func digits(_ count: Int, radix: Int = 10) -> String {
    let digits = String(self, radix: radix)
    return String(repeating: "0", count: Swift.max(0, count - digits.count)) + digits
  }
}
