/// The memory of sets of holders that do not fit into one word, and what can be done with sets.
///
/// A set grows from three tags in place to lists of 8, 16, 32 and 64, and from there, or earlier if
/// that is no larger, to a bitmap; it shrinks back when a quarter is left of a list, or as many as
/// fill half of the list that a bitmap goes back to. Blocks are powers of two words, kept for their
/// size when they are free.
struct HolderPool: Sendable {
  private static let listClassMax = 4

  private var words: [UInt64] = []
  /// By size class, 1 + the start of the first free block; each free block starts with the next.
  private var free = InlineArray<11, UInt32>(repeating: 0)

  /// How many words it takes.
  var wordCount: Int { words.count }

  @inline(__always)
  func contains(_ tag: HolderTag, in set: HolderSet) -> Bool {
    switch set.form {
    case .inPlace: return !set.isEmpty && Lanes.find(tag, in: set.lanes) != nil
    case .list: return place(of: tag, in: set) != nil
    case .bitmap:
      let (range, index) = (set.range, Int(tag) >> 6)
      return index < range.count
        && words[range.lowerBound + index] & 1 << UInt64(tag & 63) != 0
    }
  }

  /// Adds a tag that is not there; all tags are below 64 << bitmapClass.
  @inline(__always)
  mutating func insert(_ tag: HolderTag, into set: inout HolderSet, bitmapClass: Int) {
    if !hasRoom(for: tag, set) { set = enlarged(set, bitmapClass) }
    append(tag, to: &set)
  }

  /// Takes a tag out; false when it was not there.
  mutating func remove(_ tag: HolderTag, from set: inout HolderSet) -> Bool {
    switch set.form {
    case .inPlace:
      guard !set.isEmpty, let lane = Lanes.find(tag, in: set.lanes) else { return false }
      set.removeInPlace(lane: lane)
      return true
    case .list:
      guard let place = place(of: tag, in: set) else { return false }
      removeFromList(place, &set)
    case .bitmap:
      guard contains(tag, in: set) else { return false }
      words[set.range.lowerBound + Int(tag) >> 6] &= ~(1 << UInt64(tag & 63))
      set.addToCount(-1)
    }
    shrink(&set)
    return true
  }

  /// Takes out all tags of a mask.
  mutating func remove(_ mask: HolderMask, from set: inout HolderSet) {
    switch set.form {
    case .inPlace:
      for lane in (0..<set.count).reversed()
      where mask.contains(Lanes.tag(lane, of: set.lanes)) { set.removeInPlace(lane: lane) }
      return
    case .list:
      for place in (0..<set.count).reversed() where mask.contains(tag(place, of: set)) {
        removeFromList(place, &set)
      }
    case .bitmap:
      let range = set.range
      for index in mask.range.clamped(to: 0..<range.count) {
        let gone = words[range.lowerBound + index] & mask.words[index]
        guard gone != 0 else { continue }
        words[range.lowerBound + index] ^= gone
        set.addToCount(-gone.nonzeroBitCount)
      }
    }
    shrink(&set)
  }

  /// Whether every one of the `count` tags of a mask is in the set.
  @inline(__always)
  func contains(_ mask: HolderMask, count: Int, in set: HolderSet) -> Bool {
    guard set.count >= count else { return false }
    switch set.form {
    case .inPlace:
      var hits = 0
      for lane in 0..<set.count where mask.contains(Lanes.tag(lane, of: set.lanes)) { hits += 1 }
      return hits == count
    case .list:
      var hits = 0
      for place in 0..<set.count where mask.contains(tag(place, of: set)) { hits += 1 }
      return hits == count
    case .bitmap:
      let range = set.range
      guard mask.range.upperBound <= range.count else { return false }
      var missing: UInt64 = 0
      for index in mask.range { missing |= mask.words[index] & ~words[range.lowerBound + index] }
      return missing == 0
    }
  }

  /// Adds to `result` what is in both a mask and the set.
  func intersect(_ mask: HolderMask, with set: HolderSet, into result: inout HolderMask) {
    switch set.form {
    case .inPlace:
      for lane in 0..<set.count {
        let tag = Lanes.tag(lane, of: set.lanes)
        if mask.contains(tag) { result.insert(tag) }
      }
    case .list:
      for place in 0..<set.count {
        let tag = tag(place, of: set)
        if mask.contains(tag) { result.insert(tag) }
      }
    case .bitmap:
      let range = set.range
      for index in mask.range.clamped(to: 0..<range.count) {
        let both = mask.words[index] & words[range.lowerBound + index]
        if both != 0 { result.or(both, at: index) }
      }
    }
  }

