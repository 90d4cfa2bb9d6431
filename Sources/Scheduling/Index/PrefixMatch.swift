/// How long a prefix of one prompt each replica holds; a buffer that is made once and reused.
public struct PrefixMatch: Sendable {
  /// For each slot, how many blocks from the prompt's start it holds.
  public private(set) var blocks: [Int32] = []

  /// The tags that hold all blocks so far.
  private(set) var left = HolderMask()
  private(set) var leftCount = 0
  private var kept = HolderMask()

  /// Makes an empty buffer.
  public init() {}

  /// Whether nobody holds all blocks so far.
  var isOver: Bool { leftCount == 0 }

  /// All slots hold the empty prefix.
  mutating func reset(slotCount: Int, tagMax: Int) {
    if blocks.count != slotCount {
      blocks = Array(repeating: 0, count: slotCount)
    } else {
      for slot in blocks.indices { blocks[slot] = 0 }
    }
    left.reset(tagMax: tagMax)
    kept.reset(tagMax: tagMax)
    leftCount = 0
  }

  /// Starts with those that hold the first block.
  mutating func begin(_ set: HolderSet, _ pool: HolderPool, _ tags: HolderTags) {
    pool.intersect(tags.live, with: set, into: &left)
    leftCount = left.range.reduce(0) { $0 + left.words[$1].nonzeroBitCount }
  }

  /// Goes on with those that hold the block at `depth`.
  mutating func keep(_ set: HolderSet, _ pool: HolderPool, depth: Int, _ tags: HolderTags) {
    pool.intersect(left, with: set, into: &kept)
    for index in left.range { end(left.words[index] & ~kept.words[index], index, depth, tags) }
    swap(&left, &kept)
    kept.clear()
  }

  /// The prompt has no more than `depth` blocks.
  mutating func finish(at depth: Int, _ tags: HolderTags) {
    guard leftCount > 0 else { return }
    for index in left.range { end(left.words[index], index, depth, tags) }
  }

  private mutating func end(_ ended: UInt64, _ word: Int, _ depth: Int, _ tags: HolderTags) {
    leftCount -= ended.nonzeroBitCount
    var rest = ended
    while rest != 0 {
      blocks[tags.owner(word * 64 + rest.trailingZeroBitCount)] = Int32(depth)
      rest &= rest - 1
    }
  }
}
