import Basics

/// The encoding of `grpc-message`: bytes other than printable ASCII, and `%`, as `%XX`.
///
/// So are spaces at both ends: no value of HTTP/2 may begin or end with one (RFC 9113, 8.2.1), and
/// nghttp2 resets the stream of one that does.
///
/// Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Status-Message"
public enum PercentEncoding {
  /// Appends `text` encoded; at most `limit` of its bytes, cut between characters.
  static func append(_ text: String, limit: Int, to output: inout [UInt8]) {
    var count = 0
    let start = output.count
    for scalar in text.unicodeScalars {
      let bytes = UTF8.encode(scalar).map(Array.init) ?? []
      count += bytes.count
      guard count <= limit else { break }
      for byte in bytes { append(byte, isFirst: output.count == start, to: &output) }
    }
    if output.count > start, output.last == UInt8(ascii: " ") {
      output.removeLast()
      escape(UInt8(ascii: " "), to: &output)
    }
  }

  private static func append(_ byte: UInt8, isFirst: Bool, to output: inout [UInt8]) {
    if byte < 0x20 || byte > 0x7e || byte == UInt8(ascii: "%") || isFirst && byte == 0x20 {
      escape(byte, to: &output)
    } else {
      output.append(byte)
    }
  }

  private static func escape(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "%"))
    output.append(hexDigit(byte >> 4))
    output.append(hexDigit(byte & 15))
  }

  /// The text of an encoded message; escapes that are none stay as they are, and bytes that are not
  /// UTF-8 become U+FFFD, since a damaged message is better than none.
  public static func decode(_ bytes: Span<UInt8>) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = bytes[index + 1].hexadecimalValue, let low = bytes[index + 2].hexadecimalValue
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 48 + value : 55 + value
  }
}
