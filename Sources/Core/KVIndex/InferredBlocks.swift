import Basics

/// What one replica is taken to hold, the block unused for longest first.
///
/// Blocks are kept as runs of a tree: those that follow each other in a chain and were always used
/// together. A turn that goes on from what was there, or parts from it, costs a step for each run
/// and a copy of what is new, however long its prompt is.
///
/// Whoever uses a prefix uses its last block first, so that a block is never older than those that
/// continue it: what goes first is the end of a leaf, and what stays is closed under prefixes.
struct InferredBlocks: Sendable {
  /// The blocks of a chain that were held, up to `end`, with the same proof.
  struct Held: Sendable {
    let end: Int
    /// Counts the uses of the replica's blocks: of the last by a turn that ended, and so had
    /// computed them; 0 before.
    let proof: UInt64
  }

  private struct Run {
    /// Empty for one that is free.
    var hashes: [BlockHash]
    var blockTokens: Int
    /// The run that this one continues; -1 for one that starts a chain.
    var parent: Int32
    /// Of their last use.
    var use: UInt64 = 0
    var proof: UInt64 = 0
    var usedAt = Instant.zero
    var previous: Int32 = -1
    var next: Int32 = -1
  }

  /// The least capacity that is reckoned with, as a share: a replica serves its last prompts.
  private static let capacityShareMin = 64
  /// Capacity grows by this share of itself with each turn that found what was expected.
  private static let capacityGrowth = 64

  private let tokensMax: Int
  private let blocksMax: Int
  private var capacity: Int
  private var tokens = 0
  private var runs: [Run] = []
  private var free: [Int32] = []
  /// Where the run is that starts with a block.
  private var starts: [BlockHash: Int32] = [:]
  private var first: Int32 = -1
  private var last: Int32 = -1
  private var uses: UInt64 = 0

  /// How many blocks are held.
  private(set) var count = 0

  /// Makes an empty cache with room for so many tokens, in so many blocks at most.
  init(tokensMax: Int, blocksMax: Int) {
    (self.tokensMax, self.blocksMax, capacity) = (tokensMax, blocksMax, tokensMax)
  }

  /// The same cache, empty.
  var emptied: InferredBlocks { InferredBlocks(tokensMax: tokensMax, blocksMax: blocksMax) }

  /// Tokens that it is taken to have room for.
  var capacityTokens: Int { capacity }

  /// A turn uses a chain of blocks, of which this returns what was held before.
  ///
  /// `isProof` when it has computed them all. Appends to `stored` what is new, and to `removed`
  /// what has no room any more.
  @discardableResult
  mutating func use(
    _ hashes: [BlockHash],
    blockTokens: Int,
    isProof: Bool,
    at now: Instant,
    stored: inout [BlockHash],
    removed: inout [BlockHash]
  ) -> [Held] {
    uses += 1
    let (held, path) = take(hashes)
    let depth = held.last?.end ?? 0
    var added: Int32 = -1
    if depth < hashes.count {
      added = add(Array(hashes[depth...]), blockTokens: blockTokens, after: path.last ?? -1)
      link(added, isProof: isProof, at: now)
    }
    for place in path.reversed() {
      unlink(place)
      link(place, isProof: isProof, at: now)
    }
    // A chain that is longer than the capacity loses its own end, which so is not stored at all.
    evict(into: &removed, except: added) { cache, run in
      let excess = max(0, cache.tokens - cache.capacity)
      return max((excess + run.blockTokens - 1) / run.blockTokens, cache.count - cache.blocksMax)
    }
    if added >= 0 { stored += runs[Int(added)].hashes }
    return held
  }

  /// The block of this proof was gone: so is all that was used no later.
  ///
  /// The engine has no more room than for what is left.
  mutating func missed(_ proof: UInt64, removed: inout [BlockHash]) {
    evict(into: &removed) { $1.use <= proof ? .max : 0 }
    capacity = max(tokensMax / Self.capacityShareMin, min(capacity, tokens))
  }

  /// A turn found what was expected.
  mutating func found() {
    capacity = min(tokensMax, capacity + capacity / Self.capacityGrowth + 1)
  }

  /// Forgets blocks that were last used before an instant.
  mutating func expire(before instant: Instant, removed: inout [BlockHash]) {
    evict(into: &removed) { $1.usedAt < instant ? .max : 0 }
  }

