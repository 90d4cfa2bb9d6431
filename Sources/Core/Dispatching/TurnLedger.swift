import Admission
public import Basics
import Capacity
import FleetSpec
import KVIndex
import Routing

/// Every turn that was offered and has not ended, each once.
///
/// The load that counts for a replica beside its own reports is the sum of its turns that are
/// ``TurnRecord/Stage/placed``. A place that is not claimed in the time in which others are counts
/// half, then a quarter, and expires. Places expire in the order in which they were given; opening,
/// placing, accepting, releasing and closing are O(1). A turn that counts nowhere is remembered for
/// what may still be reported of it, until ``unaccountedMax`` others came after it.
public struct TurnLedger: Sendable {
  /// Turns of one stage, in the order in which they came to it.
  private struct Line: Sendable {
    var first: Int32 = -1
    var last: Int32 = -1
    var count = 0
  }

  private enum LineName: Int { case placed, fading, faded, unaccounted }

  /// The lines of turns that are placed, by how often they were halved.
  private static let placedLines = [LineName.placed, .fading, .faded]

  /// The turns that a replica has or should have.
  private struct Slot: Sendable {
    var first: Int32 = -1
    /// How many there are, and how many of them are placed.
    var count = 0
    var placedCount = 0
  }

  /// Most turns that are remembered though they count nowhere.
  public static let unaccountedMax = 65_536
  private let lifetime: Duration
  private var claims: ClaimTime?
  /// How long before its end a place begins to count less.
  private let fading: Duration
  /// The last place that was given expires then.
  private var latestExpiry = Instant.zero
  private var records: [TurnRecord] = []
  private let vacant = TurnRecord(id: 0, Turn(), isCopy: false, at: .zero)
  private var freeRecords: [Int32] = []
  private var places: [TurnID: Int32] = [:]
  /// Makes names that nobody can guess who does not know it.
  let key: ReservationKey
  private let bindsTurns: Bool
  private var sequence: UInt64 = 0
  private var slots: [Slot] = []
  private var lines = Array(repeating: Line(), count: 4)
  /// How many turns of a model wait for headroom of any replica.
  private var wantAny: [ModelID?: Int] = [:]
  /// Turns with a name that have a place, and whose clients have not asked again.
  private var names: [Turn.Name: TurnID] = [:]

  /// How many turns there are, in whatever stage.
  public private(set) var count = 0
  /// How many places expired, since the start.
  public private(set) var expiredCount = 0

  /// Makes an empty ledger whose places live for `lifetime` at most, and for as long as they do if
  /// nothing is `expected` of when they are claimed.
  ///
  /// Ids are drawn by the secret: who does not know it can't guess one, and one from an earlier
  /// start of the process is not taken for one of this. They hold for one turn each if the ledger
  /// `bindsTurns`.
  public init(
    lifetime: Duration,
    expected: Duration? = nil,
    secret: UInt64,
    bindsTurns: Bool = false
  ) {
    self.lifetime = lifetime
    claims = expected.map { ClaimTime(expected: $0) }
    fading = expected == nil ? .zero : min(.seconds(1), lifetime / 4)
    key = ReservationKey(secret: secret)
    self.bindsTurns = bindsTurns
  }

  /// How long nearly all claims take; nil when nothing is known of it.
  var usualClaimTime: Duration? { claims?.usual }

  /// How many turns have a place that nobody has claimed.
  public var placedCount: Int { Self.placedLines.reduce(0) { $0 + line($1).count } }

  /// How many turns count nowhere.
  var unaccountedCount: Int { line(.unaccounted).count }

  /// When the next place expires; nil when there is none.
  public var deadline: Instant? {
    firstExpiry(.placed).earlier(firstExpiry(.fading)).earlier(firstExpiry(.faded))
  }

  /// When the next place begins to count less; nil when none will.
  var fadeDeadline: Instant? {
    guard claims != nil else { return nil }
    return firstExpiry(.placed).map { $0.advanced(by: .zero - fading) }
      .earlier(firstExpiry(.fading).map { $0.advanced(by: .zero - fading / 2) })
  }

  private func firstExpiry(_ name: LineName) -> Instant? {
    let first = line(name).first
    return first < 0 ? nil : records[Int(first)].expiry
  }

  /// A turn; nil when it has ended.
  public subscript(id: TurnID) -> TurnRecord? { place(of: id).map { records[$0] } }

