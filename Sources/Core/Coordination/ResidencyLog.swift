/// Which blocks one replica holds, and what of that its peer has not been told yet.
///
/// Changes are coalesced: a block that came and went between two updates is never mentioned. They
/// come out in the order of their first change, so that equal histories give equal updates. Memory
/// is one set entry a resident block and one map entry a changed one.
public struct ResidencyLog: Sendable {
  /// Blocks that are held now.
  public private(set) var resident: Set<UInt64> = []

  /// Whether the peer knew the block at the last update, for each block that changed since.
  private var knownBefore: [UInt64: Bool] = [:]

  /// The keys of ``knownBefore``, in the order of their first change, from ``nextChange`` on.
  private var changed: [UInt64] = []
  private var nextChange = 0

  /// Whether the peer must drop all it knows before the next changes.
  private var clearsFirst = false

  /// Makes the log of an empty cache.
  public init() {}

  /// Whether the peer's view is behind.
  public var hasChanges: Bool { clearsFirst || !knownBefore.isEmpty }

  /// Blocks are held now.
  public mutating func store(_ hashes: [UInt64]) {
    for hash in hashes where resident.insert(hash).inserted { note(hash, wasKnown: false) }
  }

  /// Blocks are no longer held.
  public mutating func remove(_ hashes: [UInt64]) {
    for hash in hashes where resident.remove(hash) != nil { note(hash, wasKnown: true) }
  }

  /// The whole cache was dropped.
  public mutating func clear() {
    resident.removeAll()
    forgetChanges()
    clearsFirst = true
  }

  /// The peer is taken to know nothing: the next changes list every resident block.
  public mutating func restart() {
    forgetChanges()
    clearsFirst = true
    for hash in resident.sorted() { note(hash, wasKnown: false) }
  }

  /// Takes out up to `limit` changes for the next update; call again while ``hasChanges``.
  public mutating func takeChanges(limit: Int) -> (
    cleared: Bool, removed: [UInt64], stored: [UInt64]
  ) {
    var (removed, stored): ([UInt64], [UInt64]) = ([], [])
    let cleared = clearsFirst
    clearsFirst = false
    let end = min(changed.count, nextChange + limit)
    while nextChange < end {
      let hash = changed[nextChange]
      nextChange += 1
      let (wasKnown, isKnown) = (knownBefore.removeValue(forKey: hash), resident.contains(hash))
      guard isKnown != wasKnown else { continue }
      if isKnown { stored.append(hash) } else { removed.append(hash) }
    }
    if nextChange == changed.count { forgetChanges() }
    return (cleared, removed, stored)
  }

  private mutating func note(_ hash: UInt64, wasKnown: Bool) {
    guard knownBefore[hash] == nil else { return }
    knownBefore[hash] = wasKnown
    changed.append(hash)
  }

  private mutating func forgetChanges() {
    knownBefore.removeAll(keepingCapacity: true)
    changed.removeAll(keepingCapacity: true)
    nextChange = 0
  }
}
