import Basics
import HearthMessages

extension JobScheduler {
  /// Every job, or those that have not ended, in the order in which they came.
  func statuses(
    all: Bool,
    at now: Instant,
    worker: (Job.Worker) -> HearthV1.JobWorker
  ) -> HearthV1.JobList {
    let shown = slots.values.filter { all || !jobs[$0].isEnded }.sorted {
      jobs[$0].order < jobs[$1].order
    }
    let serving = gpus.nodes.reduce(0) { $0 + $1.serving.nonzeroBitCount }
    let running = active.reduce(0) { $0 + jobs[$1].gpuCount }
    let idle = gpus.nodes.indices.reduce(0) { $0 + gpus.free($1).nonzeroBitCount }
    return HearthV1.JobList(
      jobs: shown.map { status($0, isWhole: false, at: now, worker: worker) },
      gpusRunning: UInt32(clamping: running),
      gpusIdle: UInt32(clamping: idle),
      gpusServing: UInt32(clamping: serving)
    )
  }

  /// One job; nil when there is none of that name.
  func status(
    of id: JobID,
    at now: Instant,
    worker: (Job.Worker) -> HearthV1.JobWorker
  ) -> HearthV1.JobStatus? {
    slots[id].map { status($0, isWhole: true, at: now, worker: worker) }
  }

  /// Why it waits is worked out for one that is asked for by name: it takes a walk over the queue.
  private func status(
    _ slot: Int,
    isWhole: Bool,
    at now: Instant,
    worker: (Job.Worker) -> HearthV1.JobWorker
  ) -> HearthV1.JobStatus {
    let job = jobs[slot]
    var status = HearthV1.JobStatus(
      spec: job.spec.message,
      state: job.stateWord,
      epoch: job.epoch,
      workers: job.workers.map(worker),
      ageNs: job.submittedAt.duration(to: now).nanoseconds,
      ranNs: job.ran(at: now).nanoseconds,
      checkpoint: job.checkpoint.map {
        .init(
          number: $0.number,
          step: $0.step ?? 0,
          ageNs: max(.zero, $0.at.duration(to: now)).nanoseconds
        )
      },
      cause: job.causeWords,
      failures: UInt32(clamping: job.failures),
      lostGpuSeconds: job.incidents.reduce(0) { $0 + $1.lostGPUSeconds },
      gpuSeconds: job.gpuSeconds
        + Double(job.gpuCount) * max(0, job.runningSince?.seconds(to: now) ?? 0)
    )
    guard isWhole else { return status }
    status.reasons = reasons(for: job.spec.name, at: now).map { $0.words(at: now) }
    status.start = forecast(of: job.spec.name, at: now)?.message(at: now)
    status.incidents = job.incidents.map { incident in
      .init(
        ageNs: max(.zero, incident.at.duration(to: now)).nanoseconds,
        epoch: incident.epoch,
        cause: incident.cause.words,
        gpus: UInt32(clamping: incident.gpus),
        lostGpuSeconds: incident.lostGPUSeconds
      )
    }
    return status
  }
}

extension JobForecast {
  func message(at now: Instant) -> HearthV1.JobForecast {
    .init(inNs: max(.zero, now.duration(to: at)).nanoseconds, basis: "\(basis)")
  }
}

extension Job {
  /// Why it is being stopped, or has failed.
  fileprivate var causeWords: String {
    if case .ended(.failed(let cause)) = phase { return cause.words }
    return stop?.cause.words ?? ""
  }
}

extension JobPlan {
  /// The plan as its owner is told.
  func message(
    for job: JobID,
    at now: Instant,
    region: (NodeID) -> String
  ) -> HearthV1.JobPlan {
    HearthV1.JobPlan(
      faults: refusal.map { [$0.words(for: job)] } ?? [],
      places: places.map {
        .init(node: $0.node.text, region: region($0.node), workers: UInt32(clamping: $0.workers))
      },
      evictions: evictions.map {
        .init(
          job: $0.job.text,
          gpus: UInt32(clamping: $0.gpus),
          lostGpuSeconds: $0.lostGPUSeconds
        )
      },
      start: start?.message(at: now),
      reasons: reasons.map { $0.words(at: now) }
    )
  }
}
