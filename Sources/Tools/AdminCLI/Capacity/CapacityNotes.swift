import Basics
import HearthMessages

/// When what a report of capacity tells was asked for.
enum CapacityWindow {
  /// In a fleet that runs.
  case lately
  /// In a trace.
  case trace

  /// The shorter horizon, that of what is offered.
  var short: String {
    self == .lately ? "the last 5 minutes" : "the busiest 5 minutes of the trace"
  }

  /// The longer.
  var long: String { self == .lately ? "the last hour" : "all of it" }
}

extension CapacityTables {
  /// What the figures are of: a line on the windows, and one a model on its objective and mix.
  var notes: String {
    let windows =
      "OFFERED and UNMET are turns a second over \(window.short), in the fleet's time; older turns "
      + "count less and less.\n"
    return report.models.filter { ($0.total ?? .init()).replicas > 0 }.reduce(windows) {
      $0 + Terminal.safe($1.note(window), lines: true)
    }
  }
}

extension CapacityTables {
  /// What jobs have of the GPUs, and what those that wait want.
  static func words(_ jobs: HearthV1.JobList) -> String {
    let wanted = jobs.gpusWanted
    return "Jobs: \(JobListing.summary(jobs))"
      + (wanted > 0 ? " for \(count(wanted, "GPU"))." : ".")
  }
}

extension HearthV1.JobList {
  /// GPUs with which those that wait would all start.
  var gpusWanted: Int {
    jobs.filter { $0.state == "waiting" }.compactMap(\.spec).reduce(0) {
      $0 + Int($1.workersMin) * Int($1.gpusPerWorker)
    }
  }
}

extension HearthV1.ModelCapacity {
  fileprivate func note(_ window: CapacityWindow) -> String {
    let objective =
      "TTFT \(Duration.nanoseconds(ttftNs).text) and TPOT \(Duration.nanoseconds(tpotNs).text)"
    var text = "\(model): SUSTAINED keeps 95 in 100 turns within \(objective)"
    if lateShare >= 0.0005 {
      text += ", of those that can: \(lateShare.percentToTenths) of the prompts take longer than "
      text += "\(Duration.nanoseconds(ttftNs).text) on an idle replica"
    }
    guard (total ?? .init()).offeredHour > 0 else {
      return text + ". Nothing was asked for: the mix is taken to be \(mix).\n"
    }
    return text + ". The mix is that of \(window.short), or of \(window.long) if that was busier: "
      + "\(mix).\n"
  }

  /// A turn on average.
  private var mix: String {
    let cached = promptTokens > 0 ? 1 - uncachedTokens / promptTokens : 0
    return
      "\(promptTokens.wholeTokens) tokens of prompt, \(cached.percentToTenths) of them cached, "
      + "and \(outputTokens.wholeTokens) of answer"
  }
}

extension Double {
  fileprivate var wholeTokens: String { max(0, min(1e12, self)).text(fraction: 0) }
}
