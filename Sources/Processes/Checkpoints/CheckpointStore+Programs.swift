package import Checkpointing
import Glibc

/// Checkpoints that programs write by themselves, each a file or a folder in a folder of theirs.
extension CheckpointStore {
  /// Refuses a folder in which others could put or replace files; one that is not there has none.
  package static func checkIsOurs(_ directory: String) throws(CheckpointError) {
    guard unsafe access(directory, F_OK) == 0 else { return }
    try Folder(directory).checkIsOurs()
  }

  /// Takes what has this name in a program's folder as the newest checkpoint, under its name.
  ///
  /// `manifest`: what is known of it but for its files and workers, of which one counts.
  /// Throws ``CheckpointError/Kind/unfit`` where it changed while it was copied.
  package func take(_ name: String, from directory: String, as manifest: CheckpointManifest)
    throws(CheckpointError) -> CheckpointManifest
  {
    let source = try Folder(directory)
    try source.checkIsOurs()
    var manifest = manifest
    manifest.workers = 1
    let draft = try begin(manifest.id, workers: 1)
    do throws(CheckpointError) {
      let target = try plain.folder(draft.name).folder(CheckpointManifest.folder(ofWorker: 0))
      if let before = source.modified(ofFile: name) {
        _ = try source.copy(name, to: target)
        guard source.modified(ofFile: name) == before else {
          throw CheckpointError(.unfit, "\(directory)/\(name) changed while it was copied")
        }
      } else {
        let inner = try source.folder(name)
        try target.make(name)
        let copy = try target.folder(name)
        try inner.undisturbed { (entries) throws(CheckpointError) in
          for entry in entries { _ = try inner.copy(entry.path, to: copy) }
        }
      }
      return try commit(draft, manifest)
    } catch {
      try? discard(draft)
      throw error
    }
  }

  /// Lays a verified checkpoint that was taken so beside what is in a program's folder.
  package func lay(_ manifest: CheckpointManifest, in directory: String)
    throws(CheckpointError) -> LaidCheckpoint
  {
    let target = try Folder(directory)
    try target.checkIsOurs()
    for name in try target.names() where name.hasPrefix(LaidCheckpoint.prefix) {
      try target.remove(name)
    }
    let source = try Folder(try opened(manifest))
      .folder(CheckpointManifest.folder(ofWorker: 0))
    defer { try? close(manifest.id) }
    let laid = LaidCheckpoint(manifest, in: target, names: try source.names())
    do throws(CheckpointError) {
      for name in [laid.name, laid.name + "/new", laid.name + "/old"] { try target.make(name) }
      let new = try target.folder(laid.name).folder("new")
      let digests = Dictionary(
        manifest.files.map { ($0.path, $0) },
        uniquingKeysWith: { $1 }
      )
      for entry in try source.tree() {
        var file = try source.copy(entry.path, to: new)
        file.path = "\(CheckpointManifest.folder(ofWorker: 0))/\(entry.path)"
        if manifest.seal == nil, let known = digests[file.path] {
          try Self.require(known, file, source)
        }
        try new.date(entry.path, milliseconds: manifest.takenMilliseconds)
      }
      _ = try new.tree(flushing: true)
      return laid
    } catch {
      laid.clear()
      throw error
    }
  }
}

/// A checkpoint that lies in a program's folder, but not yet where the program looks for it.
package struct LaidCheckpoint: Sendable {
  /// Which one.
  package let manifest: CheckpointManifest
  private let target: Folder
  private let names: [String]

  fileprivate static let prefix = ".hearth-checkpoint-"
  fileprivate var name: String { Self.prefix + manifest.id.description }

  fileprivate init(_ manifest: CheckpointManifest, in target: Folder, names: [String]) {
    (self.manifest, self.target, self.names) = (manifest, target, names)
  }

  /// Gives it its name, in place of what has that; quick.
  package func place() throws(CheckpointError) {
    let (new, old) = (
      try target.folder(name).folder("new"), try target.folder(name).folder("old")
    )
    for name in names {
      guard
        unsafe renameat(target.descriptor, name, old.descriptor, name) == 0 || errno == ENOENT,
        unsafe renameat(new.descriptor, name, target.descriptor, name) == 0
      else { throw .last("put in place", "\(target.path)/\(name)") }
    }
    try target.flush()
  }

  /// Removes what lies aside.
  package func clear() { try? target.remove(name) }
}

extension Folder {
  /// What tells a change of an ordinary file; nil for what is none.
  fileprivate func modified(ofFile name: String) -> [Int64]? {
    var status = stat()
    guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
      status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return [
      Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec), Int64(status.st_size),
      Int64(status.st_ino),
    ]
  }

  /// Has a file below be from this moment since 1970.
  fileprivate func date(_ path: String, milliseconds: Int) throws(CheckpointError) {
    let time = timespec(tv_sec: milliseconds / 1_000, tv_nsec: milliseconds % 1_000 * 1_000_000)
    let times = [time, time]
    guard unsafe utimensat(descriptor, path, times, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw .last("date", "\(self.path)/\(path)")
    }
  }
}
