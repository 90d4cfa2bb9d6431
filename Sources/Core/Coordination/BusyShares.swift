public import Basics

/// Charges a replica's busy time to its turns.
///
/// A replica is busy while it has a turn; while it has n, each is charged an n-th of the time. So a
/// turn's share is the integral of dt / n(t) over its stay, and the shares of all turns add up to
/// the busy time. Each costs O(1): it is the difference of what a turn that never ends would have
/// been charged.
public struct BusyShares: Sendable {
  /// What a turn was charged that has been there from the beginning, in seconds.
  private var level = 0.0
  private var latest = Instant.zero
  /// The level at which each turn came.
  private var starts: [UInt64: Double] = [:]
  /// How long the replica has been busy, in seconds.
  public private(set) var busySeconds = 0.0

  /// Makes the shares of a replica that has no turns.
  public init() {}

  /// A turn came.
  public mutating func began(_ turn: UInt64, at now: Instant) {
    advance(to: now)
    starts[turn] = level
  }

  /// A turn ended; returns its share of the busy time, in seconds.
  public mutating func ended(_ turn: UInt64, at now: Instant) -> Double {
    advance(to: now)
    return starts.removeValue(forKey: turn).map { level - $0 } ?? 0
  }

  private mutating func advance(to now: Instant) {
    let seconds = max(0, latest.seconds(to: now))
    latest = max(latest, now)
    guard !starts.isEmpty else { return level = 0 }
    busySeconds += seconds
    level += seconds / Double(starts.count)
  }
}
