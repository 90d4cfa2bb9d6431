import Glibc

/// What workers write, which is cut back to what it was at a checkpoint when they go on from there:
/// lines would be there twice, and CRIU refuses a file of another length.
package enum OutputFiles {
  /// The length of an output now.
  package static func bytes(of path: String) throws(CheckpointError) -> Int {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw .last("look at", path) }
    return Int(status.st_size)
  }

  /// Cuts an output back to `bytes`; one that is shorter already has lost what the program wrote.
  package static func cut(_ path: String, to bytes: Int) throws(CheckpointError) {
    let file = unsafe open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { throw .last("open", path) }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw .last("look at", path) }
    guard status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) >= bytes else {
      throw CheckpointError(
        .corrupt,
        "\(path) has \(status.st_size) bytes, less than the \(bytes) at the checkpoint"
      )
    }
    guard ftruncate(file, bytes) == 0, fsync(file) == 0 else { throw .last("cut", path) }
  }
}
