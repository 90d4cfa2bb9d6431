import Basics

/// Which replica holds which blocks, and how long a prefix of a prompt each of them holds.
///
/// Replicas are dense slot numbers. A block that anyone holds has one entry of 16 bytes, with up to
/// three holders in it and more of them beside (see ``HolderSet``); entries are spread over many
/// small tables, so that no event waits for a large one to grow. What reports may do is bounded: a
/// slot holds no more blocks than its limit, and what was there twice or never is counted, not
/// obeyed.
///
/// Storing and removing are O(1) a block. Clearing is O(1): the events that follow sweep away, a
/// table at a time, what the slot held. Matching looks up a few blocks for each depth at which
/// replicas part, see ``match(_:into:)``.
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

  static let tableCount = 1024
  /// An event pays for so many places to be swept.
  private static let sweptPlaces = 4

  private let seed: UInt64
  private var tables = Array(repeating: PrefixTable(), count: tableCount)
  private(set) var tags = HolderTags()
  private var limits: [Int] = []
  private var counts: [Int] = []
  private var sweepTable = 0
  private var sweepCredit = 0

  /// How many blocks are known to be held, counted once for each replica that holds them.
  public private(set) var blockCount = 0
  /// What could not be so, since the start.
  public private(set) var counters = Counters()

  /// Makes an empty index; the seed scatters hashes, so that nobody can choose ones that collide.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// How many slots there are; slots are 0 ..< slotCount.
  public var slotCount: Int { counts.count }

  /// How many different blocks have an entry, with those of cleared slots that are not swept yet.
  var entryCount: Int { tables.reduce(0) { $0 + $1.count } }

  /// How many blocks a replica is known to hold.
  public func blockCount(_ slot: Int32) -> Int { counts[Int(slot)] }

  /// Makes room for a replica that can hold `blockLimit` blocks; what its slot held is forgotten.
  ///
  /// There may be 32,767 slots.
  public mutating func attach(_ slot: Int32, blockLimit: Int) {
    if Int(slot) < slotCount { clear(slot) }
    while slotCount <= Int(slot) {
      counts.append(0)
      limits.append(0)
      if tags.isExhausted { sweep() }
      tags.addSlot()
    }
    limits[Int(slot)] = blockLimit
  }

  /// A replica holds these blocks now.
  public mutating func store(_ slot: Int32, _ hashes: Span<BlockHash>) {
    let (tag, bitmapClass, limit) = (tags[slot], tags.bitmapClass, limits[Int(slot)])
    var held = counts[Int(slot)]
    for index in hashes.indices {
      let hash = scattered(hashes[index])
      let insertion = tables[Self.table(hash)].insert(
        hash,
        tag,
        bitmapClass: bitmapClass,
        mayAdd: held < limit
      )
      switch insertion {
      case .added: held += 1
      case .duplicate: counters.duplicates += 1
      case .refused: counters.overLimit += 1
      }
    }
    blockCount += held - counts[Int(slot)]
    counts[Int(slot)] = held
    if tags.isSweeping { sweep(events: hashes.count) }
  }

  /// A replica no longer holds these blocks.
  public mutating func remove(_ slot: Int32, _ hashes: Span<BlockHash>) {
    let tag = tags[slot]
    var removed = 0
    for index in hashes.indices {
      let hash = scattered(hashes[index])
      if tables[Self.table(hash)].remove(hash, tag) {
        removed += 1
      } else {
        counters.unknownRemovals += 1
      }
    }
    blockCount -= removed
    counts[Int(slot)] -= removed
    if tags.isSweeping { sweep(events: hashes.count) }
  }

  /// A replica no longer holds any block.
  public mutating func clear(_ slot: Int32) {
    guard counts[Int(slot)] > 0 else { return }
    blockCount -= counts[Int(slot)]
    counts[Int(slot)] = 0
    if tags.isExhausted { sweep() }
    tags.renew(slot)
  }

  /// Whether memory is taken by what cleared replicas held.
  public var isSweeping: Bool { tags.isSweeping }

  /// Sweeps away at once what cleared replicas held, in time proportional to the whole index.
  ///
  /// Nothing depends on it but memory: events do it by and by, and whoever keeps the time may, see
  /// ``sweep(places:)``.
  public mutating func sweep() {
    while tags.isSweeping { sweepNextTable() }
  }

  /// Sweeps on, through so many places for entries and the rest of the table that they end in; some
  /// 5 ns a place.
  public mutating func sweep(places: Int) {
    var left = places
    while tags.isSweeping, left > 0 {
      left -= tables[sweepTable].placeCount + 1
      sweepNextTable()
    }
  }

  /// Who holds a block, and the pool that tells.
  @inline(__always)
  func holders(_ hash: BlockHash) -> (set: HolderSet, table: Int) {
    let hash = scattered(hash)
    let table = Self.table(hash)
    return (tables[table].holders(hash), table)
  }

  @inline(__always)
  func pool(_ table: Int) -> HolderPool { tables[table].pool }

  @inline(__always)
  private func scattered(_ hash: BlockHash) -> UInt64 { PRNG.mix(hash ^ seed) }

  /// The low bits choose the table, the high ones the place in it.
  @inline(__always)
  private static func table(_ hash: UInt64) -> Int { Int(hash & UInt64(tableCount - 1)) }

  private mutating func sweep(events: Int) {
    sweepCredit += events * Self.sweptPlaces
    while tags.isSweeping, sweepCredit >= tables[sweepTable].placeCount {
      sweepCredit -= tables[sweepTable].placeCount
      sweepNextTable()
    }
    if !tags.isSweeping { sweepCredit = 0 }
  }

  private mutating func sweepNextTable() {
    tables[sweepTable].sweep(tags.givenUp)
    sweepTable += 1
    guard sweepTable == Self.tableCount else { return }
    sweepTable = 0
    tags.sweepEnded()
  }
}
