import Basics
import HearthMessages

extension HearthV1.JobStatus {
  /// The job's name.
  var name: String { spec?.name ?? "" }

  /// Whether it is over.
  var isEnded: Bool { ["succeeded", "failed", "cancelled"].contains(state) }

  /// Whether it has had workers, or needs none any more.
  var wasPlaced: Bool { epoch > 0 || isEnded }

  /// GPUs that it has now.
  var gpus: Int { workers.reduce(0) { $0 + $1.gpus.nonzeroBitCount } }

  /// Regions of its workers, in order.
  var regions: [String] { Set(workers.map(\.region)).sorted() }

  /// Nodes of its workers, in order.
  var nodes: [String] { Set(workers.map(\.node)).sorted() }

  /// How many workers it has of how many that it wants: `2 of 2`, `3 of 2-8`.
  var workerCount: String {
    let (least, most) = (spec?.workersMin ?? 0, spec?.workersMax ?? 0)
    return "\(workers.count) of \(least == most ? "\(most)" : "\(least)-\(most)")"
  }

  /// The job's name with what it does now, or what became of it.
  var sentence: String {
    switch state {
    case "waiting":
      return "\(name) waits: " + (start?.words ?? "nobody knows when it starts")
    case "starting": return "\(name) starts: \(placeWords)"
    case "running": return "\(name) runs: \(placeWords)"
    case "stopping": return "\(name) is being stopped" + (cause.isEmpty ? "" : ": \(cause)")
    case "failed": return "\(name) failed" + (cause.isEmpty ? "" : ": \(cause)")
    case "succeeded": return "\(name) succeeded after \(Duration.nanoseconds(ranNs).text)"
    case "cancelled": return "\(name) was cancelled"
    default: return "\(name) is \(state)"
    }
  }

  private var placeWords: String {
    let size = Int(spec?.gpusPerWorker ?? 0)
    let names = nodes.count > 4 ? count(nodes.count, "node") : nodes.joined(separator: ", ")
    return "\(count(workers.count, "worker")) of \(count(size, "GPU")) on \(names) "
      + "(\(regions.joined(separator: ", ")))"
  }
}

extension HearthV1.JobForecast {
  /// Whether nobody else has to be waited for, but for those that were told to go.
  var isPlace: Bool { ["free", "leaving"].contains(basis) }

  /// When it starts, and what that rests on.
  var words: String {
    let time = Duration.nanoseconds(max(0, inNs)).wholeSeconds
    switch basis {
    case "free": return inNs <= 0 ? "it starts now, there are GPUs for it" : "it starts in \(time)"
    case "leaving": return "it starts within \(time), when those that were told to go have left"
    case "limits": return "it starts in \(time), by the time limits of others"
    default: return "it starts in about \(time), if others run for as long as is usual"
    }
  }
}

/// GPU seconds as people read them.
func gpuTime(_ seconds: Double) -> String {
  seconds > 0 ? Duration(inSeconds: seconds).text : "0"
}