  /// Takes a turn in, which waits.
  mutating func open(_ turn: Turn, isCopy: Bool = false, at now: Instant) -> TurnID {
    let index = freeRecords.popLast() ?? Int32(records.count)
    let digest = bindsTurns ? key.digest(of: turn) : 0
    var id: TurnID = 0
    while id == 0 || places[id] != nil {
      sequence += 1
      id = key.reservation(UInt32(truncatingIfNeeded: sequence), for: digest)
    }
    places[id] = index
    if Int(index) == records.count { records.append(vacant) }
    records[Int(index)] = TurnRecord(id: id, turn, isCopy: isCopy, at: now)
    count += 1
    return id
  }

  /// Reads parts of a turn without copying the others; nil when it has ended.
  @inline(__always)
  func read<Result>(_ id: TurnID, _ body: (TurnRecord) -> Result) -> Result? {
    place(of: id).map { body(records[$0]) }
  }

  /// Changes a turn; nothing when it has ended.
  @inline(__always)
  @discardableResult
  mutating func update<Result>(_ id: TurnID, _ body: (inout TurnRecord) -> Result) -> Result? {
    guard let place = place(of: id) else { return nil }
    return body(&records[place])
  }

  /// A turn that waits gets a place, whose load counts from now on, for as much as it is likely to
  /// be claimed.
  mutating func place(
    _ id: TurnID,
    on placement: Placement,
    claimChance: Double = 1,
    in view: inout RoutingView,
    at now: Instant
  ) {
    guard let index = place(of: id), let state = view.state(placement.slot) else {
      preconditionFailure("turn \(id) can't be placed on slot \(placement.slot)")
    }
    precondition(records[index].stage == .waiting, "turn \(id) is \(records[index].stage)")
    wantNothing(index, in: &view)
    while slots.count <= Int(placement.slot) { slots.append(Slot()) }
    let other = slots[Int(placement.slot)].first
    precondition(
      other < 0 || records[Int(other)].generation == state.generation,
      "slot \(placement.slot) has turns of a replica that is gone"
    )
    // An instant before the latest counts as that, or places would not expire in their order.
    view.advance(to: now)
    let time = claims.map { min(lifetime, $0.longest + fading) } ?? lifetime
    latestExpiry = max(latestExpiry, view.now.advanced(by: time))
    records[index].place(
      on: placement,
      generation: state.generation,
      replica: view.replicaID(placement.slot),
      at: now,
      until: latestExpiry
    )
    if let name = records[index].turn.name, !records[index].isCopy { names[name] = id }
    join(index)
    append(index, to: .placed)
    if claimChance < 1 { records[index].demand.scale(by: claimChance) }
    view.add(records[index].demand, to: placement.slot)
    view.addPrefill(records[index].demand, to: placement.slot)
  }

  /// A turn that waits would go to a slot if there were headroom; to any where that is nil.
  mutating func want(_ slot: Int32?, for id: TurnID, in view: inout RoutingView) {
    guard let index = place(of: id) else { return }
    wantNothing(index, in: &view)
    if let slot, let generation = view.state(slot)?.generation {
      view.want(slot, generation: generation, by: 1)
      records[index].wanted = .slot(slot, generation: generation)
    } else {
      wantAny[records[index].turn.model, default: 0] += 1
      records[index].wanted = .any
    }
  }

  /// A turn is looked at again: what it waited for does not keep it from going there.
  mutating func wantNothing(_ id: TurnID, in view: inout RoutingView) {
    if let index = place(of: id) { wantNothing(index, in: &view) }
  }

  /// Whether a turn of the model waits that would go to a slot if there were headroom.
  func isWanted(_ slot: Int32, by model: ModelID?, in view: RoutingView) -> Bool {
    wantAny[model] != nil || view.state(slot)?.wanted ?? 0 > 0
  }

  private mutating func wantNothing(_ index: Int, in view: inout RoutingView) {
    switch records[index].wanted.take() {
    case .slot(let slot, let generation): view.want(slot, generation: generation, by: -1)
    case .any:
      let model = records[index].turn.model
      let count = wantAny[model] ?? 1
      wantAny[model] = count > 1 ? count - 1 : nil
    case nil: break
    }
  }

