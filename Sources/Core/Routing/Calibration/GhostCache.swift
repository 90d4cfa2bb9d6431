import Basics
import KVIndex

/// A sample of the blocks that were evicted lately, to see how many of them are asked for again.
///
/// An evicted block is followed for five minutes. A prompt that has it where its replica must
/// compute it again makes it one that was reused; what came of it counts when its time is over, so
/// that early reuse is not seen before late LRU age. Which blocks are followed depends on their
/// hash alone: one in 16, or fewer when there are more evictions than can be followed. At most
/// 8,192 are, in about 0.5 MB.
struct GhostCache: Sendable {
  private struct Entry {
    var hash: BlockHash = 0
    var time = 0.0
    var model: Int16 = -1
    var wasReused = false
  }

  static let limit = 8_192
  static let window = 300.0
  private static let maskMin: UInt64 = 15

  /// A ring: the oldest at `head`.
  private var entries: [Entry] = []
  private var head = 0
  private(set) var count = 0
  private var places: [BlockHash: Int32] = [:]
  /// Of the hashes whose bits under it are all zero, evictions are followed.
  private(set) var mask = Self.maskMin

  /// A block was evicted.
  mutating func evicted(_ hash: BlockHash, of model: Int16, at time: Double) {
    guard isFollowed(hash), places[hash] == nil else { return }
    if count == Self.limit { followFewer() }
    guard count < Self.limit, isFollowed(hash) else { return }
    let place = (head + count) % Self.limit
    if place == entries.count { entries.append(Entry()) }
    entries[place] = Entry(hash: hash, time: time, model: model)
    places[hash] = Int32(place)
    count += 1
  }

  /// A replica must compute a block.
  mutating func computes(_ hash: BlockHash) {
    guard isFollowed(hash), let place = places[hash] else { return }
    entries[Int(place)].wasReused = true
  }

  /// Takes out a block whose time is over at `time`: its model, and whether it was reused.
  mutating func popSettled(at time: Double) -> (model: Int16, wasReused: Bool)? {
    guard count > 0, entries[head].time + Self.window <= time else { return nil }
    let entry = entries[head]
    places[entry.hash] = nil
    head = (head + 1) % Self.limit
    count -= 1
    if count < Self.limit / 8, mask > Self.maskMin { mask >>= 1 }
    return (entry.model, entry.wasReused)
  }

  @inline(__always)
  private func isFollowed(_ hash: BlockHash) -> Bool { PRNG.mix(hash) & mask == 0 }

  /// Halves the sample; what leaves it counts neither way.
  private mutating func followFewer() {
    mask = mask << 1 | 1
    let all = (0..<count).map { entries[(head + $0) % Self.limit] }
    places.removeAll(keepingCapacity: true)
    (head, count) = (0, 0)
    for entry in all where isFollowed(entry.hash) {
      entries[count] = entry
      places[entry.hash] = Int32(count)
      count += 1
    }
  }
}
