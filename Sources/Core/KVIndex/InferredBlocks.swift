import Basics

/// What one replica is taken to hold, the block unused for longest first.
///
/// Whoever uses a prefix uses its last block first, so that a block is never older than those that
/// continue it: what goes first is a leaf, and what stays is closed under prefixes.
struct InferredBlocks: Sendable {
  private struct Block {
    var hash: BlockHash = 0
    /// Counts the uses of the replica's blocks: of this one's last; 0 for one that is free.
    var use: UInt64 = 0
    /// Of its last by a turn that ended, and so had computed it; 0 before.
    var proof: UInt64 = 0
    var usedAt = Instant.zero
    var tokens: Int32 = 0
    var previous: Int32 = -1
    var next: Int32 = -1
    /// The next that has the same bucket.
    var chained: Int32 = -1
  }

  /// The least capacity that is reckoned with, as a share: a replica serves its last prompts.
  private static let capacityShareMin = 64
  /// Capacity grows by this share of itself with each turn that found what was expected.
  private static let capacityGrowth = 64

  private let tokensMax: Int
  private let blocksMax: Int
  private var capacity: Int
  private var tokens = 0
  private var blocks: [Block] = []
  private var free: [Int32] = []
  /// The first block of each bucket, by the scattered hash; a power of two of them.
  private var buckets: [Int32] = []
  private let seed: UInt64
  private var first: Int32 = -1
  private var last: Int32 = -1
  private var uses: UInt64 = 0

  /// Makes an empty cache with room for so many tokens, in so many blocks at most.
  ///
  /// The seed scatters hashes, so that nobody can choose ones that collide.
  init(tokensMax: Int, blocksMax: Int, seed: UInt64) {
    (self.tokensMax, self.blocksMax, capacity) = (tokensMax, blocksMax, tokensMax)
    self.seed = seed
  }

  /// The same cache, empty.
  var emptied: InferredBlocks {
    InferredBlocks(tokensMax: tokensMax, blocksMax: blocksMax, seed: seed)
  }

  var count: Int { blocks.count - free.count }

  /// Tokens that it is taken to have room for.
  var capacityTokens: Int { capacity }

  /// For each block from the start of a chain, as far as it is held, the proof of it; `places` gets
  /// where they are.
  func proofs(_ hashes: [BlockHash], places: inout [Int32]) -> [UInt64] {
    var proofs: [UInt64] = []
    places = Array(repeating: -1, count: hashes.count)
    for index in hashes.indices {
      let place = find(hashes[index])
      if place < 0 { break }
      places[index] = place
      proofs.append(blocks[Int(place)].proof)
    }
    return proofs
  }

  /// A turn uses a chain of blocks; `isProof` when it has computed them all.
  ///
  /// `places` says where each was, which may be out of date, and then where each is.
  /// Appends to `stored` what is new, and to `removed` what has no room any more.
  mutating func use(
    _ hashes: [BlockHash],
    places: inout [Int32],
    tokens blockTokens: Int,
    isProof: Bool,
    at now: Instant,
    stored: inout [BlockHash],
    removed: inout [BlockHash]
  ) {
    uses += 1
    places += repeatElement(-1, count: max(0, hashes.count - places.count))
    for index in hashes.indices.reversed() {
      let hash = hashes[index]
      let known = isAt(places[index], hash) ? places[index] : find(hash)
      if known >= 0 { unlink(known) } else { stored.append(hash) }
      let place = known >= 0 ? known : insert(hash, tokens: blockTokens)
      places[index] = place
      link(place, isProof: isProof, at: now)
    }
    evict(into: &removed) { $0.tokens > $0.capacity || $0.count > $0.blocksMax }
    if removed.isEmpty { return }
    // A chain that is longer than the capacity loses its own end.
    let gone = Set(stored.filter { find($0) < 0 })
    guard !gone.isEmpty else { return }
    stored.removeAll { gone.contains($0) }
    removed.removeAll { gone.contains($0) }
  }

