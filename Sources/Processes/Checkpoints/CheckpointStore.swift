import Basics
public import Checkpointing
import Glibc
import Wire

/// The checkpoints of one job in a folder of its own: each whole and verified, or not there.
///
/// A checkpoint is written aside, each file and folder flushed to the disk, then the manifest,
/// then renamed; a process that ends in between leaves only what the next one to open the folder
/// removes.
/// Every call blocks on the disk: make them off the loop, one after the other but for copies. One
/// process at a time has the folder.
public final class CheckpointStore: Sendable {
  /// Where the checkpoints lie.
  public var path: String { folder.path }
  /// The job whose checkpoints they are.
  public let job: String

  let folder: Folder
  /// Where files lie that are not sealed, yet or any more.
  let plain: Folder
  let key: CheckpointKey?
  private let keeps: Int

  static let manifestName = "manifest"
  private static let draftPrefix = ".draft-"
  private static let sealedPrefix = ".sealed-"
  static let openedPrefix = ".opened-"
  private static let removedPrefix = ".removed-"

  /// A checkpoint that is being written.
  public struct Draft: Hashable, Sendable {
    /// Which one it will be.
    public let id: CheckpointID
    let name: String
    /// Where its files go: below `worker-K/` for each worker.
    public let path: String

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
  /// - Parameters:
  ///   - path: the folder.
  ///   - job: the job's name.
  ///   - keeps: how many checkpoints to keep; at least 1.
  ///   - key: the tenant's: checkpoints are sealed with it, and others are not taken.
  ///   - scratch: with a key, where a checkpoint lies while it is written or restored, unsealed: a
  ///     folder in memory, of this job alone; nil for the same folder.
  /// - Throws: why the folder can't be used.
  public init(
    _ path: String,
    job: String,
    keeps: Int,
    key: CheckpointKey? = nil,
    scratch: String? = nil
  ) throws(CheckpointError) {
    folder = try Self.open(path)
    plain = if key != nil, let scratch { try Self.open(scratch) } else { folder }
    (self.job, self.key, self.keeps) = (job, key, max(1, keeps))
  }

  deinit {
    // Closing is not enough where a process was just forked that has it too.
    flock(folder.descriptor, LOCK_UN)
    flock(plain.descriptor, LOCK_UN)
  }

  private static func open(_ path: String) throws(CheckpointError) -> Folder {
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .last("make the folder", path)
    }
    let folder = try Folder(path)
    try folder.checkIsOurs()
    guard flock(folder.descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw CheckpointError(.away, "another process uses \(path): end it first")
    }
    let prefixes = [draftPrefix, sealedPrefix, openedPrefix, removedPrefix]
    for name in try folder.names() where prefixes.contains(where: name.hasPrefix) {
      try folder.remove(name)
    }
    return folder
  }

  /// The checkpoints there, newest first; none of them was looked into.
  public func ids() throws(CheckpointError) -> [CheckpointID] {
    try folder.names().compactMap { CheckpointID(folder: $0) }.sorted(by: >)
  }

  /// Where a checkpoint's files are.
  public func path(of id: CheckpointID) -> String { "\(path)/\(id)" }

  /// Begins a checkpoint, which must be newer than all that are there.
  ///
  /// `workers`: each gets its folder.
  public func begin(_ id: CheckpointID, workers: Int) throws(CheckpointError) -> Draft {
    let draft = try begin(id, Self.draftPrefix, in: plain)
    let inner = try plain.folder(draft.name)
    for rank in 0..<workers { try inner.make(CheckpointManifest.folder(ofWorker: rank)) }
    return draft
  }

  private func begin(_ id: CheckpointID, _ prefix: String, in parent: Folder)
    throws(CheckpointError) -> Draft
  {
    if let newest = try ids().first, newest >= id {
      throw CheckpointError(
        .superseded,
        "\(path) has the checkpoint \(newest), so \(id) comes too late: "
          + "the job has gone on elsewhere"
      )
    }
    let name = prefix + id.description
    try parent.remove(name)
    try parent.make(name)
    return Draft(id: id, name: name, path: "\(parent.path)/\(name)")
  }

  /// Removes a checkpoint that was not finished.
  public func discard(_ draft: Draft) throws(CheckpointError) { try plain.remove(draft.name) }

