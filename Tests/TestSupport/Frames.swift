/// One frame of HTTP/2.
package struct Frame {
  package let type: UInt8
  package let flags: UInt8
  package let id: UInt32
  package let payload: [UInt8]
}

/// Bytes of HTTP/2 frames as a hostile peer makes them.
package enum Frames {
  package static let settings = frame(4, 0, 0, [])
  package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + settings

  package static func frame(_ type: UInt8, _ flags: UInt8, _ id: UInt32, _ payload: [UInt8])
    -> [UInt8]
  {
    let count = payload.count
    return [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
      + withUnsafeBytes(of: id.bigEndian, Array.init) + payload
  }

  /// A field that is neither indexed nor compressed.
  package static func literal(_ name: String, _ value: String) -> [UInt8] {
    [0] + text(name) + text(value)
  }

  private static func text(_ string: String) -> [UInt8] {
    let bytes = Array(string.utf8)
    guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
    var (rest, prefix) = (bytes.count - 127, [UInt8(127)])
    while rest >= 128 {
      prefix.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    return prefix + [UInt8(rest)] + bytes
  }

  /// A header block of a response, whole and on the first stream.
  package static func response(_ fields: [(String, String)], flags: UInt8 = 4) -> [UInt8] {
    frame(1, flags, 1, fields.flatMap { literal($0.0, $0.1) })
  }

  package static func request(
    _ id: UInt32,
    method: String = "POST",
    type: String = "application/grpc",
    extra: [UInt8] = [],
    flags: UInt8 = 4
  ) -> [UInt8] {
    let block =
      literal(":method", method) + literal(":scheme", "http") + literal(":path", "/a/B")
      + literal(":authority", "x") + literal("content-type", type) + extra
    return frame(1, flags, id, block)
  }

  /// A header block that opens a stream, with these fields alone.
  package static func head(
    _ id: UInt32,
    _ fields: [(String, String)],
    flags: UInt8 = 4
  ) -> [UInt8] {
    frame(1, flags, id, fields.flatMap { literal($0.0, $0.1) })
  }

  /// The frames that `bytes` begins with, whole ones.
  package static func all(in bytes: [UInt8]) -> [Frame] {
    var (frames, rest) = ([Frame](), bytes[...])
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      guard rest.count >= 9 + count else { break }
      let id = head[5...8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let payload = Array(rest.dropFirst(9).prefix(count))
      frames.append(Frame(type: head[3], flags: head[4], id: id, payload: payload))
      rest = rest.dropFirst(9 + count)
    }
    return frames
  }
}
