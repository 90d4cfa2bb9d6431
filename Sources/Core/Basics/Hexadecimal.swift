extension UInt8 {
  /// The value of the byte as a hexadecimal digit; nil where it is none.
  @inlinable
  public var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x37
    case 0x61...0x66: self - 0x57
    default: nil
    }
  }
}

extension [UInt8] {
  /// The bytes as digits, two for each.
  public var hexadecimal: String {
    reduce(into: "") { $0 += Int($1).digits(2, radix: 16) }
  }

  /// Reads so many bytes, of two digits each, large or small; nil for anything else.
  public init?(hexadecimal text: some StringProtocol, count: Int) {
    let digits = text.utf8.compactMap(\.hexadecimalValue)
    guard text.utf8.count == 2 * count, digits.count == 2 * count else { return nil }
    self = (0..<count).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
  }
}
