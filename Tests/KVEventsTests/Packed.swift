/// MessagePack that tests write.
indirect enum Packed: ExpressibleByNilLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  case null
  case number(UInt64)
  case negative(Int64)
  case text(String)
  case bytes([UInt8])
  case list([Packed])
  case map([(String, Packed)])

  init(nilLiteral: ()) { self = .null }
  init(stringLiteral text: String) { self = .text(text) }
  init(integerLiteral value: Int64) {
    self = value < 0 ? .negative(value) : .number(UInt64(value))
  }
  init(arrayLiteral elements: Packed...) { self = .list(elements) }
  init(dictionaryLiteral elements: (String, Packed)...) { self = .map(elements) }
  init(_ numbers: [UInt64]) { self = .list(numbers.map { .number($0) }) }

  var data: [UInt8] {
    switch self {
    case .null: [0xc0]
    case .number(let value): value < 128 ? [UInt8(value)] : [0xcf] + Self.big(value, 8)
    case .negative(let value): [0xd3] + Self.big(UInt64(bitPattern: value), 8)
    case .text(let text): [0xd9, UInt8(text.utf8.count)] + text.utf8
    case .bytes(let bytes): [0xc4, UInt8(bytes.count)] + bytes
    case .list(let items):
      [0xdc] + Self.big(UInt64(items.count), 2) + items.flatMap(\.data)
    case .map(let pairs):
      [0xde] + Self.big(UInt64(pairs.count), 2)
        + pairs.flatMap { Packed.text($0.0).data + $0.1.data }
    }
  }

  private static func big(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
  }
}
