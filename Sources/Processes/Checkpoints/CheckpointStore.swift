import Basics
public import Checkpointing
import Glibc
import Wire

/// The checkpoints of one job in a folder of its own: each whole and verified, or not there.
///
/// A checkpoint is written aside, each file and folder flushed to the disk, then the manifest,
/// then renamed; a process that ends in between leaves only what the next one to open the folder
/// removes.
/// Every call blocks on the disk: make them off the loop. One process at a time has the folder.
public final class CheckpointStore {
  /// Where the checkpoints lie.
  public var path: String { folder.path }

  let folder: Folder
  private let job: String
  private let keeps: Int

  static let manifestName = "manifest"
  private static let draftPrefix = ".draft-"
  private static let removedPrefix = ".removed-"

  /// A checkpoint that is being written.
  public struct Draft: Hashable, Sendable {
    /// Which one it will be.
    public let id: CheckpointID
    /// Where its files go: below `worker-K/` for each worker.
    public let path: String

    var name: String { draftPrefix + id.description }

    /// Where the files of the worker with this rank go.
    public func path(ofWorker rank: Int) -> String {
      "\(path)/\(CheckpointManifest.folder(ofWorker: rank))"
    }
  }

  /// A checkpoint that was passed over, and why.
  public struct Skipped: Hashable, Sendable {
    /// Which one.
    public var id: CheckpointID
    /// Which file is at fault, and how.
    public var reason: CheckpointError
  }

