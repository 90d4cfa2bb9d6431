import Basics
import CVectors

/// Why a text is no JSON that is taken.
public struct JSONFault: Error, Equatable, Sendable {
  /// What is wrong.
  public let reason: String
  /// How many bytes were read before.
  public let offset: Int

  /// Makes a fault.
  public init(reason: String, offset: Int) { (self.reason, self.offset) = (reason, offset) }
}

/// Who hears what a scanner finds, in the order of the text.
protocol JSONVisitor {
  /// What it finds wrong with what it heard last, which ends the reading; nil while nothing is.
  var objection: String? { get }
  /// An object or an array begins.
  mutating func began(isObject: Bool)
  /// It ends.
  mutating func ended()
  /// A member of an object begins; `key` without escapes.
  mutating func key(_ key: Span<UInt8>)
  /// A string begins.
  mutating func beganString()
  /// A part of it, without escapes.
  mutating func part(_ bytes: Span<UInt8>)
  /// It ends.
  mutating func endedString()
  /// A number, `true`, `false` or `null`, as it is written.
  mutating func scalar(_ text: Span<UInt8>)
}

extension JSONVisitor {
  var objection: String? { nil }
}

/// Finds the tokens of one JSON text (RFC 8259) that comes in pieces, and keeps none of it.
///
/// Memory is bounded whatever comes: containers are at most ``depthMax`` deep, keys and numbers
/// have a longest length, and strings are handed on in parts.
struct JSONScanner {
  private enum Place {
    case value, firstValue, firstKey, key, colon, comma, string, escape, unicode, scalar, end
  }

  static let depthMax = 128
  private static let keyBytesMax = 256
  private static let scalarBytesMax = 64

  private var place = Place.value
  /// A bit for each container that is open, the innermost the lowest: whether it is an object.
  private var objects: (UInt64, UInt64) = (0, 0)
  private(set) var depth = 0
  /// Whether the string that is being read is a key.
  private var isKey = false
  private var key: [UInt8] = []
  private var scalar: [UInt8] = []
  private var hexDigits = 0
  private var codeUnit: UInt32 = 0
  /// The first half of a pair whose second is to come.
  private var highSurrogate: UInt32?
  private var offset = 0

  init() {
    key.reserveCapacity(32)
    scalar.reserveCapacity(32)
  }

  /// Whether anything but white space came.
  var hasBegun: Bool { place != .value || depth > 0 }

  /// Whether the text is complete; white space may follow.
  var isComplete: Bool { place == .end }

  /// Reads on.
  mutating func take(
    _ bytes: Span<UInt8>,
    _ visitor: inout some JSONVisitor
  ) throws(JSONFault) {
    var index = 0
    while index < bytes.count {
      if place == .string {
        index = takeString(bytes, from: index, &visitor)
        guard index < bytes.count else { break }
      }
      let byte = bytes[index]
      do throws(Wrong) {
        try take(byte, &visitor)
        if let words = visitor.objection { throw Wrong(words) }
      } catch {
        throw JSONFault(reason: error.words, offset: offset + index)
      }
      index += 1
    }
    offset += bytes.count
  }

  /// There is no more: whether what came was a whole text.
  mutating func finish(_ visitor: inout some JSONVisitor) throws(JSONFault) {
    do throws(Wrong) {
      if place == .scalar { try endScalar(&visitor) }
    } catch {
      throw JSONFault(reason: error.words, offset: offset)
    }
    guard isComplete else { throw JSONFault(reason: "the JSON is not complete", offset: offset) }
  }

  private struct Wrong: Error {
    let words: String
    init(_ words: String) { self.words = words }
  }

