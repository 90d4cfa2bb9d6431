import Basics
import Checkpointing
import Checkpoints
import EventLoop
import HearthMessages
import Logging
import Workers

/// Keeps the checkpoints that programs of a node make, for jobs that want copies.
///
/// Takes each new one into a store, then copies it to other places. Confined to its loop. All work on a job is off the loop, one after the other; copies go on when its worker is gone.
final class CheckpointKeeper {
  /// Called when a worker's checkpoints can't be kept as they should, with what to do, or with
  /// nothing once they are.
  var onFault: ((WorkerKey, String) -> Void)?

  private let loop: Loop
  private let logger: Logger
  private let clock: LoopClock
  private var jobs: [String: Kept] = [:]
  private var waiting: [() -> Void] = []

  /// A job whose checkpoints are kept.
  private final class Kept {
    let start: KeptStart
    /// Nil until it is ready.
    var ready: KeptStart.Ready?
    /// Something is done for it on another thread.
    var isBusy = true
    /// The newest of its program that was found, until it is taken.
    var found: CheckpointFolder.Found?
    /// When it may be taken again after that failed, and how often it did.
    var (due, failures) = (Instant.zero, 0)
    /// Something in the store may not have been copied.
    var copies = true
    /// Faults that were told, by what they are of.
    var faults: [String: String] = [:]

    init(_ start: KeptStart) { self.start = start }
  }

  init(loop: Loop, clock: LoopClock, logger: Logger) {
    (self.loop, self.clock, self.logger) = (loop, clock, logger)
  }

  /// Makes an attempt ready; `done` gets what its program is to go on from.
  func begin(_ start: KeptStart, done: @escaping (Result<LaidCheckpoint?, WorkerFault>) -> Void) {
    if let before = jobs[start.key.job] {
      guard !before.isBusy else {
        return waiting.append { [weak self] in self?.begin(start, done: done) }
      }
      // One store at a time has the folder.
      jobs[start.key.job] = nil
    }
    let kept = Kept(start)
    jobs[start.key.job] = kept
    offload({ start.ready() }) { [weak self] result in
      kept.isBusy = false
      switch result {
      case .success(let ready):
        kept.ready = ready
        for event in ready.events { self?.note(kept, event) }
        done(.success(ready.laid))
      case .failure(let fault):
        self?.jobs[start.key.job] = nil
        done(.failure(fault))
      }
    }
  }

  /// A program has made a checkpoint.
  func found(_ found: CheckpointFolder.Found, of key: WorkerKey) {
    guard let kept = jobs[key.job], kept.start.key == key else { return }
    kept.found = found
    step(kept)
  }

  /// Does what is due; drops jobs of which no worker is held any more.
  func look(isHeld: (WorkerKey) -> Bool) {
    let waited = waiting
    waiting = []
    for begin in waited { begin() }
    for (name, kept) in jobs where !kept.isBusy {
      step(kept)
      let isDone = !kept.isBusy && kept.ready?.copies.due == nil
      if isDone, !isHeld(kept.start.key) { jobs[name] = nil }
    }
  }

  private func step(_ kept: Kept) {
    guard !kept.isBusy, let ready = kept.ready else { return }
    if let found = kept.found, found.milliseconds > ready.newest, kept.due <= clock.now {
      take(found, kept, ready)
    } else if kept.copies || ready.copies.due.map({ $0 <= clock.now }) == true {
      copy(kept, ready)
    }
  }

  private func take(_ found: CheckpointFolder.Found, _ kept: Kept, _ ready: KeptStart.Ready) {
    kept.isBusy = true
    kept.found = nil
    let (start, store, now) = (kept.start, ready.store, clock.now)
    let work = { @Sendable () -> Result<CheckpointID, WorkerFault> in
      do {
        return .success(try start.take(found, into: store))
      } catch {
        return .failure(WorkerFault("\(error)"))
      }
    }
    offload(work) { [weak self] result in
      kept.isBusy = false
      switch result {
      case .success(let id):
        kept.ready?.newest = found.milliseconds
        (kept.due, kept.failures) = (.zero, 0)
        kept.copies = true
        self?.note(kept, "checkpoint \(id) was taken from \(found.name)")
        self?.tell(nil, of: "store", kept)
      case .failure(let fault):
        // What is newer goes first.
        kept.found = kept.found ?? found
        let wait = min(CopyPlan.waitMax, CopyPlan.waitMin * (1 << min(kept.failures, 10)))
        (kept.due, kept.failures) = (now.advanced(by: wait), kept.failures + 1)
        self?.note(kept, "checkpoint \(found.name) was not taken: \(fault)")
        self?.tell("checkpoint \(found.name) was not kept: \(fault)", of: "store", kept)
      }
      self?.step(kept)
    }
  }

  private func copy(_ kept: Kept, _ ready: KeptStart.Ready) {
    kept.isBusy = true
    kept.copies = false
    let (copies, store, now) = (ready.copies, ready.store, clock.now)
    let work = { @Sendable () -> (CheckpointCopies, [CheckpointCopies.Event]) in
      var copies = copies
      let events = copies.copy(newestOf: store, at: now)
      return (copies, events)
    }
    offload(work) { [weak self] (copies, events) in
      kept.isBusy = false
      kept.ready?.copies = copies
      for event in events {
        self?.note(kept, event.description)
        self?.tell(event.failure == nil ? nil : event.description, of: event.place, kept)
      }
      self?.step(kept)
    }
  }

  /// Tells a fault once, and when there is none any more.
  private func tell(_ fault: String?, of what: String, _ kept: Kept) {
    guard (kept.faults[what] == nil) != (fault == nil) else { return }
    kept.faults[what] = fault
    let words = kept.faults.values.sorted().joined(separator: "; ")
    onFault?(kept.start.key, words)
  }

  private func note(_ kept: Kept, _ words: String) {
    logger.notice(
      "\(words)",
      metadata: ["job": "\(kept.start.key.job)", "epoch": "\(kept.start.key.epoch)"]
    )
  }

  private func offload<Value: Sendable>(
    _ work: @escaping @Sendable () -> Value,
    done: @escaping (Value) -> Void
  ) {
    do throws(UVError) {
      try loop.offload(work, done: done)
    } catch {
      logger.error("checkpoints wait", metadata: ["why": "\(error)"])
      waiting.append { [weak self] in self?.offload(work, done: done) }
    }
  }
}

extension KeptStart {
  /// Takes a checkpoint of the program into the store; blocks.
  fileprivate func take(_ found: CheckpointFolder.Found, into store: CheckpointStore) throws
    -> CheckpointID
  {
    let epoch = Int(clamping: key.epoch)
    let before = try store.ids().first
    let number = before.map { $0.epoch == epoch ? $0.number + 1 : 0 } ?? 0
    guard let id = CheckpointID(epoch: epoch, number: number) else {
      throw WorkerFault("epoch \(epoch) is beyond \(CheckpointID.max)")
    }
    let manifest = CheckpointManifest(
      id: id,
      job: job.name,
      step: Int(clamping: found.step),
      takenMilliseconds: found.milliseconds,
      driver: job.checkpoint?.driver == "signal" ? .signal : .periodic,
      workers: 1
    )
    return try store.take(found.name, from: directory, as: manifest).id
  }
}

extension CheckpointFolder.Found {
  fileprivate var milliseconds: Int { Int(clamping: number) }
}
