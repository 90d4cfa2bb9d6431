// Generated from proto/hearth/testing/v1/testing.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

extension HearthTestingV1 {
  /// Sends back what it gets, in each shape that a call can have.
  public enum Echo {
    /// The service's full name.
    public static let name: StaticString = "hearth.testing.v1.Echo"

    /// One message in, the same out.
    public static let unary =
      MethodDescriptor<HearthTestingV1.Kinds, HearthTestingV1.Kinds>(
        path: "/hearth.testing.v1.Echo/Unary",
        clientStreaming: false,
        serverStreaming: false
      )

    /// Many in, the last out.
    public static let collect =
      MethodDescriptor<HearthTestingV1.Kinds, HearthTestingV1.Kinds>(
        path: "/hearth.testing.v1.Echo/Collect",
        clientStreaming: true,
        serverStreaming: false
      )

    /// One in, as many copies out as its `uint32` says.
    public static let expand =
      MethodDescriptor<HearthTestingV1.Kinds, HearthTestingV1.Kinds>(
        path: "/hearth.testing.v1.Echo/Expand",
        clientStreaming: false,
        serverStreaming: true
      )

    /// Each message out as it comes in.
    public static let converse =
      MethodDescriptor<HearthTestingV1.Kinds, HearthTestingV1.Kinds>(
        path: "/hearth.testing.v1.Echo/Converse",
        clientStreaming: true,
        serverStreaming: true
      )
  }
}

extension HearthTestingV1.Leaf: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.testing.v1.Leaf" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthTestingV1.Leaf: @unsafe CMessage {
  typealias Raw = Hearth__Testing__V1__Leaf

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__testing__v1__leaf__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__testing__v1__leaf__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    text = try unsafe Field.text(c.pointee.text, "text")
    number = unsafe c.pointee.number
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.text = try arena.text(text, "text")
    unsafe c.pointee.number = number
  }
}

