import Basics
import KVIndex

/// Tells when the block that a replica will evict next was last used.
///
/// Engines evict what was unused for longest, and tell which blocks those are, but not when they
/// were used: that is known from the prompts that were sent there. A sample is followed that
/// depends on the hashes alone, about one block for each 4,096 tokens that a replica can hold, at
/// 100 bytes each or less. Nothing is told of a replica before it evicts a block that was followed:
/// its oldest may be older than all that is known of it.
struct LRUAge: Sendable {
  /// The blocks of one replica.
  private struct Uses {
    let generation: UInt32
    /// Of the hashes whose bits under it are all zero, uses are followed.
    let mask: UInt64
    /// Most that are followed: a quarter more than fit, should evictions not be told.
    let limit: Int
    private var latest: [BlockHash: Double] = [:]
    /// From `head` on each use in its order; those that are not the latest of their block are
    /// skipped.
    private var order: [(hash: BlockHash, time: Double)] = []
    private var head = 0
    private(set) var hasEvicted = false

    init(_ state: ReplicaState) {
      generation = state.generation
      var period = 1
      while period * 2 * state.blockTokens <= LRUAge.sampleTokens { period *= 2 }
      mask = UInt64(period - 1)
      limit = state.blockCount / period * 5 / 4 + 16
    }

    /// When the block that was unused for longest was used.
    var oldest: Double? { head < order.count ? order[head].time : nil }

    mutating func use(_ hash: BlockHash, at time: Double) {
      latest[hash] = time
      order.append((hash, time))
      trim()
      guard latest.count > limit, head < order.count else { return }
      latest[order[head].hash] = nil
      hasEvicted = true
      trim()
    }

    mutating func evict(_ hash: BlockHash) {
      guard latest.removeValue(forKey: hash) != nil else { return }
      hasEvicted = true
      trim()
    }

    /// Leaves out what is no longer the latest use of its block: at the head, and where that is
    /// most.
    private mutating func trim() {
      while head < order.count, latest[order[head].hash] != order[head].time { head += 1 }
      guard order.count > 2 * latest.count + 64 else { return }
      order = order[head...].filter { latest[$0.hash] == $0.time }
      head = 0
    }
  }

  private static let sampleTokens = 4_096

  /// By slot.
  private var uses: [Uses?] = []

  /// A prompt was sent to the replica in a slot.
  mutating func used(
    _ hashes: Span<BlockHash>,
    by slot: Int32,
    _ state: ReplicaState,
    at time: Double
  ) {
    while uses.count <= Int(slot) { uses.append(nil) }
    if uses[Int(slot)]?.generation != state.generation { uses[Int(slot)] = Uses(state) }
    guard let mask = uses[Int(slot)]?.mask else { return }
    for index in hashes.indices where PRNG.mix(hashes[index]) & mask == 0 {
      uses[Int(slot)]?.use(hashes[index], at: time)
    }
  }

  /// The replica in a slot evicted blocks.
  mutating func evicted(_ hashes: Span<BlockHash>, by slot: Int32) {
    guard uses.indices.contains(Int(slot)), let mask = uses[Int(slot)]?.mask else { return }
    for index in hashes.indices where PRNG.mix(hashes[index]) & mask == 0 {
      uses[Int(slot)]?.evict(hashes[index])
    }
  }

  /// What the replica in a slot holds is not known any more.
  mutating func forget(_ slot: Int32) {
    if uses.indices.contains(Int(slot)) { uses[Int(slot)] = nil }
  }

  /// When the block that the replica in a slot will evict next was used; nil while that is not
  /// known.
  func leastRecentUse(_ slot: Int32, _ generation: UInt32) -> Double? {
    guard uses.indices.contains(Int(slot)), let uses = uses[Int(slot)],
      uses.generation == generation, uses.hasEvicted
    else { return nil }
    return uses.oldest
  }
}
