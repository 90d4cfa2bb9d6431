/// How long a prefix of one prompt each replica holds; a buffer that is made once and reused.
public struct PrefixMatch: Sendable {
  /// For each slot, how many blocks from the prompt's start it holds.
  public private(set) var blocks: [Int32] = []
  private var alive: [UInt64] = []
  private var depth: Int32 = 0

  /// Makes an empty buffer.
  public init() {}

  /// All slots hold the empty prefix.
  mutating func reset(slotCount: Int, width: Int) {
    if blocks.count != slotCount {
      blocks = Array(repeating: 0, count: slotCount)
    } else {
      for slot in blocks.indices { blocks[slot] = 0 }
    }
    if alive.count != width { alive = Array(repeating: 0, count: width) }
    for word in alive.indices { alive[word] = .max }
    if slotCount & 63 != 0 { alive[width - 1] = (1 << UInt64(slotCount & 63)) - 1 }
    depth = 0
  }

  /// Goes on with the slots that hold the block at `depth`; false when none is left.
  mutating func keep(_ holders: [UInt64], from start: Int, depth: Int32) -> Bool {
    var left: UInt64 = 0
    for word in alive.indices {
      let kept = alive[word] & holders[start + word]
      if kept != alive[word] { end(alive[word] & ~kept, word, depth) }
      alive[word] = kept
      left |= kept
    }
    self.depth = depth + 1
    return left != 0
  }

  /// The prompt ended, or nobody holds its next block.
  mutating func finish() {
    guard depth > 0 else { return }
    for word in alive.indices { end(alive[word], word, depth) }
  }

  private mutating func end(_ slots: UInt64, _ word: Int, _ depth: Int32) {
    guard depth > 0 else { return }
    var rest = slots
    while rest != 0 {
      blocks[word * 64 + rest.trailingZeroBitCount] = depth
      rest &= rest - 1
    }
  }
}
