extension PrefixIndex {
  /// Depth up to which every block is looked up.
  private static let exactDepth = 32
  /// The most blocks between two that are looked up.
  private static let jumpMax = 64

  /// Writes to `match` how many blocks from the start of `hashes` each replica holds, without gap.
  ///
  /// Exact where what a replica holds is closed under prefixes: who holds a block holds all before
  /// it. So where the same replicas are left at two depths, they are so between; the search jumps
  /// ahead, twice as far each time, and halves the last jump until it has the block at which one of
  /// them ends. Engines that evict leaves first are closed, and so is what is inferred.
  ///
  /// Between the parts of an update that was too long for one message there may be a gap for a
  /// moment. A gap in the first 32 blocks or of 64 and more is always seen; a shorter one further
  /// on may be overlooked, and then what is found is too deep by what lies behind the gap: the turn
  /// that goes there computes more than was predicted, and nothing else is wrong. Takes no memory
  /// but for a buffer that served a smaller fleet.
  public func match(_ hashes: Span<BlockHash>, into match: inout PrefixMatch) {
    match.reset(slotCount: slotCount, tagMax: tags.tagMax)
    guard !hashes.isEmpty else { return }
    begin(hashes[0], &match)
    var (depth, jump) = (1, 1)
    while depth < hashes.count, !match.isOver {
      // Those that are left hold all before `depth`.
      jump = depth < Self.exactDepth ? 1 : min(jump * 2, Self.jumpMax)
      let ahead = min(depth + jump, hashes.count)
      if holdsAll(hashes[ahead - 1], match) {
        depth = ahead
        continue
      }
      depth = firstMissing(hashes, depth..<ahead - 1, match)
      keep(hashes[depth], at: depth, &match)
      (depth, jump) = (depth + 1, 1)
    }
    match.finish(at: depth, tags)
  }

  /// Starts with those that hold the first block.
  private func begin(_ hash: BlockHash, _ match: inout PrefixMatch) {
    let (set, table) = holders(hash)
    match.begin(set, pool(table), tags)
  }

  @inline(__always)
  private func holdsAll(_ hash: BlockHash, _ match: PrefixMatch) -> Bool {
    let (set, table) = holders(hash)
    return pool(table).contains(match.left, count: match.leftCount, in: set)
  }

  private func keep(_ hash: BlockHash, at depth: Int, _ match: inout PrefixMatch) {
    let (set, table) = holders(hash)
    match.keep(set, pool(table), depth: depth, tags)
  }

  /// The first in `range` that not all that are left hold, or its end, which they don't.
  private func firstMissing(
    _ hashes: Span<BlockHash>,
    _ range: Range<Int>,
    _ match: PrefixMatch
  ) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if holdsAll(hashes[middle], match) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
