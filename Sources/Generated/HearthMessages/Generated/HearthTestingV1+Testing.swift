// Generated from proto/hearth/testing/v1/testing.proto by generate-proto.

extension HearthTestingV1 {
  /// A closed set, with one value past the first byte.
  public enum Colour: ProtoEnum {
    /// Not stated.
    case unspecified
    /// Like a warning.
    case red
    /// Like a pass.
    case green
    /// Two bytes on the wire.
    case deepBlue
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .red
      case 2: self = .green
      case 300: self = .deepBlue
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .red: 1
      case .green: 2
      case .deepBlue: 300
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthTestingV1 {
  /// A message inside another.
  public struct Leaf: Equatable, Sendable {
    /// The field `text`.
    public var text: String
    /// The field `number`.
    public var number: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      text: String = "",
      number: UInt64 = 0
    ) {
      self.text = text
      self.number = number
    }
  }
}

extension HearthTestingV1 {
  /// Forty fields of every kind.
  public struct Kinds: Equatable, Sendable {
    /// At most one of these.
    public enum Choice: Equatable, Sendable {
      /// The field `chosen_number`.
      case chosenNumber(UInt32)
      /// The field `chosen_text`.
      case chosenText(String)
      /// The field `chosen_bytes`.
      case chosenBytes([UInt8])
      /// The field `chosen_flag`.
      case chosenFlag(Bool)
      /// The field `chosen_colour`.
      case chosenColour(HearthTestingV1.Colour)
      /// The field `chosen_leaf`.
      case chosenLeaf(HearthTestingV1.Leaf)
    }

    /// The field `double`.
    public var double: Double
    /// The field `float`.
    public var float: Float
    /// The field `int32`.
    public var int32: Int32
    /// The field `int64`.
    public var int64: Int64
    /// The field `uint32`.
    public var uint32: UInt32
    /// The field `uint64`.
    public var uint64: UInt64
    /// The field `sint32`.
    public var sint32: Int32
    /// The field `sint64`.
    public var sint64: Int64
    /// The field `fixed32`.
    public var fixed32: UInt32
    /// The field `fixed64`.
    public var fixed64: UInt64
    /// The field `sfixed32`.
    public var sfixed32: Int32
    /// The field `sfixed64`.
    public var sfixed64: Int64
    /// The field `bool`.
    public var bool: Bool
    /// The field `string`.
    public var string: String
    /// The field `bytes`.
    public var bytes: [UInt8]
    /// The field `colour`.
    public var colour: HearthTestingV1.Colour
    /// The field `leaf`.
    public var leaf: HearthTestingV1.Leaf?
    /// The field `doubles`.
    public var doubles: [Double]
    /// The field `floats`.
    public var floats: [Float]
    /// The field `int32s`.
    public var int32s: [Int32]
    /// The field `int64s`.
    public var int64s: [Int64]
    /// The field `uint32s`.
    public var uint32s: [UInt32]
    /// The field `uint64s`.
    public var uint64s: [UInt64]
    /// The field `sint32s`.
    public var sint32s: [Int32]
    /// The field `sint64s`.
    public var sint64s: [Int64]
    /// The field `fixed32s`.
    public var fixed32s: [UInt32]
    /// The field `fixed64s`.
    public var fixed64s: [UInt64]
    /// The field `sfixed32s`.
    public var sfixed32s: [Int32]
    /// The field `sfixed64s`.
    public var sfixed64s: [Int64]
    /// The field `bools`.
    public var bools: [Bool]
    /// The field `strings`.
    public var strings: [String]
    /// The field `byte_strings`.
    public var byteStrings: [[UInt8]]
    /// The field `colours`.
    public var colours: [HearthTestingV1.Colour]
    /// The field `leaves`.
    public var leaves: [HearthTestingV1.Leaf]
    /// At most one of these.
    public var choice: Choice?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      double: Double = 0,
      float: Float = 0,
      int32: Int32 = 0,
      int64: Int64 = 0,
      uint32: UInt32 = 0,
      uint64: UInt64 = 0,
      sint32: Int32 = 0,
      sint64: Int64 = 0,
      fixed32: UInt32 = 0,
      fixed64: UInt64 = 0,
      sfixed32: Int32 = 0,
      sfixed64: Int64 = 0,
      bool: Bool = false,
      string: String = "",
      bytes: [UInt8] = [],
      colour: HearthTestingV1.Colour = .init(rawValue: 0),
      leaf: HearthTestingV1.Leaf? = nil,
      doubles: [Double] = [],
      floats: [Float] = [],
      int32s: [Int32] = [],
      int64s: [Int64] = [],
      uint32s: [UInt32] = [],
      uint64s: [UInt64] = [],
      sint32s: [Int32] = [],
      sint64s: [Int64] = [],
      fixed32s: [UInt32] = [],
      fixed64s: [UInt64] = [],
      sfixed32s: [Int32] = [],
      sfixed64s: [Int64] = [],
      bools: [Bool] = [],
      strings: [String] = [],
      byteStrings: [[UInt8]] = [],
      colours: [HearthTestingV1.Colour] = [],
      leaves: [HearthTestingV1.Leaf] = [],
      choice: Choice? = nil
    ) {
      self.double = double
      self.float = float
      self.int32 = int32
      self.int64 = int64
      self.uint32 = uint32
      self.uint64 = uint64
      self.sint32 = sint32
      self.sint64 = sint64
      self.fixed32 = fixed32
      self.fixed64 = fixed64
      self.sfixed32 = sfixed32
      self.sfixed64 = sfixed64
      self.bool = bool
      self.string = string
      self.bytes = bytes
      self.colour = colour
      self.leaf = leaf
      self.doubles = doubles
      self.floats = floats
      self.int32s = int32s
      self.int64s = int64s
      self.uint32s = uint32s
      self.uint64s = uint64s
      self.sint32s = sint32s
      self.sint64s = sint64s
      self.fixed32s = fixed32s
      self.fixed64s = fixed64s
      self.sfixed32s = sfixed32s
      self.sfixed64s = sfixed64s
      self.bools = bools
      self.strings = strings
      self.byteStrings = byteStrings
      self.colours = colours
      self.leaves = leaves
      self.choice = choice
    }
  }
}
