public import Basics

/// Places that were given to turns and that their replicas have not reported yet.
///
/// A reservation counts in the view's pending load from the placement until the replica's report
/// says that it has the request (its load shows it from then on) or that it ended, or until its
/// lifetime is over. All live for the same time, so they expire in the order in which they were
/// made; making, releasing and expiring are O(1) each.
public struct Reservations: Sendable {
  private struct Entry {
    var id: UInt64 = 0
    var slot: Int32 = 0
    var generation: UInt32 = 0
    var demand = Demand()
    var expiry = Instant.zero
    var previous: Int32 = -1
    var next: Int32 = -1
  }

  private static let indexBits: UInt64 = 20

  private let limit: Int
  private let lifetime: Duration
  private var entries: [Entry] = []
  private var freeEntries: [Int32] = []
  private var first: Int32 = -1
  private var last: Int32 = -1
  private var latest = Instant.zero
  private var sequence: UInt64

  /// How many live.
  public private(set) var count = 0
  /// How many expired, since the start.
  public private(set) var expiredCount = 0
  /// How many were not made because the limit was reached, since the start.
  public private(set) var overLimitCount = 0

  /// Makes room for `limit` reservations (2^20 at most) that live for `lifetime`.
  ///
  /// The seed sets where ids begin, so that one from an earlier start of the process is not taken
  /// for one of this.
  public init(limit: Int = 65_536, lifetime: Duration = .seconds(30), seed: UInt64) {
    precondition((1...(1 << 20)).contains(limit), "\(limit) reservations")
    self.limit = limit
    self.lifetime = lifetime
    sequence = PRNG.mix(seed) >> (Self.indexBits + 1)
  }

  /// When the next one expires; nil when there is none.
  public var deadline: Instant? { first < 0 ? nil : entries[Int(first)].expiry }

  /// Counts a placement and returns the id of its reservation; 0, and nothing counted, when the
  /// limit is reached or the replica is gone.
  ///
  /// An instant earlier than one already seen is taken as the latest seen.
  public mutating func make(
    _ placement: Placement,
    in view: inout RoutingView,
    at now: Instant
  ) -> UInt64 {
    guard count < limit else {
      overLimitCount += 1
      return 0
    }
    guard let state = view.state(placement.slot) else { return 0 }
    latest = max(latest, now)
    let index = freeEntries.popLast() ?? Int32(entries.count)
    if Int(index) == entries.count { entries.append(Entry()) }
    sequence = (sequence &+ 1) & (.max >> Self.indexBits)
    let id = max(1, sequence) << Self.indexBits | UInt64(index)
    entries[Int(index)] = Entry(
      id: id,
      slot: placement.slot,
      generation: state.generation,
      demand: placement.demand,
      expiry: latest.advanced(by: lifetime),
      previous: last
    )
    if last >= 0 { entries[Int(last)].next = index } else { first = index }
    last = index
    count += 1
    view.advance(to: latest)
    view.add(placement.demand, to: placement.slot)
    view.addPrefill(placement.demand, to: placement.slot)
    return id
  }

  /// The replica reported that it has the request of a reservation, or that this ended; false when
  /// the reservation is not one of that replica, or is over.
  public mutating func release(_ id: UInt64, by slot: Int32, in view: inout RoutingView) -> Bool {
    let index = Int(id & (1 << Self.indexBits - 1))
    guard isLive(id), entries[index].slot == slot else { return false }
    drop(index, in: &view)
    return true
  }

  /// Whether a reservation has neither been released nor expired.
  public func isLive(_ id: UInt64) -> Bool {
    let index = Int(id & (1 << Self.indexBits - 1))
    return id != 0 && index < entries.count && entries[index].id == id
  }

  /// Ends the reservations whose time is over, and returns how many.
  public mutating func expire(at now: Instant, in view: inout RoutingView) -> Int {
    latest = max(latest, now)
    view.advance(to: latest)
    let before = expiredCount
    while first >= 0, entries[Int(first)].expiry <= latest {
      drop(Int(first), in: &view)
      expiredCount += 1
    }
    return expiredCount - before
  }

  private mutating func drop(_ index: Int, in view: inout RoutingView) {
    let entry = entries[index]
    if entry.previous >= 0 {
      entries[Int(entry.previous)].next = entry.next
    } else {
      first = entry.next
    }
    if entry.next >= 0 {
      entries[Int(entry.next)].previous = entry.previous
    } else {
      last = entry.previous
    }
    entries[index] = Entry()
    freeEntries.append(Int32(index))
    count -= 1
    view.take(entry.demand, from: entry.slot, generation: entry.generation)
  }
}
