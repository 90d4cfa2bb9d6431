/// SipHash-2-4 of 64-bit words: numbers that nobody can tell from random ones who does not know the
/// key.
///
/// Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012.
public struct SipHash: Sendable {
  private let key: (UInt64, UInt64)

  /// Makes the function of a key.
  public init(key: (UInt64, UInt64)) { self.key = key }

  /// The hash of the eight bytes of `word`, the lowest first.
  public func hash(_ word: UInt64) -> UInt64 { hash(word, Span()) }

  /// The hash of the bytes of a word and those that follow, of each the lowest first.
  public func hash(_ first: UInt64, _ others: Span<UInt64>) -> UInt64 {
    var state = State(
      a: key.0 ^ 0x736f_6d65_7073_6575,
      b: key.1 ^ 0x646f_7261_6e64_6f6d,
      c: key.0 ^ 0x6c79_6765_6e65_7261,
      d: key.1 ^ 0x7465_6462_7974_6573
    )
    state.take(first)
    for index in others.indices { state.take(others[index]) }
    // The last block is the length and no bytes.
    state.take(UInt64(8 &* (others.count &+ 1)) << 56)
    state.c ^= 0xff
    for _ in 0..<4 { state.round() }
    return state.a ^ state.b ^ state.c ^ state.d
  }

  private struct State {
    var a: UInt64
    var b: UInt64
    var c: UInt64
    var d: UInt64

    mutating func take(_ block: UInt64) {
      d ^= block
      round()
      round()
      a ^= block
    }

    mutating func round() {
      a &+= b
      b = b << 13 | b >> 51
      b ^= a
      a = a << 32 | a >> 32
      c &+= d
      d = d << 16 | d >> 48
      d ^= c
      a &+= d
      d = d << 21 | d >> 43
      d ^= a
      c &+= b
      b = b << 17 | b >> 47
      b ^= c
      c = c << 32 | c >> 32
    }
  }
}
