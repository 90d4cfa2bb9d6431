import Basics
import Synchronization
import Traces

/// How far a replay is, on standard error: a line that moves on a terminal, one for each tenth
/// elsewhere.
final class ProgressBar: Sendable {
  private let title: String
  private let total: Int
  private let sendingTime: Duration
  private let start = ContinuousClock.now
  private let shownTenth = Mutex(-1)

  /// Makes the bar of a replay of `total` requests, the last of which is sent after `sendingTime`
  /// of the wall.
  init(title: String, total: Int, sendingTime: Duration) {
    self.title = title
    self.total = max(1, total)
    self.sendingTime = sendingTime
  }

  /// Shows how far the replay is now.
  func show(_ report: ReplayReport) {
    let text = text(of: report, after: ContinuousClock.now - start)
    guard !Terminal.showsProgress else { return Terminal.progress("\(title) \(text)") }
    let tenth = report.endedCount * 10 / total
    let isNew = shownTenth.withLock { shown in
      defer { shown = max(shown, tenth) }
      return tenth > shown
    }
    if isNew { Terminal.write("\(title) \(text)\n", to: 2) }
  }

  /// The bar, the counts, the rate since the start and what is left at that rate.
  func text(of report: ReplayReport, after elapsed: Duration) -> String {
    let ended = report.endedCount
    let filled = ended * 20 / total
    var text = "[" + String(repeating: "#", count: filled)
    text += String(repeating: ".", count: 20 - filled) + "] \(ended)/\(total)"
    if ended > 0, elapsed >= .seconds(1) {
      let rate = Double(ended) / elapsed.inSeconds
      text += ", \(rate < 10 ? rate.text() : "\(Int(rate.rounded()))")/s"
      // A fleet that can't keep up takes longer than the trace.
      let left = max(sendingTime - elapsed, Duration(inSeconds: Double(total - ended) / rate))
      if ended < total { text += ", \(left.wholeSeconds) left" }
    }
    text += ", \(report.submittedCount - ended) running"
    if report.refusedCount > 0 { text += ", \(report.refusedCount) refused" }
    if report.failedCount > 0 { text += ", \(report.failedCount) failed" }
    return text
  }

  /// Makes room for what comes after.
  func finish() { Terminal.progress("") }
}

extension ReplayReport {
  /// Requests that ended, in whatever way.
  var endedCount: Int { answeredCount + failedCount }

  /// Requests that were completed, or refused with a reason.
  var answeredCount: Int { completedCount + refusedCount }

  /// Requests that were sent and have not ended.
  var unfinishedCount: Int { max(0, submittedCount - endedCount) }
}