extension HearthTestingV1.Kinds: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.testing.v1.Kinds" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthTestingV1.Kinds: @unsafe CMessage {
  typealias Raw = Hearth__Testing__V1__Kinds

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__testing__v1__kinds__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__testing__v1__kinds__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    double = unsafe c.pointee.double_
    float = unsafe c.pointee.float_
    int32 = unsafe c.pointee.int32
    int64 = unsafe c.pointee.int64
    uint32 = unsafe c.pointee.uint32
    uint64 = unsafe c.pointee.uint64
    sint32 = unsafe c.pointee.sint32
    sint64 = unsafe c.pointee.sint64
    fixed32 = unsafe c.pointee.fixed32
    fixed64 = unsafe c.pointee.fixed64
    sfixed32 = unsafe c.pointee.sfixed32
    sfixed64 = unsafe c.pointee.sfixed64
    bool = unsafe c.pointee.bool_ != 0
    string = try unsafe Field.text(c.pointee.string, "string")
    bytes = unsafe Field.bytes(c.pointee.bytes)
    colour = unsafe Field.number(c.pointee.colour)
    leaf = try unsafe Field.message(c.pointee.leaf, "leaf")
    doubles = unsafe Field.array(c.pointee.n_doubles, c.pointee.doubles)
    floats = unsafe Field.array(c.pointee.n_floats, c.pointee.floats)
    int32s = unsafe Field.array(c.pointee.n_int32s, c.pointee.int32s)
    int64s = unsafe Field.array(c.pointee.n_int64s, c.pointee.int64s)
    uint32s = unsafe Field.array(c.pointee.n_uint32s, c.pointee.uint32s)
    uint64s = unsafe Field.array(c.pointee.n_uint64s, c.pointee.uint64s)
    sint32s = unsafe Field.array(c.pointee.n_sint32s, c.pointee.sint32s)
    sint64s = unsafe Field.array(c.pointee.n_sint64s, c.pointee.sint64s)
    fixed32s = unsafe Field.array(c.pointee.n_fixed32s, c.pointee.fixed32s)
    fixed64s = unsafe Field.array(c.pointee.n_fixed64s, c.pointee.fixed64s)
    sfixed32s = unsafe Field.array(c.pointee.n_sfixed32s, c.pointee.sfixed32s)
    sfixed64s = unsafe Field.array(c.pointee.n_sfixed64s, c.pointee.sfixed64s)
    bools = unsafe Field.flags(c.pointee.n_bools, c.pointee.bools)
    strings = try unsafe Field.texts(c.pointee.n_strings, c.pointee.strings, "strings")
    byteStrings = unsafe Field.byteStrings(c.pointee.n_byte_strings, c.pointee.byte_strings)
    colours = unsafe Field.numbers(c.pointee.n_colours, c.pointee.colours)
    leaves = try unsafe Field.messages(c.pointee.n_leaves, c.pointee.leaves, "leaves")
    choice =
      switch unsafe c.pointee.choice_case.rawValue {
      case 35: unsafe Choice.chosenNumber(c.pointee.chosen_number)
      case 36: try unsafe Choice.chosenText(Field.text(c.pointee.chosen_text, "chosen_text"))
      case 37: unsafe Choice.chosenBytes(Field.bytes(c.pointee.chosen_bytes))
      case 38: unsafe Choice.chosenFlag(c.pointee.chosen_flag != 0)
      case 39: unsafe Choice.chosenColour(Field.number(c.pointee.chosen_colour))
      case 40: try unsafe Field.message(c.pointee.chosen_leaf, "chosen_leaf").map(Choice.chosenLeaf)
      default: nil
      }
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.double_ = double
    unsafe c.pointee.float_ = float
    unsafe c.pointee.int32 = int32
    unsafe c.pointee.int64 = int64
    unsafe c.pointee.uint32 = uint32
    unsafe c.pointee.uint64 = uint64
    unsafe c.pointee.sint32 = sint32
    unsafe c.pointee.sint64 = sint64
    unsafe c.pointee.fixed32 = fixed32
    unsafe c.pointee.fixed64 = fixed64
    unsafe c.pointee.sfixed32 = sfixed32
    unsafe c.pointee.sfixed64 = sfixed64
    unsafe c.pointee.bool_ = bool ? 1 : 0
    unsafe c.pointee.string = try arena.text(string, "string")
    unsafe c.pointee.bytes = try arena.bytes(bytes)
    unsafe c.pointee.colour = arena.number(colour)
    unsafe c.pointee.leaf = try arena.message(leaf, "leaf")
    unsafe (c.pointee.n_doubles, c.pointee.doubles) = try arena.array(doubles)
    unsafe (c.pointee.n_floats, c.pointee.floats) = try arena.array(floats)
    unsafe (c.pointee.n_int32s, c.pointee.int32s) = try arena.array(int32s)
    unsafe (c.pointee.n_int64s, c.pointee.int64s) = try arena.array(int64s)
    unsafe (c.pointee.n_uint32s, c.pointee.uint32s) = try arena.array(uint32s)
    unsafe (c.pointee.n_uint64s, c.pointee.uint64s) = try arena.array(uint64s)
    unsafe (c.pointee.n_sint32s, c.pointee.sint32s) = try arena.array(sint32s)
    unsafe (c.pointee.n_sint64s, c.pointee.sint64s) = try arena.array(sint64s)
    unsafe (c.pointee.n_fixed32s, c.pointee.fixed32s) = try arena.array(fixed32s)
    unsafe (c.pointee.n_fixed64s, c.pointee.fixed64s) = try arena.array(fixed64s)
    unsafe (c.pointee.n_sfixed32s, c.pointee.sfixed32s) = try arena.array(sfixed32s)
    unsafe (c.pointee.n_sfixed64s, c.pointee.sfixed64s) = try arena.array(sfixed64s)
    unsafe (c.pointee.n_bools, c.pointee.bools) = try arena.flags(bools)
    unsafe (c.pointee.n_strings, c.pointee.strings) = try arena.texts(strings, "strings")
    unsafe (c.pointee.n_byte_strings, c.pointee.byte_strings) = try arena.byteStrings(byteStrings)
    unsafe (c.pointee.n_colours, c.pointee.colours) = try arena.numbers(colours)
    unsafe (c.pointee.n_leaves, c.pointee.leaves) = try arena.messages(leaves, "leaves")
    switch choice {
    case .chosenNumber(let value)?:
      unsafe c.pointee.choice_case = .init(rawValue: 35)
      unsafe c.pointee.chosen_number = value
    case .chosenText(let value)?:
      unsafe c.pointee.choice_case = .init(rawValue: 36)
      unsafe c.pointee.chosen_text = try arena.text(value, "chosen_text")
    case .chosenBytes(let value)?:
      unsafe c.pointee.choice_case = .init(rawValue: 37)
      unsafe c.pointee.chosen_bytes = try arena.bytes(value)
    case .chosenFlag(let value)?:
      unsafe c.pointee.choice_case = .init(rawValue: 38)
      unsafe c.pointee.chosen_flag = value ? 1 : 0
    case .chosenColour(let value)?:
      unsafe c.pointee.choice_case = .init(rawValue: 39)
      unsafe c.pointee.chosen_colour = arena.number(value)
    case .chosenLeaf(let value)?:
      unsafe c.pointee.choice_case = .init(rawValue: 40)
      unsafe c.pointee.chosen_leaf = try arena.message(value, "chosen_leaf")
    case nil: break
    }
  }
}