  /// Opens the folder of a job, which is made if it is missing, and removes what interrupted writes
  /// have left there.
  ///
  /// - Parameter keeps: how many checkpoints to keep; at least 1.
  public init(_ path: String, job: String, keeps: Int) throws(CheckpointError) {
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .last("make the folder", path)
    }
    folder = try Folder(path)
    (self.job, self.keeps) = (job, max(1, keeps))
    try folder.checkIsOurs()
    guard flock(folder.descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw CheckpointError(.superseded, "another process uses \(path): end it first")
    }
    for name in try folder.names()
    where name.hasPrefix(Self.draftPrefix) || name.hasPrefix(Self.removedPrefix) {
      try folder.remove(name)
    }
  }

  /// The checkpoints there, newest first; none of them was looked into.
  public func ids() throws(CheckpointError) -> [CheckpointID] {
    try folder.names().compactMap { CheckpointID(folder: $0) }.sorted(by: >)
  }

  /// Where a checkpoint's files are.
  public func path(of id: CheckpointID) -> String { "\(path)/\(id)" }

  /// Begins a checkpoint, which must be newer than all that are there.
  ///
  /// - Parameter workers: each gets its folder.
  public func begin(_ id: CheckpointID, workers: Int) throws(CheckpointError) -> Draft {
    if let newest = try ids().first, newest >= id {
      throw CheckpointError(
        .superseded,
        "\(path) has the checkpoint \(newest), so \(id) comes too late: "
          + "the job has gone on elsewhere"
      )
    }
    let name = Self.draftPrefix + id.description
    try folder.remove(name)
    try folder.make(name)
    let inner = try folder.folder(name)
    for rank in 0..<workers { try inner.make(CheckpointManifest.folder(ofWorker: rank)) }
    return Draft(id: id, path: inner.path)
  }

  /// Removes a checkpoint that was not finished.
  public func discard(_ draft: Draft) throws(CheckpointError) { try folder.remove(draft.name) }

  /// Makes a draft the newest checkpoint, and removes those that are too many.
  ///
  /// - Parameter manifest: what is known but for its files, which are read here. Returned with
  ///   them.
  /// - Throws: what went wrong; the draft is gone then, and the checkpoints before are still there.
  public func commit(_ draft: Draft, _ manifest: CheckpointManifest) throws(CheckpointError)
    -> CheckpointManifest
  {
    do throws(CheckpointError) {
      let inner = try folder.folder(draft.name)
      let manifest = try seal(inner, draft, manifest)
      try folder.rename(draft.name, to: draft.id.description)
      try folder.flush()
      try removeOld()
      return manifest
    } catch {
      // What went wrong first says more than why its leftovers can't be removed.
      try? discard(draft)
      throw error
    }
  }

  private func seal(
    _ inner: Folder,
    _ draft: Draft,
    _ manifest: CheckpointManifest
  ) throws(CheckpointError) -> CheckpointManifest {
    guard manifest.id == draft.id, manifest.job == job else {
      throw CheckpointError(.unfit, "\(draft.path) is no checkpoint \(manifest.id) of \(job)")
    }
    var manifest = manifest
    manifest.files = []
    let before = try inner.tree(flushing: true)
    for entry in before { manifest.files.append(try inner.digest(entry.path, flushing: true)) }
    let after = try inner.tree()
    if let changed = zip(before, after).first(where: { $0 != $1 }) {
      throw CheckpointError(
        .unfit,
        "\(draft.path)/\(changed.1.path) was still being written: the checkpoint is torn"
      )
    }
    guard before.count == after.count else {
      throw CheckpointError(.unfit, "\(draft.path) got or lost files: the checkpoint is torn")
    }
    try Self.write(manifest, in: inner)
    return manifest
  }

  static func write(_ manifest: CheckpointManifest, in folder: Folder) throws(CheckpointError) {
    let bytes: [UInt8]
    do throws(ManifestError) {
      bytes = try manifest.encoded(digest: SHA256.digest)
    } catch {
      throw CheckpointError(.unfit, "\(folder.path) is no checkpoint: \(error)")
    }
    try folder.replace(manifestName, with: bytes)
    try folder.flush()
  }

  /// Keeps the newest ones that look whole, and what is newer than the last of them.
  private func removeOld() throws(CheckpointError) {
    var kept = 0
    for id in try ids() {
      if kept >= keeps {
        // First out of sight, so that one half removed is never taken for a torn one.
        let name = Self.removedPrefix + id.description
        try folder.rename(id.description, to: name)
        try folder.remove(name)
      } else if (try? manifest(of: id)) != nil {
        kept += 1
      }
    }
  }

  /// The manifest of a checkpoint, of which files and lengths are compared with what is there, but
  /// not the content: see ``verified(_:)``.
  public func manifest(of id: CheckpointID) throws(CheckpointError) -> CheckpointManifest {
    let inner = try folder.folder(id.description)
    try inner.checkIsOurs()
    let bytes = try inner.read(Self.manifestName, limit: CheckpointManifest.bytesMax)
    let manifest: CheckpointManifest
    do throws(ManifestError) {
      manifest = try CheckpointManifest(decoding: bytes, digest: SHA256.digest)
    } catch {
      throw CheckpointError(.corrupt, "\(inner.path)/\(Self.manifestName): \(error)")
    }
    guard manifest.id == id, manifest.job == job else {
      throw CheckpointError(
        .corrupt,
        "\(inner.path)/\(Self.manifestName) is of checkpoint \(manifest.id) of "
          + "\(manifest.job.quoted()): it was moved here"
      )
    }
    try compare(manifest.files, try inner.tree().filter { $0.path != Self.manifestName }, inner)
    return manifest
  }

  private func compare(
    _ files: [CheckpointManifest.File],
    _ found: [CheckpointWatch.Entry],
    _ inner: Folder
  ) throws(CheckpointError) {
    let lengths = Dictionary(found.map { ($0.path, $0.bytes) }, uniquingKeysWith: { $1 })
    for file in files where lengths[file.path] != file.bytes {
      let what = lengths[file.path].map { "has \($0) bytes" } ?? "is missing"
      throw CheckpointError(
        .corrupt,
        "\(inner.path)/\(file.path) \(what), where \(file.bytes) were written"
      )
    }
    guard found.count == files.count else {
      let known = Set(files.map(\.path))
      let extra = found.first { !known.contains($0.path) }?.path ?? ""
      throw CheckpointError(.corrupt, "\(inner.path)/\(extra) is no file of the checkpoint")
    }
  }

  /// The manifest of a checkpoint, after every byte of its files was compared with it.
  public func verified(_ id: CheckpointID) throws(CheckpointError) -> CheckpointManifest {
    let manifest = try manifest(of: id)
    let inner = try folder.folder(id.description)
    for file in manifest.files { try Self.require(file, try inner.digest(file.path), inner) }
    return manifest
  }

  private static func require(
    _ file: CheckpointManifest.File,
    _ found: CheckpointManifest.File,
    _ inner: Folder
  ) throws(CheckpointError) {
    guard found == file else {
      throw CheckpointError(
        .corrupt,
        "\(inner.path)/\(file.path) was changed: its checksum differs from the manifest's"
      )
    }
  }

  /// The newest checkpoint all of which is as it was written, and those newer ones that are not.
  public func newest() throws(CheckpointError) -> (
    manifest: CheckpointManifest?, skipped: [Skipped]
  ) {
    var skipped: [Skipped] = []
    for id in try ids() {
      do throws(CheckpointError) {
        return (try verified(id), skipped)
      } catch {
        skipped.append(Skipped(id: id, reason: error))
      }
    }
    return (nil, skipped)
  }

  /// Copies a checkpoint to another store of the job, verifying what is read on the way and, after
  /// it, what was written.
  public func copy(_ id: CheckpointID, to other: CheckpointStore) throws(CheckpointError) {
    let manifest = try manifest(of: id)
    let inner = try folder.folder(id.description)
    let draft = try other.begin(id, workers: 0)
    do throws(CheckpointError) {
      let target = try other.folder.folder(draft.name)
      for file in manifest.files {
        try Self.require(file, try inner.digest(file.path, copyingTo: target), inner)
      }
      let copied = try other.commit(draft, manifest)
      guard copied == manifest else {
        try other.folder.remove(id.description)
        throw CheckpointError(.corrupt, "\(other.path(of: id)) differs from \(inner.path)")
      }
    } catch {
      try? other.discard(draft)
      throw error
    }
  }
}
