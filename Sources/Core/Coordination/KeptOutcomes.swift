import HearthMessages

/// What became of turns while the control plane was away; the oldest is dropped where there is too
/// much.
struct KeptOutcomes: Sendable {
  /// Most outcomes that are kept, some 100 bytes each.
  static let countMax = 16_384

  private var lists: [HearthV1.RegionOutcomes] = []
  private var count = 0

  /// Keeps the outcomes of a node's update.
  mutating func add(_ update: HearthV1.NodeUpdate, of node: String) {
    for replica in update.replicas where !replica.outcomes.isEmpty {
      lists.append(.init(node: node, index: replica.index, outcomes: replica.outcomes))
      count += replica.outcomes.count
    }
    guard count > Self.countMax else { return }
    // An eighth at once: dropping from the front costs as much as all that stays.
    var dropped = 0
    while dropped < lists.count, count > Self.countMax / 8 * 7 {
      count -= lists[dropped].outcomes.count
      dropped += 1
    }
    lists.removeFirst(dropped)
  }

  /// Takes out all that is kept, the oldest first.
  mutating func take() -> [HearthV1.RegionOutcomes] {
    defer { (lists, count) = ([], 0) }
    return lists
  }
}
