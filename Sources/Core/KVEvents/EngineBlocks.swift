/// The blocks that an engine holds, by the names that it gives them, and which follows which.
///
/// A block counts as long as any rank holds it in any tier. Memory is some 150 bytes a block, and
/// there are ``countMax`` at most: what an engine tells beyond that is left out.
struct EngineBlocks: Sendable {
  private struct Link: Hashable, Sendable {
    let parent: UInt64
    let digest: UInt64
  }

  private struct Block: Sendable {
    /// A bit for each rank and tier.
    var holders: UInt64 = 0
    /// How it is found: from its parent, by its tokens; nil while only its name is known.
    var link: Link?
  }

  static let ranksMax = 64 / KVTier.allCases.count

  private let countMax: Int
  private var blocks: [UInt64: Block] = [:]
  private var followers: [Link: UInt64] = [:]
  /// Blocks whose parent is known by name alone, by their tokens.
  private var orphans: [UInt64: UInt64] = [:]
  /// Tokens in a block; nil until the engine tells of the first.
  private(set) var blockTokens: Int?
  /// Blocks that went altogether since the start.
  private(set) var dropped: UInt64 = 0

  init(countMax: Int) { self.countMax = countMax }

  var count: Int { blocks.count }

  func contains(_ hash: UInt64) -> Bool { blocks[hash] != nil }

  private static func bit(_ rank: Int, _ tier: KVTier) -> UInt64 {
    1 << UInt64(rank * KVTier.allCases.count + Int(tier.rawValue))
  }

  mutating func store(_ stored: KVStored, rank: Int) {
    let bit = Self.bit(rank, stored.tier)
    guard !stored.tokens.isEmpty else {
      for hash in stored.hashes { hold(hash, bit) }
      return
    }
    // Tiers may have blocks of other sizes; those of the first that is told are followed.
    guard blocks.isEmpty || (blockTokens ?? stored.blockTokens) == stored.blockTokens else {
      return
    }
    blockTokens = stored.blockTokens
    let digests = TokenChain.digests(stored.tokens, blockTokens: stored.blockTokens)
    var parent = stored.parent ?? TokenChain.root(of: stored.adapter)
    // An engine holds what the blocks that it stores follow.
    if stored.parent != nil, blocks[parent] == nil { hold(parent, bit) }
    var isOrphan = stored.parent != nil && blocks[parent]?.link == nil
    for (hash, digest) in zip(stored.hashes, digests) {
      guard hold(hash, bit) else { return }
      let link = Link(parent: parent, digest: digest)
      blocks[hash]?.link = link
      followers[link] = hash
      if isOrphan { orphans[digest] = hash }
      (parent, isOrphan) = (hash, false)
    }
  }

  /// These are gone from a rank's tier; calls `body` with those that are gone altogether.
  mutating func remove(_ hashes: [UInt64], rank: Int, _ tier: KVTier, _ body: (UInt64) -> Void) {
    let bit = Self.bit(rank, tier)
    for hash in hashes { release(hash, bit, body) }
  }

  /// A rank holds nothing; calls `body` with what is gone altogether.
  mutating func clear(rank: Int, _ body: (UInt64) -> Void) {
    let bits = KVTier.allCases.reduce(0) { $0 | Self.bit(rank, $1) }
    for hash in blocks.keys.sorted() { release(hash, bits, body) }
  }

  /// Finds more of a chain's blocks, from what is found or from its beginning on.
  ///
  /// With `mayJump`, also where the beginning isn't known: from a block with its tokens whose
  /// parent is known by name alone.
  func find(_ chain: inout TokenChain, mayJump: Bool) {
    extend(&chain)
    guard mayJump, chain.hashes.isEmpty, !orphans.isEmpty else { return }
    for index in chain.digests.indices.dropFirst() {
      guard let hash = orphans[chain.digests[index]], let link = blocks[hash]?.link else {
        continue
      }
      chain.hashes = Array(repeating: link.parent, count: index) + [hash]
      return extend(&chain)
    }
  }

  private func extend(_ chain: inout TokenChain) {
    while !chain.isFound {
      let parent = chain.hashes.last ?? chain.root
      let link = Link(parent: parent, digest: chain.digests[chain.hashes.count])
      guard let hash = followers[link] else { return }
      chain.hashes.append(hash)
    }
  }

  /// Returns whether there is room for it.
  @discardableResult
  private mutating func hold(_ hash: UInt64, _ bit: UInt64) -> Bool {
    guard blocks.count < countMax || blocks[hash] != nil else { return false }
    blocks[hash, default: Block()].holders |= bit
    return true
  }

  private mutating func release(_ hash: UInt64, _ bits: UInt64, _ body: (UInt64) -> Void) {
    guard let block = blocks[hash], block.holders & bits != 0 else { return }
    blocks[hash]?.holders &= ~bits
    guard block.holders & ~bits == 0 else { return }
    dropped += 1
    blocks[hash] = nil
    if let link = block.link {
      if followers[link] == hash { followers[link] = nil }
      if orphans[link.digest] == hash { orphans[link.digest] = nil }
    }
    body(hash)
  }
}
