public import Basics

/// What replicas hold whose engines tell nothing of their caches, as far as it follows from the
/// turns that they took; kept in a ``PrefixIndex`` like what others report.
///
/// Engines keep what they computed, and evict what was unused for longest, a prompt's last block
/// first. So the blocks of a turn are taken as held from when its replica accepted it, and as used
/// once more when it ends; what is unused for longest goes when there are more than the replica has
/// room for, and what is unused for a ``lifetime``, since a cache may have been dropped without a
/// word.
///
/// The tokens that an engine says it found correct this. When it found less than was expected, the
/// first block that it missed was evicted, and with it all that was unused for longer; the room
/// that is reckoned with falls to what is left, since answers take room too, and grows by 1/64 of
/// itself with every turn that found what was expected. A block counts as expected once a turn that
/// computed it has ended, so that turns which overlap prove nothing against each other.
///
/// What is taken as held is closed under prefixes. Memory is some 80 bytes a block, and 16 bytes a
/// block of the turns that have not ended, which are bounded.
public struct InferredResidency: Sendable {
  private struct Turn {
    let slot: Int32
    let hashes: [BlockHash]
    let blockTokens: Int
    /// Blocks of its prompt that an engine could have taken over.
    let usable: Int
    /// Of the blocks that were held when it was accepted; nil before.
    var proofs: [UInt64]?
  }

  private struct Replica {
    var blocks: InferredBlocks
    /// An engine's blocks may be larger than those that are hashed.
    let blockTokens: Int
  }

  /// How long a block is taken as held that no turn uses: 15 minutes.
  public static let lifetime = Duration.seconds(900)
  /// How often what is too old is looked for.
  private static let expiryInterval = Duration.seconds(1)

  private let hashesMax: Int
  private var replicas: [Int32: Replica] = [:]
  private var turns: [UInt64: Turn] = [:]
  /// Reservations of ``turns`` in the order of their placement, with those that are over.
  private var order: [UInt64] = []
  private var head = 0
  private var hashCount = 0
  private var nextExpiry = Instant.zero

  /// Makes an empty table; it remembers `hashesMax` blocks of turns that have not ended, and
  /// forgets the oldest turns beyond.
  public init(hashesMax: Int = 1 << 22) {
    self.hashesMax = hashesMax
  }

  /// Whether what a replica holds is inferred.
  public func covers(_ slot: Int32) -> Bool { replicas[slot] != nil }

  /// Blocks that a replica is taken to hold.
  public func blockCount(_ slot: Int32) -> Int { replicas[slot]?.blocks.count ?? 0 }

  /// Tokens that a replica's cache is taken to have room for.
  public func roomTokens(_ slot: Int32) -> Int { replicas[slot]?.blocks.roomTokens ?? 0 }

  /// Infers from now on what a replica holds, which has `blockCount` blocks of `blockTokens`; it
  /// holds nothing now.
  public mutating func attach(_ slot: Int32, blockCount: Int, blockTokens: Int) {
    forget(slot)
    let (tokens, overflow) = blockCount.multipliedReportingOverflow(by: blockTokens)
    replicas[slot] = Replica(
      blocks: InferredBlocks(tokensMax: overflow ? .max / 64 : tokens, blocksMax: blockCount),
      blockTokens: blockTokens
    )
  }

  /// Infers nothing of a slot any more.
  public mutating func detach(_ slot: Int32) {
    forget(slot)
    replicas[slot] = nil
  }

  /// A replica dropped its cache; the caller clears its slot in the index.
  public mutating func clear(_ slot: Int32) {
    guard let replica = replicas[slot] else { return }
    forget(slot)
    replicas[slot]?.blocks = replica.blocks.emptied
  }

  /// A turn was placed; nothing is held on account of it yet.
  ///
  /// Its prompt has the blocks `hashes`, of `blockTokens` each; an engine could take over
  /// `usableBlocks` of them.
  public mutating func placed(
    _ reservation: UInt64,
    hashes: [BlockHash],
    blockTokens: Int,
    usableBlocks: Int,
    on slot: Int32
  ) {
    guard reservation != 0, !hashes.isEmpty, covers(slot) else { return }
    turns[reservation] = Turn(
      slot: slot,
      hashes: hashes,
      blockTokens: blockTokens,
      usable: min(hashes.count, usableBlocks)
    )
    order.append(reservation)
    hashCount += hashes.count
    while hashCount > hashesMax, head < order.count {
      drop(order[head])
      head += 1
    }
    if order.count > 1_024, order.count > 2 * turns.count {
      order = order[head...].filter { turns[$0] != nil }
      head = 0
    }
  }

  /// A replica accepted a turn: it will hold its blocks.
  public mutating func accepted(
    _ reservation: UInt64,
    by slot: Int32,
    at now: Instant,
    in index: inout PrefixIndex
  ) {
    guard let turn = turns[reservation], turn.slot == slot, turn.proofs == nil else { return }
    turns[reservation]?.proofs = replicas[slot]?.blocks.proofs(turn.hashes)
    use(turn, isProof: false, at: now, in: &index)
  }

  /// A turn ended; `cachedTokens` of its prompt were found in the cache, nil when that is not known
  /// or the turn computed nothing.
  public mutating func ended(
    _ reservation: UInt64,
    cachedTokens: Int?,
    by slot: Int32,
    at now: Instant,
    in index: inout PrefixIndex
  ) {
    guard let turn = turns[reservation], turn.slot == slot else { return }
    drop(reservation)
    guard let cachedTokens, let replica = replicas[slot], let proofs = turn.proofs else { return }
    let expected = min(proofs.count, turn.usable)
    let found = cachedTokens / max(1, turn.blockTokens)
    // Whole blocks of the engine are found, or none of them.
    let slack = (replica.blockTokens - 1) / max(1, turn.blockTokens)
    if found + slack >= expected {
      if expected > 0 { replicas[slot]?.blocks.found() }
    } else if proofs[found] > 0 {
      var removed: [BlockHash] = []
      replicas[slot]?.blocks.missed(proofs[found], removed: &removed)
      index.remove(slot, removed.span)
    }
    use(turn, isProof: true, at: now, in: &index)
  }

  /// Forgets what was unused for longer than the lifetime; cheap when called often.
  public mutating func expire(at now: Instant, in index: inout PrefixIndex) {
    guard now >= nextExpiry else { return }
    nextExpiry = now.advanced(by: Self.expiryInterval)
    let limit = now.advanced(by: .zero - Self.lifetime)
    for slot in replicas.keys.sorted() {
      var removed: [BlockHash] = []
      replicas[slot]?.blocks.expire(before: limit, removed: &removed)
      if !removed.isEmpty { index.remove(slot, removed.span) }
    }
  }

  private mutating func use(
    _ turn: Turn,
    isProof: Bool,
    at now: Instant,
    in index: inout PrefixIndex
  ) {
    var (stored, removed): ([BlockHash], [BlockHash]) = ([], [])
    replicas[turn.slot]?.blocks.use(
      turn.hashes,
      tokens: turn.blockTokens,
      isProof: isProof,
      at: now,
      stored: &stored,
      removed: &removed
    )
    index.remove(turn.slot, removed.span)
    index.store(turn.slot, stored.span)
  }

  private mutating func drop(_ reservation: UInt64) {
    guard let turn = turns.removeValue(forKey: reservation) else { return }
    hashCount -= turn.hashes.count
  }

  private mutating func forget(_ slot: Int32) {
    guard covers(slot) else { return }
    for (reservation, turn) in turns where turn.slot == slot { drop(reservation) }
  }
}
