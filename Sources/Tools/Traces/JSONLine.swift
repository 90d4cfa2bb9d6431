import Basics

/// What is wrong with a line.
struct JSONLineError: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}

/// A strict scanner of the JSON that traces need: flat objects of names, whole numbers and arrays
/// of those.
struct JSONLine {
  private static let keyBytesMax = 64

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
  mutating func expect(_ character: Unicode.Scalar) throws(JSONLineError) {
    guard pass(character) else { throw missing("`\(character)`") }
  }

  /// Passes a comma, and says true, or `close`, and says false.
  mutating func separator(or close: Unicode.Scalar) throws(JSONLineError) -> Bool {
    if pass(",") { return true }
    guard pass(close) else { throw missing("`,` or `\(close)`") }
    return false
  }

  /// Reads a key of lower-case letters and underscores, and the colon after it.
  mutating func key() throws(JSONLineError) -> String {
    try expect("\"")
    let first = position
    while position < end, Self.isKey(bytes[position]) { position += 1 }
    guard position - first <= Self.keyBytesMax else {
      throw JSONLineError("a key is longer than \(Self.keyBytesMax) bytes")
    }
    let key = String(decoding: bytes[first..<position], as: UTF8.self)
    guard position < end, bytes[position] == UInt8(ascii: "\"") else { throw missing("a key") }
    try expect("\"")
    try expect(":")
    return key
  }

  /// Reads a whole number within `bounds`; `name` is whose value it is.
  mutating func number(
    in bounds: ClosedRange<UInt64>,
    of name: String
  ) throws(JSONLineError) -> UInt64 {
    let first = position
    var value: UInt64 = 0
    while position < end, let digit = Self.digit(bytes[position]) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(digit)
      guard !overflow, !carried else { throw JSONLineError("`\(name)` is beyond 64 bits") }
      value = sum
      position += 1
    }
    guard position > first else { throw missing("a whole number for `\(name)`") }
    guard position == first + 1 || bytes[first] != UInt8(ascii: "0") else {
      throw JSONLineError("`\(name)` starts with a zero, which JSON forbids")
    }
    guard bounds.contains(value) else {
      throw JSONLineError(
        "`\(name)` is \(value): it must be from \(bounds.lowerBound) to \(bounds.upperBound)"
      )
    }
    skipSpace()
    return value
  }

  /// Reads an array of 1 to `countMax` whole numbers; `name` is whose value it is.
  mutating func numbers(countMax: Int, of name: String) throws(JSONLineError) -> [UInt64] {
    try expect("[")
    var values: [UInt64] = []
    repeat {
      guard values.count < countMax else {
        throw JSONLineError("`\(name)` has more than \(countMax) numbers")
      }
      values.append(try number(in: 0...UInt64.max, of: name))
    } while try separator(or: "]")
    return values
  }

  /// Reads a name in quotes; `key` is whose value it is.
  mutating func name<Kind>(of key: String) throws(JSONLineError) -> Identifier<Kind> {
    guard position < end, bytes[position] == UInt8(ascii: "\"") else { throw missing("a name") }
    let first = position + 1
    let last = bytes[first..<end].firstIndex(of: UInt8(ascii: "\"")) ?? end
    guard let name = Identifier<Kind>(String(decoding: bytes[first..<last], as: UTF8.self)) else {
      throw JSONLineError("`\(key)` is not a name of 1 to 128 of A-Z a-z 0-9 . _ - / :")
    }
    position = last
    try expect("\"")
    return name
  }

  private func missing(_ what: String) -> JSONLineError {
    JSONLineError("expected \(what) at column \(position - start + 1)")
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

  private static func digit(_ byte: UInt8) -> UInt64? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? UInt64(byte & 15) : nil
  }
}
