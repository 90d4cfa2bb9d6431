import Basics

/// How the end of a body is found (RFC 9112, 6.3).
enum HTTP1Framing: Equatable {
  case length(Int)
  case chunked
  /// The body of a response whose connection ends with it.
  case untilClose

  /// What the fields of a head say; nil where they say nothing.
  ///
  /// Two lengths, a length beside chunks, and any other coding are refused: that two readers find
  /// different ends is how requests are smuggled.
  static func said(
    by fields: HTTPFields,
    limits: HTTP1Limits
  ) throws(HTTPFault) -> HTTP1Framing? {
    let codings = fields.count(of: "transfer-encoding")
    guard fields.count(of: "content-length") + codings < 2 else {
      throw HTTPFault("the length of the body is given twice")
    }
    if codings == 1 {
      guard fields.has("chunked", in: "transfer-encoding") else {
        throw HTTPFault("only \"chunked\" is taken as the transfer encoding")
      }
      return .chunked
    }
    guard let digits = fields.first("content-length") else { return nil }
    guard !digits.isEmpty, digits.allSatisfy(HTTPBytes.isDigit) else {
      throw HTTPFault("the content length is not a number")
    }
    guard digits.count <= 18, let length = Int(String(decoding: digits, as: UTF8.self)),
      length <= limits.bodyBytesMax
    else { throw HTTPFault(413, "the body is longer than \(limits.bodyBytesMax) bytes") }
    return .length(length)
  }
}

/// Finds the parts of a body, and its end, in what a connection brings.
struct HTTP1BodyReader: ~Copyable {
  private enum Place {
    case data, chunkSize, chunkExtension, chunkSizeEnd, chunkEnd, chunkEndLF, trailer, end
  }

  private let framing: HTTP1Framing
  private let limits: HTTP1Limits
  private var place: Place
  /// Bytes of the body, or of the chunk, that are still to come.
  private var left: Int
  private var bodyBytes = 0
  private var sizeDigits = 0
  private var extensionBytes = 0
  private var trailer: HTTP1LineReader

  private static let extensionBytesMax = 4 << 10

  init(_ framing: HTTP1Framing, limits: HTTP1Limits) {
    self.framing = framing
    self.limits = limits
    trailer = HTTP1LineReader(bytesMax: limits.headBytesMax, emptyStart: .end)
    switch framing {
    case .length(let length): (left, place) = (length, length == 0 ? .end : .data)
    case .untilClose: (left, place) = (.max, .data)
    case .chunked: (left, place) = (0, .chunkSize)
    }
  }

  /// Whether all of the body was there.
  var isAtEnd: Bool { place == .end }

  /// The next part of the body among `bytes` from `offset` on; nil when none is left there.
  mutating func take(_ bytes: Span<UInt8>, from offset: inout Int) throws(HTTPFault) -> Range<Int>?
  {
    while offset < bytes.count, place != .end {
      if place == .data {
        let part = offset..<min(bytes.count, offset + min(left, bytes.count))
        offset = part.upperBound
        left -= part.count
        if left == 0 { place = framing == .chunked ? .chunkEnd : .end }
        return part
      }
      if place == .trailer {
        if let lines = try trailer.take(bytes, from: &offset) { try finish(lines) }
        continue
      }
      try takeChunkByte(bytes[offset])
      offset += 1
    }
    return nil
  }

  private mutating func takeChunkByte(_ byte: UInt8) throws(HTTPFault) {
    switch place {
    case .chunkSize:
      if let digit = byte.hexadecimalValue {
        sizeDigits += 1
        guard sizeDigits <= 15 else { throw HTTPFault("a chunk's size has too many digits") }
        left = left << 4 | Int(digit)
        return
      }
      guard sizeDigits > 0 else { throw HTTPFault("a chunk has no size") }
      guard left <= limits.bodyBytesMax - bodyBytes else {
        throw HTTPFault(413, "the body is longer than \(limits.bodyBytesMax) bytes")
      }
      bodyBytes += left
      if byte == UInt8(ascii: "\r") {
        place = .chunkSizeEnd
      } else if byte == UInt8(ascii: ";") {
        place = .chunkExtension
      } else {
        throw HTTPFault("a chunk's size is not a hexadecimal number")
      }
    case .chunkExtension:
      extensionBytes += 1
      if byte == UInt8(ascii: "\r") {
        place = .chunkSizeEnd
      } else if !HTTPBytes.isValue(byte) || extensionBytes > Self.extensionBytesMax {
        throw HTTPFault("a chunk's extension has a control character in it, or is too long")
      }
    case .chunkSizeEnd:
      guard byte == UInt8(ascii: "\n") else { throw HTTPFault("a line does not end with CR LF") }
      place = left == 0 ? .trailer : .data
      sizeDigits = 0
    case .chunkEnd, .chunkEndLF:
      let isExpected = byte == (place == .chunkEnd ? UInt8(ascii: "\r") : UInt8(ascii: "\n"))
      guard isExpected else { throw HTTPFault("a chunk does not end with CR LF") }
      place = place == .chunkEnd ? .chunkEndLF : .chunkSize
    case .data, .trailer, .end: break
    }
  }

  /// Trailers are checked and dropped: nothing here asks for one.
  private mutating func finish(_ lines: [UInt8]) throws(HTTPFault) {
    var parser = HTTP1LineParser(lines)
    let fields = try parser.fields(max: limits.fieldsMax)
    for name: StaticString in ["content-length", "transfer-encoding", "host"] {
      guard fields.count(of: name) == 0 else { throw HTTPFault("\(name) is in a trailer") }
    }
    place = .end
  }
}
