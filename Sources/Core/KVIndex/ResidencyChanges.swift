/// Which blocks of one replica came and went since its peer was told.
///
/// Changes are coalesced: a block that came and went in between is never mentioned. They come out
/// in the order of their first change, so that equal histories give equal reports. Memory is one
/// map entry a block of which the peer is wrong, and a few list entries.
public struct ResidencyChanges: Sendable {
  /// Whether each block of which the peer is wrong is held.
  private var isHeld: [BlockHash: Bool] = [:]

  /// The keys of ``isHeld``, in the order of their first change, from ``next`` on; others among
  /// them are right again.
  private var changed: [BlockHash] = []
  private var next = 0

  /// Whether the peer must drop all it knows before the next changes.
  public private(set) var clearsFirst = false

  /// The peer knows everything.
  public init() {}

  /// Whether the peer knows everything.
  public var isEmpty: Bool { !clearsFirst && isHeld.isEmpty }

  /// Whether the peer is wrong of so much that it is to be told at once.
  public var isPressing: Bool { clearsFirst || isHeld.count >= Self.pressingCount }

  private static let pressingCount = 4_096

  /// A block is held from now on, or is not any longer.
  public mutating func note(_ hash: BlockHash, isHeld held: Bool) {
    guard let before = isHeld[hash] else {
      isHeld[hash] = held
      changed.append(hash)
      return
    }
    guard before != held else { return }
    isHeld[hash] = nil
    guard changed.count - next > 2 * isHeld.count + 64 else { return }
    var seen: Set<BlockHash> = []
    changed = changed[next...].filter { isHeld[$0] != nil && seen.insert($0).inserted }
    next = 0
  }

  /// No block is held.
  public mutating func clear() {
    isHeld.removeAll(keepingCapacity: true)
    changed.removeAll(keepingCapacity: true)
    (next, clearsFirst) = (0, true)
  }

  /// Takes out up to `limit` changes for the next report; call again unless ``isEmpty``.
  public mutating func take(limit: Int) -> (
    cleared: Bool, removed: [BlockHash], stored: [BlockHash]
  ) {
    var (removed, stored): ([BlockHash], [BlockHash]) = ([], [])
    let cleared = clearsFirst
    clearsFirst = false
    while next < changed.count, removed.count + stored.count < limit {
      let hash = changed[next]
      next += 1
      guard let held = isHeld.removeValue(forKey: hash) else { continue }
      if held { stored.append(hash) } else { removed.append(hash) }
    }
    if isHeld.isEmpty {
      changed.removeAll(keepingCapacity: true)
      next = 0
    }
    return (cleared, removed, stored)
  }
}
