import Basics
import Synchronization

/// How long a place may be silent: so long until its first word, so long after each.
final class SilenceWatch: Sendable {
  private let pause: Duration
  private let state: Mutex<(due: ContinuousClock.Instant, limit: Duration)>

  /// Makes a watch that begins now.
  init(first: Duration, pause: Duration) {
    self.pause = pause
    state = Mutex((.now + first, first))
  }

  /// It said something.
  func heard() { state.withLock { $0 = (.now + pause, pause) } }

  /// Waits until it was silent for too long, and says for how long; nil when the task is cancelled.
  func silence() async -> Duration? {
    while true {
      let (due, limit) = state.withLock { $0 }
      guard due > .now else { return limit }
      guard (try? await Task.sleep(until: due, clock: .continuous)) != nil else { return nil }
    }
  }
}
