import Basics
import HearthMessages
import Testing

@testable import HearthProto

@Suite(.timeLimit(.minutes(5)))
struct CallArenaTests {
  @Test func `each message counts until the reset`() throws {
    let arena = CallArena()
    #expect(arena.bytesUsed == 0)
    _ = try Leaf(hex("0a0161"), in: arena)
    let one = arena.bytesUsed
    #expect(one > 0)
    _ = try Leaf(hex("0a0161"), in: arena)
    #expect(arena.bytesUsed == 2 * one)
    arena.reset()
    #expect(arena.bytesUsed == 0)
  }

  @Test(arguments: [0, 1 << 20])
  func `messages larger than a block decode, before and after a reset`(kept: Int) throws {
    let arena = CallArena(limits: WireLimits(arenaBytesKept: kept))
    let large = Kinds(bytes: [UInt8](repeating: 9, count: 100_000), fixed64s: [1, 2, 3])
    let bytes = try large.encoded()
    for _ in 0..<3 {
      #expect(try Kinds(bytes, in: arena) == large)
      #expect(try Kinds(RoundTripTests.golden, in: arena) == RoundTripTests.value)
      arena.reset()
    }
  }

  @Test func `the limit holds for decoding and for encoding`() throws {
    let limits = WireLimits(arenaBytesMax: 1_000)
    let kinds = Kinds(bytes: [UInt8](repeating: 1, count: 990))
    let bytes = try kinds.encoded()
    let decoding = #expect(throws: ProtoError.self) { try Kinds(bytes, limits: limits) }
    #expect(decoding?.code == .outOfMemory)
    let encoding = #expect(throws: ProtoError.self) { try kinds.encoded(limits: limits) }
    #expect(encoding?.code == .outOfMemory)
    #expect(try Leaf(hex("1001"), limits: limits) == Leaf(number: 1))
  }
}
