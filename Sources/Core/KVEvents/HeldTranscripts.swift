import KVIndex

/// The blocks of transcripts that an engine holds, and the engine's blocks that each is in.
///
/// What is held is closed under prefixes: with a block go all that follow it.
struct HeldTranscripts: Sendable {
  private struct Entry: Sendable {
    /// The engine's blocks that it is in; none when it is taken as held without knowing them.
    var blocks: [UInt64]
    /// How many of the engine's blocks its prefix takes.
    var end: Int
    /// How many blocks the engine had dropped when it was last used, where they are not known.
    var usedAt: UInt64
    /// The block before it, the first after it, and its neighbours among those after the same.
    var parent: BlockHash?
    var first: BlockHash?
    var previous: BlockHash?
    var next: BlockHash?
  }

  private let countMax: Int
  private var entries: [BlockHash: Entry] = [:]
  /// What is in each of the engine's blocks.
  private var contents: [UInt64: [BlockHash]] = [:]
  /// What is taken as held, by its uses, the earliest from `nextUse` on; others among them are used
  /// again later, or gone.
  private var uses: [(hash: BlockHash, usedAt: UInt64)] = []
  private var nextUse = 0
  private var touched: [BlockHash] = []
  private var isTouched: Set<BlockHash> = []

  init(countMax: Int) { self.countMax = countMax }

  var count: Int { entries.count }

  /// How many of a chain's blocks the prefix up to this one takes; nil unless it is held in them.
  func end(of hash: BlockHash, in chain: [UInt64]) -> Int? {
    guard let entry = entries[hash], let last = entry.blocks.last, entry.end <= chain.count,
      chain[entry.end - 1] == last
    else { return nil }
    return entry.end
  }

  /// A block is held, in these of the engine's; returns whether there is room for it.
  mutating func hold(
    _ hash: BlockHash,
    after parent: BlockHash?,
    in blocks: [UInt64],
    end: Int
  ) -> Bool {
    guard enter(hash, after: parent) else { return false }
    forgetBlocks(of: hash)
    entries[hash]?.blocks = blocks
    entries[hash]?.end = end
    for block in Set(blocks) { contents[block, default: []].append(hash) }
    return true
  }

  /// Takes blocks as held, each after the one before, without knowing what they are in.
  mutating func assume(_ hashes: [BlockHash], dropped: UInt64) {
    var parent: BlockHash?
    for hash in hashes {
      guard enter(hash, after: parent) else { return }
      if entries[hash]?.blocks.isEmpty == true {
        entries[hash]?.usedAt = dropped
        uses.append((hash, dropped))
      }
      parent = hash
    }
    guard uses.count - nextUse > 2 * entries.count + 64 else { return }
    uses = uses[nextUse...].filter { entries[$0.hash]?.usedAt == $0.usedAt }
    nextUse = 0
  }

  /// The engine has lost a block.
  mutating func lost(_ block: UInt64) {
    for hash in contents[block] ?? [] { drop(hash) }
  }

  /// Drops what was taken as held and not used since the engine dropped as many blocks as it has.
  mutating func expire(dropped: UInt64, engineBlocks: Int) {
    while nextUse < uses.count, dropped - uses[nextUse].usedAt > UInt64(engineBlocks) {
      let use = uses[nextUse]
      nextUse += 1
      if let entry = entries[use.hash], entry.blocks.isEmpty, entry.usedAt == use.usedAt {
        drop(use.hash)
      }
    }
    if nextUse == uses.count { (uses, nextUse) = ([], 0) }
  }

  /// Nothing is held.
  mutating func clear() {
    for hash in entries.keys.sorted() { touch(hash) }
    (entries, contents, uses, nextUse) = ([:], [:], [], 0)
  }

  /// What changed since this was last asked, each block once.
  mutating func takeChanges() -> (removed: [BlockHash], stored: [BlockHash]) {
    let removed = touched.filter { entries[$0] == nil }
    let stored = touched.filter { entries[$0] != nil }
    (touched, isTouched) = ([], [])
    return (removed, stored)
  }

  private mutating func touch(_ hash: BlockHash) {
    if isTouched.insert(hash).inserted { touched.append(hash) }
  }

  /// Makes an entry unless there is one; returns whether there is one then.
  private mutating func enter(_ hash: BlockHash, after parent: BlockHash?) -> Bool {
    guard entries[hash] == nil else { return true }
    guard entries.count < countMax else { return false }
    let next = parent.flatMap { entries[$0]?.first }
    entries[hash] = Entry(blocks: [], end: 0, usedAt: 0, parent: parent, next: next)
    if let next { entries[next]?.previous = hash }
    if let parent { entries[parent]?.first = hash }
    touch(hash)
    return true
  }

  private mutating func drop(_ hash: BlockHash) {
    guard let top = entries[hash] else { return }
    if let previous = top.previous {
      entries[previous]?.next = top.next
    } else if let parent = top.parent {
      entries[parent]?.first = top.next
    }
    if let next = top.next { entries[next]?.previous = top.previous }
    var left = [hash]
    while let hash = left.popLast() {
      var child = entries[hash]?.first
      while let found = child {
        left.append(found)
        child = entries[found]?.next
      }
      forgetBlocks(of: hash)
      entries[hash] = nil
      touch(hash)
    }
  }

  private mutating func forgetBlocks(of hash: BlockHash) {
    for block in Set(entries[hash]?.blocks ?? []) {
      contents[block]?.removeAll { $0 == hash }
      if contents[block]?.isEmpty == true { contents[block] = nil }
    }
    entries[hash]?.blocks = []
  }
}
