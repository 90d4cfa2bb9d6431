package import Checkpointing

/// A place outside of the node where copies of a job's checkpoints lie; every call blocks.
package protocol CheckpointPlace: Sendable, CustomStringConvertible {
  /// Copies a checkpoint there, whole or not at all, unless it is there, and removes those there
  /// that are too many.
  ///
  /// Throws ``CheckpointError/Kind/superseded`` where a newer one is there.
  func put(_ id: CheckpointID, from store: CheckpointStore) throws(CheckpointError)

  /// Brings the newest checkpoint there that is whole into a store, verified, if it is newer than
  /// all that are whole in the store; nil where none is. Newer ones that are not whole are told.
  func fetchNewest(into store: CheckpointStore) throws(CheckpointError)
    -> (manifest: CheckpointManifest?, skipped: [CheckpointStore.Skipped])
}

extension CheckpointPlace {
  /// Tries those of `ids` that are newer than what the store has, the newest first.
  func fetch(
    _ ids: [CheckpointID],
    into store: CheckpointStore,
    _ fetch: (CheckpointID) throws(CheckpointError) -> CheckpointManifest
  ) throws(CheckpointError) -> (manifest: CheckpointManifest?, skipped: [CheckpointStore.Skipped]) {
    let (newest, corrupt) = try store.newest()
    var skipped: [CheckpointStore.Skipped] = []
    for id in ids.sorted(by: >) where newest.map({ $0.id < id }) ?? true {
      // Those that are not whole would be in its way.
      for one in corrupt where one.id >= id { try? store.remove(one.id) }
      do throws(CheckpointError) {
        return (try fetch(id), skipped)
      } catch {
        guard error.kind == .corrupt else { throw error }
        skipped.append(.init(id: id, reason: error))
      }
    }
    return (nil, skipped)
  }
}

/// A folder for copies: one that is mounted from a second region.
package struct FolderPlace: CheckpointPlace {
  private let path: String
  private let job: String
  private let keeps: Int

  /// The folder.
  package var description: String { path }

  /// Names a folder; that above it must be there, so that nothing is written where a mount is
  /// missing.
  package init(_ path: String, job: String, keeps: Int) {
    (self.path, self.job, self.keeps) = (path, job, keeps)
  }

  /// Copies a checkpoint there; see ``CheckpointPlace``.
  package func put(_ id: CheckpointID, from store: CheckpointStore) throws(CheckpointError) {
    let other = try CheckpointStore(path, job: job, keeps: keeps)
    guard try other.ids().first != id || (try? other.manifest(of: id)) == nil else { return }
    try store.copy(id, to: other)
  }

  /// Brings the newest one into a store; see ``CheckpointPlace``.
  package func fetchNewest(into store: CheckpointStore) throws(CheckpointError)
    -> (manifest: CheckpointManifest?, skipped: [CheckpointStore.Skipped])
  {
    let other = try CheckpointStore(path, job: job, keeps: keeps)
    return try fetch(try other.ids(), into: store) { (id) throws(CheckpointError) in
      try other.copy(id, to: store)
      return try store.manifest(of: id)
    }
  }
}
