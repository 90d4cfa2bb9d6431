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
/// first block that it missed was evicted, and with it all that was unused for longer; the capacity
/// that is reckoned with falls to what is left, since answers take room too, and grows by 1/64 of
/// itself with every turn that found what was expected. A block counts as expected once a turn that
/// computed it has ended, so that turns which overlap prove nothing against each other.
///
/// What is taken as held is closed under prefixes. Memory is 8 bytes a block and some 150 for each
/// place where prompts part or went on, and 8 bytes a block of the turns that have not ended, which
/// are bounded.
public struct InferredResidency: Sendable {
  /// The prompt of a turn that was placed, until that ends.
  public struct Prompt: Sendable {
    fileprivate let epoch: UInt32
    fileprivate let hashes: [BlockHash]
    /// Tokens in a block, and whether those were only estimated.
    fileprivate let blockTokens: Double
    fileprivate let isEstimated: Bool
    /// Blocks of it that an engine could have taken over.
    fileprivate let usable: Int
    /// What was held of it when its turn was accepted; nil before.
    fileprivate var held: [InferredBlocks.Held]?
  }

  private struct Replica {
    var blocks: InferredBlocks
    /// Tells its cache from those that were dropped before.
    let epoch: UInt32
    /// An engine's blocks may be larger than those that are hashed.
    let blockTokens: Int
  }

  /// How long a block is taken as held that no turn uses: 15 minutes.
  public static let lifetime = Duration.seconds(900)
  /// How often what is too old is looked for.
  private static let expiryInterval = Duration.seconds(1)

  /// By what share of a prompt where an estimate puts a block may be off.
  private static let unevenness = 16

  private let hashesMax: Int
  private var replicas: [Int32: Replica] = [:]
  private var epochs: UInt32 = 0
  /// Blocks of prompts whose turns have not ended.
  private(set) var hashCount = 0
  private var nextExpiry = Instant.zero

  /// Makes an empty table, which follows turns that have not ended as long as their prompts have
  /// `hashesMax` blocks at most.
  public init(hashesMax: Int = 1 << 22) { self.hashesMax = hashesMax }

  /// Whether what a replica holds is inferred.
  public func covers(_ slot: Int32) -> Bool { replicas[slot] != nil }

  /// Blocks that a replica is taken to hold.
  public func blockCount(_ slot: Int32) -> Int { replicas[slot]?.blocks.count ?? 0 }

  /// Tokens that a replica's cache is taken to have room for.
  public func capacityTokens(_ slot: Int32) -> Int { replicas[slot]?.blocks.capacityTokens ?? 0 }

  /// Infers from now on what a replica holds, which has `blockCount` blocks of `blockTokens`; it
  /// holds nothing now.
  public mutating func attach(_ slot: Int32, blockCount: Int, blockTokens: Int) {
    let (tokens, overflow) = blockCount.multipliedReportingOverflow(by: blockTokens)
    set(
      slot,
      InferredBlocks(tokensMax: overflow ? .max / 64 : tokens, blocksMax: blockCount),
      blockTokens: blockTokens
    )
  }

  /// Infers nothing of a slot any more.
  public mutating func detach(_ slot: Int32) { replicas[slot] = nil }

  /// A replica dropped its cache; the caller clears its slot in the index.
  public mutating func clear(_ slot: Int32) {
    guard let replica = replicas[slot] else { return }
    set(slot, replica.blocks.emptied, blockTokens: replica.blockTokens)
  }

  /// A turn was placed; nothing is held on account of it yet.
  ///
  /// Returns what is to be kept of it until ``ended(_:cachedTokens:by:at:in:)``; nil where nothing
  /// is inferred.
  public mutating func placed(
    _ hashes: [BlockHash],
    blockTokens: Double,
    isEstimated: Bool = false,
    usable: Int,
    on slot: Int32
  ) -> Prompt? {
    guard !hashes.isEmpty, let replica = replicas[slot], hashCount + hashes.count <= hashesMax
    else { return nil }
    hashCount += hashes.count
    return Prompt(
      epoch: replica.epoch,
      hashes: hashes,
      blockTokens: max(1, blockTokens),
      isEstimated: isEstimated,
      usable: usable
    )
  }

  /// The replica in a slot has a turn: it will hold its blocks.
  public mutating func accepted(
    _ prompt: inout Prompt,
    by slot: Int32,
    at now: Instant,
    in index: inout PrefixIndex
  ) {
    guard replicas[slot]?.epoch == prompt.epoch, prompt.held == nil else { return }
    prompt.held = use(prompt, on: slot, isProof: false, at: now, in: &index)
  }

  /// A turn ended; `cachedTokens` of its prompt were hit in the cache of the replica in a slot, nil
  /// when that is not known or the turn computed nothing.
  ///
  /// Its blocks had `blockTokens`, if that is
  /// known better now, and its answer filled the blocks `answer` after those of the prompt.
  public mutating func ended(
    _ prompt: Prompt,
    cachedTokens: Int?,
    blockTokens: Double? = nil,
    answer: [BlockHash] = [],
    by slot: Int32,
    at now: Instant,
    in index: inout PrefixIndex
  ) {
    hashCount -= prompt.hashes.count
    guard let cachedTokens, replicas[slot]?.epoch == prompt.epoch, let held = prompt.held,
      let engineBlockTokens = replicas[slot]?.blockTokens
    else { return }
    let expected = min(held.last?.end ?? 0, prompt.usable)
    let size = max(1, blockTokens ?? prompt.blockTokens)
    let hit = Int(Double(cachedTokens) / size)
    // Whole blocks of the engine are hit, or none of them; and a text is denser here than there.
    var slack = Int(Double(engineBlockTokens - 1) / size)
    if prompt.isEstimated { slack += 1 + expected / Self.unevenness }
    if hit + slack >= expected {
      if expected > 0 { replicas[slot]?.blocks.found() }
    } else if let proof = held.first(where: { hit < $0.end })?.proof, proof > 0 {
      var removed: [BlockHash] = []
      replicas[slot]?.blocks.missed(proof, removed: &removed)
      index.remove(slot, removed.span)
    }
    use(prompt, answer, on: slot, isProof: true, at: now, in: &index)
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

  /// Returns what was held before.
  @discardableResult
  private mutating func use(
    _ prompt: Prompt,
    _ answer: [BlockHash] = [],
    on slot: Int32,
    isProof: Bool,
    at now: Instant,
    in index: inout PrefixIndex
  ) -> [InferredBlocks.Held]? {
    var (stored, removed): ([BlockHash], [BlockHash]) = ([], [])
    let held = replicas[slot]?.blocks.use(
      answer.isEmpty ? prompt.hashes : prompt.hashes + answer,
      blockTokens: Int(prompt.blockTokens),
      isProof: isProof,
      at: now,
      stored: &stored,
      removed: &removed
    )
    index.remove(slot, removed.span)
    index.store(slot, stored.span)
    return held
  }

  private mutating func set(_ slot: Int32, _ blocks: InferredBlocks, blockTokens: Int) {
    epochs &+= 1
    replicas[slot] = Replica(blocks: blocks, epoch: epochs, blockTokens: blockTokens)
  }
}
