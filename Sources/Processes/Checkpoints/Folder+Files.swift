import Basics
import Checkpointing
import Glibc
import Wire

extension Folder {
  private static let pieceBytes = 1 << 20

  /// The digest of the file at a path below, and how long it is.
  ///
  /// With `flushing`, its content is flushed to the disk first. With `target`, it is copied to the
  /// same path below that folder, and the copy is flushed. Takes a mebibyte of memory.
  func digest(
    _ path: String,
    flushing: Bool = false,
    copyingTo target: Folder? = nil
  ) throws(CheckpointError) -> CheckpointManifest.File {
    let source = try open(path)
    defer { close(source) }
    let place = "\(self.path)/\(path)"
    if flushing, fsync(source) != 0 { throw .last("flush", place) }
    let copy = try target?.create(path)
    defer { if let copy { close(copy) } }
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.pieceBytes,
      alignment: 4_096
    )
    defer { unsafe piece.deallocate() }
    var digest = SHA256.Running()
    var bytes = 0
    while true {
      let count = unsafe Glibc.read(source, piece.baseAddress, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .last("read", place) }
      guard count > 0 else { break }
      let read = unsafe UnsafeRawBufferPointer(rebasing: piece[..<count])
      unsafe digest.update(read)
      if let copy, let target { unsafe try Self.write(read, to: copy, "\(target.path)/\(path)") }
      bytes += count
    }
    if let copy, let target, fsync(copy) != 0 { throw .last("flush", "\(target.path)/\(path)") }
    guard let sha256 = digest.digest() else {
      throw CheckpointError(.system, "can't hash \(place): OpenSSL has no memory")
    }
    return .init(path: path, bytes: bytes, sha256: sha256)
  }

  /// All of a file in this folder; refuses one longer than `limit` bytes.
  func read(_ name: String, limit: Int) throws(CheckpointError) -> [UInt8] {
    let file = try open(name)
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw .last("look at", "\(path)/\(name)") }
    guard status.st_size <= limit else {
      throw CheckpointError(.corrupt, "\(path)/\(name) has the absurd size \(status.st_size)")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(file, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .last("read", "\(path)/\(name)") }
      guard count > 0 else { break }
      done += count
    }
    return Array(bytes.prefix(done))
  }

  /// Writes a file of this folder as a whole or not at all.
  func replace(_ name: String, with bytes: [UInt8]) throws(CheckpointError) {
    let draft = name + ".new"
    let file = unsafe openat(
      descriptor,
      draft,
      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
      0o600
    )
    guard file >= 0 else { throw .last("write", "\(path)/\(draft)") }
    defer { close(file) }
    var failure: CheckpointError?
    unsafe bytes.withUnsafeBytes { bytes in
      do throws(CheckpointError) {
        unsafe try Self.write(bytes, to: file, "\(path)/\(draft)")
      } catch { failure = error }
    }
    if let failure { throw failure }
    guard fsync(file) == 0 else { throw .last("flush", "\(path)/\(draft)") }
    try rename(draft, to: name)
  }

  /// Opens a file below for reading: an ordinary one, reached through no link.
  private func open(_ path: String) throws(CheckpointError) -> CInt {
    let (folder, name) = try parent(of: path)
    // A pipe that somebody put there would hold the open up for ever.
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let file = unsafe openat(folder.descriptor, name, flags)
    guard file >= 0 else { throw .last("open", "\(self.path)/\(path)") }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw CheckpointError(.unsafeFolder, "\(self.path)/\(path) is no ordinary file")
    }
    return file
  }

  private func create(_ path: String) throws(CheckpointError) -> CInt {
    let (folder, name) = try parent(of: path, making: true)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = unsafe openat(folder.descriptor, name, flags, 0o600)
    guard file >= 0 else { throw .last("write", "\(self.path)/\(path)") }
    return file
  }

  private func parent(of path: String, making: Bool = false) throws(CheckpointError)
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

  private static func write(_ bytes: UnsafeRawBufferPointer, to file: CInt, _ path: String)
    throws(CheckpointError)
  {
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      let piece = unsafe UnsafeRawBufferPointer(rebasing: rest)
      let count = unsafe Glibc.write(file, piece.baseAddress, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .last("write", path) }
      unsafe rest = rest.dropFirst(count)
    }
  }
}
