import Basics
import EventLoop
import HearthMessages

/// Checkpoints that programs make by themselves.
extension NodeJobs {
  private static var lastLookLimit: Duration { .seconds(5) }

  /// Looks for what is new, and comes again.
  func look() {
    lookTimer?.arm(after: .seconds(1))
    keeper.look { held[$0] != nil }
    var isLate = false
    for (key, worker) in held {
      if let due = worker.lastLookBy, due <= loop.now {
        held[key]?.lastLookBy = nil
        isLate = true
      }
      guard worker.phase == .running, !worker.isLooking else { continue }
      look(key) { $0.look(at: $1) }
    }
    if isLate { tell() }
  }

  /// Looks for what a program that has ended has left.
  func lookFinally(_ key: WorkerKey) {
    guard held[key]?.checkpoints != nil else { return }
    held[key]?.lastLookBy = loop.now.advanced(by: Self.lastLookLimit)
    look(key) { (folder, _) in folder.lookFinally() }
  }

  /// Looks into the folder of a program's checkpoints, which may take long.
  private func look(
    _ key: WorkerKey,
    _ body: @escaping @Sendable (inout CheckpointFolder, Instant) -> Void
  ) {
    guard let checkpoints = held[key]?.checkpoints else { return }
    held[key]?.isLooking = true
    let now = loop.now
    let isLast = held[key]?.lastLookBy != nil
    let work = { @Sendable () -> CheckpointFolder in
      var checkpoints = checkpoints
      body(&checkpoints, now)
      return checkpoints
    }
    do throws(UVError) {
      try loop.offload(work) { [weak self] in self?.looked(key, $0, isLast) }
    } catch {
      looked(key, checkpoints, isLast)
    }
  }

  private func looked(_ key: WorkerKey, _ found: CheckpointFolder, _ isLast: Bool) {
    guard let before = held[key]?.checkpoints else { return }
    held[key]?.isLooking = false
    // A look from before the last one may come after it.
    if !isLast, held[key]?.phase != .running { return }
    held[key]?.checkpoints = found
    if isLast { held[key]?.lastLookBy = nil }
    if let newest = found.newest { keeper.found(newest, of: key) }
    if isLast || found.newest != before.newest { tell() }
  }
}
