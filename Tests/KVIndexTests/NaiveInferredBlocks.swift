import Basics
import KVIndex

/// What a replica is taken to hold, block by block.
struct NaiveInferredBlocks {
  private struct Block {
    var hash: BlockHash
    var tokens: Int
    var use: Int
    var proof: UInt64 = 0
    var usedAt: Instant
  }

  let tokensMax: Int
  let blocksMax: Int
  private var uses = 0
  /// The oldest first.
  private var blocks: [Block] = []

  init(tokensMax: Int, blocksMax: Int) {
    (self.tokensMax, self.blocksMax, capacity) = (tokensMax, blocksMax, tokensMax)
  }

  private(set) var capacity: Int
  var held: Set<BlockHash> { Set(blocks.map(\.hash)) }

  /// Returns the proof of each block that was held.
  mutating func use(
    _ hashes: [BlockHash],
    blockTokens: Int,
    isProof: Bool,
    at now: Instant
  ) -> [UInt64] {
    uses += 1
    let held = hashes.prefix { hash in blocks.contains { $0.hash == hash } }
    let proofs = held.compactMap { hash in blocks.first { $0.hash == hash }?.proof }
    for hash in hashes.reversed() {
      let place = blocks.firstIndex { $0.hash == hash }
      var block =
        place.map { blocks.remove(at: $0) }
        ?? Block(hash: hash, tokens: blockTokens, use: uses, usedAt: now)
      (block.use, block.usedAt) = (uses, now)
      if isProof { block.proof = UInt64(uses) }
      blocks.append(block)
    }
    while blocks.count > blocksMax || blocks.reduce(0, { $0 + $1.tokens }) > capacity {
      blocks.removeFirst()
    }
    return proofs
  }

  mutating func missed(_ proof: UInt64) {
    blocks.removeAll { $0.use <= proof }
    capacity = max(tokensMax / 64, min(capacity, blocks.reduce(0) { $0 + $1.tokens }))
  }

  mutating func found() { capacity = min(tokensMax, capacity + capacity / 64 + 1) }

  mutating func expire(before instant: Instant) { blocks.removeAll { $0.usedAt < instant } }
}
