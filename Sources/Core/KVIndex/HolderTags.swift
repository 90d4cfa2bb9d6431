/// Which tag stands for which slot in sets of holders.
///
/// To forget all that a slot held, it gets another tag. The old one is given up: it means nothing
/// from then on, and is free once every table was swept from start to end since.
struct HolderTags: Sendable {
  private var bySlot: [HolderTag] = []
  private var owners: [Int32] = []
  private var free: [HolderTag] = []
  /// Given up before the sweep that goes on began, and since.
  private var sweeping: [HolderTag] = []
  private var waiting: [HolderTag] = []

  /// Tags that were given up and may be in sets.
  private(set) var givenUp = HolderMask()

  /// Tags that stand for slots.
  private(set) var live = HolderMask()

  /// Bitmaps of tags have 1 << bitmapClass words.
  private(set) var bitmapClass = 1

  /// Slots that there may be: each may have a tag given up, and one tag stands for none.
  static let slotMax = Int(HolderSet.noTag) / 2

  /// Tags are below it; with as many to give up as there are slots.
  var tagMax: Int { 64 << bitmapClass }

  /// Whether there are tags to be swept.
  var isSweeping: Bool { !sweeping.isEmpty }

  /// Whether no tag is left to give to a slot before a sweep has ended.
  var isExhausted: Bool { free.isEmpty && owners.count >= min(tagMax, Int(HolderSet.noTag)) }

  @inline(__always)
  subscript(slot: Int32) -> HolderTag { bySlot[Int(slot)] }

  /// The slot a tag stands for, if it was not given up.
  @inline(__always)
  func owner(_ tag: Int) -> Int { Int(owners[tag]) }

  /// Gives the next slot a tag; not when they are exhausted.
  mutating func addSlot() {
    precondition(bySlot.count < Self.slotMax, "an index has room for \(Self.slotMax) slots")
    let slot = Int32(bySlot.count)
    while tagMax < 2 * (bySlot.count + 1) { bitmapClass += 1 }
    givenUp.widen(tagMax: tagMax)
    live.widen(tagMax: tagMax)
    bySlot.append(0)
    assign(slot)
  }

  /// Gives a slot another tag; not when they are exhausted.
  mutating func renew(_ slot: Int32) {
    let tag = bySlot[Int(slot)]
    if isSweeping { waiting.append(tag) } else { sweeping.append(tag) }
    givenUp.insert(tag)
    live.remove(tag)
    assign(slot)
  }

  /// Every table was swept.
  mutating func sweepEnded() {
    for tag in sweeping { givenUp.remove(tag) }
    free += sweeping
    sweeping = waiting
    waiting = []
  }

  private mutating func assign(_ slot: Int32) {
    if let tag = free.popLast() {
      bySlot[Int(slot)] = tag
      owners[Int(tag)] = slot
    } else {
      precondition(!isExhausted, "no tag is free")
      bySlot[Int(slot)] = HolderTag(owners.count)
      owners.append(slot)
    }
    live.insert(bySlot[Int(slot)])
  }
}
