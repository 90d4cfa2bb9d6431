import Basics

/// Whether one engine gets on with the turns that it has.
///
/// Pieces of answers and blocks newly kept are progress; that turns end is not, since those that
/// are taken back end on an engine that does nothing. An engine that has turns and makes no
/// progress for as long as ``limit`` has stalled, unless it waits for clients that take nothing. It counts as well again with its next progress,
/// or when it has had no turns for as long again: then it must be tried, or nobody would ever know.
struct ProgressWatch: Sendable {
  /// The time after which an engine has stalled.
  let limit: Duration
  private(set) var isStalled = false
  private var hasTurns = false
  private var waits = false
  /// When there was progress last, or turns came or went.
  private var since = Instant.zero

  init(limit: Duration) { self.limit = limit }

  /// When ``timePassed(at:)`` is wanted.
  var deadline: Instant? { hasTurns != isStalled && !waits ? since.advanced(by: limit) : nil }

  mutating func has(turns: Bool, at now: Instant) {
    guard turns != hasTurns else { return }
    (hasTurns, since) = (turns, now)
  }

  /// Answers wait for their clients, or none does any more.
  mutating func waits(_ waits: Bool, at now: Instant) { (self.waits, since) = (waits, now) }

  mutating func progressed(at now: Instant) {
    (isStalled, since) = (false, now)
  }

  mutating func timePassed(at now: Instant) {
    guard let due = deadline, due <= now else { return }
    if due.advanced(by: limit / 2) <= now {
      // This process was suspended, and the engine with it.
      since = now
    } else {
      (isStalled, since) = (hasTurns, now)
    }
  }
}