  /// Takes in a set of another pool.
  mutating func copy(_ set: HolderSet, from other: HolderPool) -> HolderSet {
    guard set.form != .inPlace else { return set }
    var copy = HolderSet(set.form, sizeClass: set.sizeClass, start: allocate(set.sizeClass))
    let (source, target) = (set.range.lowerBound, copy.range.lowerBound)
    for index in 0..<set.range.count { words[target + index] = other.words[source + index] }
    copy.addToCount(set.count)
    return copy
  }

  private func tag(_ place: Int, of set: HolderSet) -> HolderTag {
    Lanes.tag(place & 3, of: words[set.range.lowerBound + place >> 2])
  }

  /// The place of a tag in a list.
  private func place(of tag: HolderTag, in set: HolderSet) -> Int? {
    let start = set.range.lowerBound
    for index in 0..<(set.count + 3) >> 2 {
      if let lane = Lanes.find(tag, in: words[start + index]) { return index * 4 + lane }
    }
    return nil
  }

  private mutating func removeFromList(_ place: Int, _ set: inout HolderSet) {
    let (start, last) = (set.range.lowerBound, set.count - 1)
    Lanes.put(tag(last, of: set), place & 3, of: &words[start + place >> 2])
    Lanes.put(HolderSet.noTag, last & 3, of: &words[start + last >> 2])
    set.addToCount(-1)
  }

  @inline(__always)
  private func hasRoom(for tag: HolderTag, _ set: HolderSet) -> Bool {
    switch set.form {
    case .inPlace: set.count < HolderSet.inPlaceMax
    case .list: set.count < 4 << set.sizeClass
    case .bitmap: Int(tag) < 64 << set.sizeClass
    }
  }

  @inline(__always)
  private mutating func append(_ tag: HolderTag, to set: inout HolderSet) {
    switch set.form {
    case .inPlace: set.appendInPlace(tag)
    case .list:
      Lanes.put(tag, set.count & 3, of: &words[set.range.lowerBound + set.count >> 2])
      set.addToCount(1)
    case .bitmap:
      words[set.range.lowerBound + Int(tag) >> 6] |= 1 << UInt64(tag & 63)
      set.addToCount(1)
    }
  }

  private mutating func enlarged(_ set: HolderSet, _ bitmapClass: Int) -> HolderSet {
    let listClass = set.form == .inPlace ? 1 : set.sizeClass + 1
    if set.form == .bitmap || listClass > Self.listClassMax || listClass >= bitmapClass {
      return moved(set, .bitmap, bitmapClass)
    }
    return moved(set, .list, listClass)
  }

  private mutating func shrink(_ set: inout HolderSet) {
    let (form, size) = (set.form, set.sizeClass)
    let smaller = form == .list ? size - 1 : min(size - 1, Self.listClassMax)
    guard set.count <= 2 << smaller else { return }
    set = smaller < 1 ? moved(set, .inPlace, 0) : moved(set, .list, smaller)
    // A purge may have left far fewer than the next smaller form is for.
    if set.form != .inPlace { shrink(&set) }
  }

  private mutating func moved(_ set: HolderSet, _ form: HolderSet.Form, _ size: Int) -> HolderSet {
    var result =
      form == .inPlace ? HolderSet() : HolderSet(form, sizeClass: size, start: allocate(size))
    if form == .list { for index in result.range { words[index] = .max } }
    switch set.form {
    case .inPlace:
      for lane in 0..<set.count { append(Lanes.tag(lane, of: set.lanes), to: &result) }
      return result
    case .list: for place in 0..<set.count { append(tag(place, of: set), to: &result) }
    case .bitmap:
      for index in 0..<set.range.count {
        var rest = words[set.range.lowerBound + index]
        while rest != 0 {
          append(HolderTag(index * 64 + rest.trailingZeroBitCount), to: &result)
          rest &= rest - 1
        }
      }
    }
    release(set)
    return result
  }

  /// The start of a block of 1 << sizeClass words that are zero.
  private mutating func allocate(_ sizeClass: Int) -> UInt32 {
    let size = 1 << sizeClass
    guard free[sizeClass] != 0 else {
      let start = UInt32(words.count)
      for _ in 0..<size { words.append(0) }
      return start
    }
    let start = free[sizeClass] - 1
    free[sizeClass] = UInt32(words[Int(start)])
    for index in Int(start)..<Int(start) + size { words[index] = 0 }
    return start
  }

  private mutating func release(_ set: HolderSet) {
    let start = set.range.lowerBound
    words[start] = UInt64(free[set.sizeClass])
    free[set.sizeClass] = UInt32(start + 1)
  }
}
