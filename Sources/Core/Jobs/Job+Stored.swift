public import Basics
public import HearthMessages

/// What tells instants of this process from times of day, which outlive it.
public struct WallClock: Sendable, Hashable {
  /// Nanoseconds since 1970 at ``Instant/zero``.
  private let offset: Int64

  /// Makes the clock that shows `unixNanoseconds` at an instant.
  public init(showing unixNanoseconds: Int64, at now: Instant) {
    offset = unixNanoseconds &- now.nanoseconds
  }

  /// The time of day in nanoseconds since 1970; 0 for none.
  func unix(_ instant: Instant?) -> Int64 { instant.map { $0.nanoseconds &+ offset } ?? 0 }

  /// The instant of a time of day; nil for 0.
  func instant(_ unix: Int64) -> Instant? {
    unix == 0 ? nil : Instant(nanoseconds: unix &- offset)
  }
}

extension StopCause {
  var stored: HearthV1.StoredCause {
    var stored = HearthV1.StoredCause()
    switch self {
    case .preempted(let job, let isForShare):
      (stored.kind, stored.name, stored.flag) = ("preempted", job.text, isForShare)
    case .reclaimed(let id, let who):
      (stored.kind, stored.number, stored.name) = ("reclaimed", id, who)
    case .grown(let from, let to):
      (stored.kind, stored.number, stored.other) = ("grown", UInt64(from), UInt64(to))
    case .lostNode(let node): (stored.kind, stored.name) = ("lostNode", node.text)
    case .drained(let node): (stored.kind, stored.name) = ("drained", node.text)
    case .finished: stored.kind = "finished"
    case .failed(let rank, let exit):
      (stored.kind, stored.number) = ("failed", UInt64(rank))
      (stored.status, stored.statusUnknown) = exit.stored
      if case .notStarted(let why) = exit { stored.name = why }
    case .startTimedOut: stored.kind = "startTimedOut"
    case .timeLimit: stored.kind = "timeLimit"
    case .cancelled: stored.kind = "cancelled"
    }
    return stored
  }

  init?(_ stored: HearthV1.StoredCause) {
    switch stored.kind {
    case "preempted":
      guard let job = JobID(stored.name) else { return nil }
      self = .preempted(by: job, isForShare: stored.flag)
    case "reclaimed": self = .reclaimed(stored.number, by: stored.name)
    case "grown": self = .grown(from: Int(clamping: stored.number), to: Int(clamping: stored.other))
    case "lostNode":
      guard let node = NodeID(stored.name) else { return nil }
      self = .lostNode(node)
    case "drained":
      guard let node = NodeID(stored.name) else { return nil }
      self = .drained(node)
    case "finished": self = .finished
    case "failed":
      let exit =
        stored.name.isEmpty
        ? WorkerExit(status: stored.status, isUnknown: stored.statusUnknown)
        : .notStarted(stored.name)
      self = .failed(rank: Int(clamping: stored.number), exit)
    case "startTimedOut": self = .startTimedOut
    case "timeLimit": self = .timeLimit
    case "cancelled": self = .cancelled
    default: return nil
    }
  }
}

extension WorkerExit {
  /// The exit of a status as nodes tell it: a code, or minus a signal.
  init(status: Int32, isUnknown: Bool) {
    self = isUnknown ? .unknown : status < 0 ? .signal(-Int(status)) : .code(Int(status))
  }

  var stored: (status: Int32, isUnknown: Bool) {
    switch self {
    case .code(let code): (Int32(clamping: code), false)
    case .signal(let signal): (Int32(clamping: -signal), false)
    case .unknown, .notStarted: (0, true)
    }
  }
}

extension Job {
  /// The state in one word, for owners and the disk.
  var stateWord: String {
    switch phase {
    case .waiting: "waiting"
    case .starting: "starting"
    case .running: "running"
    case .stopping: "stopping"
    case .ended(.succeeded): "succeeded"
    case .ended(.failed): "failed"
    case .ended(.cancelled): "cancelled"
    }
  }

