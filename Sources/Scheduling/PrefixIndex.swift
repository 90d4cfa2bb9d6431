import Basics

/// Which replica holds which blocks, and how long a prefix of a prompt each of them holds.
///
/// Replicas are dense slot numbers. The table has one entry a block that anyone holds: its hash and
/// a bit a slot; open addressing, linear probing, deletion by shifting back. Memory: 8 bytes for the
/// hash and 8 for each 64 slots, over a load of 1/4 to 3/4. What reports may do is bounded: a slot
/// holds no more blocks than its limit, and what was there twice or never is counted, not obeyed.
///
/// Storing and removing are O(1) a block, matching is O(blocks x slots / 64), clearing is O(table).
public struct PrefixIndex: Sendable {
  /// What reports asked for that could not be so.
  public struct Counters: Sendable, Hashable {
    /// Blocks stored that were there.
    public var duplicates = 0
    /// Blocks removed that were not there.
    public var unknownRemovals = 0
    /// Blocks that were over their replica's limit, and not stored.
    public var overLimit = 0

    /// Makes counters at zero.
    public init() {}
  }

  private let seed: UInt64
  private var keys: [UInt64]
  private var holders: [UInt64]
  private var width = 1
  private var limits: [Int] = []
  private var counts: [Int] = []

  /// How many different blocks are held.
  public private(set) var entryCount = 0
  /// What could not be so, since the start.
  public private(set) var counters = Counters()

  /// Makes an empty index; the seed scatters hashes, so that nobody can choose ones that collide.
  public init(seed: UInt64) {
    self.seed = seed
    keys = Array(repeating: 0, count: 64)
    holders = Array(repeating: 0, count: 64)
  }

  /// How many slots there are; slots are 0 ..< slotCount.
  public var slotCount: Int { counts.count }

  /// How many blocks are known to be held, counted once for each replica that holds them.
  public var blockCount: Int { counts.reduce(0, +) }

  /// How many blocks a replica is known to hold.
  public func blockCount(_ slot: Int32) -> Int { counts[Int(slot)] }

  /// Makes room for a replica that can hold `blockLimit` blocks; what its slot held is forgotten.
  public mutating func attach(_ slot: Int32, blockLimit: Int) {
    if Int(slot) < slotCount { clear(slot) }
    while slotCount <= Int(slot) {
      counts.append(0)
      limits.append(0)
    }
    limits[Int(slot)] = blockLimit
    let needed = (slotCount + 63) / 64
    if needed > width { widen(to: needed) }
  }

  /// A replica holds these blocks now.
  public mutating func store(_ slot: Int32, _ hashes: Span<BlockHash>) {
    let (word, bit) = (Int(slot) >> 6, UInt64(1) << UInt64(slot & 63))
    for index in hashes.indices {
      if entryCount * 4 >= keys.count * 3 { grow() }
      let key = Self.key(hashes[index])
      let place = find(key)
      if keys[place] == key, holders[place * width + word] & bit != 0 {
        counters.duplicates += 1
        continue
      }
      guard counts[Int(slot)] < limits[Int(slot)] else {
        counters.overLimit += 1
        continue
      }
      if keys[place] == 0 {
        keys[place] = key
        entryCount += 1
      }
      holders[place * width + word] |= bit
      counts[Int(slot)] += 1
    }
  }

  /// A replica no longer holds these blocks.
  public mutating func remove(_ slot: Int32, _ hashes: Span<BlockHash>) {
    let (word, bit) = (Int(slot) >> 6, UInt64(1) << UInt64(slot & 63))
    for index in hashes.indices {
      let key = Self.key(hashes[index])
      let place = find(key)
      guard keys[place] == key, holders[place * width + word] & bit != 0 else {
        counters.unknownRemovals += 1
        continue
      }
      holders[place * width + word] &= ~bit
      counts[Int(slot)] -= 1
      if isUnheld(place) { delete(place) }
    }
  }

  /// A replica no longer holds any block.
  public mutating func clear(_ slot: Int32) {
    guard counts[Int(slot)] > 0 else { return }
    let (word, bit) = (Int(slot) >> 6, UInt64(1) << UInt64(slot & 63))
    for place in keys.indices where keys[place] != 0 { holders[place * width + word] &= ~bit }
    counts[Int(slot)] = 0
    rebuild(capacity: keys.count)
  }

  /// Writes to `match` how many blocks from the start of `hashes` each replica holds, without gap.
  public func match(_ hashes: Span<BlockHash>, into match: inout PrefixMatch) {
    match.reset(slotCount: slotCount, width: width)
    for index in hashes.indices {
      let key = Self.key(hashes[index])
      let place = find(key)
      guard keys[place] == key else { break }
      guard match.keep(holders, from: place * width, depth: Int32(index)) else { return }
    }
    match.finish()
  }

  /// Hashes are keys, but for 0, which stands for an empty place.
  @inline(__always)
  private static func key(_ hash: BlockHash) -> UInt64 {
    hash == 0 ? 0x5bd1_e995_9d1b_54a5 : hash
  }

  /// Where `key` is, or the empty place where it would be.
  @inline(__always)
  private func find(_ key: UInt64) -> Int {
    let mask = keys.count - 1
    var place = home(key)
    while keys[place] != 0, keys[place] != key { place = (place + 1) & mask }
    return place
  }

  @inline(__always)
  private func home(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: PRNG.mix(key ^ seed)) & (keys.count - 1)
  }

  private func isUnheld(_ place: Int) -> Bool {
    for word in 0..<width where holders[place * width + word] != 0 { return false }
    return true
  }

  /// Takes an entry out and moves up those that were pushed past their home by it.
  private mutating func delete(_ place: Int) {
    let mask = keys.count - 1
    var (hole, next) = (place, (place + 1) & mask)
    while keys[next] != 0 {
      if (next - home(keys[next])) & mask >= (next - hole) & mask {
        keys[hole] = keys[next]
        for word in 0..<width { holders[hole * width + word] = holders[next * width + word] }
        hole = next
      }
      next = (next + 1) & mask
    }
    keys[hole] = 0
    for word in 0..<width { holders[hole * width + word] = 0 }
    entryCount -= 1
  }

  private mutating func grow() { rebuild(capacity: keys.count * 2) }

  /// Puts the entries that are held by anyone into a table of `capacity` places.
  private mutating func rebuild(capacity: Int) {
    let (oldKeys, oldHolders) = (keys, holders)
    keys = Array(repeating: 0, count: capacity)
    holders = Array(repeating: 0, count: capacity * width)
    entryCount = 0
    for old in oldKeys.indices where oldKeys[old] != 0 {
      guard (0..<width).contains(where: { oldHolders[old * width + $0] != 0 }) else { continue }
      let place = find(oldKeys[old])
      keys[place] = oldKeys[old]
      for word in 0..<width { holders[place * width + word] = oldHolders[old * width + word] }
      entryCount += 1
    }
  }

  private mutating func widen(to wider: Int) {
    var wide: [UInt64] = Array(repeating: 0, count: keys.count * wider)
    for place in keys.indices {
      for word in 0..<width { wide[place * wider + word] = holders[place * width + word] }
    }
    (holders, width) = (wide, wider)
  }
}
