import Glibc

/// A file with one secret word, which its owner alone should read.
public enum SecretFile {
  /// Shorter ones can be guessed.
  private static let lengths = 16...1_024

  /// The word in a file, without what is empty around it.
  ///
  /// - Throws: what is wrong, beginning with the name of the setting that names the file.
  public static func word(in path: String, setting: String) throws(StartError) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw StartError("\(setting): can't read \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: lengths.upperBound + 2)
    let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 1, lengths.contains(words[0].utf8.count) else {
      throw StartError(
        "\(setting): \(path) must hold one word of \(lengths.lowerBound) to "
          + "\(lengths.upperBound) characters, such as `openssl rand -hex 32` makes"
      )
    }
    return String(words[0])
  }
}
