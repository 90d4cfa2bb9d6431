import Basics

/// Which places were given over which connection: those of one that closed are waited for no longer
/// than claims take, since who asked for them is likely to be gone.
struct CallerTable: Sendable {
  private var places: [UInt64: Set<TurnID>] = [:]
  /// The places of connections that closed, in the order in which they are due.
  private var left: [(due: Instant, places: [TurnID])] = []

  /// When ``popLeft(at:)`` is wanted; nil while nobody left.
  var deadline: Instant? { left.first?.due }

  /// A place was given over a connection; 0 for one that is not known.
  mutating func opened(_ id: TurnID, by caller: UInt64) {
    if caller != 0 { places[caller, default: []].insert(id) }
  }

  /// What became of a place is known.
  mutating func settled(_ id: TurnID, of caller: UInt64) {
    if caller != 0 { places[caller]?.remove(id) }
  }

  /// A connection closed: its places are waited for until `due`.
  mutating func closed(_ caller: UInt64, until due: Instant) {
    guard let open = places.removeValue(forKey: caller), !open.isEmpty else { return }
    left.append((max(due, left.last?.due ?? due), open.sorted()))
  }

  /// The next places that were waited for long enough.
  mutating func popLeft(at now: Instant) -> [TurnID]? {
    guard let due = deadline, due <= now else { return nil }
    return left.removeFirst().places
  }
}
