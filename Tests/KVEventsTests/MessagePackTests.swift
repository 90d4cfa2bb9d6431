import Basics
import KVEvents
import Testing

@Suite(.timeLimit(.minutes(5)))
struct MessagePackTests {
  private func read(_ bytes: [UInt8]) throws(MessagePackFault) -> MessagePackValue {
    var reader = MessagePackReader()
    let value = try reader.next(in: bytes.span)
    #expect(reader.offset <= bytes.count)
    return value
  }

  @Test(
    arguments: [
      ([0x07], .unsigned(7)), ([0xff], .negative(-1)), ([0xc0], .null), ([0xc3], .bool(true)),
      ([0xcc, 0xff], .unsigned(255)), ([0xcd, 1, 0], .unsigned(256)),
      ([0xcf, 255, 255, 255, 255, 255, 255, 255, 255], .unsigned(.max)),
      ([0xd0, 0x80], .negative(-128)), ([0xd1, 0, 1], .unsigned(1)),
      ([0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0], .negative(.min)),
      ([0xca, 0x3f, 0x80, 0, 0], .fraction(1)),
      ([0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], .fraction(1)),
      ([0xa2, 104, 105], .text(1..<3)), ([0xd9, 2, 104, 105], .text(2..<4)),
      ([0xc4, 1, 9], .bytes(2..<3)), ([0x92, 1, 2], .array(2)), ([0xdc, 0, 1, 5], .array(1)),
      ([0x81, 1, 2], .map(1)), ([0xd4, 1, 2], .other), ([0xc7, 1, 9, 9], .other),
    ] as [([UInt8], MessagePackValue)]
  )
  func `each kind of value is read`(bytes: [UInt8], value: MessagePackValue) throws {
    #expect(try read(bytes) == value)
    // Cut anywhere it is none, unless what is in it is another value.
    for count in 0..<bytes.count {
      var reader = MessagePackReader()
      let cut = Array(bytes.prefix(count))
      #expect(throws: MessagePackFault.self) { try reader.skip(in: cut.span) }
    }
  }

  @Test(
    arguments: [
      [0xc1], [], [0xdb, 0xff, 0xff, 0xff, 0xff], [0xdd, 0xff, 0xff, 0xff, 0xff, 1],
      [0xdf, 0x7f, 0xff, 0xff, 0xff, 1, 2], [0xc6, 0x80, 0, 0, 0], [0xc9, 255, 255, 255, 255, 1],
      [0x92, 1],
    ] as [[UInt8]]
  )
  func `what promises more than there is, is refused`(bytes: [UInt8]) {
    #expect(throws: MessagePackFault.self) { try read(bytes) }
  }

  @Test func `passing over a value ends at its end, however deep it is`() throws {
    let deep = [UInt8](repeating: 0x91, count: 100_000) + [0xc0]
    var reader = MessagePackReader()
    try reader.skip(in: (deep + [7]).span)
    #expect(reader.offset == deep.count)
    let next = try reader.next(in: (deep + [7]).span)
    #expect(next == .unsigned(7))
  }

  @Test func `no bytes make a reader go wrong`() {
    var random = PRNG(seed: 11)
    for _ in 0..<3_000 {
      let bytes = (0..<random.next() % 60).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var reader = MessagePackReader()
      while reader.offset < bytes.count, (try? reader.skip(in: bytes.span)) != nil {}
      #expect(reader.offset <= bytes.count)
      _ = try? KVBatchReader.read(bytes.span)
    }
  }
}
