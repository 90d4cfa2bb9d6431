/// SipHash-1-3 of bytes: numbers that nobody can tell from random ones who does not know the key.
///
/// Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012. One round a word and three
/// at the end, as Rust, Ruby and Python hash what strangers send: no attack on it is known, and it
/// takes half the time of the 2-4 of the paper.
public struct SipHash: Sendable {
  private let key: (UInt64, UInt64)

  /// Makes the function of a key.
  public init(key: (UInt64, UInt64)) { self.key = key }

  /// The hash of the eight bytes of `word`, the lowest first.
  public func hash(_ word: UInt64) -> UInt64 { hash(word, Span()) }

  /// The hash of the bytes of a word and those that follow, of each the lowest first.
  public func hash(_ first: UInt64, _ others: Span<UInt64>) -> UInt64 {
    var hasher = hasher()
    hasher.append(first)
    for index in others.indices { hasher.append(others[index]) }
    return hasher.finish()
  }

  /// Begins the hash of bytes that come in pieces.
  public func hasher() -> SipHasher { SipHasher(key: key) }
}

/// The hash of bytes that come in pieces, however they are cut.
public struct SipHasher: Sendable {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64
  /// Bytes that make no word yet, the first the lowest.
  private var tail: UInt64 = 0
  private var count: UInt64 = 0

  init(key: (UInt64, UInt64)) {
    a = key.0 ^ 0x736f_6d65_7073_6575
    b = key.1 ^ 0x646f_7261_6e64_6f6d
    c = key.0 ^ 0x6c79_6765_6e65_7261
    d = key.1 ^ 0x7465_6462_7974_6573
  }

  /// Appends the eight bytes of `word`, the lowest first.
  @inline(__always)
  public mutating func append(_ word: UInt64) {
    let shift = (count & 7) * 8
    count &+= 8
    guard shift > 0 else { return compress(word) }
    compress(tail | word << shift)
    tail = word >> (64 - shift)
  }

  /// Appends bytes.
  public mutating func append(_ bytes: Span<UInt8>) {
    // A copy stays in registers.
    var (hasher, index) = (self, 0)
    while index + 8 <= bytes.count {
      let word = bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      hasher.append(UInt64(littleEndian: word))
      index += 8
    }
    var rest: UInt64 = 0
    for place in index..<bytes.count { rest |= UInt64(bytes[place]) << UInt64(8 * (place - index)) }
    hasher.append(rest, count: UInt64(bytes.count - index))
    self = hasher
  }

  /// Appends the first `count` bytes of a word whose others are 0; fewer than eight.
  @inline(__always)
  private mutating func append(_ word: UInt64, count more: UInt64) {
    let held = count & 7
    tail |= word << (held * 8)
    count &+= more
    guard held + more >= 8 else { return }
    compress(tail)
    tail = word >> ((8 - held) * 8)
  }

  /// Appends one byte.
  @inline(__always)
  public mutating func append(byte: UInt8) {
    tail |= UInt64(byte) << ((count & 7) * 8)
    count &+= 1
    guard count & 7 == 0 else { return }
    compress(tail)
    tail = 0
  }

  /// The hash of all that was appended.
  public func finish() -> UInt64 {
    var end = self
    end.compress(tail | count << 56)
    end.c ^= 0xff
    for _ in 0..<3 { end.round() }
    return end.a ^ end.b ^ end.c ^ end.d
  }

  @inline(__always)
  private mutating func compress(_ word: UInt64) {
    d ^= word
    round()
    a ^= word
  }

  @inline(__always)
  private mutating func round() {
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
