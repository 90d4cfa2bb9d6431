import HearthMessages

/// What became of turns while the control plane was away, or so shortly before that it may not have
/// heard; the oldest is dropped where there is too much.
struct KeptOutcomes: Sendable {
  /// Most outcomes that are kept, some 100 bytes each.
  static let countMax = 16_384

  private var lists = Delivery<HearthV1.RegionOutcomes>()
  private var count = 0

  /// Keeps the outcomes of a node's update; `beat` is the latest heartbeat of the session in which
  /// it is passed on, nil where it is not.
  mutating func add(_ update: HearthV1.NodeUpdate, of node: String, sentAfter beat: UInt64?) {
    for replica in update.replicas where !replica.outcomes.isEmpty {
      // Whoever hears of them then has forgotten what was placed.
      var outcomes = replica.outcomes
      for index in outcomes.indices { outcomes[index].answerBlocks = [] }
      lists.add(.init(node: node, index: replica.index, outcomes: outcomes))
      count += replica.outcomes.count
    }
    if let beat { _ = lists.send(after: beat) }
    // An eighth at once: dropping from the front costs as much as all that stays.
    while count > Self.countMax { forget(lists.drop(max(1, lists.count / 8))) }
  }

  /// Takes out all that is to be told again in a session.
  mutating func send(after beat: UInt64) -> [HearthV1.RegionOutcomes] { lists.send(after: beat) }

  /// A heartbeat was answered.
  mutating func answered(_ beat: UInt64) { forget(lists.answered(beat)) }

  /// The session with the control plane ended.
  mutating func broke() { lists.broke() }

  private mutating func forget(_ gone: [HearthV1.RegionOutcomes]) {
    count -= gone.reduce(0) { $0 + $1.outcomes.count }
  }
}
