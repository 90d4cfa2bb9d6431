/// A replica's name within sets of holders: unlike its slot, a tag that was given up is not used
/// again before no set holds it any more.
typealias HolderTag = UInt16

/// Who holds one block, in one word: up to three tags in place, or where a list or a bitmap of them
/// lies in a ``HolderPool``.
///
/// The upper 16 bits tell the form. In place, the lower three lanes of 16 bits are the tags; else
/// bits 32 ..< 48 count them and bits 0 ..< 32 tell the first of 1 << sizeClass words in the pool.
struct HolderSet: Sendable {
  enum Form: Equatable {
    /// Tags lie in the word itself.
    case inPlace
    /// Tags lie in lanes of 16 bits, in no order.
    case list
    /// One bit a tag.
    case bitmap
  }

  /// How many tags fit into the word itself.
  static let inPlaceMax = 3
  /// No tag: fills the lanes that are not in use.
  static let noTag: HolderTag = .max

  private(set) var word: UInt64

  /// The set of nobody, which is also what marks a free place of a table.
  init() { word = 0 }

  /// The set of one holder.
  init(_ tag: HolderTag) { word = 1 << 48 | 0xffff_ffff << 16 | UInt64(tag) }

  init(_ form: Form, sizeClass: Int, start: UInt32) {
    word = UInt64(4 + sizeClass * 2 + (form == .bitmap ? 1 : 0)) << 48 | UInt64(start)
  }

  @inline(__always) private var code: Int { Int(word >> 48) }

  @inline(__always) var isEmpty: Bool { word == 0 }

  /// Whether nobody but one holds the block.
  @inline(__always) func isOnly(_ tag: HolderTag) -> Bool { word == HolderSet(tag).word }

  @inline(__always) var form: Form {
    code <= Self.inPlaceMax ? .inPlace : code & 1 == 0 ? .list : .bitmap
  }

  /// How many hold the block, with those whose tags were given up and not swept yet.
  @inline(__always) var count: Int {
    code <= Self.inPlaceMax ? code : Int(word >> 32 & 0xffff)
  }

  /// Of a list or a bitmap: it has 1 << sizeClass words.
  @inline(__always) var sizeClass: Int { (code - 4) >> 1 }

  /// Of a list or a bitmap: its words in the pool.
  @inline(__always) var range: Range<Int> {
    let start = Int(word & 0xffff_ffff)
    return start..<start + 1 << sizeClass
  }

  /// Of a set in place: its tags as lanes, with no tag in the lanes that are not in use.
  @inline(__always) var lanes: UInt64 { word | 0xffff << 48 }

  /// Adds to or takes from what is counted in a list or a bitmap.
  mutating func addToCount(_ change: Int) {
    word = UInt64(bitPattern: Int64(bitPattern: word) + Int64(change) << 32)
  }

  /// Adds a tag that is not there to a set in place that has room.
  mutating func appendInPlace(_ tag: HolderTag) {
    guard !isEmpty else { return self = HolderSet(tag) }
    let shift = UInt64(code * 16)
    word = (word & ~(0xffff << shift) | UInt64(tag) << shift) + 1 << 48
  }

  /// Takes the tag out of a lane of a set in place; the last takes its lane.
  mutating func removeInPlace(lane: Int) {
    guard code > 1 else { return word = 0 }
    let last = UInt64((code - 1) * 16)
    let moved = word >> last & 0xffff
    let shift = UInt64(lane * 16)
    word = (word & ~(0xffff << shift) | moved << shift | 0xffff << last) - 1 << 48
  }
}

/// Four tags in a word.
enum Lanes {
  /// The lane that holds a tag.
  @inline(__always)
  static func find(_ tag: HolderTag, in lanes: UInt64) -> Int? {
    let difference = lanes ^ UInt64(tag) &* 0x0001_0001_0001_0001
    let zeros = (difference &- 0x0001_0001_0001_0001) & ~difference & 0x8000_8000_8000_8000
    return zeros == 0 ? nil : zeros.trailingZeroBitCount >> 4
  }

  @inline(__always)
  static func tag(_ lane: Int, of lanes: UInt64) -> HolderTag {
    HolderTag(truncatingIfNeeded: lanes >> UInt64(lane * 16))
  }

  @inline(__always)
  static func put(_ tag: HolderTag, _ lane: Int, of lanes: inout UInt64) {
    let shift = UInt64(lane * 16)
    lanes = lanes & ~(0xffff << shift) | UInt64(tag) << shift
  }
}