  /// The replica of a turn has it, and counts it in its own load: whether that is new, false when
  /// the turn is not known as one of that replica's.
  mutating func accept(_ id: TurnID, by slot: Int32, in view: inout RoutingView) -> Bool {
    guard let index = place(of: id), isOn(index, slot, view) else { return false }
    switch records[index].stage {
    case .waiting: return false
    case .placed:
      leaveLine(index)
      uncount(index, isAccepted: true, in: &view)
      records[index].stage = .accepted
    case .accepted, .unaccounted: break
    }
    if !records[index].isReported {
      claims?.claimed(after: records[index].placed.duration(to: view.now))
    }
    records[index].isListed = true
    defer { records[index].isReported = true }
    return !records[index].isReported
  }

  /// A turn counts nowhere from now on, though it may still be heard of.
  mutating func release(_ id: TurnID, in view: inout RoutingView) {
    guard let index = place(of: id) else { return }
    precondition(records[index].ticket == nil, "turn \(id) counts nowhere and is charged")
    switch records[index].stage {
    case .waiting, .unaccounted: return
    case .placed:
      leaveLine(index)
      uncount(index, in: &view)
    case .accepted: break
    }
    part(index)
    records[index].stage = .unaccounted
    append(index, to: .unaccounted)
  }

  /// Whether a turn that lapsed may be one of the replica that is in a slot after all.
  func mayResume(_ id: TurnID, by slot: Int32, in view: RoutingView) -> Bool {
    read(id) {
      $0.isLapsed && !$0.isCopy && $0.slot == slot
        && $0.generation == view.state(slot)?.generation
    } ?? false
  }

  /// A turn that lapsed is one of its replica's.
  mutating func resume(_ id: TurnID) {
    guard let index = place(of: id) else { return }
    leave(index, .unaccounted)
    join(index)
    slots[Int(records[index].slot)].placedCount -= 1
    (records[index].stage, records[index].isLapsed) = (.accepted, false)
  }

  /// Takes a turn out: it has ended; returns what was known of it, once.
  mutating func close(_ id: TurnID, in view: inout RoutingView) -> TurnRecord? {
    guard let index = place(of: id) else { return nil }
    switch records[index].stage {
    case .waiting: wantNothing(index, in: &view)
    case .placed:
      leaveLine(index)
      uncount(index, in: &view)
      part(index)
    case .accepted: part(index)
    case .unaccounted: leave(index, .unaccounted)
    }
    let record = records[index]
    places[id] = nil
    records[index] = vacant
    freeRecords.append(Int32(index))
    count -= 1
    precondition(
      count > 0 || placedCount == 0 && unaccountedCount == 0 && names.isEmpty,
      "\(placedCount) places of no turns"
    )
    return record
  }

  /// The next turn whose place has expired; nil when there is none.
  mutating func popExpired(at now: Instant) -> TurnID? {
    guard let due = deadline, due <= now,
      let name = Self.placedLines.last(where: { firstExpiry($0) == due })
    else { return nil }
    expiredCount += 1
    return records[Int(line(name).first)].id
  }

  /// Halves what the next place counts for that is due for it; false when there is none.
  mutating func fadeNext(at now: Instant, in view: inout RoutingView) -> Bool {
    guard let due = fadeDeadline, due <= now else { return false }
    let isFirst = firstExpiry(.placed)?.advanced(by: .zero - fading) == due
    let index = Int(line(isFirst ? .placed : .fading).first)
    leaveLine(index)
    records[index].fades += 1
    append(index, to: Self.placedLines[records[index].fades])
    let record = records[index]
    view.take(record.demand, from: record.slot, generation: record.generation)
    records[index].demand.scale(by: 0.5)
    guard view.state(record.slot)?.generation == record.generation else { return true }
    view.add(records[index].demand, to: record.slot)
    view.takePrefill(records[index].demand, from: record.slot, placed: record.placed)
    return true
  }

  /// The turn that counts nowhere for longest, while there are more than may be.
  var surplus: TurnID? {
    let line = line(.unaccounted)
    return line.count > Self.unaccountedMax ? records[Int(line.first)].id : nil
  }

  /// The turn of a name that has its place on one of `slots`; once, since its client asks again.
  mutating func takeNamed(_ name: Turn.Name, on slots: [Int32]) -> TurnID? {
    guard let id = names[name], let index = place(of: id), slots.contains(records[index].slot)
    else { return nil }
    names[name] = nil
    return id
  }

