import Basics
import Checkpointing
import Glibc
import Wire

/// Files of a sealed checkpoint: a salt, then pieces of a mebibyte, each encrypted with its number
/// and whether it is the last as its nonce.
///
/// So no piece can be changed, left out, doubled or moved, in its file or to another; an empty file
/// has an empty piece.
enum SealedFile {
  static let pieceBytes = 1 << 20
  private static let saltBytes = 32

  /// How long a file of so many bytes is when it is sealed.
  static func length(of bytes: Int) -> Int {
    saltBytes + bytes + AESGCM.tagBytes * max(1, (bytes + pieceBytes - 1) / pieceBytes)
  }

  /// Seals a file of a folder into another.
  static func seal(
    _ path: String,
    from source: Folder,
    to target: Folder,
    _ key: CheckpointKey,
    context: [UInt8]
  ) throws(CheckpointError) -> CheckpointManifest.File {
    let (source, file) = (try SourceFile(source, path), try NewFile(target, path))
    var salt = [UInt8](repeating: 0, count: saltBytes)
    guard unsafe getentropy(&salt, salt.count) == 0 else { throw .last("draw a salt for", path) }
    let cipher = try key.cipher(salt: salt, context: context, path: path)
    try file.append(salt.span)
    var number = 0
    repeat {
      let piece = try source.next(pieceBytes)
      guard let sealed = cipher.seal(piece.span, nonce: nonce(number, source.isAtEnd)) else {
        throw CheckpointError(.system, "can't encrypt \(source.place): OpenSSL failed")
      }
      try file.append(sealed.span)
      number += 1
    } while !source.isAtEnd
    return try file.finish()
  }

  /// Opens a sealed file of a folder into another.
  static func open(
    _ path: String,
    from source: Folder,
    to target: Folder,
    _ key: CheckpointKey,
    context: [UInt8]
  ) throws(CheckpointError) {
    let (source, file) = (try SourceFile(source, path), try NewFile(target, path))
    let salt = try source.next(saltBytes)
    let cipher = try key.cipher(salt: salt, context: context, path: path)
    var number = 0
    repeat {
      let piece = try source.next(pieceBytes + AESGCM.tagBytes)
      guard let bytes = cipher.open(piece.span, nonce: nonce(number, source.isAtEnd)) else {
        throw CheckpointError(
          .corrupt,
          "\(source.place) was forged: piece \(number) is not what was sealed with \(key)"
        )
      }
      // Not flushed: it is removed once the job has gone on.
      try file.append(bytes.span)
      number += 1
    } while !source.isAtEnd
  }

  private static func nonce(_ number: Int, _ isLast: Bool) -> [UInt8] {
    let count = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    return [0, 0, 0] + count + [isLast ? 1 : 0]
  }
}
