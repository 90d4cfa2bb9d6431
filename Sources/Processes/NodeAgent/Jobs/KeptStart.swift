import Basics
import Checkpointing
import Checkpoints
import HearthMessages
import Workers

/// An attempt at a job with copies as it begins on a node: with a store, and with the newest
/// checkpoint there is in the folder of its program.
struct KeptStart: Sendable {
  let key: WorkerKey
  let job: HearthV1.JobSpec
  /// What it goes on from, as the control plane counts; 0 for nothing.
  let checkpoint: UInt64
  /// Where the program puts its checkpoints.
  let directory: String
  /// The job's folder in the store.
  let folder: String
  let settings: CopyPlaces
  /// The program runs already, so nothing is put into its folder.
  let isRunning: Bool

  /// What was made ready.
  struct Ready: Sendable {
    var store: CheckpointStore
    var copies: CheckpointCopies
    /// When the newest one of the store was written, in milliseconds since 1970.
    var newest = 0
    /// What the program is to go on from.
    var laid: LaidCheckpoint?
    /// What was passed over, in sentences.
    var events: [String] = []

    fileprivate mutating func note(_ skipped: [CheckpointStore.Skipped]) {
      events += skipped.map { "checkpoint \($0.id) was passed over: \($0.reason)" }
    }
  }

  /// Opens the store, fetches into it what places have that is newer, and lays the newest one into
  /// the program's folder if that has none or an older one; blocks.
  func ready() -> Result<Ready, WorkerFault> {
    do {
      try CheckpointStore.checkIsOurs(directory)
      try Files.makeOwn(Files.parent(folder))
      let places = try settings.places(of: job)
      let store = try CheckpointStore(
        folder,
        job: job.name,
        keeps: job.keeps,
        key: try settings.key(of: job)
      )
      var ready = Ready(store: store, copies: CheckpointCopies(to: places))
      let away = isRunning ? nil : try fetch(from: places, &ready)
      let (manifest, skipped) = try store.newest()
      ready.note(skipped)
      ready.newest = manifest?.takenMilliseconds ?? 0
      if !isRunning { try lay(manifest, &ready, away) }
      return .success(ready)
    } catch {
      return .failure(WorkerFault("checkpoint: \(error)"))
    }
  }

  /// Returns why a place could not be asked.
  private func fetch(from places: [any CheckpointPlace], _ ready: inout Ready) throws -> String? {
    var away: String?
    for place in places {
      do throws(CheckpointError) {
        ready.note(try place.fetchNewest(into: ready.store).skipped)
      } catch {
        guard error.kind != .key else { throw error }
        away = "\(place): \(error)"
        ready.events.append("no checkpoint was looked for in \(place): \(error)")
      }
    }
    return away
  }

  private func lay(_ manifest: CheckpointManifest?, _ ready: inout Ready, _ away: String?) throws {
    var files = CheckpointFolder(directory)
    files.lookFinally()
    if let manifest, manifest.takenMilliseconds > files.newest?.number ?? 0 {
      try Files.makeFolders(directory, mode: 0o700)
      ready.laid = try ready.store.lay(manifest, in: directory)
    } else if files.newest == nil, checkpoint > 0, let away {
      throw WorkerFault(
        "there is none here to go on from, and a place that may have one can't be asked: \(away)"
      )
    }
  }
}
