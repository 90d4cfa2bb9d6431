import Basics

/// Where a file of a checkpoint may lie.
public enum CheckpointPath {
  /// The longest path, in bytes.
  public static let bytesMax = 512
  /// The most folders on the way, the file included.
  public static let depthMax = 16

  /// Why `path` can't be one below a checkpoint's folder; nil where it can.
  ///
  /// A path is relative, without `.`, `..` and empty parts, of visible characters of ASCII.
  public static func fault(_ path: some StringProtocol) -> String? {
    guard !path.isEmpty else { return "is empty" }
    guard path.utf8.count <= bytesMax else { return "is longer than \(bytesMax) bytes" }
    guard path.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      return "has a character that is not visible ASCII"
    }
    guard path.utf8.first != UInt8(ascii: "/") else { return "is absolute" }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= depthMax else { return "has more than \(depthMax) parts" }
    for part in parts where part.isEmpty || part == "." || part == ".." {
      return "has the part \(part.quoted()), which leads elsewhere"
    }
    return nil
  }
}
