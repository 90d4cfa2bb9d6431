package import Basics
package import Checkpointing

/// The driver of checkpoints that a program writes by itself, in folders of a folder that the job
/// names: takes each complete one into the store, never a torn one.
package struct PeriodicDriver: Sendable {
  private let path: String
  private let adapterOnly: Bool
  private var watch: CheckpointWatch

  /// Watches a folder.
  ///
  /// - Parameters:
  ///   - path: where the program puts its checkpoints, each a folder.
  ///   - completion: how it says that one is complete.
  ///   - settle: how long one must not have changed.
  ///   - adapterOnly: take a LoRA adapter's files alone.
  package init(
    _ path: String,
    _ completion: CheckpointWatch.Completion,
    settle: Duration,
    adapterOnly: Bool = false
  ) {
    (self.path, self.adapterOnly) = (path, adapterOnly)
    watch = CheckpointWatch(completion, settle: settle)
  }

  /// Looks into the folder; returns the names of checkpoints that are complete and not taken yet,
  /// older ones first.
  ///
  /// A folder that is not there has none.
  package mutating func look(at now: Instant) throws(CheckpointError) -> [String] {
    let folder: Folder
    do throws(CheckpointError) { folder = try Folder(path) } catch { return [] }
    var listing: CheckpointWatch.Listing = [:]
    for name in try folder.names().prefix(CheckpointWatch.foldersMax) {
      // What comes and goes while it is read will be there, or not, the next time.
      if let inner = try? folder.folder(name) { listing[name] = try? inner.tree() }
    }
    return watch.look(listing, at: now)
  }

  /// Takes a checkpoint of the program into a store.
  ///
  /// `manifest`: what is known of it but for its files, which count as those of one
  ///   worker, since the program wrote them for all. Returned with them.
  /// Throws ``CheckpointError/Kind/unfit`` where it changed while it was copied; ``look(at:)``
  ///   tells it again.
  package mutating func take(
    _ name: String,
    into store: CheckpointStore,
    as manifest: CheckpointManifest,
    at now: Instant
  ) throws(CheckpointError) -> CheckpointManifest {
    do throws(CheckpointError) {
      return try copy(name, into: store, as: manifest)
    } catch {
      watch.retry(name, at: now)
      throw error
    }
  }

  private func copy(
    _ name: String,
    into store: CheckpointStore,
    as manifest: CheckpointManifest
  ) throws(CheckpointError) -> CheckpointManifest {
    let source = try Folder(path).folder(name)
    var manifest = manifest
    manifest.workers = 1
    let draft = try store.begin(manifest.id, workers: 1)
    do throws(CheckpointError) {
      let before = try source.tree()
      let taken = before.filter { !adapterOnly || AdapterFiles.includes($0.path) }
      guard !taken.isEmpty else {
        throw CheckpointError(.unfit, "\(source.path) has no files of an adapter")
      }
      let target = try store.plain.folder(draft.name).folder(
        CheckpointManifest.folder(ofWorker: 0)
      )
      for entry in taken {
        let file = try source.copy(entry.path, to: target)
        guard file.bytes == entry.bytes else {
          throw CheckpointError(.unfit, "\(source.path)/\(entry.path) changed while it was copied")
        }
      }
      guard try source.tree() == before else {
        throw CheckpointError(.unfit, "\(source.path) changed while it was copied")
      }
      if adapterOnly { manifest.fullBytes = before.reduce(0) { $0 + $1.bytes } }
      return try store.commit(draft, manifest)
    } catch {
      try? store.discard(draft)
      throw error
    }
  }
}
