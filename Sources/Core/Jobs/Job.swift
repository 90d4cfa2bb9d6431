public import Basics

/// One worker of one attempt; a worker that starts again has a higher epoch.
public struct WorkerID: Sendable, Hashable {
  /// Its job.
  public let job: JobID
  /// Its number among the workers of the job.
  public let rank: Int
  /// The job's attempt; a node starts no worker of an epoch that it has seen or that is older.
  public let epoch: UInt64
}

/// How a worker's program ended.
public enum WorkerExit: Sendable, Hashable {
  /// By itself, with this code.
  case code(Int)
  /// By a signal.
  case signal(Int)
  /// Nobody knows: nothing of it was there when its node looked.
  case unknown
  /// It was never started, for this reason.
  case notStarted(String)
}

/// A checkpoint that is complete: every worker has its part of it.
public struct Checkpoint: Sendable, Hashable {
  /// Its number; later ones have higher numbers.
  public var number: UInt64
  /// The step of training, if the program tells.
  public var step: UInt64?
  /// When it was complete.
  public var at: Instant
}

/// Why the workers of a job were told to end.
///
/// The first cause counts: how they exit after it says nothing more.
public enum StopCause: Sendable, Hashable {
  /// Another job needs the GPUs, by its priority or its tenant's share.
  case preempted(by: JobID, isForShare: Bool)
  /// Conversations need the GPUs.
  case reclaimed(ReclaimID, by: String)
  /// It grows, since GPUs are idle.
  case grown(from: Int, to: Int)
  /// A node with some of its workers was given up.
  case lostNode(NodeID)
  /// An operator wants a node with some of its workers empty.
  case drained(NodeID)
  /// The first worker, where the others met, ended with code 0, and they did not.
  case finished
  /// A worker failed.
  case failed(rank: Int, WorkerExit)
  /// Its workers did not all start in time.
  case startTimedOut
  /// It has run for as long as it may.
  case timeLimit
  /// Its owner said so.
  case cancelled
}

/// What happened to a job, kept for its owner.
public struct Incident: Sendable, Hashable {
  let at: Instant
  let epoch: UInt64
  /// Why; the first cause counts.
  public internal(set) var cause: StopCause
  /// GPUs that it had to give up.
  let gpus: Int
  /// Work that was lost, in GPU seconds: since the last complete checkpoint, or all of it.
  var lostGPUSeconds: Double
}

/// What became of a job.
public enum JobOutcome: Sendable, Hashable {
  /// Every worker ended with code 0.
  case succeeded
  /// It failed more often than it may be tried again, or ran for too long.
  case failed(StopCause)
  /// Its owner ended it.
  case cancelled
}

/// A job from its submission to its end, as it is kept.
public struct Job: Sendable, Hashable {
  enum Phase: Sendable, Hashable {
    /// Has no workers and wants some.
    case waiting
    /// Its workers were told to start.
    case starting
    /// All its workers run.
    case running
    /// Its workers were told to end.
    case stopping
    /// It is over.
    case ended(JobOutcome)
  }

  struct Worker: Sendable, Hashable {
    enum State: Sendable, Hashable {
      case ordered
      case running
      /// Told to leave while the others go on.
      case leaving(until: Instant, isKilled: Bool)
      /// Its program ended; something of it may be left.
      case exited(WorkerExit)
    }

    let rank: Int
    let epoch: UInt64
    let node: NodeID
    /// Number of the node in this process.
    var nodeNumber: Int
    /// Its GPUs of the node, a bit each.
    let gpus: UInt64
    var state = State.ordered
    /// While its node can't be reached: when it has ended itself at the latest.
    var fencedAt: Instant?

    var gpuCount: Int { gpus.nonzeroBitCount }

    var isLeaving: Bool {
      if case .leaving = state { true } else { false }
    }
  }

  /// How its workers are being ended.
  struct Stop: Sendable, Hashable {
    enum Step: Sendable, Hashable { case checkpointing, ending, killing }
    var cause: StopCause
    var step: Step
    /// When the next, harder step is due.
    var stepAt: Instant
    /// When they are killed.
    let deadline: Instant