  /// Makes a draft the newest checkpoint, and removes those that are too many.
  ///
  /// `manifest`: what is known but for its files, which are read here, and sealed where there is a
  ///   key. Returned with them.
  /// Throws what went wrong; the draft is gone then, and the checkpoints before are still there.
  public func commit(_ draft: Draft, _ manifest: CheckpointManifest) throws(CheckpointError)
    -> CheckpointManifest
  {
    do throws(CheckpointError) {
      guard manifest.id == draft.id, manifest.job == job else {
        throw CheckpointError(.unfit, "\(draft.path) is no checkpoint \(manifest.id) of \(job)")
      }
      let inner = try plain.folder(draft.name)
      guard let key else { return try finish(draft.name, try hashed(inner, manifest)) }
      let sealed = try begin(draft.id, Self.sealedPrefix, in: folder)
      let whole = try seal(inner, manifest, key, into: try folder.folder(sealed.name))
      try discard(draft)
      return try finish(sealed.name, whole)
    } catch {
      // What went wrong first says more than why its leftovers can't be removed.
      try? discard(draft)
      try? folder.remove(Self.sealedPrefix + draft.id.description)
      throw error
    }
  }

  /// Gives the checkpoint in a folder of this one its manifest and its name.
  private func finish(_ name: String, _ manifest: CheckpointManifest) throws(CheckpointError)
    -> CheckpointManifest
  {
    try Self.write(manifest, in: try folder.folder(name))
    try folder.rename(name, to: manifest.id.description)
    try folder.flush()
    try removeOld()
    return manifest
  }

  /// The manifest with the files of a folder, all of which are flushed to the disk.
  private func hashed(_ inner: Folder, _ manifest: CheckpointManifest) throws(CheckpointError)
    -> CheckpointManifest
  {
    var manifest = manifest
    manifest.files = []
    try inner.undisturbed(flushing: true) { (entries) throws(CheckpointError) in
      for entry in entries {
        manifest.files.append(try inner.digest(entry.path, flushing: true))
      }
    }
    return manifest
  }

  private func seal(
    _ inner: Folder,
    _ manifest: CheckpointManifest,
    _ key: CheckpointKey,
    into target: Folder
  ) throws(CheckpointError) -> CheckpointManifest {
    var manifest = manifest
    manifest.seal = key.seal
    try inner.undisturbed { (entries) throws(CheckpointError) in
      manifest.files = entries.map {
        .init(
          path: $0.path,
          bytes: SealedFile.length(of: $0.bytes),
          sha256: Array(repeating: 0, count: 32)
        )
      }
      let context = try Self.context(manifest, target)
      for (index, file) in manifest.files.enumerated() {
        manifest.files[index] = try SealedFile.seal(
          file.path,
          from: inner,
          to: target,
          key,
          context: context
        )
      }
    }
    _ = try target.tree(flushing: true)
    return manifest
  }

  static func context(_ manifest: CheckpointManifest, _ folder: Folder)
    throws(CheckpointError) -> [UInt8]
  {
    do throws(ManifestError) {
      return try manifest.sealContext(digest: SHA256.digest)
    } catch {
      throw CheckpointError(.unfit, "\(folder.path) is no checkpoint: \(error)")
    }
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

  /// Removes a checkpoint; one half removed is never taken for a torn one.
  func remove(_ id: CheckpointID) throws(CheckpointError) {
    let name = Self.removedPrefix + id.description
    try folder.rename(id.description, to: name)
    try folder.remove(name)
  }

  /// Keeps the newest ones that look whole, and what is newer than the last of them.
  private func removeOld() throws(CheckpointError) {
    var kept = 0
    for id in try ids() {
      if kept >= keeps {
        try remove(id)
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

  /// Takes a checkpoint from elsewhere as it is; `fetch` writes a file of it into a folder.
  ///
  /// What is then on the disk is compared with the manifest once more.
  func take(
    _ manifest: CheckpointManifest,
    fetch: (CheckpointManifest.File, Folder) throws(CheckpointError) -> CheckpointManifest.File
  ) throws(CheckpointError) {
    let draft = try begin(manifest.id, Self.draftPrefix, in: folder)
    do throws(CheckpointError) {
      let target = try folder.folder(draft.name)
      for file in manifest.files { try Self.require(file, try fetch(file, target), target) }
      guard try hashed(target, manifest) == manifest else {
        throw CheckpointError(.corrupt, "\(draft.path) differs from what was written there")
      }
      _ = try finish(draft.name, manifest)
    } catch {
      try? folder.remove(draft.name)
      throw error
    }
  }
}
