import Simulation
import Synchronization

/// How far a replay is, on standard error: a line that moves on a terminal, one now and then
/// elsewhere.
final class ProgressBar: Sendable {
  private let title: String
  private let total: Int
  private let shownTenth = Mutex(-1)

  init(title: String, total: Int) {
    self.title = title
    self.total = max(1, total)
  }

  func show(_ report: ReplayReport) {
    let done = report.completedCount + report.refusedCount + report.failedCount
    let share = Double(done) / Double(total)
    let counts =
      "\(done) of \(total) done, \(report.submittedCount - done) under way"
      + (report.refusedCount > 0 ? ", \(report.refusedCount) refused" : "")
      + (report.failedCount > 0 ? ", \(report.failedCount) failed" : "")
    if Terminal.showsProgress {
      let filled = Int(share * 30)
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
      Terminal.progress("\(title) [\(bar)] \(counts)")
      return
    }
    let tenth = Int(share * 10)
    let isNews = shownTenth.withLock { shown in
      defer { shown = max(shown, tenth) }
      return tenth > shown
    }
    if isNews { Terminal.write("\(title): \(counts)\n", to: 2) }
  }

  func finish() { if Terminal.showsProgress { Terminal.progress("") } }
}
