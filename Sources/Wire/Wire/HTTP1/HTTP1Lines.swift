import Basics

/// Gathers lines up to and with the empty one that ends them: a head, or a trailer.
///
/// A line ends with CR LF and nothing else: what others take for the end of a line must not be
/// inside of one here (RFC 9112, 2.2).
struct HTTP1LineReader: ~Copyable {
  /// What an empty line means where the first one is expected.
  enum EmptyStart { case fault, end, leftOutOnce }

  private let bytesMax: Int
  private var emptyStart: EmptyStart
  private var held = Bytes()
  private var lineCount = 0
  private var lineBytes = 0
  private var endsWithCR = false

  init(bytesMax: Int, emptyStart: EmptyStart) {
    self.bytesMax = bytesMax
    self.emptyStart = emptyStart
  }

  /// Whether lines have begun and are not complete.
  var isInside: Bool { lineCount > 0 || lineBytes > 0 }

  /// Takes bytes from `offset` on; all lines once they are complete, nil until then.
  mutating func take(_ bytes: Span<UInt8>, from offset: inout Int) throws(HTTPFault) -> [UInt8]? {
    var start = offset
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      lineBytes += 1
      guard (byte == UInt8(ascii: "\n")) == endsWithCR else {
        throw HTTPFault("a line does not end with CR LF")
      }
      endsWithCR = byte == UInt8(ascii: "\r")
      guard held.count + offset - start <= bytesMax else {
        throw HTTPFault(431, "more than \(bytesMax) bytes of fields")
      }
      guard byte == UInt8(ascii: "\n") else { continue }
      if lineBytes == 2 {
        if lineCount > 0 || emptyStart == .end { return finish(bytes.extracting(start..<offset)) }
        guard emptyStart == .leftOutOnce else { throw HTTPFault("a message begins with no line") }
        emptyStart = .fault
        held.removeAll()
        start = offset
      } else {
        lineCount += 1
      }
      lineBytes = 0
    }
    held.append(bytes.extracting(start..<offset))
    return nil
  }

  private mutating func finish(_ rest: Span<UInt8>) -> [UInt8] {
    (lineCount, lineBytes) = (0, 0)
    guard !held.isEmpty else { return [UInt8](rest) }
    held.append(rest)
    defer { held.removeAll(keeping: 0) }
    return held.array()
  }
}

extension [UInt8] {
  /// Makes a copy of `span`.
  public init(_ span: Span<UInt8>) {
    self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
  }

  /// Appends a copy of `span`.
  public mutating func append(copying span: Span<UInt8>) {
    unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}

/// Reads the lines of a head, one after the other.
struct HTTP1LineParser {
  private let bytes: [UInt8]
  private var position = 0

  /// Makes a parser of lines that end with CR LF, the last of which is empty.
  init(_ lines: [UInt8]) { bytes = lines }

  /// The bytes of the next line, without its end.
  mutating func next() -> Range<Int> {
    let start = position
    while bytes[position] != UInt8(ascii: "\r") { position += 1 }
    position += 2
    return start..<position - 2
  }

  /// The fields that are left (RFC 9112, 5): a token, a colon at once, a value on the same line.
  mutating func fields(max: Int) throws(HTTPFault) -> HTTPFields {
    var entries: [HTTPFields.Entry] = []
    entries.reserveCapacity(16)
    let span = bytes.span
    var position = position
    while span[position] != UInt8(ascii: "\r") {
      guard entries.count < max else { throw HTTPFault(431, "more than \(max) fields") }
      let start = position
      while HTTPBytes.isToken(span[position]) { position += 1 }
      let nameEnd = position
      guard nameEnd > start, span[position] == UInt8(ascii: ":") else {
        throw HTTPFault("a field does not begin with a name and a colon")
      }
      position += 1
      while HTTPBytes.isBlank(span[position]) { position += 1 }
      let valueStart = position
      while HTTPBytes.isValue(span[position]) { position += 1 }
      guard span[position] == UInt8(ascii: "\r") else {
        throw HTTPFault("a field has a control character in it")
      }
      var valueEnd = position
      while valueEnd > valueStart, HTTPBytes.isBlank(span[valueEnd - 1]) { valueEnd -= 1 }
      position += 2
      entries.append(
        HTTPFields.Entry(
          nameStart: UInt32(start),
          nameEnd: UInt32(nameEnd),
          valueStart: UInt32(valueStart),
          valueEnd: UInt32(valueEnd)
        )
      )
    }
    return HTTPFields(bytes: bytes, entries: entries)
  }
}
