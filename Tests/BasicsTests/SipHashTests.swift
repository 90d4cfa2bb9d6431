import Basics
import Testing

struct SipHashTests {
  /// The reference's vectors: key 00 01 ... 0f, and the first n of the bytes 00 01 02 ...
  @Test(arguments: [
    (0, 0x726f_db47_dd0e_0e31 as UInt64), (1, 0x74f8_39c5_93dc_67fd), (7, 0xab02_00f5_8b01_d137),
    (8, 0x93f5_f579_9a93_2462), (15, 0xa129_ca61_49be_45e5),
  ]) func `the reference's vectors hold, however the bytes are cut`(count: Int, expected: UInt64) {
    let sip = SipHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
    let bytes = (0..<UInt8(count)).map { $0 }
    for size in 1...16 {
      var hasher = sip.hasher()
      for start in stride(from: 0, to: count, by: size) {
        hasher.append(bytes.span.extracting(start..<min(count, start + size)))
      }
      #expect(hasher.finish() == expected)
    }
    if count == 8 { #expect(sip.hash(0x0706_0504_0302_0100) == expected) }
  }

  @Test func `a word is its eight bytes, wherever it begins`() {
    let sip = SipHash(key: (1, 2))
    for before in 0..<8 {
      var (word, bytes) = (sip.hasher(), sip.hasher())
      for byte in 0..<UInt8(before) {
        word.append(byte: byte)
        bytes.append(byte: byte)
      }
      word.append(0x8877_6655_4433_2211)
      for byte in 1...8 { bytes.append(byte: UInt8(byte * 0x11)) }
      #expect(word.finish() == bytes.finish())
      word.append(byte: 7)
      bytes.append(byte: 7)
      #expect(word.finish() == bytes.finish())
    }
  }
}
