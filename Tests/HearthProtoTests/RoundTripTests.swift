import Basics
import HearthMessages
import HearthProto
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RoundTripTests {
  // protoc --encode=hearth.testing.v1.Kinds -Iproto hearth/testing/v1/testing.proto | xxd -p
  //
  // double: -0.5 float: 1.25 int32: -3 int64: -9007199254740993 uint32: 4294967295
  // uint64: 18446744073709551615 sint32: -2147483648 sint64: 9223372036854775807 fixed32: 7
  // fixed64: 81985529216486895 sfixed32: -7 sfixed64: -8 bool: true string: "h\303\251arth"
  // bytes: "\000\377" colour: COLOUR_DEEP_BLUE leaf { text: "a" number: 300 } doubles: [1, inf]
  // floats: [0.5] int32s: [-1, 1] int64s: [2, -2] uint32s: [0, 128] uint64s: [16384]
  // sint32s: [-1, 1] sint64s: [-64, 64] fixed32s: [1, 2] fixed64s: [3, 4] sfixed32s: [-5]
  // sfixed64s: [-6] bools: [true, false, true] strings: ["", "x"] byte_strings: ["", "\001"]
  // colours: [COLOUR_RED, COLOUR_UNSPECIFIED] leaves { } leaves { number: 1 } chosen_text: ""
  static let golden = hex(
    """
    09000000000000e0bf150000a03f18fdffffffffffffffff0120ffffffffffffffefff0128ffffffff0f30ffffffff
    ffffffffff0138ffffffff0f40feffffffffffffffff014d0700000051efcdab89674523015df9ffffff61f8ffffff
    ffffffff6801720768c3a9617274687a0200ff8001ac028a01060a016110ac02920110000000000000f03f00000000
    0000f07f9a01040000003fa2010bffffffffffffffffff0101aa010b02feffffffffffffffff01b20103008001ba01
    03808001c201020102ca01037f8001d201080100000002000000da011003000000000000000400000000000000e201
    04fbffffffea0108fafffffffffffffff20103010001fa0100fa010178820200820201018a02020100920200920202
    1001a20200
    """
  )

  static let value = Kinds(
    double: -0.5,
    float: 1.25,
    int32: -3,
    int64: -9_007_199_254_740_993,
    uint32: .max,
    uint64: .max,
    sint32: .min,
    sint64: .max,
    fixed32: 7,
    fixed64: 0x0123_4567_89ab_cdef,
    sfixed32: -7,
    sfixed64: -8,
    bool: true,
    string: "héarth",
    bytes: [0, 255],
    colour: .deepBlue,
    leaf: Leaf(text: "a", number: 300),
    doubles: [1, .infinity],
    floats: [0.5],
    int32s: [-1, 1],
    int64s: [2, -2],
    uint32s: [0, 128],
    uint64s: [16384],
    sint32s: [-1, 1],
    sint64s: [-64, 64],
    fixed32s: [1, 2],
    fixed64s: [3, 4],
    sfixed32s: [-5],
    sfixed64s: [-6],
    bools: [true, false, true],
    strings: ["", "x"],
    byteStrings: [[], [1]],
    colours: [.red, .unspecified],
    leaves: [Leaf(), Leaf(number: 1)],
    choice: .chosenText("")
  )

  @Test func `protoc's bytes decode to the values that were written`() throws {
    #expect(try Kinds(Self.golden) == Self.value)
  }

  @Test func `the values encode to protoc's bytes`() throws {
    #expect(try Self.value.encoded() == Self.golden)
  }

  @Test func `random messages come back as they were, through one arena`() throws {
    let seed: UInt64 = 20_260_711
    var random = PRNG(seed: seed)
    let arena = CallArena()
    for step in 0..<1_000 {
      let kinds = random.kinds()
      let command = random.command()
      var bytes = Bytes()
      try kinds.encode(into: &bytes, arena: arena)
      let first = bytes.array()
      bytes.removeAll()
      try command.encode(into: &bytes, arena: arena)
      #expect(try Kinds(first, in: arena) == kinds, "seed \(seed), step \(step)")
      let second = try HearthV1.RegionCommand(bytes.array(), in: arena)
      #expect(second == command, "seed \(seed), step \(step)")
      arena.reset()
    }
  }

  @Test func `a message at its defaults is empty on the wire`() throws {
    #expect(try Kinds().encoded() == [])
    #expect(try Kinds([]) == Kinds())
    #expect(try HearthV1.RegionSynced().encoded() == [])
  }

  @Test(arguments: [
    Kinds.Choice.chosenNumber(0), .chosenText(""), .chosenBytes([]), .chosenFlag(false),
    .chosenColour(.unspecified), .chosenLeaf(Leaf()),
  ])
  func `a oneof is present even at its default`(choice: Kinds.Choice) throws {
    let kinds = Kinds(choice: choice)
    #expect(try Kinds(kinds.encoded()) == kinds)
  }

  @Test func `the last field of a oneof wins, also against itself`() throws {
    let flag = try Kinds(choice: .chosenFlag(true)).encoded()
    let text = try Kinds(choice: .chosenText("one")).encoded()
    let other = try Kinds(choice: .chosenText("two")).encoded()
    #expect(try Kinds(flag + text).choice == .chosenText("one"))
    #expect(try Kinds(text + flag).choice == .chosenFlag(true))
    #expect(try Kinds(text + flag + text + other).choice == .chosenText("two"))
  }

  @Test func `a message that comes twice is merged, and lists grow`() throws {
    let first = try Kinds(string: "one", leaf: Leaf(text: "a"), fixed64s: [1]).encoded()
    let second = try Kinds(string: "two", leaf: Leaf(number: 5), fixed64s: [2]).encoded()
    let merged = Kinds(string: "two", leaf: Leaf(text: "a", number: 5), fixed64s: [1, 2])
    #expect(try Kinds(first + second) == merged)
  }

  @Test func `numbers may be packed or not`() throws {
    // Field 22, uint32s: 1 packed, 2 alone.
    #expect(try Kinds(hex("b2010101 b00102")).uint32s == [1, 2])
  }

  @Test func `numbers outside an enumeration are kept`() throws {
    let kinds = Kinds(colour: .init(rawValue: -9), colours: [.unrecognized(77), .red])
    #expect(kinds.colour == .unrecognized(-9))
    #expect(try Kinds(kinds.encoded()) == kinds)
    #expect(HearthTestingV1.Colour(rawValue: 300) == .deepBlue)
    #expect(HearthTestingV1.Colour.deepBlue.rawValue == 300)
  }

  @Test func `unknown fields are skipped`() throws {
    // Fields 50 to 53: a varint, 8 bytes, 3 bytes of content, 4 bytes.
    let unknown = hex("900301 99030102030405060708 a20303616263 ad0301020304")
    #expect(try Kinds(unknown + Self.golden + unknown) == Self.value)
  }

  @Test func `encoding appends`() throws {
    var bytes = Bytes()
    bytes.append(7)
    try Leaf(number: 1).encode(into: &bytes, arena: CallArena())
    #expect(bytes.array() == [7, 0x10, 1])
  }
}
