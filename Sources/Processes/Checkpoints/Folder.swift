import Basics
import Checkpointing
import Glibc
import Wire

/// An open folder, below which files are reached name by name and never through a symlink.
final class Folder: Sendable {
  let descriptor: CInt
  /// For messages.
  let path: String

  private init(_ descriptor: CInt, _ path: String) {
    (self.descriptor, self.path) = (descriptor, path)
  }

  deinit { close(descriptor) }

  private static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

  convenience init(_ path: String) throws(CheckpointError) {
    let descriptor = unsafe open(path, Self.flags)
    guard descriptor >= 0 else { throw .last("open the folder", path) }
    self.init(descriptor, path)
  }

  /// The folder of this name in this one.
  func folder(_ name: some StringProtocol) throws(CheckpointError) -> Folder {
    let name = String(name)
    let descriptor = unsafe openat(self.descriptor, name, Self.flags)
    guard descriptor >= 0 else { throw .last("open the folder", "\(path)/\(name)") }
    return Folder(descriptor, "\(path)/\(name)")
  }

  /// Makes a folder that the owner alone can use.
  func make(_ name: String) throws(CheckpointError) {
    guard unsafe mkdirat(descriptor, name, 0o700) == 0 else {
      throw .last("make the folder", "\(path)/\(name)")
    }
  }

  /// Refuses a folder in which others could put or replace files.
  func checkIsOurs() throws(CheckpointError) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .last("look at", path) }
    guard status.st_uid == geteuid() else {
      throw CheckpointError(
        .unsafeFolder,
        "\(path) belongs to user \(status.st_uid), so checkpoints in it can't be trusted: "
          + "use a folder of user \(geteuid())"
      )
    }
    guard status.st_mode & 0o022 == 0 else {
      throw CheckpointError(
        .unsafeFolder,
        "others can write to \(path), so checkpoints in it can't be trusted: chmod go-w \(path)"
      )
    }
  }

  /// Flushes the names in the folder to the disk.
  func flush() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw .last("flush the folder", path) }
  }

  func rename(_ name: String, to newName: String) throws(CheckpointError) {
    guard unsafe renameat(descriptor, name, descriptor, newName) == 0 else {
      throw .last("rename to \(newName)", "\(path)/\(name)")
    }
  }

  /// The names in the folder, in order.
  func names() throws(CheckpointError) -> [String] {
    // The stream owns its descriptor and reads from where the descriptor is.
    let copy = unsafe openat(descriptor, ".", Self.flags)
    guard copy >= 0, let stream = unsafe fdopendir(copy) else { throw .last("list", path) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
      guard names.count <= 2 * CheckpointManifest.filesMax else {
        throw CheckpointError(.corrupt, "\(path) has too many files in it")
      }
    }
    guard errno == 0 else { throw .last("list", path) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Every file below, in order of path; refuses what is neither a file nor a folder.
  ///
  /// With `flushing`, the names are flushed to the disk as well.
  func tree(flushing: Bool = false) throws(CheckpointError) -> [CheckpointWatch.Entry] {
    var entries: [CheckpointWatch.Entry] = []
    try collect(below: "", depth: 1, flushing, into: &entries)
    return entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Calls `body` with every file below; throws where one of them changed meanwhile.
  func undisturbed(
    flushing: Bool = false,
    _ body: ([CheckpointWatch.Entry]) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    let before = try tree(flushing: flushing)
    try body(before)
    let after = try tree()
    if let changed = zip(before, after).first(where: { $0 != $1 }) {
      throw CheckpointError(
        .unfit,
        "\(path)/\(changed.1.path) was still being written: the checkpoint is torn"
      )
    }
    guard before.count == after.count else {
      throw CheckpointError(.unfit, "\(path) got or lost files: the checkpoint is torn")
    }
  }

  private func collect(
    below prefix: String,
    depth: Int,
    _ flushing: Bool,
    into entries: inout [CheckpointWatch.Entry]
  ) throws(CheckpointError) {
    for name in try names() {
      let path = prefix + name
      var status = stat()
      guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
        throw .last("look at", "\(self.path)/\(name)")
      }
      if let fault = CheckpointPath.fault(path) {
        throw CheckpointError(.unfit, "\(self.path): \(path.quoted(limit: 80)) \(fault)")
      }
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        try folder(name).collect(below: path + "/", depth: depth + 1, flushing, into: &entries)
      case S_IFREG:
        let modified =
          Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        entries.append(
          .init(
            path: path,
            bytes: Int(status.st_size),
            modified: modified,
            inode: UInt64(status.st_ino)
          )
        )
      default:
        throw CheckpointError(
          .unsafeFolder,
          "\(self.path)/\(name) is neither a file nor a folder: checkpoints have no links"
        )
      }
      guard entries.count <= CheckpointManifest.filesMax else {
        throw CheckpointError(
          .unfit,
          "\(self.path) has more than \(CheckpointManifest.filesMax) files"
        )
      }
    }
    if flushing { try flush() }
  }

  /// Removes a file, or a folder with all that is in it; following no links.
  func remove(_ name: String) throws(CheckpointError) {
    if unsafe unlinkat(descriptor, name, 0) == 0 || errno == ENOENT { return }
    guard errno == EISDIR || errno == EPERM else { throw .last("remove", "\(path)/\(name)") }
    let inner = try folder(name)
    for name in try inner.names() { try inner.remove(name) }
    guard unsafe unlinkat(descriptor, name, AT_REMOVEDIR) == 0 else {
      throw .last("remove", "\(path)/\(name)")
    }
  }
}