  /// Drops blocks from the oldest on, as long as `excess` says that so many of a run are too many.
  ///
  /// They are appended to `removed` unless they are of the run `newest`.
  private mutating func evict(
    into removed: inout [BlockHash],
    except newest: Int32 = -1,
    excess: (borrowing Self, borrowing Run) -> Int
  ) {
    while first >= 0 {
      let place = first
      let gone = min(excess(self, runs[Int(place)]), runs[Int(place)].hashes.count)
      guard gone > 0 else { return }
      let left = runs[Int(place)].hashes.count - gone
      if place != newest { removed += runs[Int(place)].hashes[left...] }
      count -= gone
      tokens -= gone * runs[Int(place)].blockTokens
      if left == 0 { drop(place) } else { shorten(place, to: left) }
    }
  }

  private mutating func shorten(_ place: Int32, to count: Int) {
    // Memory goes by halves, so that none is copied for a few blocks.
    if count < runs[Int(place)].hashes.capacity / 2 {
      runs[Int(place)].hashes = Array(runs[Int(place)].hashes[..<count])
    } else {
      runs[Int(place)].hashes.removeSubrange(count...)
    }
  }

  // MARK: Runs

  /// The runs that a chain starts with, parted where the chain parts from the last of them.
  private mutating func take(_ hashes: [BlockHash]) -> (held: [Held], path: [Int32]) {
    var (held, path): ([Held], [Int32]) = ([], [])
    var depth = 0
    while depth < hashes.count, let place = starts[hashes[depth]],
      // Who makes hashes up may name a block after others than those that it has before it.
      runs[Int(place)].parent == path.last ?? -1
    {
      let (length, common) = (runs[Int(place)].hashes.count, common(place, hashes, from: depth))
      depth += common
      held.append(Held(end: depth, proof: runs[Int(place)].proof))
      path.append(common < length ? part(place, at: common) : place)
      if common < length { break }
    }
    return (held, path)
  }

  /// How many blocks of a run a chain has from `depth` on, which both have the first of.
  ///
  /// A hash names the whole prefix, so that chains part once.
  private func common(_ place: Int32, _ hashes: [BlockHash], from depth: Int) -> Int {
    let run = runs[Int(place)].hashes
    let end = min(run.count, hashes.count - depth)
    if run[end - 1] == hashes[depth + end - 1] { return end }
    var (equal, different) = (1, end - 1)
    while equal < different {
      let middle = (equal + different) / 2
      if run[middle] == hashes[depth + middle] { equal = middle + 1 } else { different = middle }
    }
    return equal
  }

  /// Parts a run in two; returns where the first of them is, at the place in the order of use that
  /// the run had.
  ///
  /// What continued the run continues the second.
  private mutating func part(_ place: Int32, at count: Int) -> Int32 {
    let run = runs[Int(place)]
    var head = run
    head.hashes = Array(run.hashes[..<count])
    let before = takePlace(head)
    runs[Int(place)].hashes = Array(run.hashes[count...])
    runs[Int(place)].parent = before
    starts[head.hashes[0]] = before
    starts[run.hashes[count]] = place
    // The first block is never older than those that continue it.
    (runs[Int(before)].previous, runs[Int(before)].next) = (place, run.next)
    if run.next >= 0 { runs[Int(run.next)].previous = before } else { last = before }
    runs[Int(place)].next = before
    return before
  }

  /// Takes in blocks that are not held yet, without a place in the order of use.
  private mutating func add(
    _ hashes: [BlockHash],
    blockTokens: Int,
    after parent: Int32
  ) -> Int32 {
    let place = takePlace(Run(hashes: hashes, blockTokens: blockTokens, parent: parent))
    starts[hashes[0]] = place
    count += hashes.count
    tokens += hashes.count * blockTokens
    return place
  }

  private mutating func drop(_ place: Int32) {
    unlink(place)
    let start = runs[Int(place)].hashes[0]
    if starts[start] == place { starts[start] = nil }
    runs[Int(place)].hashes = []
    free.append(place)
  }

  private mutating func takePlace(_ run: Run) -> Int32 {
    guard let place = free.popLast() else {
      runs.append(run)
      return Int32(runs.count - 1)
    }
    runs[Int(place)] = run
    return place
  }

  private mutating func link(_ place: Int32, isProof: Bool, at now: Instant) {
    runs[Int(place)].use = uses
    if isProof { runs[Int(place)].proof = uses }
    runs[Int(place)].usedAt = now
    (runs[Int(place)].previous, runs[Int(place)].next) = (last, -1)
    if last >= 0 { runs[Int(last)].next = place } else { first = place }
    last = place
  }

  private mutating func unlink(_ place: Int32) {
    let (previous, next) = (runs[Int(place)].previous, runs[Int(place)].next)
    if previous >= 0 { runs[Int(previous)].next = next } else { first = next }
    if next >= 0 { runs[Int(next)].previous = previous } else { last = previous }
  }
}
