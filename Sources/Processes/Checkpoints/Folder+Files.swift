import Basics
import Checkpointing
import Durable
import Glibc
import Wire

extension Folder {
  private static let pieceBytes = 1 << 20

  /// The digest of the file at a path below, and how long it is.
  ///
  /// With `flushing`, its content is flushed to the disk first. Takes a mebibyte of memory.
  func digest(_ path: String, flushing: Bool = false) throws(CheckpointError)
    -> CheckpointManifest.File
  {
    let source = try SourceFile(self, path)
    if flushing { try source.flush() }
    var digest = SHA256.Running()
    var bytes = 0
    while true {
      let piece = try source.next(Self.pieceBytes)
      guard !piece.isEmpty else { break }
      digest.update(piece.span)
      bytes += piece.count
    }
    return .init(path: path, bytes: bytes, sha256: try Self.whole(digest.digest(), source.place))
  }

  /// Copies the file at a path below to the same path below another folder.
  func copy(_ path: String, to target: Folder) throws(CheckpointError) -> CheckpointManifest.File {
    let (source, file) = (try SourceFile(self, path), try NewFile(target, path))
    while true {
      let piece = try source.next(Self.pieceBytes)
      guard !piece.isEmpty else { return try file.finish() }
      try file.append(piece.span)
    }
  }

  fileprivate static func whole(_ digest: [UInt8]?, _ place: String) throws(CheckpointError)
    -> [UInt8]
  {
    guard let digest else {
      throw CheckpointError(.system, "can't hash \(place): OpenSSL has no memory")
    }
    return digest
  }

  /// All of a file in this folder; refuses one longer than `limit` bytes.
  func read(_ name: String, limit: Int) throws(CheckpointError) -> [UInt8] {
    let file = try SourceFile(self, name)
    guard file.bytes <= limit else {
      throw CheckpointError(.corrupt, "\(file.place) has the absurd size \(file.bytes)")
    }
    return try file.next(file.bytes)
  }

  /// Writes a file of this folder as a whole or not at all.
  func replace(_ name: String, with bytes: [UInt8]) throws(CheckpointError) {
    do throws(DurableFile.Fault) {
      try DurableFile.replace(name, in: descriptor, at: path, with: bytes.span)
    } catch {
      throw CheckpointError(error)
    }
  }

  /// The folder in which a path below ends, and the name there.
  fileprivate func parent(of path: String, making: Bool = false) throws(CheckpointError)
    -> (Folder, String)
  {
    if let fault = CheckpointPath.fault(path) {
      throw CheckpointError(.corrupt, "\(self.path): \(path.quoted(limit: 80)) \(fault)")
    }
    var folder = self
    var names = path.split(separator: "/").map(String.init)
    let last = names.removeLast()
    for name in names {
      if making, unsafe mkdirat(folder.descriptor, name, 0o700) != 0, errno != EEXIST {
        throw .last("make the folder", "\(folder.path)/\(name)")
      }
      folder = try folder.folder(name)
    }
    return (folder, last)
  }
}

/// A file that is read from its beginning: an ordinary one, reached through no link.
final class SourceFile {
  /// For messages.
  let place: String
  /// Its length when it was opened.
  let bytes: Int
  private let descriptor: CInt
  private var done = 0

  init(_ folder: Folder, _ path: String) throws(CheckpointError) {
    place = "\(folder.path)/\(path)"
    let (parent, name) = try folder.parent(of: path)
    // A pipe that somebody put there would hold the open up for ever.
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    descriptor = unsafe openat(parent.descriptor, name, flags)
    guard descriptor >= 0 else { throw .last("open", place) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw CheckpointError(.unsafeFolder, "\(place) is no ordinary file")
    }
    bytes = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Whether all that it had when it was opened was read.
  var isAtEnd: Bool { done >= bytes }

  /// Flushes its content to the disk.
  func flush() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw .last("flush", place) }
  }

  /// The next bytes: `count`, or fewer at the end; none behind it.
  func next(_ count: Int) throws(CheckpointError) -> [UInt8] {
    var (code, filled) = (0, 0)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
      while filled < count {
        code = unsafe Glibc.read(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + filled },
          count - filled
        )
        if code < 0, errno == EINTR { continue }
        guard code > 0 else { break }
        filled += code
      }
      length = filled
    }
    guard code >= 0 else { throw .last("read", place) }
    done = bytes.isEmpty ? max(done, self.bytes) : done + filled
    return bytes
  }
}

/// A file that is made: hashed as it is written, and flushed to the disk at its end.
final class NewFile {
  private let path: String
  private let place: String
  private let descriptor: CInt
  private var digest = SHA256.Running()
  private(set) var bytes = 0

  init(_ folder: Folder, _ path: String) throws(CheckpointError) {
    self.path = path
    place = "\(folder.path)/\(path)"
    let (parent, name) = try folder.parent(of: path, making: true)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    descriptor = unsafe openat(parent.descriptor, name, flags, 0o600)
    guard descriptor >= 0 else { throw .last("write", place) }
  }

  deinit { close(descriptor) }

  func append(_ piece: Span<UInt8>) throws(CheckpointError) {
    do throws(DurableFile.Fault) {
      try DurableFile.write(piece, to: descriptor, at: place)
    } catch {
      throw CheckpointError(error)
    }
    digest.update(piece)
    bytes += piece.count
  }

  /// Begins again.
  func reset() throws(CheckpointError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw .last("cut", place)
    }
    digest = SHA256.Running()
    bytes = 0
  }

  func finish() throws(CheckpointError) -> CheckpointManifest.File {
    guard fsync(descriptor) == 0 else { throw .last("flush", place) }
    return .init(path: path, bytes: bytes, sha256: try Folder.whole(digest.digest(), place))
  }
}
