import Synchronization
import Traces

/// The report that all turns of a replay write to.
final class SharedReport: Sendable {
  let value = Mutex(ReplayReport())
}

/// What replays have measured so far, which is shown also when Ctrl-C stops them.
final class ReplayMeasurements: Sendable {
  private struct State {
    var columns: [(policy: String, report: ReplayReport)] = []
    var current: (policy: String, report: SharedReport, start: ContinuousClock.Instant)?
  }

  /// The time in which the requests of one replay are sent, in the fleet's time.
  let sendingTime: Duration
  private let state = Mutex(State())

  init(sendingTime: Duration) { self.sendingTime = sendingTime }

  /// A replay under a policy begins; its turns write to the report that is returned.
  func begin(_ policy: String) -> SharedReport {
    let report = SharedReport()
    state.withLock { $0.current = (policy, report, .now) }
    return report
  }

  /// The replay that began ended.
  func end() {
    state.withLock { state in
      guard let current = state.current else { return }
      state.columns.append((current.policy, current.report.value.withLock { $0 }))
      state.current = nil
    }
  }

  /// What was measured, of a replay that runs what it has done in `timeScale` times the wall's
  /// time.
  func table(timeScale: Double = 1) -> ReplayTable {
    state.withLock { state in
      var table = ReplayTable(columns: state.columns, sendingTime: sendingTime)
      if let current = state.current {
        let report = current.report.value.withLock { $0 }
        table = ReplayTable(
          columns: state.columns + [(current.policy, report)],
          sendingTime: sendingTime,
          stoppedAfter: min(sendingTime, (ContinuousClock.now - current.start) * timeScale)
        )
      }
      return table
    }
  }
}
