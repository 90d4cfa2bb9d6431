import Admission
import Basics

/// Which admitted turns were placed where and have not ended, by their reservations.
///
/// A node tells of a turn twice: that it took it, and that it ended. One that never takes it is
/// given up when its reservation's time is over; what a node does not list when it tells everything
/// again has ended, and so has all on a node that is lost.
struct PlacedTurns: Sendable {
  /// What clients call a turn.
  struct Name: Hashable, Sendable {
    var tenant: TenantID
    var request: String
  }

  private struct Turn: Sendable {
    let ticket: AdmissionTicket
    let name: Name?
    var isAccepted = false
    /// Whether a node that tells everything again has told of it.
    var isListed = true
  }

  private struct Place: Hashable, Sendable {
    var slot: Int32
    var reservation: UInt64
  }

  private let lifetime: Duration
  private var slots: [Int32: [UInt64: Turn]] = [:]
  /// Turns that no node has taken yet.
  private var places: [Name: Place] = [:]
  private var leases = TimerHeap<Place>()

  init(lifetime: Duration) { self.lifetime = lifetime }

  /// When ``expire(at:)`` is wanted.
  var deadline: Instant? { leases.deadline }

  mutating func place(
    _ ticket: AdmissionTicket,
    reservation: UInt64,
    on slot: Int32,
    name: Name?,
    at now: Instant
  ) {
    slots[slot, default: [:]][reservation] = Turn(ticket: ticket, name: name)
    let place = Place(slot: slot, reservation: reservation)
    if let name { places[name] = place }
    leases.add(place, due: now.advanced(by: lifetime))
  }

  mutating func accepted(_ reservation: UInt64, by slot: Int32) {
    guard let turn = slots[slot]?[reservation] else { return }
    slots[slot]?[reservation]?.isAccepted = true
    slots[slot]?[reservation]?.isListed = true
    forget(turn.name, Place(slot: slot, reservation: reservation))
  }

  /// A turn has ended, or was refused; nil when it is not known.
  mutating func ended(_ reservation: UInt64, by slot: Int32) -> AdmissionTicket? {
    guard let turn = slots[slot]?.removeValue(forKey: reservation) else { return nil }
    if slots[slot]?.isEmpty == true { slots[slot] = nil }
    forget(turn.name, Place(slot: slot, reservation: reservation))
    return turn.ticket
  }

  /// A node begins to tell everything again.
  mutating func reset(_ slot: Int32) {
    for (id, turn) in slots[slot] ?? [:] where turn.isAccepted {
      slots[slot]?[id]?.isListed = false
    }
  }

  /// A node has told everything: the turns that it did not tell of.
  mutating func synced(_ slot: Int32) -> [AdmissionTicket] {
    end(slot) { !$0.isListed }
  }

  /// A replica is gone: its turns.
  mutating func drop(_ slot: Int32) -> [AdmissionTicket] { end(slot) { _ in true } }

  /// Turns that no node took in time.
  mutating func expire(at now: Instant) -> [AdmissionTicket] {
    var tickets: [AdmissionTicket] = []
    while let place = leases.popDue(at: now) {
      guard slots[place.slot]?[place.reservation]?.isAccepted == false else { continue }
      if let ticket = ended(place.reservation, by: place.slot) { tickets.append(ticket) }
    }
    return tickets
  }

  /// A client asks anew where a turn runs, leaving out replicas that did not take it: the ticket of
  /// that turn, if it was placed on one of them.
  mutating func retake(_ name: Name, excluding slots: [Int32]) -> AdmissionTicket? {
    guard let place = places[name], slots.contains(place.slot) else { return nil }
    return ended(place.reservation, by: place.slot)
  }

  private mutating func end(_ slot: Int32, where isOver: (Turn) -> Bool) -> [AdmissionTicket] {
    let over = (slots[slot] ?? [:]).filter { isOver($0.value) }.keys.sorted()
    return over.compactMap { ended($0, by: slot) }
  }

  private mutating func forget(_ name: Name?, _ place: Place) {
    if let name, places[name] == place { places[name] = nil }
  }
}
