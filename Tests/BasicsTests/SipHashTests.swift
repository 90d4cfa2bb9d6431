import Basics
import Testing

struct SipHashTests {
  /// What Python 3.11 makes of the first n of the bytes 00 01 02 ... where its key is 0
  /// (`PYTHONHASHSEED=0 python3 -c 'print(hex(hash(bytes(range(8))) % 2**64))'`).
  @Test(arguments: [
    (1, 0x68a9_1412_8e01_e473 as UInt64), (7, 0x2f09_8ab0_c751_325a), (8, 0xead4_11e6_7ebe_2eea),
    (15, 0xf30e_b725_bb91_c9ea), (16, 0x8972_1884_33a5_c5b7), (63, 0x385d_3e39_e5f3_7359),
  ]) func `it is what others make, however the bytes are cut`(count: Int, expected: UInt64) {
    let sip = SipHash(key: (0, 0))
    let bytes = (0..<UInt8(count)).map { $0 }
    for size in 1...16 {
      var hasher = sip.hasher()
      for start in stride(from: 0, to: count, by: size) {
        hasher.append(bytes.span.extracting(start..<min(count, start + size)))
      }
      #expect(hasher.finish() == expected)
    }
    let (first, second): (UInt64, [UInt64]) = (0x0706_0504_0302_0100, [0x0f0e_0d0c_0b0a_0908])
    if count == 8 { #expect(sip.hash(first) == expected) }
    if count == 16 { #expect(sip.hash(first, second.span) == expected) }
  }

  /// The first vector of Rust's standard library: key 00 01 ... 0f, no bytes.
  @Test func `both halves of the key count`() {
    let sip = SipHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
    #expect(sip.hasher().finish() == 0xabac_0158_050f_c4dc)
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
