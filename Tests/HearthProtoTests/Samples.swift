import Basics
import HearthMessages
import HearthProto

typealias Kinds = HearthTestingV1.Kinds
typealias Leaf = HearthTestingV1.Leaf

extension ProtoMessage {
  /// The encoded message, of a fresh arena.
  func encoded(limits: WireLimits = WireLimits()) throws -> [UInt8] {
    var bytes = Bytes()
    try encode(into: &bytes, arena: CallArena(limits: limits))
    return bytes.array()
  }

  init(_ bytes: [UInt8], limits: WireLimits = WireLimits()) throws {
    try self.init(bytes, in: CallArena(limits: limits))
  }

  init(_ bytes: [UInt8], in arena: CallArena) throws {
    try self.init(decoding: bytes.span, arena: arena)
  }
}

/// The bytes that pairs of hexadecimal digits stand for.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue).map(UInt8.init)
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

extension PRNG {
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// A number of any magnitude: all lengths of a varint are likely.
  mutating func number<Number: FixedWidthInteger>() -> Number {
    Number(truncatingIfNeeded: next() >> UInt64(below(64)))
  }

  mutating func list<Element>(_ element: (inout PRNG) -> Element) -> [Element] {
    (0..<below(5)).map { _ in element(&self) }
  }

  mutating func text() -> String {
    let scalars: [Unicode.Scalar] = ["a", "Z", "\u{1}", "\u{7f}", "é", "漢", "🔥", "\u{fffd}"]
    var text = String.UnicodeScalarView()
    for _ in 0..<below(40) { text.append(scalars[below(scalars.count)]) }
    return String(text)
  }

  mutating func bytes() -> [UInt8] { (0..<below(40)).map { _ in number() } }

  mutating func colour() -> HearthTestingV1.Colour { .init(rawValue: number()) }

  mutating func leaf() -> Leaf { Leaf(text: text(), number: number()) }

  mutating func choice() -> Kinds.Choice? {
    switch below(7) {
    case 0: .chosenNumber(number())
    case 1: .chosenText(text())
    case 2: .chosenBytes(bytes())
    case 3: .chosenFlag(below(2) == 0)
    case 4: .chosenColour(colour())
    case 5: .chosenLeaf(leaf())
    default: nil
    }
  }

  mutating func kinds() -> Kinds {
    Kinds(
      double: nextUnit() - 0.5,
      float: Float(below(1000)) / 8,
      int32: number(),
      int64: number(),
      uint32: number(),
      uint64: number(),
      sint32: number(),
      sint64: number(),
      fixed32: number(),
      fixed64: number(),
      sfixed32: number(),
      sfixed64: number(),
      bool: below(2) == 0,
      string: text(),
      bytes: bytes(),
      colour: colour(),
      leaf: below(2) == 0 ? leaf() : nil,
      doubles: list { $0.nextUnit() },
      floats: list { Float($0.below(100)) },
      int32s: list { $0.number() },
      int64s: list { $0.number() },
      uint32s: list { $0.number() },
      uint64s: list { $0.number() },
      sint32s: list { $0.number() },
      sint64s: list { $0.number() },
      fixed32s: list { $0.number() },
      fixed64s: list { $0.number() },
      sfixed32s: list { $0.number() },
      sfixed64s: list { $0.number() },
      bools: list { $0.below(2) == 0 },
      strings: list { $0.text() },
      byteStrings: list { $0.bytes() },
      colours: list { $0.colour() },
      leaves: list { $0.leaf() },
      choice: choice()
    )
  }

  /// A command for a node inside a region's, so that oneofs and messages nest.
  mutating func command() -> HearthV1.RegionCommand {
    let command: HearthV1.NodeCommand.Command =
      switch below(3) {
      case 0: .welcome(.init(epoch: number(), heartbeatIntervalNs: number()))
      case 1: .resynchronise(.init(reason: text()))
      default: .setAvailability(.init(availability: .draining, message: text()))
      }
    let peers = list { HearthV1.RegionPeer(region: $0.text(), address: $0.text()) }
    return below(4) == 0
      ? .init(command: .peers(.init(peers: peers)))
      : .init(command: .nodeCommand(.init(node: text(), command: .init(command: command))))
  }
}
