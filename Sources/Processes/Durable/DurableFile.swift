import Glibc

/// Files that are replaced as a whole: written aside, flushed to the disk, renamed, and their
/// folder flushed, so that whatever happens there is a complete one.
package enum DurableFile {
  /// What the system refused, with its reason.
  package struct Fault: Error, Hashable, CustomStringConvertible {
    /// The step: `write`, `flush`, `rename` or `open the folder`.
    package let step: String
    /// The file or folder.
    package let path: String
    /// The system's number of the reason: `ENOSPC`.
    package let code: CInt

    /// Step, path and reason.
    package var description: String {
      unsafe "can't \(step) \(path): \(String(cString: strerror(code)))"
    }
  }

  /// Puts `bytes` in place of the file at `path`, which the owner alone can read.
  package static func replace(_ path: String, with bytes: Span<UInt8>) throws(Fault) {
    let slash = path.lastIndex(of: "/")
    let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let folder = unsafe Glibc.open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try check(folder >= 0, "open the folder", parent)
    defer { close(folder) }
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    try replace(String(name), in: folder, at: parent, with: bytes)
  }

  /// Puts `bytes` in place of the file `name` of an open folder; `place` names that in faults.
  package static func replace(
    _ name: String,
    in folder: CInt,
    at place: String,
    with bytes: Span<UInt8>
  ) throws(Fault) {
    let aside = name + ".new"
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
    let file = unsafe openat(folder, aside, flags, 0o600)
    try check(file >= 0, "write", "\(place)/\(aside)")
    defer { close(file) }
    try write(bytes, to: file, at: "\(place)/\(aside)")
    try check(fsync(file) == 0, "flush", "\(place)/\(aside)")
    try check(unsafe renameat(folder, aside, folder, name) == 0, "rename", "\(place)/\(aside)")
    // The name is only safe once the folder is.
    try check(fsync(folder) == 0, "flush", place)
  }

  /// Writes all of `bytes` to an open file, which `path` names in faults.
  package static func write(_ bytes: Span<UInt8>, to file: CInt, at path: String) throws(Fault) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.extracting(done...).withUnsafeBufferPointer {
        unsafe Glibc.write(file, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      try check(count > 0, "write", path)
      done += count
    }
  }

  private static func check(_ holds: Bool, _ step: String, _ path: String) throws(Fault) {
    guard !holds else { return }
    throw Fault(step: step, path: path, code: errno)
  }
}
