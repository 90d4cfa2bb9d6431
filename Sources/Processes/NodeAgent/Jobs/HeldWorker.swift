import Basics
import HearthMessages
import Workers

/// Which worker of which attempt.
struct WorkerKey: Hashable {
  let job: String
  let rank: UInt32
  let epoch: UInt64

  init(_ name: HearthV1.WorkerName) {
    (job, rank, epoch) = (name.job, name.rank, name.epoch)
  }

  init(_ id: WorkerID) {
    (job, rank, epoch) = (id.job, UInt32(clamping: id.worker), UInt64(clamping: id.epoch))
  }

  var name: HearthV1.WorkerName { .init(job: job, rank: rank, epoch: epoch) }

  /// What it is called where workers are kept; throws what no worker can be called.
  func id() throws(WorkerFault) -> WorkerID {
    guard let epoch = Int(exactly: epoch) else {
      throw WorkerFault("epoch \(epoch) is beyond \(Int.max)")
    }
    return try WorkerID(job: job, worker: Int(rank), epoch: epoch)
  }
}

/// A worker as the node has it, until it is forgotten.
struct HeldWorker {
  /// What was asked; empty for one that only its folder tells of.
  var order: HearthV1.WorkerStart
  var phase = HearthV1.WorkerPhase.starting
  var exit: WorkerExit?
  var fault = ""
  /// What the program says to have computed.
  var operations = (forward: 0.0, backward: 0.0)
  /// When what is left of it is killed, if it is to end.
  var stopBy: Instant?
  /// The program's own checkpoints; nil where nobody watches them.
  var checkpoints: CheckpointFolder?
  /// What it goes on from is being fetched, or was.
  var preparation = Preparation.none
  /// A look at them is under way.
  var isLooking = false
  /// Its end is not told before the last look at its checkpoints, or this moment.
  var lastLookBy: Instant?

  /// How far a worker is that must find checkpoints where it looks for them.
  enum Preparation { case none, underWay, done }

  init(_ order: HearthV1.WorkerStart) { self.order = order }

  /// One of which nothing was ever started here, or is known.
  init(gone name: HearthV1.WorkerName, _ fault: String) {
    order = .init(name: name)
    end(fault)
  }

  var isGone: Bool { phase == .gone }

  mutating func end(_ fault: String) {
    let words = fault.prefix(512)
    (phase, self.fault) = (.gone, String(words))
  }

  /// What the control plane is told, at a time in nanoseconds since 1970.
  func state(at wall: Int) -> HearthV1.WorkerState {
    let isTold = !isGone || lastLookBy == nil
    var state = HearthV1.WorkerState(
      name: order.name,
      gpus: order.gpus,
      phase: isTold ? phase : .exited,
      status: Int32(clamping: exit?.status ?? 0),
      statusUnknown: isGone && exit == nil,
      fault: fault,
      cpuNs: Int64(exit?.cpuNanoseconds ?? 0),
      ranNs: Int64(exit.map { max(0, $0.endedNanoseconds - $0.startedNanoseconds) } ?? 0)
    )
    (state.forwardOperations, state.backwardOperations) = operations
    if let found = checkpoints?.newest {
      state.checkpointNumber = found.number
      state.checkpointStep = found.step
      state.checkpointAgeNs = max(0, Int64(wall) - found.modified)
      state.checkpointIsWhole = true
      state.checkpointBytes = UInt64(clamping: found.bytes)
    }
    return state
  }
}
