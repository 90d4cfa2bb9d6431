import KVIndex

/// Which blocks one replica holds, and what of that its peer has not been told yet.
///
/// Memory is one set entry a resident block, and its ``ResidencyChanges``.
public struct ResidencyLog: Sendable {
  /// Blocks that are held now.
  public private(set) var resident: Set<UInt64> = []

  /// What the peer has not been told.
  private var changes = ResidencyChanges()

  /// Makes the log of an empty cache.
  public init() {}

  /// Whether the peer's view is behind.
  public var hasChanges: Bool { !changes.isEmpty }

  /// Whether it is so far behind that it is to be told at once.
  var isPressing: Bool { changes.isPressing }

  /// Blocks are held now.
  public mutating func store(_ hashes: [UInt64]) {
    for hash in hashes where resident.insert(hash).inserted { changes.note(hash, isHeld: true) }
  }

  /// Blocks are no longer held.
  public mutating func remove(_ hashes: [UInt64]) {
    for hash in hashes where resident.remove(hash) != nil { changes.note(hash, isHeld: false) }
  }

  /// The whole cache was dropped.
  public mutating func clear() {
    resident.removeAll()
    changes.clear()
  }

  /// The peer is taken to know nothing: the next changes list every resident block.
  public mutating func restart() {
    changes.clear()
    for hash in resident.sorted() { changes.note(hash, isHeld: true) }
  }

  /// Takes out up to `limit` changes for the next update; call again while ``hasChanges``.
  public mutating func takeChanges(limit: Int) -> (
    cleared: Bool, removed: [UInt64], stored: [UInt64]
  ) { changes.take(limit: limit) }
}
