import Basics
import Checkpointing
import Checkpoints
import EventLoop
import HearthMessages
import Workers

/// What workers find when they start, and when they must go.
extension NodeJobs {
  /// No GPU is given twice.
  func check(_ gpus: UInt64, of key: WorkerKey) throws(WorkerFault) {
    if let last = gpuNumbers(gpus).last, last >= settings.gpus {
      throw WorkerFault("this node has no GPU \(last), but 0 to \(settings.gpus - 1)")
    }
    if let taken = gpuNumbers(gpus & places.closed).first {
      throw WorkerFault("GPU \(taken) is an engine's")
    }
    for (other, worker) in held where other != key && !worker.isGone && worker.order.gpus & gpus > 0
    {
      throw WorkerFault("\(other.job) rank \(other.rank) epoch \(other.epoch) has its GPUs")
    }
  }

  /// Writes the notice that the program can see.
  func tell(_ id: WorkerID, _ cause: String, within grace: Duration) {
    var json = JSONText()
    let deadline = Double(wallNanoseconds()) / 1e9 + grace.inSeconds
    json.object {
      $0.field("cause", cause)
      $0.field("deadline", deadline)
    }
    do {
      try Files.keep(json.bytes + [0x0A], folder.notice(of: id))
    } catch {
      note("no notice", WorkerKey(id).name, "\(error)")
    }
  }

  // MARK: - Checkpoints with copies

  /// Whether a worker finds its checkpoints where it looks for them; if not that is made so, and
  /// it starts after that.
  func isPrepared(_ key: WorkerKey, _ id: WorkerID) -> Bool {
    guard held[key]?.preparation != .done, let start = kept(key, id, isRunning: false) else {
      return true
    }
    held[key]?.preparation = .underWay
    keeper.begin(start) { [weak self] in self?.prepared(key, $0) }
    return false
  }

  private func prepared(_ key: WorkerKey, _ result: Result<LaidCheckpoint?, WorkerFault>) {
    defer { tell() }
    held[key]?.preparation = .done
    let laid = try? result.get()
    defer { if let laid { clear(laid) } }
    do {
      let newest = try result.get()
      guard let worker = held[key], worker.stopBy == nil else {
        throw WorkerFault("it was ended before it was started")
      }
      // Who has been given up puts nothing where others may run.
      if clock.now < lease.end {
        try newest?.place()
        if let newest { note("goes on from", key.name, "checkpoint \(newest.manifest.id)") }
      } else {
        held[key]?.preparation = .none
      }
      waiting.append(key)
      startWaiting()
    } catch {
      held[key]?.end("\(error)")
      note("worker not started", key.name, "\(error)")
    }
  }

  private func clear(_ laid: LaidCheckpoint) {
    // What stays is removed the next time.
    try? loop.offload({ laid.clear() }, done: {})
  }

  /// Goes on with the checkpoints of workers that ran before this agent did.
  func keepRunning() {
    for key in held.keys where held[key]?.phase == .running {
      guard let id = try? key.id(), let start = kept(key, id, isRunning: true) else { continue }
      keeper.begin(start) { [weak self] result in
        if case .failure(let fault) = result { self?.keptBadly(key, fault.description) }
      }
    }
  }

  /// A worker whose checkpoints are kept here; nil for any other.
  private func kept(_ key: WorkerKey, _ id: WorkerID, isRunning: Bool) -> KeptStart? {
    guard let worker = held[key], worker.checkpoints != nil, let job = worker.order.spec,
      job.checkpoint?.copies.isEmpty == false,
      let directory = worker.order.checkpointDirectory(id, in: folder)
    else { return nil }
    var named = job
    named.name = key.job
    return KeptStart(
      key: key,
      job: named,
      checkpoint: worker.order.checkpoint,
      directory: directory,
      folder: folder.checkpoints(of: key.job),
      settings: settings.copies,
      isRunning: isRunning
    )
  }

  /// Tells of a worker that its checkpoints are not kept as they should be, or are again.
  func keptBadly(_ key: WorkerKey, _ fault: String) {
    let words = fault.prefix(512)
    held[key]?.fault = String(words)
    tell()
  }
}
