import Basics
import HearthMessages

/// How jobs are written.
enum JobListing {
  static var listing: Listing<HearthV1.JobStatus> {
    Listing(
      name: \.name,
      columns: [
        .init("JOB", \.name), .init("TENANT") { $0.spec?.tenant ?? "" }, .init("STATE", \.state),
        .init("PRIORITY", wide: true, number: true) { "\($0.spec?.priority ?? 0)" },
        .init("WORKERS", number: true, \.workerCount),
        .init("GPUS", number: true) { "\($0.gpus)" },
        .init("REGIONS") { $0.regions.joined(separator: ", ") },
        .init("NODES", wide: true) { $0.nodes.joined(separator: ", ") },
        .init("RAN", number: true) { Duration.nanoseconds($0.ranNs).text },
        .init("CHECKPOINT", number: true) { $0.checkpoint.map(\.age) ?? "" },
        .init("ATTEMPT", wide: true, number: true) { "\($0.epoch)" },
        .init("FAILURES", wide: true, number: true) { "\($0.failures)" },
        .init("LOST", wide: true, number: true) { gpuTime($0.lostGpuSeconds) },
        .init("AGE", wide: true, number: true) { Duration.nanoseconds($0.ageNs).text },
        .init("CAUSE", wide: true, \.cause),
      ],
      fields: { json($0, isWhole: false) }
    )
  }

  static var workers: Listing<HearthV1.JobWorker> {
    Listing(
      name: { "\($0.rank)" },
      columns: [
        .init("WORKER", number: true) { "\($0.rank)" }, .init("STATE", \.state),
        .init("NODE", \.node), .init("REGION", \.region), .init("GPUS", \.gpuNumbers),
        .init("ATTEMPT", number: true) { "\($0.epoch)" },
        .init("ADDRESS", wide: true, \.address), .init("AGENT", wide: true, \.agentAddress),
      ],
      fields: json
    )
  }

  static var incidents: Listing<HearthV1.JobIncident> {
    Listing(
      name: \.cause,
      columns: [
        .init("AGO", number: true) { Duration.nanoseconds($0.ageNs).text },
        .init("ATTEMPT", number: true) { "\($0.epoch)" },
        .init("GPUS", number: true) { "\($0.gpus)" },
        .init("LOST", number: true) { gpuTime($0.lostGpuSeconds) }, .init("EVENT", \.cause),
      ],
      fields: json
    )
  }

  /// What the GPUs of the fleet do, in words.
  static func summary(_ list: HearthV1.JobList) -> String {
    let waiting = list.jobs.count { $0.state == "waiting" }
    return "\(count(list.gpusRunning, "GPU", ("trains", "train"))), \(list.gpusIdle) idle, "
      + "\(list.gpusServing) for conversations; \(count(waiting, "job", ("waits", "wait")))"
  }

  /// One job with everything that is known of it.
  static func report(_ job: HearthV1.JobStatus, isWide: Bool) -> String {
    let spec = job.spec ?? .init()
    let (least, most) = (spec.workersMin, spec.workersMax)
    let bounds = least == most ? count(most, "worker") : "\(least) to \(most) workers"
    var lines = [
      ("state", job.sentence),
      (
        "wants",
        "\(bounds) of \(count(spec.gpusPerWorker, "GPU")), priority \(spec.priority)"
          + (spec.regions.isEmpty ? "" : ", in \(spec.regions.joined(separator: ", "))")
      ),
      ("tenant", spec.tenant), ("command", spec.command.joined(separator: " ")),
      (
        "ran",
        "\(Duration.nanoseconds(job.ranNs).text) in \(count(job.epoch, "attempt")), submitted "
          + "\(Duration.nanoseconds(job.ageNs).text) ago"
      ), ("checkpoint", job.checkpointWords),
      (
        "lost",
        job.lossWords + "; " + count(job.failures, "failure") + " of \(spec.retries + 1) since the "
          + "last progress"
      ),
    ]
    if !spec.model.isEmpty {
      lines.insert(
        ("trains", spec.model + (spec.adapter.isEmpty ? "" : " (\(spec.adapter))")),
        at: 3
      )
    }
    lines += job.reasons.map { ("because", $0) }
    var text = lines.map { title, text in
      title + String(repeating: " ", count: 12 - title.count) + Terminal.safe(text) + "\n"
    }.joined()
    if !job.workers.isEmpty {
      text += "\n" + workers.text(job.workers, as: isWide ? .wide : .table)
    }
    if !job.incidents.isEmpty {
      text += "\n" + incidents.text(Array(job.incidents.suffix(5)), as: .table)
    }
    return text
  }
}

extension HearthV1.JobCheckpoint {
  /// How old it is.
  fileprivate var age: String { Duration.nanoseconds(ageNs).text }

  /// Which one, as its program counts if it tells, and how old.
  var words: String { (step > 0 ? "that of step \(step)" : "number \(number)") + ", \(age) old" }
}

extension HearthV1.JobWorker {
  /// The numbers of its GPUs on their node.
  fileprivate var gpuNumbers: String {
    (0..<64).filter { gpus & 1 << UInt64($0) != 0 }.map(String.init).joined(separator: ",")
  }
}

extension HearthV1.JobStatus {
  fileprivate var lossWords: String {
    let all = gpuSeconds > 0 ? ", of \(gpuTime(gpuSeconds))" : ""
    return (lostGpuSeconds > 0 ? "\(gpuTime(lostGpuSeconds)) of GPU time" : "nothing") + all
  }

  fileprivate var checkpointWords: String {
    guard let checkpoint else {
      return spec?.checkpoint?.driver == "none"
        ? "none are made: what is not finished is lost" : "none yet"
    }
    return "\(checkpoint.words) (\(spec?.checkpoint?.driver ?? ""))"
  }
}
