import Basics
public import Checkpointing
import Wire

extension CheckpointStore {
  /// The manifest of a checkpoint, after every byte of its files was compared with it, and with a
  /// key whether it was sealed with that.
  public func verified(_ id: CheckpointID) throws(CheckpointError) -> CheckpointManifest {
    let manifest = try manifest(of: id)
    let inner = try folder.folder(id.description)
    if key != nil { try requireKey(of: manifest, inner) }
    for file in manifest.files { try Self.require(file, try inner.digest(file.path), inner) }
    return manifest
  }

  static func require(
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

  /// Refuses a checkpoint that was sealed with another key than this job's, or is not where there
  /// is one, or is where there is none.
  private func requireKey(of manifest: CheckpointManifest, _ inner: Folder)
    throws(CheckpointError)
  {
    guard let seal = manifest.seal else {
      guard let key else { return }
      // Anybody could have put it there.
      throw CheckpointError(
        .corrupt,
        "\(inner.path) is not sealed, and checkpoints of this job are, with \(key)"
      )
    }
    guard let key, key.seal == seal else {
      let ours = key.map { "this job's is \($0)" } ?? "this job has none"
      throw CheckpointError(
        .key,
        "\(inner.path) was sealed with key \(seal.keyID), and \(ours): name the file of that key"
      )
    }
  }

  /// The newest checkpoint all of which is as it was written, and those newer ones that are not.
  ///
  /// Throws where it was sealed with another key: nothing is wrong with it then.
  public func newest() throws(CheckpointError) -> (
    manifest: CheckpointManifest?, skipped: [Skipped]
  ) {
    var skipped: [Skipped] = []
    for id in try ids() {
      do throws(CheckpointError) {
        return (try verified(id), skipped)
      } catch {
        guard error.kind != .key else { throw error }
        skipped.append(Skipped(id: id, reason: error))
      }
    }
    return (nil, skipped)
  }

  /// Where the files of a verified checkpoint can be read: its own folder, or where it was sealed
  /// one in which they were opened, until ``close(_:)``.
  public func opened(_ manifest: CheckpointManifest) throws(CheckpointError) -> String {
    let inner = try folder.folder(manifest.id.description)
    try requireKey(of: manifest, inner)
    guard manifest.seal != nil, let key else { return inner.path }
    let name = Self.openedPrefix + manifest.id.description
    try plain.remove(name)
    try plain.make(name)
    do throws(CheckpointError) {
      let target = try plain.folder(name)
      let context = try Self.context(manifest, inner)
      for file in manifest.files {
        try SealedFile.open(file.path, from: inner, to: target, key, context: context)
      }
      return target.path
    } catch {
      try? plain.remove(name)
      throw error
    }
  }

  /// Removes what ``opened(_:)`` has made, once the job has gone on from it.
  public func close(_ id: CheckpointID) throws(CheckpointError) {
    try plain.remove(Self.openedPrefix + id.description)
  }

  /// Copies a checkpoint to another store of the job, verifying what is read on the way and, after
  /// it, what was written; one that is sealed stays so, and needs no key.
  public func copy(_ id: CheckpointID, to other: CheckpointStore) throws(CheckpointError) {
    let manifest = try manifest(of: id)
    let inner = try folder.folder(id.description)
    try other.take(manifest) { (file, target) throws(CheckpointError) in
      try inner.copy(file.path, to: target)
    }
  }
}
