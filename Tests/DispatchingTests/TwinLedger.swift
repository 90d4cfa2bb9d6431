import Basics
import Dispatching
import FleetSpec
import Routing

/// What should be known of turns that were placed, found the slow way from what is reported.
struct TwinLedger {
  struct Entry {
    let id: TurnID
    let replica: ReplicaID
    let slot: Int32
    let expiry: Instant
    let hashCount: Int
    let isCopy: Bool
    var stage = TurnRecord.Stage.placed
    var isListed = true
    /// Whether nobody came for it in time.
    var isLapsed = false
    /// As what it counts, since it was released, once that is presumed.
    var presumed: TurnEnding?
    var isPresumed = false
  }

  /// In the order in which they were placed.
  private(set) var entries: [Entry] = []
  /// By slot.
  private(set) var replicas: [Int32: ReplicaSpec] = [:]
  private(set) var completed: UInt64 = 0
  private(set) var cutShort: UInt64 = 0
  private(set) var notTaken: UInt64 = 0
  private(set) var expired = 0
  /// The latest turn of a name that was placed.
  private var names: [String: TurnID] = [:]

  subscript(id: TurnID) -> Entry? { entries.first { $0.id == id } }

  /// Turns that are placed and do not count as ended.
  var runningCount: Int { entries.count { !$0.isCopy && !$0.isPresumed } }

  func slot(of replica: ReplicaID) -> Int32? { replicas.first { $0.value.id == replica }?.key }

  func entries(on slot: Int32) -> [Entry] {
    entries.filter { $0.slot == slot && ($0.stage == .placed || $0.stage == .accepted) }
  }

  mutating func place(
    _ id: TurnID,
    on slot: Int32,
    hashCount: Int,
    expiry: Instant,
    name: String? = nil,
    isCopy: Bool = false
  ) {
    guard let replica = replicas[slot]?.id else { return }
    entries.append(
      Entry(
        id: id,
        replica: replica,
        slot: slot,
        expiry: expiry,
        hashCount: hashCount,
        isCopy: isCopy
      )
    )
    if let name { names[name] = id }
  }

  mutating func attach(_ spec: ReplicaSpec, on slot: Int32) {
    if let old = self.slot(of: spec.id) { detach(old) }
    replicas[slot] = spec
  }

  mutating func detach(_ slot: Int32) {
    release(as: .aborted) { $0.slot == slot }
    change { entry, _ in if entry.slot == slot { entry.isLapsed = false } }
    replicas[slot] = nil
  }

  /// `isResumed` says whether there is a place in the queue for a turn that lapsed.
  mutating func accept(_ id: TurnID, by slot: Int32, isResumed: Bool) {
    if isResumed, let place = entries.firstIndex(where: { $0.id == id && $0.isLapsed }),
      entries[place].slot == slot, replicas[slot]?.id == entries[place].replica
    {
      var entry = entries.remove(at: place)
      (entry.stage, entry.isLapsed, entry.presumed) = (.accepted, false, nil)
      entries.append(entry)
    }
    change { entry, replicas in
      guard entry.id == id, replicas[slot]?.id == entry.replica else { return }
      if entry.stage == .placed { entry.stage = .accepted }
      entry.isListed = true
    }
  }

  mutating func leave(_ id: TurnID, by slot: Int32) {
    let replica = replicas[slot]?.id
    release(as: .aborted) { $0.id == id && $0.replica == replica }
  }

  mutating func end(_ id: TurnID, _ ending: TurnEnding, by slot: Int32) {
    guard let place = entries.firstIndex(where: { $0.id == id }),
      replicas[slot]?.id == entries[place].replica
    else { return }
    let entry = entries.remove(at: place)
    if !entry.isCopy, !entry.isPresumed { count(ending) }
  }

  /// A turn that was released counts as what it looks like.
  mutating func presume(_ id: TurnID) {
    guard let place = entries.firstIndex(where: { $0.id == id }), !entries[place].isPresumed,
      let ending = entries[place].presumed
    else { return }
    entries[place].isPresumed = true
    count(ending)
  }

  private mutating func count(_ ending: TurnEnding) {
    switch ending {
    case .completed, .rejected: completed += 1
    case .refused: notTaken += 1
    case .cancelled, .aborted: cutShort += 1
    }
  }

  /// A turn of a name is offered again, which is not to run on `slots`.
  mutating func takeBack(_ name: String, from slots: [Int32]) {
    let id = names[name]
    release(as: .refused) { $0.id == id && $0.stage == .placed && slots.contains($0.slot) }
  }

  /// Whoever asked for a place is gone.
  mutating func giveBack(_ id: TurnID) { lapse { $0.id == id } }

  mutating func expire(at now: Instant) {
    expired += entries.count { $0.stage == .placed && $0.expiry <= now }
    lapse { $0.expiry <= now }
  }

  private mutating func lapse(where isLate: (Entry) -> Bool) {
    let late = Set(entries.filter { $0.stage == .placed && isLate($0) }.map(\.id))
    change { entry, _ in if late.contains(entry.id) { entry.isLapsed = !entry.isCopy } }
    release(as: .refused) { late.contains($0.id) }
  }

  mutating func resynchronise(_ slot: Int32) {
    change { entry, _ in
      if entry.slot == slot, entry.stage == .accepted { entry.isListed = false }
    }
  }

  mutating func synchronise(_ slot: Int32) {
    release(as: .aborted) { $0.slot == slot && $0.stage == .accepted && !$0.isListed }
  }

  private mutating func release(as ending: TurnEnding, where isOver: (Entry) -> Bool) {
    for place in entries.indices where isOver(entries[place]) {
      entries[place].stage = .unaccounted
      if !entries[place].isCopy, entries[place].presumed == nil {
        entries[place].presumed = ending
      }
    }
  }

  private mutating func change(_ body: (inout Entry, [Int32: ReplicaSpec]) -> Void) {
    for place in entries.indices { body(&entries[place], replicas) }
  }
}
