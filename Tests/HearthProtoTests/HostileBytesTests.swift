import Basics
import HearthMessages
import Testing

@testable import HearthProto

@Suite(.timeLimit(.minutes(5)))
struct HostileBytesTests {
  @Test(arguments: [
    ("18", "a tag without its value"),
    ("18 ff", "a varint that ends early"),
    ("18 ffffffffffffffffffff01", "a varint of eleven bytes"),
    ("80", "a tag that ends early"),
    ("ffffffffff01", "a tag of more than 32 bits"),
    ("09 00000000000000", "a fixed64 of seven bytes"),
    ("15 000000", "a fixed32 of three bytes"),
    ("72 05 61626364", "a string past the end"),
    ("72 ffffffff0f", "a string of 4 GiB"),
    ("72 ffffffffffffffff7f", "a string of 2^63 bytes"),
    ("7a ffffffffffffffffff01", "bytes of 2^64"),
    ("70 01", "a string that is a varint"),
    ("1a 01 00", "a varint that is bytes"),
    ("8801 01", "a message that is a varint"),
    ("8a01 02 0aff", "a nested string past the end"),
    ("da01 07 00000000000000", "packed fixed64s that end early"),
    ("b201 01 ff", "a packed varint that ends early"),
    ("b201 ffffffff0f 01", "packed numbers past the end"),
    ("9f01", "the end of a group"),
    ("1b 1c", "a group"),
    ("07", "field number 0 of wire type 7"),
  ])
  func `malformed bytes are an error`(bytes: String, what: String) {
    let error = #expect(throws: ProtoError.self, "\(what)") { try Kinds(hex(bytes)) }
    #expect(error?.code == .malformed)
    #expect(error?.path == "hearth.testing.v1.Kinds")
  }

  @Test(arguments: [
    ("72 02 c328", "string"), ("72 01 00", "string"), ("72 03 610062", "string"),
    ("72 03 eda080", "string"), ("72 01 ff", "string"),
    ("fa01 01 61 fa01 01 80", "strings[1]"),
    ("8a01 03 0a01 00", "leaf.text"),
    ("9202 00 9202 03 0a01 fe", "leaves[1].text"),
    ("a202 01 00", "chosen_text"),
    ("c202 03 0a01 c0", "chosen_leaf.text"),
  ])
  func `text that is not UTF-8 or has a NUL is an error with its path`(
    bytes: String,
    path: String
  ) {
    let error = #expect(throws: ProtoError.self) { try Kinds(hex(bytes)) }
    #expect(error?.description == "invalidText: hearth.testing.v1.Kinds.\(path)")
  }

  @Test(arguments: [
    (Kinds(string: "a\0b"), "string"), (Kinds(strings: ["", "\0"]), "strings[1]"),
    (Kinds(leaf: Leaf(text: "\0")), "leaf.text"),
    (Kinds(leaves: [Leaf(), Leaf(text: "\0")]), "leaves[1].text"),
    (Kinds(choice: .chosenText("\0")), "chosen_text"),
  ])
  func `a NUL is not encoded, and nothing is appended`(kinds: Kinds, path: String) {
    var bytes = Bytes()
    let error = #expect(throws: ProtoError.self) {
      try kinds.encode(into: &bytes, arena: CallArena())
    }
    #expect(error?.description == "invalidText: hearth.testing.v1.Kinds.\(path)")
    #expect(bytes.count == 0)
  }

  @Test func `a prefix of a message is an error or a message`() throws {
    let golden = RoundTripTests.golden
    var errors = 0
    for count in 0..<golden.count {
      do {
        _ = try Kinds(Array(golden[..<count]))
      } catch let error as ProtoError {
        errors += error.code == .malformed ? 1 : 0
      }
    }
    // The others end between two of the 38 fields that are on the wire.
    #expect(errors == golden.count - 38)
  }

  @Test func `a message past the limit is refused in both directions`() throws {
    let kinds = Kinds(bytes: [UInt8](repeating: 7, count: 100))
    let bytes = try kinds.encoded()
    #expect(try Kinds(bytes, limits: WireLimits(messageBytesMax: bytes.count)) == kinds)
    let less = WireLimits(messageBytesMax: bytes.count - 1)
    #expect(#expect(throws: ProtoError.self) { try Kinds(bytes, limits: less) }?.code == .tooLarge)
    let error = #expect(throws: ProtoError.self) { try kinds.encoded(limits: less) }
    #expect(error?.code == .tooLarge)
  }

  @Test func `a million empty messages don't become a million structs`() throws {
    let empty = hex("920200")
    let bytes = [UInt8](unsafeUninitializedCapacity: 3_000_000) { memory, count in
      for index in 0..<3_000_000 { memory[index] = empty[index % 3] }
      count = 3_000_000
    }
    let arena = CallArena(limits: WireLimits(arenaBytesMax: 4 << 20))
    let error = #expect(throws: ProtoError.self) {
      try Kinds(bytes, in: arena)
    }
    #expect(error?.code == .outOfMemory)
    #expect(arena.bytesUsed <= 4 << 20)
    arena.reset()
    #expect(try Kinds(RoundTripTests.golden, in: arena) == RoundTripTests.value)
  }

  @Test func `mutated messages never trap, never pass the limit, and stay stable if they decode`()
    throws
  {
    let seed: UInt64 = 4_242
    var random = PRNG(seed: seed)
    let arena = CallArena(limits: WireLimits(arenaBytesMax: 64 << 10))
    var decoded = 0
    for step in 0..<20_000 {
      let name: Comment = "seed \(seed), step \(step)"
      if step % 2 == 0 {
        decoded += try survives(random.kinds(), &random, arena, name)
      } else {
        decoded += try survives(random.command(), &random, arena, name)
      }
    }
    // Neither outcome is rare, so both were tested.
    #expect(decoded > 2_000 && decoded < 18_000, "\(decoded)")
  }

  /// Returns 1 if the mutated message decodes.
  private func survives<Message: ProtoMessage>(
    _ message: Message,
    _ random: inout PRNG,
    _ arena: CallArena,
    _ name: Comment
  ) throws -> Int {
    let bytes = random.mutated(try message.encoded())
    arena.reset()
    let decoded: Message
    do {
      decoded = try Message(bytes, in: arena)
    } catch {
      #expect(arena.bytesUsed <= arena.limits.arenaBytesMax, name)
      return 0
    }
    // Compared as bytes: not-a-number equals nothing.
    let once = try decoded.encoded()
    #expect(try Message(once).encoded() == once, name)
    return 1
  }
}

extension PRNG {
  /// A few bytes flipped, cut, doubled or put in.
  fileprivate mutating func mutated(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0...below(3) {
      guard !bytes.isEmpty else { return bytes }
      let index = below(bytes.count)
      let end = index + below(bytes.count - index + 1)
      switch below(6) {
      case 0: bytes[index] ^= 1 << UInt8(below(8))
      case 1: bytes[index] = number()
      case 2: bytes.removeSubrange(index..<end)
      case 3: bytes.insert(contentsOf: bytes[index..<end], at: end)
      case 4: bytes.insert(contentsOf: [0xff, 0xff, 0xff, 0xff, 0x0f], at: index)
      default: bytes += original
      }
    }
    return bytes
  }
}