    /// Whether the gang can't go on, whatever it is told.
    var isBroken: Bool {
      switch cause {
      case .failed, .lostNode: true
      default: false
      }
    }
  }

  /// A node that the job had bad luck on.
  struct Avoided: Sendable, Hashable {
    let node: NodeID
    let until: Instant
  }

  let spec: JobSpec
  /// Of two jobs the one with the lower came first.
  let order: UInt64
  let submittedAt: Instant
  var phase = Phase.waiting
  /// The number of attempts so far.
  var epoch: UInt64 = 0
  var workers: [Worker] = []
  /// When the workers of this attempt were ordered, and when all of them ran.
  var orderedAt: Instant
  var runningSince: Instant?
  /// GPU seconds of workers that are gone.
  var gpuSeconds = 0.0
  /// How long it ran in earlier attempts.
  var ranBefore = Duration.zero
  var resizedAt: Instant?
  /// Since when workers have ended with code 0.
  var finishingSince: Instant?
  var stop: Stop?

  var checkpoint: Checkpoint?
  /// The checkpoint that is being made: its number, and who has made its part.
  var checkpointAsked: UInt64 = 0
  var checkpointedRanks: Set<Int> = []
  var checkpointAskedAt: Instant?

  /// Failures since the last progress, and the earliest time of the next attempt.
  var failures = 0
  var notBefore: Instant
  /// How often it was preempted since the last progress.
  var preemptions = 0
  var avoided: [Avoided] = []
  /// The last of what happened to it, the oldest first.
  var incidents: [Incident] = []
  var lastExit: WorkerExit?
  /// Whether it ends when nothing is left of its workers, whatever they were stopped for.
  var isCancelled = false

  /// How many incidents are kept of a job.
  static let incidentsMax = 32

  init(_ spec: JobSpec, order: UInt64, at now: Instant) {
    self.spec = spec
    self.order = order
    (submittedAt, orderedAt, notBefore) = (now, now, now)
  }

  var gpuCount: Int { workers.reduce(0) { $0 + $1.gpuCount } }
  var isWaiting: Bool { phase == .waiting }
  var isEnded: Bool {
    if case .ended = phase { true } else { false }
  }

  /// Workers that go on, as far as is known.
  var staying: Int { workers.count { !$0.isLeaving } }

  /// Whether some workers can come and go while the others run: their launchers find each other
  /// again.
  var resizesInPlace: Bool { spec.workers.isElastic && spec.launch == .launcher }

  /// Since when work would be lost: the last complete checkpoint of this attempt, or its start.
  var unsavedSince: Instant? {
    runningSince.map { max($0, checkpoint?.at ?? $0) }
  }

  /// Seconds of work that would be lost now, on each of its GPUs.
  func unsavedSeconds(at now: Instant) -> Double {
    max(0, unsavedSince?.seconds(to: now) ?? 0)
  }

  /// Whether it has completed a checkpoint in this attempt.
  var hasCheckpointed: Bool {
    guard let runningSince, let checkpoint else { return false }
    return checkpoint.at > runningSince
  }

  /// Until when no other job may preempt it: longer each time without progress in between, so that
  /// it makes some.
  var protectedUntil: Instant {
    guard let since = [runningSince, resizedAt].compactMap({ $0 }).max() else {
      return .distantFuture
    }
    return since.advanced(by: spec.minimumRun * (1 << min(preemptions, 6)))
  }

  /// How long it has run in all.
  func ran(at now: Instant) -> Duration {
    ranBefore + (runningSince.map { $0.duration(to: now) } ?? .zero)
  }

  /// The nodes and how many workers are on each, in the order of ranks.
  var shares: [NodeShare] {
    workers.reduce(into: []) { shares, worker in
      if shares.last?.node == worker.nodeNumber {
        shares[shares.count - 1].workers += 1
      } else {
        shares.append(NodeShare(node: worker.nodeNumber, workers: 1))
      }
    }
  }

  mutating func note(_ incident: Incident) {
    if incidents.count == Self.incidentsMax { incidents.removeFirst() }
    incidents.append(incident)
  }
}