  /// The block of this proof was gone: so is all that was used no later.
  ///
  /// The engine has no more room than for what is left.
  mutating func missed(_ proof: UInt64, removed: inout [BlockHash]) {
    evict(into: &removed) { $0.oldest.map { $0.use <= proof } == true }
    capacity = max(tokensMax / Self.capacityShareMin, min(capacity, tokens))
  }

  /// A turn found what was expected.
  mutating func found() {
    capacity = min(tokensMax, capacity + capacity / Self.capacityGrowth + 1)
  }

  /// Forgets blocks that were last used before an instant.
  mutating func expire(before instant: Instant, removed: inout [BlockHash]) {
    evict(into: &removed) { $0.oldest.map { $0.usedAt < instant } == true }
  }

  private var oldest: Block? { first < 0 ? nil : blocks[Int(first)] }

  private mutating func evict(
    into removed: inout [BlockHash],
    while condition: (borrowing Self) -> Bool
  ) {
    while first >= 0, condition(self) {
      let place = first
      let block = blocks[Int(place)]
      unlink(place)
      unchain(place, block)
      blocks[Int(place)].use = 0
      tokens -= Int(block.tokens)
      free.append(place)
      removed.append(block.hash)
    }
  }

  private mutating func link(_ place: Int32, isProof: Bool, at now: Instant) {
    var block = blocks[Int(place)]
    block.use = uses
    if isProof { block.proof = uses }
    block.usedAt = now
    (block.previous, block.next) = (last, -1)
    blocks[Int(place)] = block
    if last >= 0 { blocks[Int(last)].next = place } else { first = place }
    last = place
  }

  private mutating func unlink(_ place: Int32) {
    let (previous, next) = (blocks[Int(place)].previous, blocks[Int(place)].next)
    if previous >= 0 { blocks[Int(previous)].next = next } else { first = next }
    if next >= 0 { blocks[Int(next)].previous = previous } else { last = previous }
  }

  // MARK: Where blocks are

  private func bucket(_ hash: BlockHash) -> Int {
    Int(truncatingIfNeeded: PRNG.mix(hash ^ seed)) & (buckets.count - 1)
  }

  private func isAt(_ place: Int32, _ hash: BlockHash) -> Bool {
    guard place >= 0, Int(place) < blocks.count else { return false }
    return blocks[Int(place)].hash == hash && blocks[Int(place)].use > 0
  }

  /// Where a block is; -1 for one that is not held.
  private func find(_ hash: BlockHash) -> Int32 {
    guard !buckets.isEmpty else { return -1 }
    var place = buckets[bucket(hash)]
    while place >= 0, blocks[Int(place)].hash != hash { place = blocks[Int(place)].chained }
    return place
  }

  /// Takes a block in that is not held yet, without a place among those that are used.
  private mutating func insert(_ hash: BlockHash, tokens blockTokens: Int) -> Int32 {
    if blocks.count >= buckets.count { addBuckets() }
    let place = free.popLast() ?? Int32(blocks.count)
    if Int(place) == blocks.count { blocks.append(Block()) }
    let bucket = bucket(hash)
    blocks[Int(place)] = Block(
      hash: hash,
      tokens: Int32(clamping: blockTokens),
      chained: buckets[bucket]
    )
    buckets[bucket] = place
    tokens += blockTokens
    return place
  }

  private mutating func unchain(_ place: Int32, _ block: Block) {
    let bucket = bucket(block.hash)
    guard buckets[bucket] != place else {
      buckets[bucket] = block.chained
      return
    }
    var before = Int(buckets[bucket])
    while blocks[before].chained != place { before = Int(blocks[before].chained) }
    blocks[before].chained = block.chained
  }

  private mutating func addBuckets() {
    buckets = Array(repeating: -1, count: max(16, buckets.count * 2))
    // Those that are held are those in the list.
    var place = first
    while place >= 0 {
      let bucket = bucket(blocks[Int(place)].hash)
      blocks[Int(place)].chained = buckets[bucket]
      buckets[bucket] = place
      place = blocks[Int(place)].next
    }
  }
}