  /// The job as the disk has it.
  func stored(_ clock: WallClock) -> HearthV1.StoredJob {
    var stored = HearthV1.StoredJob(
      spec: spec.message,
      order: order,
      submittedUnixNs: clock.unix(submittedAt),
      phase: stateWord,
      epoch: epoch,
      workers: workers.map(\.stored),
      orderedUnixNs: clock.unix(orderedAt),
      runningUnixNs: clock.unix(runningSince),
      ranNs: ranBefore.nanoseconds,
      checkpointNumber: checkpoint?.number ?? 0,
      checkpointStep: checkpoint?.step ?? 0,
      checkpointUnixNs: clock.unix(checkpoint?.at),
      checkpointAsked: checkpointAsked,
      failures: UInt32(clamping: failures),
      notBeforeUnixNs: clock.unix(notBefore),
      preemptions: UInt32(clamping: preemptions),
      avoided: avoided.map { .init(node: $0.node.text, untilUnixNs: clock.unix($0.until)) },
      incidents: incidents.map {
        .init(
          atUnixNs: clock.unix($0.at),
          epoch: $0.epoch,
          cause: $0.cause.stored,
          gpus: UInt32(clamping: $0.gpus),
          lostGpuSeconds: $0.lostGPUSeconds
        )
      },
      isCancelled: isCancelled,
      gpuSeconds: gpuSeconds
    )
    if let stop {
      stored.stop = .init(cause: stop.cause.stored, deadlineUnixNs: clock.unix(stop.deadline))
    }
    if case .ended(.failed(let cause)) = phase { stored.endedCause = cause.stored }
    return stored
  }

  /// Reads what ``stored(_:)`` wrote; nil for what it never writes.
  public init?(_ stored: HearthV1.StoredJob, _ clock: WallClock) {
    guard let spec = stored.spec.flatMap({ try? JobSpec($0) }),
      let submitted = clock.instant(stored.submittedUnixNs)
    else { return nil }
    self.init(spec, order: stored.order, at: submitted)
    switch stored.phase {
    case "waiting": phase = .waiting
    case "starting": phase = .starting
    case "running": phase = .running
    case "stopping": phase = .stopping
    case "succeeded": phase = .ended(.succeeded)
    case "cancelled": phase = .ended(.cancelled)
    case "failed": phase = .ended(.failed(stored.endedCause.flatMap(StopCause.init) ?? .finished))
    default: return nil
    }
    epoch = stored.epoch
    workers = stored.workers.compactMap { Worker($0, clock) }
    guard workers.count == stored.workers.count else { return nil }
    orderedAt = clock.instant(stored.orderedUnixNs) ?? submitted
    runningSince = clock.instant(stored.runningUnixNs)
    ranBefore = .nanoseconds(stored.ranNs)
    if let cause = stored.stop?.cause.flatMap(StopCause.init) {
      let deadline = stored.stop.flatMap { clock.instant($0.deadlineUnixNs) } ?? submitted
      stop = Stop(cause: cause, step: .ending, stepAt: deadline, deadline: deadline)
    }
    if let at = clock.instant(stored.checkpointUnixNs) {
      let step = stored.checkpointStep
      checkpoint = Checkpoint(
        number: stored.checkpointNumber,
        step: step == 0 ? nil : step,
        at: at
      )
    }
    (checkpointAsked, failures) = (stored.checkpointAsked, Int(stored.failures))
    notBefore = clock.instant(stored.notBeforeUnixNs) ?? submitted
    gpuSeconds = stored.gpuSeconds
    (preemptions, isCancelled) = (Int(stored.preemptions), stored.isCancelled)
    avoided = stored.avoided.compactMap { avoided in
      guard let node = NodeID(avoided.node), let until = clock.instant(avoided.untilUnixNs) else {
        return nil
      }
      return Avoided(node: node, until: until)
    }
    for incident in stored.incidents {
      guard let cause = incident.cause.flatMap(StopCause.init) else { continue }
      note(
        Incident(
          at: clock.instant(incident.atUnixNs) ?? submitted,
          epoch: incident.epoch,
          cause: cause,
          gpus: Int(incident.gpus),
          lostGPUSeconds: incident.lostGpuSeconds
        )
      )
    }
  }
}

extension Job.Worker {
  fileprivate var stored: HearthV1.StoredWorker {
    var stored = HearthV1.StoredWorker(
      rank: UInt32(clamping: rank),
      epoch: epoch,
      node: node.text,
      gpus: gpus
    )
    switch state {
    case .ordered: break
    case .running: stored.isRunning = true
    case .leaving: stored.isLeaving = true
    case .exited(let exit):
      stored.isExited = true
      (stored.status, stored.statusUnknown) = exit.stored
    }
    return stored
  }

  fileprivate init?(_ stored: HearthV1.StoredWorker, _ clock: WallClock) {
    guard let node = NodeID(stored.node) else { return nil }
    // Nodes have no numbers yet.
    self.init(
      rank: Int(stored.rank),
      epoch: stored.epoch,
      node: node,
      nodeNumber: -1,
      gpus: stored.gpus
    )
    if stored.isExited {
      state = .exited(WorkerExit(status: stored.status, isUnknown: stored.statusUnknown))
    } else if stored.isLeaving {
      state = .leaving(until: .zero, isKilled: true)
    } else if stored.isRunning {
      state = .running
    }
  }
}
