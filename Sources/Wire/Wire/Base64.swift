/// Base64 as `-bin` metadata has it: written without padding, read with or without.
enum Base64 {
  private static let alphabet: StaticString =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

  static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    let alphabet = unsafe UnsafeBufferPointer(start: alphabet.utf8Start, count: 64)
    var (bits, bitCount) = (0, 0)
    for index in 0..<bytes.count {
      bits = (bits << 8 | Int(bytes[index])) & 0xffff
      bitCount += 8
      while bitCount >= 6 {
        bitCount -= 6
        unsafe output.append(alphabet[bits >> bitCount & 63])
      }
    }
    if bitCount > 0 { unsafe output.append(alphabet[bits << (6 - bitCount) & 63]) }
  }

  /// The bytes, or nil for text that is not base64.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var text = text
    var padding = 0
    while text.last == UInt8(ascii: "="), padding < 2 {
      text.removeLast()
      padding += 1
    }
    guard text.count % 4 != 1 else { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(text.count * 3 / 4)
    var (bits, bitCount) = (0, 0)
    for byte in text {
      guard let value = value(of: byte) else { return nil }
      bits = (bits << 6 | value) & 0xffff
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        output.append(UInt8(truncatingIfNeeded: bits >> bitCount))
      }
    }
    return output
  }

  private static func value(of byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) + 4
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
