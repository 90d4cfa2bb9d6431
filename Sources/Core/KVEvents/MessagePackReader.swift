/// Why bytes are no MessagePack that is taken.
public struct MessagePackFault: Error, Equatable, Sendable {
  /// What is wrong.
  public let reason: String
  /// Where.
  public let offset: Int
}

/// A value of MessagePack, or the head of one that has others in it.
public enum MessagePackValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number that is not negative.
  case unsigned(UInt64)
  /// A number below zero.
  case negative(Int64)
  case fraction(Double)
  /// Where the bytes of a text are.
  case text(Range<Int>)
  /// Where bytes are.
  case bytes(Range<Int>)
  /// So many values follow.
  case array(Int)
  /// So many pairs of values follow.
  case map(Int)
  /// A value of some application's own type.
  case other
}

/// Reads the values of one MessagePack text, the outer ones before those in them.
///
/// Nothing is allocated, and nothing is taken at its word: a text ends within the bytes, and an
/// array has no more elements than bytes follow.
public struct MessagePackReader: Sendable {
  /// Where the next value begins.
  public private(set) var offset: Int

  /// Makes a reader of what begins at `offset`.
  public init(at offset: Int = 0) { self.offset = offset }

  /// The next value.
  public mutating func next(in bytes: Span<UInt8>) throws(MessagePackFault) -> MessagePackValue {
    let start = offset
    let tag = UInt8(truncatingIfNeeded: try number(1, in: bytes))
    switch tag {
    case 0x00...0x7f: return .unsigned(UInt64(tag))
    case 0x80...0x8f: return try map(Int(tag & 0x0f), in: bytes)
    case 0x90...0x9f: return try array(Int(tag & 0x0f), in: bytes)
    case 0xa0...0xbf: return .text(try run(UInt64(tag & 0x1f), in: bytes))
    case 0xc0: return .null
    case 0xc2, 0xc3: return .bool(tag == 0xc3)
    case 0xc4...0xc6: return .bytes(try run(try number(1 << (tag - 0xc4), in: bytes), in: bytes))
    case 0xc7...0xc9:
      let count = try number(1 << (tag - 0xc7), in: bytes)
      _ = try run(count + 1, in: bytes)
      return .other
    case 0xca: return .fraction(Double(Float(bitPattern: UInt32(try number(4, in: bytes)))))
    case 0xcb: return .fraction(Double(bitPattern: try number(8, in: bytes)))
    case 0xcc...0xcf: return .unsigned(try number(1 << (tag - 0xcc), in: bytes))
    case 0xd0...0xd3: return try signed(1 << (tag - 0xd0), in: bytes)
    case 0xd4...0xd8:
      _ = try run(1 << UInt64(tag - 0xd4) + 1, in: bytes)
      return .other
    case 0xd9...0xdb: return .text(try run(try number(1 << (tag - 0xd9), in: bytes), in: bytes))
    case 0xdc, 0xdd: return try array(Int(try number(2 << (tag - 0xdc), in: bytes)), in: bytes)
    case 0xde, 0xdf: return try map(Int(try number(2 << (tag - 0xde), in: bytes)), in: bytes)
    case 0xe0...0xff: return .negative(Int64(Int8(bitPattern: tag)))
    default: throw MessagePackFault(reason: "a byte that begins no value", offset: start)
    }
  }

  /// Passes over the next value and all that is in it.
  public mutating func skip(in bytes: Span<UInt8>) throws(MessagePackFault) {
    // Each that is left takes a byte at least, so their number can't overflow.
    var left = 1
    while left > 0 {
      left -= 1
      switch try next(in: bytes) {
      case .array(let count): left += count
      case .map(let count): left += 2 * count
      default: break
      }
    }
  }

  private mutating func number(
    _ count: Int,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> UInt64 {
    guard count <= bytes.count - offset else { throw ended }
    var value: UInt64 = 0
    for index in offset..<offset + count { value = value << 8 | UInt64(bytes[index]) }
    offset += count
    return value
  }

  private mutating func signed(
    _ count: Int,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> MessagePackValue {
    let unused = UInt64(64 - 8 * count)
    let value = Int64(bitPattern: try number(count, in: bytes) << unused) >> Int64(unused)
    return value < 0 ? .negative(value) : .unsigned(UInt64(value))
  }

  private mutating func run(
    _ count: UInt64,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> Range<Int> {
    guard count <= UInt64(bytes.count - offset) else { throw ended }
    defer { offset += Int(count) }
    return offset..<offset + Int(count)
  }

  private func array(
    _ count: Int,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> MessagePackValue {
    guard count <= bytes.count - offset else { throw ended }
    return .array(count)
  }

  private func map(
    _ count: Int,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> MessagePackValue {
    guard count <= (bytes.count - offset) / 2 else { throw ended }
    return .map(count)
  }

  private var ended: MessagePackFault {
    MessagePackFault(reason: "it ends too early", offset: offset)
  }
}
