import Basics

/// How long a process that ended waits until it is started again: twice as long each time, and
/// little again once it has been of use for a while.
struct RestartPace: Sendable {
  private static let (shortest, longest) = (Duration.seconds(1), Duration.seconds(60))
  /// How long it must have been ready to be like one that never ended.
  private static let steadyTime = Duration.seconds(60)

  private var ends = 0
  private var readySince: Instant?

  /// It is ready, or no longer.
  mutating func became(ready: Bool, at now: Instant) {
    guard ready else {
      if let since = readySince, since.duration(to: now) >= Self.steadyTime { ends = 0 }
      return readySince = nil
    }
    readySince = readySince ?? now
  }

  /// It ended; how long to wait.
  mutating func ended(at now: Instant) -> Duration {
    became(ready: false, at: now)
    defer { ends += 1 }
    return min(Self.longest, Self.shortest * (1 << min(ends, 10)))
  }
}