  /// Whether the replica that is in a slot now is the one that a turn was placed on, also when that
  /// has attached again since.
  func isOn(_ id: TurnID, _ slot: Int32, _ view: RoutingView) -> Bool {
    place(of: id).map { isOn($0, slot, view) } ?? false
  }

  /// How many turns the replica in a slot has taken that have not ended.
  func acceptedCount(on slot: Int32) -> Int {
    guard slots.indices.contains(Int(slot)) else { return 0 }
    return slots[Int(slot)].count - slots[Int(slot)].placedCount
  }

  /// The turns of a slot, in the order in which they were placed.
  func turns(on slot: Int32) -> [TurnID] {
    guard slots.indices.contains(Int(slot)) else { return [] }
    var (ids, next): ([TurnID], Int32) = ([], slots[Int(slot)].first)
    while next >= 0 {
      ids.append(records[Int(next)].id)
      next = records[Int(next)].nextOnSlot
    }
    return ids.reversed()
  }

  private func isOn(_ index: Int, _ slot: Int32, _ view: RoutingView) -> Bool {
    if records[index].slot == slot, view.state(slot)?.generation == records[index].generation {
      return true
    }
    return records[index].replica != nil && view.replicaID(slot) == records[index].replica
  }

  private func line(_ name: LineName) -> Line { lines[name.rawValue] }

  @inline(__always)
  private func place(of id: TurnID) -> Int? { places[id].map(Int.init) }

  /// A turn's load counts no more.
  private mutating func uncount(
    _ index: Int,
    isAccepted: Bool = false,
    in view: inout RoutingView
  ) {
    let (slot, generation) = (records[index].slot, records[index].generation)
    view.endWait(
      for: slot,
      generation: generation,
      placed: records[index].placed,
      isAccepted: isAccepted
    )
    slots[Int(slot)].placedCount -= 1
    view.take(records[index].demand, from: slot, generation: generation)
    if let state = view.state(slot), state.generation == generation {
      precondition(
        state.pending.requests == slots[Int(slot)].placedCount,
        "\(state.pending) is pending of \(slots[Int(slot)].placedCount) turns"
      )
    }
  }

  private mutating func join(_ index: Int) {
    let slot = Int(records[index].slot)
    let first = slots[slot].first
    (records[index].previousOnSlot, records[index].nextOnSlot) = (-1, first)
    if first >= 0 { records[Int(first)].previousOnSlot = Int32(index) }
    slots[slot].first = Int32(index)
    slots[slot].placedCount += 1
    slots[slot].count += 1
  }

  /// A turn has no place any more, nor is it known by its name.
  private mutating func part(_ index: Int) {
    if let name = records[index].turn.name, names[name] == records[index].id { names[name] = nil }
    slots[Int(records[index].slot)].count -= 1
    let (previous, next) = (records[index].previousOnSlot, records[index].nextOnSlot)
    if previous >= 0 {
      records[Int(previous)].nextOnSlot = next
    } else {
      slots[Int(records[index].slot)].first = next
    }
    if next >= 0 { records[Int(next)].previousOnSlot = previous }
  }

  private mutating func append(_ index: Int, to name: LineName) {
    let last = lines[name.rawValue].last
    (records[index].previousInLine, records[index].nextInLine) = (last, -1)
    if last >= 0 {
      records[Int(last)].nextInLine = Int32(index)
    } else {
      lines[name.rawValue].first = Int32(index)
    }
    lines[name.rawValue].last = Int32(index)
    lines[name.rawValue].count += 1
  }

  /// A turn that is placed leaves its line.
  private mutating func leaveLine(_ index: Int) {
    leave(index, Self.placedLines[records[index].fades])
  }

  private mutating func leave(_ index: Int, _ name: LineName) {
    let (previous, next) = (records[index].previousInLine, records[index].nextInLine)
    if previous >= 0 {
      records[Int(previous)].nextInLine = next
    } else {
      lines[name.rawValue].first = next
    }
    if next >= 0 {
      records[Int(next)].previousInLine = previous
    } else {
      lines[name.rawValue].last = previous
    }
    lines[name.rawValue].count -= 1
  }
}

extension ReservationKey {
  fileprivate func digest(of turn: Turn) -> UInt32 {
    digest(
      model: turn.model?.text ?? "",
      adapter: turn.adapter?.text ?? "",
      promptTokens: turn.promptTokens,
      hashes: turn.blockHashes.span,
      blockTokens: turn.blockTokens
    )
  }
}