extension HearthTestingV1.Kinds {
  /// Decodes a message and calls `body` with its fields in place, in the arena.
  ///
  /// Throws as decoding does, but for text, which is handed out as it came.
  public static func withView<Result>(
    _ bytes: Span<UInt8>,
    arena: CallArena,
    _ body: (borrowing View) -> Result
  ) throws(ProtoError) -> Result {
    body(try unsafe View(arena.unpack(bytes, as: Self.self)))
  }

  /// The fields of a message in place; strings and bytes as they came.
  @safe public struct View: ~Copyable {
    private let c: UnsafePointer<Raw>

    fileprivate init(_ c: UnsafePointer<Raw>) {
      unsafe self.c = c
    }

    /// The field `double`.
    public var double: Double { unsafe c.pointee.double_ }

    /// The field `float`.
    public var float: Float { unsafe c.pointee.float_ }

    /// The field `int32`.
    public var int32: Int32 { unsafe c.pointee.int32 }

    /// The field `int64`.
    public var int64: Int64 { unsafe c.pointee.int64 }

    /// The field `uint32`.
    public var uint32: UInt32 { unsafe c.pointee.uint32 }

    /// The field `uint64`.
    public var uint64: UInt64 { unsafe c.pointee.uint64 }

    /// The field `sint32`.
    public var sint32: Int32 { unsafe c.pointee.sint32 }

    /// The field `sint64`.
    public var sint64: Int64 { unsafe c.pointee.sint64 }

    /// The field `fixed32`.
    public var fixed32: UInt32 { unsafe c.pointee.fixed32 }

    /// The field `fixed64`.
    public var fixed64: UInt64 { unsafe c.pointee.fixed64 }

    /// The field `sfixed32`.
    public var sfixed32: Int32 { unsafe c.pointee.sfixed32 }

    /// The field `sfixed64`.
    public var sfixed64: Int64 { unsafe c.pointee.sfixed64 }

    /// The field `bool`.
    public var bool: Bool { unsafe c.pointee.bool_ != 0 }

