public import Basics

/// What changed in the blocks that other requests may reuse, as real engines report it.
///
/// Replayed in order into a set, the events give exactly the resident blocks.
public enum KVEvent: Equatable, Sendable {
  /// Blocks are now held under these hashes, each after the block it continues.
  case stored([UInt64])
  /// Blocks are no longer held, each after the blocks that continued it.
  case removed([UInt64])
  /// No block is held any more.
  case cleared
}

/// The blocks that one running sequence holds, in order; only a ``KVCache`` changes it.
public struct KVTable: Sendable {
  fileprivate(set) var blocks: [Int32] = []

  /// Leading blocks that are known to the cache under their hashes.
  fileprivate var publishedCount = 0

  /// Makes a table of no blocks.
  public init() {}

  /// How many blocks the sequence holds.
  public var count: Int { blocks.count }
}

/// A paged KV cache: a pool of equal blocks, of which full prompt blocks are found again by hash.
///
/// A hash names the whole prefix that ends in its block, so resident blocks form trees. A block is
/// *anonymous* (private to one sequence: a partial block, or generated tokens) or *resident*
/// (under its hash). A resident block that no sequence holds stays until room is needed; then the
/// one unused for longest goes first. A sequence that holds a block holds all before it, and lets
/// go of its last block first, so that from the longest unused on a block always comes after those
/// that continue it: what is evicted is a leaf, and what stays is closed under prefixes.
///
/// Every operation is O(1) a block, but ``clear(into:)``, which is O(capacity). Memory is 24 bytes
/// a block and one map entry a resident block.
public struct KVCache: Sendable {
  private struct Block {
    var hash: UInt64 = 0
    var parent = KVCache.anonymous
    var references: Int32 = 0
    var previous: Int32 = 0
    var next: Int32 = 0

    var isResident: Bool { parent != KVCache.anonymous }
  }

  private static let anonymous: Int32 = -2
  private static let root: Int32 = -1

  /// All blocks, then one that is the start and the end of the list of evictable blocks: after it
  /// comes the block unused for longest.
  private var blocks: [Block]
  private var free: [Int32]
  private var index: [UInt64: Int32] = [:]

  /// How many blocks there are.
  public let capacity: Int

  /// How many tokens a block has room for.
  public let blockTokens: Int

  /// Resident blocks that no sequence holds.
  public private(set) var evictableCount = 0

  /// Makes an empty cache of `capacity` blocks of `blockTokens` tokens.
  public init(capacity: Int, blockTokens: Int) {
    precondition(capacity > 0 && capacity < Int(Int32.max), "a cache of \(capacity) blocks")
    precondition(blockTokens > 0, "blocks of \(blockTokens) tokens")
    self.capacity = capacity
    self.blockTokens = blockTokens
    blocks = Array(repeating: Block(), count: capacity + 1)
    blocks[capacity].previous = Int32(capacity)
    blocks[capacity].next = Int32(capacity)
    free = (0..<Int32(capacity)).reversed()
  }

  /// Blocks that an allocation can get: free ones and evictable ones.
  public var availableCount: Int { free.count + evictableCount }

  /// Blocks that sequences hold, each counted once.
  public var heldCount: Int { capacity - availableCount }

  /// Blocks that are held under a hash, by sequences or for reuse.
  var residentCount: Int { index.count }

  /// Whether a block is held under `hash`.
  public func contains(_ hash: UInt64) -> Bool { index[hash] != nil }

  /// How many blocks `tokens` tokens take.
  public func blockCount(tokens: Int) -> Int { (tokens + blockTokens - 1) / blockTokens }

  /// How many of the first `limit` hashes are resident, one continuing the other from the start.
  public func matchCount(_ hashes: [UInt64], limit: Int) -> Int {
    var (count, parent) = (0, Self.root)
    while count < min(limit, hashes.count), let block = resident(hashes[count], after: parent) {
      (count, parent) = (count + 1, block)
    }
    return count
  }

  /// Starts a sequence with the resident blocks of the first `limit` hashes, as far as they match.
  public mutating func adopt(_ hashes: [UInt64], limit: Int) -> KVTable {
    var table = KVTable()
    var parent = Self.root
    while table.count < min(limit, hashes.count),
      let block = resident(hashes[table.count], after: parent)
    {
      hold(block)
      table.blocks.append(block)
      parent = block
    }
    table.publishedCount = table.count
    return table
  }

