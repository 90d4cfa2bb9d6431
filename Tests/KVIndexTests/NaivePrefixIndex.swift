import KVIndex

/// The brute-force twin of ``PrefixIndex``, to test it against.
struct NaivePrefixIndex {
  private var held: [Int32: Set<BlockHash>] = [:]
  private var limits: [Int32: Int] = [:]

  /// What could not be so, since the start.
  private(set) var counters = PrefixIndex.Counters()

  /// How many different blocks are held.
  var entryCount: Int {
    held.values.reduce(into: Set<BlockHash>()) { $0.formUnion($1) }.count
  }

  /// How many blocks a replica is known to hold.
  func blockCount(_ slot: Int32) -> Int { held[slot]?.count ?? 0 }

  /// Makes room for a replica that can hold `blockLimit` blocks; what its slot held is forgotten.
  mutating func attach(_ slot: Int32, blockLimit: Int) {
    held[slot] = []
    limits[slot] = blockLimit
  }

  /// Whether a replica holds a block.
  func holds(_ hash: BlockHash, slot: Int32) -> Bool { held[slot]?.contains(hash) == true }

  /// A replica holds these blocks now.
  mutating func store(_ slot: Int32, _ hashes: Span<BlockHash>) {
    for index in hashes.indices {
      if held[slot, default: []].contains(hashes[index]) {
        counters.duplicates += 1
      } else if blockCount(slot) >= limits[slot] ?? 0 {
        counters.overLimit += 1
      } else {
        held[slot, default: []].insert(hashes[index])
      }
    }
  }

  /// A replica no longer holds these blocks.
  mutating func remove(_ slot: Int32, _ hashes: Span<BlockHash>) {
    for index in hashes.indices where held[slot]?.remove(hashes[index]) == nil {
      counters.unknownRemovals += 1
    }
  }

  /// A replica no longer holds any block.
  mutating func clear(_ slot: Int32) { held[slot] = [] }

  /// How many blocks from the start of `hashes` a replica holds, without gap.
  func matched(_ hashes: Span<BlockHash>, slot: Int32) -> Int {
    for index in hashes.indices where held[slot]?.contains(hashes[index]) != true { return index }
    return hashes.count
  }
}
