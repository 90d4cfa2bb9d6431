import Basics
import FleetSpec

/// Turns that ended before their first token because their clients went away: whoever asks again
/// without the replica had given that up.
struct GivenUpTurns: Sendable {
  /// The latest that are kept, and for how long.
  private static let (countMax, time) = (256, Duration.seconds(10))

  private var turns: [(name: Turn.Name, replica: ReplicaID, ended: Instant)] = []

  /// A turn ended so.
  mutating func note(_ record: TurnRecord, at now: Instant) {
    guard let name = record.turn.name, let replica = record.replica, !record.isCopy else { return }
    if turns.count == Self.countMax { turns.removeFirst() }
    turns.append((name, replica, now))
  }

  /// The replica that the client of a turn gave up, once; nil when none of those that it excludes.
  mutating func take(_ turn: Turn, at now: Instant) -> ReplicaID? {
    guard let name = turn.name,
      let place = turns.lastIndex(where: { $0.name == name && turn.excluded.contains($0.replica) })
    else { return nil }
    let (_, replica, ended) = turns.remove(at: place)
    return ended.duration(to: now) <= Self.time ? replica : nil
  }
}
