import Basics
public import HearthMessages

/// What a worker had, from its start to its end, for the ledger.
public struct WorkerUsage: Sendable, Equatable {
  /// Which worker.
  public let worker: WorkerID
  /// Of which job.
  public let spec: JobSpec
  /// When that was submitted: tells it from others that had the name.
  public let submittedUnixNanoseconds: Int64
  /// Where it ran.
  public let node: String
  /// The node's region.
  public let region: String
  /// GPUs that it had.
  public let gpus: Int
  /// Of what kind they are.
  public let gpu: HearthV1.GPU?
  /// How long.
  public let ran: Duration
  /// What its program says to have computed in forward passes.
  public let forwardOperations: Double
  /// The same of backward passes.
  public let backwardOperations: Double
}

extension WorkerOrder {
  /// Where the workers of an attempt meet: another port for each attempt, below those that the
  /// system gives to clients (32768), so that what is taken is taken once only.
  var meetingPort: UInt16 {
    let seed = id.job.text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return UInt16(20_000 + (seed &+ UInt32(truncatingIfNeeded: id.epoch)) % 12_000)
  }
}

extension JobOutcome {
  var word: String {
    switch self {
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }
}

extension WorkerID {
  var message: HearthV1.WorkerName {
    .init(job: job.text, rank: UInt32(clamping: rank), epoch: epoch)
  }

  init?(_ message: HearthV1.WorkerName) {
    guard let job = JobID(message.job) else { return nil }
    self.init(job: job, rank: Int(message.rank), epoch: message.epoch)
  }

  /// The order in which workers are told of.
  static func < (left: Self, right: Self) -> Bool {
    (left.job, left.epoch, left.rank) < (right.job, right.epoch, right.rank)
  }
}

extension HearthV1.WorkerState {
  /// How its program ended, once it has.
  var exit: WorkerExit? {
    switch phase {
    case .exited, .gone: WorkerExit(status: status, isUnknown: statusUnknown)
    default: nil
    }
  }
}
