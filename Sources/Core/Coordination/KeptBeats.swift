/// Which heartbeats of a session may be answered as kept: those before which nothing was told that
/// is not on the disk yet.
struct KeptBeats: Sendable {
  /// Most heartbeats that wait; beyond, the latest two become one.
  private static let waitingMax = 256

  /// Heartbeats that are not kept yet, and how many entries the ledger had been given by then.
  private var waiting: ArraySlice<(beat: UInt64, entries: UInt64)> = []
  /// The latest that is.
  private(set) var kept: UInt64 = 0

  /// A heartbeat came, after the ledger was given so many entries.
  mutating func heard(_ beat: UInt64, after entries: UInt64) {
    if waiting.count == Self.waitingMax || waiting.last?.entries == entries { waiting.removeLast() }
    waiting.append((beat, entries))
  }

  /// So many entries of the ledger are on the disk.
  mutating func keeps(_ entries: UInt64) {
    while let first = waiting.first, first.entries <= entries {
      kept = first.beat
      waiting.removeFirst()
    }
  }

  /// Entries are missing from the disk that were told before the heartbeats that wait.
  mutating func missed() { waiting = [] }
}