  /// Hands on what is in a string up to its end, an escape or the end of the piece.
  private mutating func takeString(
    _ bytes: Span<UInt8>,
    from start: Int,
    _ visitor: inout some JSONVisitor
  ) -> Int {
    var end = start
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe end += hearth_plain_bytes(base + start, bytes.count - start)
    }
    while end < bytes.count {
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      end += 1
    }
    if end > start { deliver(bytes.extracting(start..<end), &visitor) }
    return end
  }

  private mutating func deliver(_ part: Span<UInt8>, _ visitor: inout some JSONVisitor) {
    endPair(&visitor)
    guard isKey else { return visitor.part(part) }
    for index in part.indices where key.count <= Self.keyBytesMax { key.append(part[index]) }
  }

  /// Half a pair without its other half stands for itself, in three bytes that are no UTF-8.
  private mutating func endPair(_ visitor: inout some JSONVisitor) {
    guard let high = highSurrogate else { return }
    highSurrogate = nil
    deliver(scalar: high, &visitor)
  }

  private mutating func deliver(scalar code: UInt32, _ visitor: inout some JSONVisitor) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | code >> shift & 0x3f) }
    let (count, bytes): (Int, [4 of UInt8]) =
      switch code {
      case ..<0x80: (1, [UInt8(code), 0, 0, 0])
      case ..<0x800: (2, [UInt8(0xc0 | code >> 6), tail(0), 0, 0])
      case ..<0x1_0000: (3, [UInt8(0xe0 | code >> 12), tail(6), tail(0), 0])
      default: (4, [UInt8(0xf0 | code >> 18), tail(12), tail(6), tail(0)])
      }
    deliver(bytes.span.extracting(first: count), &visitor)
  }

  private mutating func take(
    _ byte: UInt8,
    _ visitor: inout some JSONVisitor
  ) throws(Wrong) {
    switch place {
    case .string: try takeStringMark(byte, &visitor)
    case .escape: try takeEscape(byte, &visitor)
    case .unicode: try takeHexDigit(byte, &visitor)
    case .scalar:
      if Self.isScalar(byte) {
        scalar.append(byte)
        guard scalar.count <= Self.scalarBytesMax else { throw Wrong("a number is too long") }
      } else {
        try endScalar(&visitor)
        try take(byte, &visitor)
      }
    default:
      if byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { return }
      try takeMark(byte, &visitor)
    }
  }

  private mutating func takeMark(
    _ byte: UInt8,
    _ visitor: inout some JSONVisitor
  ) throws(Wrong) {
    switch (place, byte) {
    case (.value, UInt8(ascii: "{")), (.firstValue, UInt8(ascii: "{")):
      try open(isObject: true, &visitor)
    case (.value, UInt8(ascii: "[")), (.firstValue, UInt8(ascii: "[")):
      try open(isObject: false, &visitor)
    case (.value, UInt8(ascii: "\"")), (.firstValue, UInt8(ascii: "\"")):
      (place, isKey) = (.string, false)
      visitor.beganString()
    case (.key, UInt8(ascii: "\"")), (.firstKey, UInt8(ascii: "\"")):
      (place, isKey) = (.string, true)
      key.removeAll(keepingCapacity: true)
    case (.firstKey, UInt8(ascii: "}")), (.firstValue, UInt8(ascii: "]")): close(&visitor)
    case (.colon, UInt8(ascii: ":")): place = .value
    case (.comma, UInt8(ascii: ",")): place = isInObject ? .key : .value
    case (.comma, UInt8(ascii: "}")) where isInObject: close(&visitor)
    case (.comma, UInt8(ascii: "]")) where !isInObject: close(&visitor)
    case (.value, _) where Self.isScalar(byte), (.firstValue, _) where Self.isScalar(byte):
      place = .scalar
      scalar.removeAll(keepingCapacity: true)
      scalar.append(byte)
    case (.end, _): throw Wrong("something follows the JSON")
    default: throw Wrong("this is not expected here")
    }
  }

  private var isInObject: Bool { objects.0 & 1 == 1 }

  private mutating func open(
    isObject: Bool,
    _ visitor: inout some JSONVisitor
  ) throws(Wrong) {
    guard depth < Self.depthMax else { throw Wrong("more than \(Self.depthMax) levels") }
    depth += 1
    objects = (objects.0 << 1 | (isObject ? 1 : 0), objects.1 << 1 | objects.0 >> 63)
    place = isObject ? .firstKey : .firstValue
    visitor.began(isObject: isObject)
  }

  private mutating func close(_ visitor: inout some JSONVisitor) {
    depth -= 1
    objects = (objects.0 >> 1 | objects.1 << 63, objects.1 >> 1)
    visitor.ended()
    endValue()
  }

  private mutating func endValue() { place = depth == 0 ? .end : .comma }

  private mutating func takeStringMark(
    _ byte: UInt8,
    _ visitor: inout some JSONVisitor
  ) throws(Wrong) {
    if byte == UInt8(ascii: "\\") {
      place = .escape
      return
    }
    guard byte == UInt8(ascii: "\"") else { throw Wrong("a string has a control character in it") }
    endPair(&visitor)
    if isKey {
      guard key.count <= Self.keyBytesMax else { throw Wrong("a key is too long") }
      visitor.key(key.span)
      place = .colon
    } else {
      visitor.endedString()
      endValue()
    }
  }

  private mutating func takeEscape(
    _ byte: UInt8,
    _ visitor: inout some JSONVisitor
  ) throws(Wrong) {
    place = .string
    let code: UInt32
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): code = UInt32(byte)
    case UInt8(ascii: "b"): code = 8
    case UInt8(ascii: "f"): code = 12
    case UInt8(ascii: "n"): code = 10
    case UInt8(ascii: "r"): code = 13
    case UInt8(ascii: "t"): code = 9
    case UInt8(ascii: "u"):
      (place, hexDigits, codeUnit) = (.unicode, 0, 0)
      return
    default: throw Wrong("a string has an escape that is none")
    }
    endPair(&visitor)
    deliver(scalar: code, &visitor)
  }

  private mutating func takeHexDigit(
    _ byte: UInt8,
    _ visitor: inout some JSONVisitor
  ) throws(Wrong) {
    guard let digit = byte.hexadecimalValue else { throw Wrong("an escape has no four digits") }
    codeUnit = codeUnit << 4 | UInt32(digit)
    hexDigits += 1
    guard hexDigits == 4 else { return }
    place = .string
    if let high = highSurrogate, (0xdc00..<0xe000).contains(codeUnit) {
      highSurrogate = nil
      deliver(scalar: 0x1_0000 + (high - 0xd800) << 10 + codeUnit - 0xdc00, &visitor)
      return
    }
    endPair(&visitor)
    if (0xd800..<0xdc00).contains(codeUnit) {
      highSurrogate = codeUnit
    } else {
      deliver(scalar: codeUnit, &visitor)
    }
  }

  /// What numbers and the three words are made of.
  private static func isScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private mutating func endScalar(_ visitor: inout some JSONVisitor) throws(Wrong) {
    guard scalar == Self.true || scalar == Self.false || scalar == Self.null || isNumber else {
      throw Wrong("neither a number nor true, false or null")
    }
    visitor.scalar(scalar.span)
    endValue()
  }

  private static let `true` = Array("true".utf8)
  private static let `false` = Array("false".utf8)
  private static let null = Array("null".utf8)

  private var isNumber: Bool {
    var index = scalar.first == UInt8(ascii: "-") ? 1 : 0
    func digits() -> Int {
      let start = index
      while index < scalar.count, (0x30...0x39).contains(scalar[index]) { index += 1 }
      return index - start
    }
    let start = index
    let whole = digits()
    guard whole > 0, whole == 1 || scalar[start] != UInt8(ascii: "0") else { return false }
    if index < scalar.count, scalar[index] == UInt8(ascii: ".") {
      index += 1
      guard digits() > 0 else { return false }
    }
    if index < scalar.count, scalar[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < scalar.count,
        scalar[index] == UInt8(ascii: "+") || scalar[index] == UInt8(ascii: "-")
      {
        index += 1
      }
      guard digits() > 0 else { return false }
    }
    return index == scalar.count
  }
}