  /// Adds anonymous blocks until the sequence has `count`; evicts where no block is free.
  ///
  /// Returns false, and changes nothing, when that many blocks can't be had.
  public mutating func grow(
    _ table: inout KVTable,
    to count: Int,
    into events: inout Actions<KVEvent>
  ) -> Bool {
    let missing = count - table.count
    guard missing <= availableCount else { return false }
    guard missing > 0 else { return true }
    var removed: [UInt64] = []
    for _ in 0..<missing {
      let block = free.popLast() ?? evict(into: &removed)
      blocks[Int(block)].references = 1
      table.blocks.append(block)
    }
    if !removed.isEmpty { events.append(.removed(removed)) }
    return true
  }

  /// Makes the sequence's first `count` blocks, now computed, reusable under `hashes`.
  ///
  /// A block that another sequence made resident in the meantime replaces this one's. Stops where
  /// a hash already names another prefix, and where the cache was cleared before: those blocks stay
  /// anonymous.
  public mutating func publish(
    _ table: inout KVTable,
    hashes: [UInt64],
    through count: Int,
    into events: inout Actions<KVEvent>
  ) {
    var stored: [UInt64] = []
    let end = min(count, hashes.count, table.count)
    while table.publishedCount < end {
      let position = table.publishedCount
      let parent = position == 0 ? Self.root : table.blocks[position - 1]
      guard parent == Self.root || blocks[Int(parent)].isResident else { break }
      let (block, hash) = (table.blocks[position], hashes[position])
      if let existing = index[hash] {
        guard blocks[Int(existing)].parent == parent else { break }
        hold(existing)
        release(block)
        table.blocks[position] = existing
      } else {
        index[hash] = block
        blocks[Int(block)].hash = hash
        blocks[Int(block)].parent = parent
        stored.append(hash)
      }
      table.publishedCount += 1
    }
    if !stored.isEmpty { events.append(.stored(stored)) }
  }

  /// Ends a sequence: its resident blocks stay for reuse, its anonymous ones are free.
  public mutating func release(_ table: inout KVTable) {
    for block in table.blocks.reversed() { release(block) }
    table = KVTable()
  }

  /// Forgets every resident block; what sequences hold stays theirs, anonymously.
  public mutating func clear(into events: inout Actions<KVEvent>) {
    while evictableCount > 0 {
      let block = blocks[capacity].next
      unlink(block)
      free.append(block)
    }
    for block in 0..<capacity { blocks[block].parent = Self.anonymous }
    index.removeAll(keepingCapacity: true)
    events.append(.cleared)
  }

  private func resident(_ hash: UInt64, after parent: Int32) -> Int32? {
    guard let block = index[hash], blocks[Int(block)].parent == parent else { return nil }
    return block
  }

  private mutating func hold(_ block: Int32) {
    if blocks[Int(block)].references == 0 { unlink(block) }
    blocks[Int(block)].references += 1
  }

  private mutating func release(_ block: Int32) {
    blocks[Int(block)].references -= 1
    precondition(blocks[Int(block)].references >= 0, "block \(block) was let go of twice")
    guard blocks[Int(block)].references == 0 else { return }
    if blocks[Int(block)].isResident { linkLast(block) } else { free.append(block) }
  }

  private mutating func evict(into removed: inout [UInt64]) -> Int32 {
    let block = blocks[capacity].next
    precondition(block != Int32(capacity), "nothing is evictable, \(evictableCount) counted")
    unlink(block)
    index[blocks[Int(block)].hash] = nil
    removed.append(blocks[Int(block)].hash)
    blocks[Int(block)].parent = Self.anonymous
    return block
  }

  private mutating func linkLast(_ block: Int32) {
    let last = blocks[capacity].previous
    blocks[Int(block)].previous = last
    blocks[Int(block)].next = Int32(capacity)
    blocks[Int(last)].next = block
    blocks[capacity].previous = block
    evictableCount += 1
  }

  private mutating func unlink(_ block: Int32) {
    let (previous, next) = (blocks[Int(block)].previous, blocks[Int(block)].next)
    blocks[Int(previous)].next = next
    blocks[Int(next)].previous = previous
    evictableCount -= 1
  }
}
