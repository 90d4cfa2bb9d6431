import HearthMessages

/// What became of turns, until the control plane has kept it; the oldest is dropped where there is
/// too much.
///
/// Their nodes keep it as long.
struct KeptOutcomes: Sendable {
  /// Most outcomes that are kept, some 200 bytes each.
  static let countMax = 16_384

  private struct List: Sendable {
    var outcomes: HearthV1.RegionOutcomes
    let hello: HearthV1.NodeHello
    let session: SessionID
  }

  private var lists = Delivery<List>()
  private var count = 0
  /// After which heartbeat of its node's session each list came, the oldest first.
  private var beats: [SessionID: ArraySlice<UInt64>] = [:]
  /// Outcomes that were dropped.
  private(set) var dropped: UInt64 = 0

  /// Keeps the outcomes of an update that a node sent in a session after a heartbeat; `beat` is the
  /// latest heartbeat of the session in which it is passed on, nil where it is not.
  mutating func add(
    _ update: HearthV1.NodeUpdate,
    of hello: HearthV1.NodeHello,
    in session: SessionID,
    after nodeBeat: UInt64,
    sentAfter beat: UInt64?
  ) {
    for replica in update.replicas where !replica.outcomes.isEmpty {
      // Whoever hears of them then has forgotten what was placed.
      var outcomes = replica.outcomes
      for index in outcomes.indices { outcomes[index].answerBlocks = [] }
      let list = HearthV1.RegionOutcomes(
        node: hello.node,
        index: replica.index,
        outcomes: outcomes
      )
      lists.add(.init(outcomes: list, hello: hello, session: session))
      beats[session, default: []].append(nodeBeat)
      count += replica.outcomes.count
    }
    if let beat { _ = lists.send(after: beat) }
    // An eighth at once: dropping from the front costs as much as all that stays.
    while count > Self.countMax {
      let before = count
      forget(lists.drop(max(1, lists.count / 8)))
      dropped += UInt64(before - count)
    }
  }

  /// Takes out all that is to be told again in a session.
  mutating func send(after beat: UInt64) -> [HearthV1.RegionOutcomes] {
    lists.send(after: beat).map { list in
      var outcomes = list.outcomes
      let index = Int(outcomes.index)
      if list.hello.replicas.indices.contains(index) {
        outcomes.replica = list.hello.replicas[index]
      }
      return outcomes
    }
  }

  /// What was told before a heartbeat is kept by the control plane.
  mutating func answered(_ beat: UInt64) { forget(lists.answered(beat)) }

  /// The latest heartbeat of a node's session, up to `beat`, before which nothing was told that the
  /// control plane has not kept.
  func keptBeat(_ beat: UInt64, of session: SessionID) -> UInt64 {
    min(beat, beats[session]?.first ?? beat)
  }

  /// The session with the control plane ended, or the control plane wants all again.
  mutating func broke() { lists.broke() }

  private mutating func forget(_ gone: [List]) {
    for list in gone {
      count -= list.outcomes.outcomes.count
      beats[list.session]?.removeFirst()
      if beats[list.session]?.isEmpty == true { beats[list.session] = nil }
    }
  }
}
