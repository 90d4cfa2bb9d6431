import Basics
import Testing
import Wire

@Suite("Codes and ciphers")
struct CipherTests {
  private func bytes(_ text: String) throws -> [UInt8] {
    try #require([UInt8](hexadecimal: text, count: text.utf8.count / 2))
  }

  // Macros can't take spans.
  private func seal(_ bytes: [UInt8], _ cipher: AESGCM, _ nonce: [UInt8]) -> [UInt8]? {
    cipher.seal(bytes.span, nonce: nonce)
  }

  private func open(_ bytes: [UInt8], _ cipher: AESGCM, _ nonce: [UInt8]) -> [UInt8]? {
    cipher.open(bytes.span, nonce: nonce)
  }

  private func code(_ text: [UInt8], _ key: [UInt8]) -> String {
    SHA256.code(of: text.span, key: key).hexadecimal
  }

  /// RFC 4231, cases 1, 2 and 6.
  @Test(
    "Codes are those of RFC 4231",
    arguments: [
      (
        [UInt8](repeating: 0x0b, count: 20), "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xaa, count: 131),
        "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
    ]
  )
  func codes(key: [UInt8], text: String, code: String) {
    #expect(self.code(Array(text.utf8), key) == code)
  }

  /// Test cases 13 to 15 of the proposal that NIST took.
  @Test("What is sealed is what the standard's test cases have")
  func published() throws {
    let zeros = [UInt8](repeating: 0, count: 32)
    let cipher = try #require(AESGCM(key: zeros))
    let nonce = [UInt8](repeating: 0, count: 12)
    let none: [UInt8] = []
    #expect(
      seal(none, cipher, nonce)?.hexadecimal == "530f8afbc74536b9a963b4f1c4cb738b"
    )
    let block = [UInt8](repeating: 0, count: 16)
    #expect(
      seal(block, cipher, nonce)?.hexadecimal
        == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    )
    let other = try #require(
      AESGCM(key: bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
    )
    let text = try bytes(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
    )
    let ownNonce = try bytes("cafebabefacedbaddecaf888")
    let sealed = try #require(seal(text, other, ownNonce))
    #expect(Array(sealed.suffix(16)).hexadecimal == "b094dac5d93471bdec1a502270e3cc6c")
    #expect(open(sealed, other, ownNonce) == text)
  }

  @Test("What was changed anywhere, or has another nonce, is not opened")
  func changed() throws {
    let cipher = try #require(AESGCM(key: Array(0..<32)))
    let (text, nonce) = (Array("a turn".utf8), [UInt8](0..<12))
    let sealed = try #require(seal(text, cipher, nonce))
    #expect(open(sealed, cipher, nonce) == text)
    for index in sealed.indices {
      var other = sealed
      other[index] ^= 1
      #expect(open(other, cipher, nonce) == nil)
      let cut = Array(sealed[..<index])
      #expect(open(cut, cipher, nonce) == nil)
    }
    #expect(open(sealed, cipher, [UInt8](1..<13)) == nil)
    #expect(seal(text, cipher, []) == nil && AESGCM(key: [1]) == nil)
  }
}
