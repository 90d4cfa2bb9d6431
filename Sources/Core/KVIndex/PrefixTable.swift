/// One of the tables that make up a ``PrefixIndex``: for each block, who holds it.
///
/// Open addressing with linear probing over 16 bytes a place; deletion shifts back. A block is
/// known by its scattered hash alone, and its home is the hash scaled to the number of places,
/// which may so be any: it grows by half at a load of 4/5, and shrinks by a third at 3/8, so that
/// an entry takes 20 to 43 bytes, and 30 at most while blocks only come.
struct PrefixTable: Sendable {
  private struct Entry: Sendable {
    var hash: UInt64
    var holders: HolderSet
  }

  private var entries: [Entry] = []
  /// How many places there are.
  ///
  /// It is the count of entries; that lies with them, where a look-up would wait for it before it
  /// can ask for the entry.
  private(set) var placeCount = 0
  /// How many blocks are held by anyone.
  private(set) var count = 0
  private(set) var pool = HolderPool()

  /// Who holds a block.
  @inline(__always)
  func holders(_ hash: UInt64) -> HolderSet {
    placeCount == 0 ? HolderSet() : entries[find(hash)].holders
  }

  /// Adds a holder if there is none of the tag and `mayAdd`.
  @inline(__always)
  mutating func insert(
    _ hash: UInt64,
    _ tag: HolderTag,
    bitmapClass: Int,
    mayAdd: Bool
  ) -> Insertion {
    if count * 5 >= placeCount * 4 { rebuild(placeCount: max(8, placeCount * 3 / 2)) }
    let place = find(hash)
    if pool.contains(tag, in: entries[place].holders) { return .duplicate }
    guard mayAdd else { return .refused }
    if entries[place].holders.isEmpty {
      entries[place] = Entry(hash: hash, holders: HolderSet(tag))
      count += 1
    } else {
      pool.insert(tag, into: &entries[place].holders, bitmapClass: bitmapClass)
    }
    return .added
  }

  enum Insertion { case added, duplicate, refused }

  /// Takes a holder out; false when it was not there.
  @inline(__always)
  mutating func remove(_ hash: UInt64, _ tag: HolderTag) -> Bool {
    guard placeCount > 0 else { return false }
    let place = find(hash)
    // Most blocks are held by one.
    let isOnly = entries[place].holders.isOnly(tag)
    guard isOnly || pool.remove(tag, from: &entries[place].holders) else { return false }
    if isOnly || entries[place].holders.isEmpty {
      delete(place)
      shrink()
    }
    return true
  }

  /// Takes out all tags of a mask.
  mutating func sweep(_ tags: HolderMask) {
    var place = 0
    while place < placeCount {
      if entries[place].holders.isEmpty {
        place += 1
        continue
      }
      pool.remove(tags, from: &entries[place].holders)
      // Another entry may come here, which is next then.
      if entries[place].holders.isEmpty { delete(place) } else { place += 1 }
    }
    shrink()
  }

  /// Where a block is, or the free place where it would be.
  @inline(__always)
  private func find(_ hash: UInt64) -> Int {
    var place = home(hash)
    while entries[place].hash != hash, !entries[place].holders.isEmpty { place = after(place) }
    return place
  }

  @inline(__always)
  private func home(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(placeCount)).high)
  }

  @inline(__always)
  private func after(_ place: Int) -> Int { place + 1 == placeCount ? 0 : place + 1 }

  /// How far `place` is past `start`, around the end.
  private func distance(_ start: Int, _ place: Int) -> Int {
    place >= start ? place - start : place - start + placeCount
  }

  /// Takes an entry out and moves back those that it had pushed past their home.
  private mutating func delete(_ place: Int) {
    var (hole, next) = (place, after(place))
    while !entries[next].holders.isEmpty {
      if distance(home(entries[next].hash), next) >= distance(hole, next) {
        entries[hole] = entries[next]
        hole = next
      }
      next = after(next)
    }
    entries[hole] = Entry(hash: 0, holders: HolderSet())
    count -= 1
  }

  /// Gives memory back when less than three eighths of the places are in use.
  private mutating func shrink() {
    if placeCount > 64, count * 8 < placeCount * 3 { rebuild(placeCount: placeCount * 2 / 3) }
  }

  /// Moves to as many places, and to a pool without holes.
  private mutating func rebuild(placeCount: Int) {
    let old = self
    entries = Array(repeating: Entry(hash: 0, holders: HolderSet()), count: placeCount)
    self.placeCount = placeCount
    pool = HolderPool()
    for entry in old.entries where !entry.holders.isEmpty {
      let place = find(entry.hash)
      entries[place] = Entry(hash: entry.hash, holders: pool.copy(entry.holders, from: old.pool))
    }
  }
}
