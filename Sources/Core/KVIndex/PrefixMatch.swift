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
    end(at: depth, tags)
    swap(&left, &kept)
    kept.clear()
  }

  /// The prompt has no more than `depth` blocks.
  mutating func finish(at depth: Int, _ tags: HolderTags) {
    if leftCount > 0 { end(at: depth, tags) }
  }

  /// What is left and not kept holds `depth` blocks.
  private mutating func end(at depth: Int, _ tags: HolderTags) {
    leftCount -= Self.write(Int32(depth), for: left, but: kept, tags, to: &blocks)
  }

  /// Writes a depth for the slots of some tags, and says of how many.
  private static func write(
    _ depth: Int32,
    for some: HolderMask,
    but others: HolderMask,
    _ tags: HolderTags,
    to blocks: inout [Int32]
  ) -> Int {
    var blocks = blocks.mutableSpan
    var count = 0
    for index in some.range {
      var rest = some.words[index] & ~others.words[index]
      while rest != 0 {
        blocks[tags.owner(index * 64 + rest.trailingZeroBitCount)] = depth
        rest &= rest - 1
        count += 1
      }
    }
    return count
  }
}
