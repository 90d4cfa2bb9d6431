/// A set of tags as bits, with the range of its words that may not be zero.
struct HolderMask: Sendable {
  private(set) var words: [UInt64] = []
  /// Words outside of it are zero.
  private(set) var range = 0..<0

  /// Makes it the empty set of tags below `tagMax`.
  mutating func reset(tagMax: Int) {
    let wordCount = (tagMax + 63) / 64
    guard words.count != wordCount else { return clear() }
    words = Array(repeating: 0, count: wordCount)
    range = 0..<0
  }

  /// Takes all tags out.
  mutating func clear() {
    for index in range { words[index] = 0 }
    range = 0..<0
  }

  @inline(__always)
  func contains(_ tag: HolderTag) -> Bool {
    words[Int(tag) >> 6] & 1 << UInt64(tag & 63) != 0
  }

  @inline(__always)
  mutating func insert(_ tag: HolderTag) {
    or(1 << UInt64(tag & 63), at: Int(tag) >> 6)
  }

  mutating func remove(_ tag: HolderTag) {
    words[Int(tag) >> 6] &= ~(1 << UInt64(tag & 63))
  }

  /// Adds tags, a word of them.
  @inline(__always)
  mutating func or(_ bits: UInt64, at index: Int) {
    words[index] |= bits
    range =
      range.isEmpty
      ? index..<index + 1 : min(range.lowerBound, index)..<max(range.upperBound, index + 1)
  }

  /// Makes room for tags below `tagMax`; what is there stays.
  mutating func widen(tagMax: Int) {
    while words.count * 64 < tagMax { words.append(0) }
  }
}
