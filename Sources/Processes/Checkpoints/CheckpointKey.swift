import Basics
public import Checkpointing
import Glibc
import Wire

/// A tenant's key, with which checkpoints are sealed; texts of it never show it.
public struct CheckpointKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// What manifests name it by: a digest of it, cut short.
  public let seal: CheckpointManifest.Seal

  private let bytes: [UInt8]

  /// Reads 32 bytes, as such or as 64 hexadecimal digits in a line, from a file that others must
  /// not be able to read.
  public init(file path: String) throws(CheckpointError) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .last("read the key", path) }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError(.key, "the key \(path) is no ordinary file")
    }
    guard status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & 0o077 == 0 else {
      throw CheckpointError(
        .key,
        "others may read the key \(path): have user \(geteuid()) own it, and chmod 600 \(path)"
      )
    }
    var bytes = [UInt8](repeating: 0, count: 128)
    bytes.removeLast(bytes.count - max(0, unsafe read(file, &bytes, bytes.count)))
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    if line.count == 1, let digits = [UInt8](hexadecimal: line[0], count: 32) { bytes = digits }
    try self.init(bytes, path)
  }

  private init(_ bytes: [UInt8], _ path: String) throws(CheckpointError) {
    let digest = SHA256.code(of: Array("hearth checkpoint key".utf8).span, key: bytes)
    guard bytes.count == AESGCM.keyBytes, Set(bytes).count > 1,
      let seal = CheckpointManifest.Seal(.aes256GCM, keyID: Array(digest.prefix(8)).hexadecimal)
    else {
      throw CheckpointError(
        .key,
        "the key \(path) is not 32 bytes or 64 digits: openssl rand -hex 32 makes one"
      )
    }
    (self.bytes, self.seal) = (bytes, seal)
  }

  /// The identifier alone.
  public var description: String { "key \(seal.keyID)" }

  /// The identifier alone.
  public var customMirror: Mirror { Mirror(self, children: ["keyID": seal.keyID]) }

  /// The cipher for one file (HKDF, RFC 5869, of one block): of its own salt, so that no nonce is
  /// used twice, and of what the file is bound to.
  func cipher(salt: [UInt8], context: [UInt8], path: String) throws(CheckpointError) -> AESGCM {
    let secret = SHA256.code(of: bytes.span, key: salt)
    let information = Array("hearth checkpoint file".utf8) + context + Array(path.utf8) + [1]
    guard let cipher = AESGCM(key: SHA256.code(of: information.span, key: secret)) else {
      throw CheckpointError(.system, "can't encrypt or decrypt \(path): OpenSSL has no memory")
    }
    return cipher
  }
}