    /// The field `string`.
    public func withString<Result>(
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.string)))
    }

    /// The field `bytes`.
    public func withBytes<Result>(
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(unsafe Span(_unsafeElements: Field.data(c.pointee.bytes)))
    }

    /// The field `colour`.
    public var colour: HearthTestingV1.Colour { unsafe Field.number(c.pointee.colour) }

    /// The field `doubles`.
    public func withDoubles<Result>(
      _ body: (Span<Double>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(start: c.pointee.doubles, count: c.pointee.n_doubles)
        )
      )
    }

    /// The field `floats`.
    public func withFloats<Result>(
      _ body: (Span<Float>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(start: c.pointee.floats, count: c.pointee.n_floats)
        )
      )
    }

    /// The field `int32s`.
    public func withInt32s<Result>(
      _ body: (Span<Int32>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(start: c.pointee.int32s, count: c.pointee.n_int32s)
        )
      )
    }

    /// The field `int64s`.
    public func withInt64s<Result>(
      _ body: (Span<Int64>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(start: c.pointee.int64s, count: c.pointee.n_int64s)
        )
      )
    }

    /// The field `uint32s`.
    public func withUint32s<Result>(
      _ body: (Span<UInt32>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(start: c.pointee.uint32s, count: c.pointee.n_uint32s)
        )
      )
    }

    /// The field `uint64s`.
    public func withUint64s<Result>(
      _ body: (Span<UInt64>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(start: c.pointee.uint64s, count: c.pointee.n_uint64s)
        )
      )
    }

    /// The field `sint32s`.
    public func withSint32s<Result>(
      _ body: (Span<Int32>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(start: c.pointee.sint32s, count: c.pointee.n_sint32s)
        )
      )
    }

    /// The field `sint64s`.
    public func withSint64s<Result>(
      _ body: (Span<Int64>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(start: c.pointee.sint64s, count: c.pointee.n_sint64s)
        )
      )
    }

    /// The field `fixed32s`.
    public func withFixed32s<Result>(
      _ body: (Span<UInt32>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(
            start: c.pointee.fixed32s,
            count: c.pointee.n_fixed32s
          )
        )
      )
    }

    /// The field `fixed64s`.
    public func withFixed64s<Result>(
      _ body: (Span<UInt64>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(
            start: c.pointee.fixed64s,
            count: c.pointee.n_fixed64s
          )
        )
      )
    }

    /// The field `sfixed32s`.
    public func withSfixed32s<Result>(
      _ body: (Span<Int32>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(
            start: c.pointee.sfixed32s,
            count: c.pointee.n_sfixed32s
          )
        )
      )
    }

    /// The field `sfixed64s`.
    public func withSfixed64s<Result>(
      _ body: (Span<Int64>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(
            start: c.pointee.sfixed64s,
            count: c.pointee.n_sfixed64s
          )
        )
      )
    }

    /// How many elements `bools` has.
    public var boolsCount: Int { unsafe c.pointee.n_bools }

    /// An element of `bools`.
    public func bools(at index: Int) -> Bool {
      precondition(index >= 0 && index < boolsCount, "element \(index) does not exist")
      return unsafe c.pointee.bools[index] != 0
    }

    /// How many elements `strings` has.
    public var stringsCount: Int { unsafe c.pointee.n_strings }

    /// An element of `strings`.
    public func withStrings<Result>(
      at index: Int,
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      precondition(index >= 0 && index < stringsCount, "element \(index) does not exist")
      return body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.strings[index])))
    }

    /// How many elements `byte_strings` has.
    public var byteStringsCount: Int { unsafe c.pointee.n_byte_strings }

    /// An element of `byte_strings`.
    public func withByteStrings<Result>(
      at index: Int,
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      precondition(index >= 0 && index < byteStringsCount, "element \(index) does not exist")
      return body(unsafe Span(_unsafeElements: Field.data(c.pointee.byte_strings[index])))
    }

    /// How many elements `colours` has.
    public var coloursCount: Int { unsafe c.pointee.n_colours }

    /// An element of `colours`.
    public func colours(at index: Int) -> HearthTestingV1.Colour {
      precondition(index >= 0 && index < coloursCount, "element \(index) does not exist")
      return unsafe Field.number(c.pointee.colours[index])
    }
  }
}
