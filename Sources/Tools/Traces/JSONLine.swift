import Basics

/// A strict scanner of the JSON that traces need: flat objects of names, numbers and arrays of
/// those; what is of no interest is passed.
struct JSONLine {
  private static let keyBytesMax = 64
  private static let numberBytesMax = 64

  private let bytes: [UInt8]
  private let start: Int
  private let end: Int
  private var position: Int

  /// Scans `range` of `bytes`.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    (start, end, position) = (range.lowerBound, range.upperBound, range.lowerBound)
    skipSpace()
  }

  /// Whether nothing but space is left.
  var isAtEnd: Bool { position == end }

  /// Passes `character`, or says that it is missing.
  mutating func expect(_ character: Unicode.Scalar) throws(TraceLineError) {
    guard pass(character) else { throw missing("`\(character)`") }
  }

  /// Passes a comma, and says true, or `close`, and says false.
  mutating func separator(or close: Unicode.Scalar) throws(TraceLineError) -> Bool {
    if pass(",") { return true }
    guard pass(close) else { throw missing("`,` or `\(close)`") }
    return false
  }

  /// Reads a key of lower-case letters and underscores, and the colon after it.
  mutating func key() throws(TraceLineError) -> String {
    try expect("\"")
    let first = position
    while position < end, Self.isKey(bytes[position]) { position += 1 }
    guard position - first <= Self.keyBytesMax else {
      throw TraceLineError("a key is longer than \(Self.keyBytesMax) bytes")
    }
    let key = String(decoding: bytes[first..<position], as: UTF8.self)
    guard position < end, bytes[position] == UInt8(ascii: "\"") else { throw missing("a key") }
    try expect("\"")
    try expect(":")
    return key
  }

  /// A number as it is written, and whose value it is.
  struct Number {
    let name: String
    let text: String

    /// The number, which must be whole and within `bounds`; `unit` is what it counts.
    func whole(
      in bounds: ClosedRange<UInt64>,
      _ unit: String? = nil
    ) throws(TraceLineError) -> UInt64 {
      let digits = text.utf8.allSatisfy { (48...57).contains($0) }
      guard digits else {
        let kind = unit.map { "whole \($0)" } ?? "a whole number"
        throw TraceLineError("`\(name)` is \(text): it must be \(kind)")
      }
      guard text == "0" || text.first != "0" else {
        throw TraceLineError("`\(name)` starts with a zero, which JSON forbids")
      }
      guard let value = UInt64(text) else { throw TraceLineError("`\(name)` is beyond 64 bits") }
      guard bounds.contains(value) else {
        throw TraceLineError(
          "`\(name)` is \(value): it must be from \(bounds.lowerBound) to \(bounds.upperBound)"
        )
      }
      return value
    }

    /// The number as seconds, with a fraction or without.
    func seconds() throws(TraceLineError) -> Duration {
      guard let time = Duration(decimalSeconds: text) else {
        throw TraceLineError("`\(name)` is \(text): it must be seconds, at least 0")
      }
      return time
    }
  }

  /// Reads a number; `name` is whose value it is.
  mutating func number(of name: String) throws(TraceLineError) -> Number {
    let first = position
    while position < end, Self.isOfNumber(bytes[position]) { position += 1 }
    guard position > first, position - first <= Self.numberBytesMax else {
      position = first
      throw missing("a number for `\(name)`")
    }
    let text = String(decoding: bytes[first..<position], as: UTF8.self)
    guard Double(text) != nil else {
      throw TraceLineError("`\(name)` is \(text), which is no number")
    }
    skipSpace()
    return Number(name: name, text: text)
  }

  /// Reads a whole number of up to 19 digits without the detour of its text; nil for any other.
  private mutating func plainNumber() -> UInt64? {
    var (value, last) = (UInt64(0), position)
    while last < end, last - position < 19, Self.isDigit(bytes[last]) {
      value = value * 10 + UInt64(bytes[last] & 15)
      last += 1
    }
    guard last > position, last == end || !Self.isOfNumber(bytes[last]),
      last == position + 1 || bytes[position] != UInt8(ascii: "0")
    else { return nil }
    position = last
    skipSpace()
    return value
  }

  /// Passes a value of any kind.
  mutating func skip() throws(TraceLineError) {
    var depth = 0
    repeat {
      guard position < end else { throw missing("a value") }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        while position < end, bytes[position] != UInt8(ascii: "\"") {
          position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < end else {
          position = end
          throw missing("the end of a text")
        }
        position += 1
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        position += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard depth > 0 else { throw missing("a value") }
        depth -= 1
        position += 1
      case UInt8(ascii: ",") where depth == 0: throw missing("a value")
      default:
        position += 1
        while position < end, depth == 0, !Self.endsValue(bytes[position]) { position += 1 }
      }
    } while depth > 0
    skipSpace()
  }

  /// Reads an array of 1 to `countMax` whole numbers; `name` is whose value it is.
  mutating func numbers(countMax: Int, of name: String) throws(TraceLineError) -> [UInt64] {
    try expect("[")
    var values: [UInt64] = []
    repeat {
      guard values.count < countMax else {
        throw TraceLineError("`\(name)` has more than \(countMax) numbers")
      }
      if let value = plainNumber() {
        values.append(value)
      } else {
        values.append(try number(of: name).whole(in: 0...UInt64.max))
      }
    } while try separator(or: "]")
    return values
  }

  /// Reads a name in quotes; `key` is whose value it is.
  mutating func name<Kind>(of key: String) throws(TraceLineError) -> Identifier<Kind> {
    guard position < end, bytes[position] == UInt8(ascii: "\"") else { throw missing("a name") }
    let first = position + 1
    let last = bytes[first..<end].firstIndex(of: UInt8(ascii: "\"")) ?? end
    guard let name = Identifier<Kind>(String(decoding: bytes[first..<last], as: UTF8.self)) else {
      throw TraceLineError("`\(key)` is not a name of 1 to 128 of A-Z a-z 0-9 . _ - / :")
    }
    position = last
    try expect("\"")
    return name
  }

  private func missing(_ what: String) -> TraceLineError {
    TraceLineError("expected \(what) at column \(position - start + 1)")
  }

  private mutating func pass(_ character: Unicode.Scalar) -> Bool {
    guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    skipSpace()
    return true
  }

  private mutating func skipSpace() {
    while position < end, Self.isSpace(bytes[position]) { position += 1 }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private static func isKey(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func endsValue(_ byte: UInt8) -> Bool {
    isSpace(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")
      || byte == UInt8(ascii: "]")
  }
}
