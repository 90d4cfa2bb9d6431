import Basics

/// Cuts a stream of server-sent events into events (HTML, 9.2.6), each with the empty line that
/// ends it, as they came.
public struct EventSplitter: ~Copyable {
  private var held = Bytes()
  private var lineBytes = 0
  private var endedWithCR = false
  private let eventBytesMax: Int

  /// Makes a splitter; an event longer than `eventBytesMax` is handed on in pieces.
  public init(eventBytesMax: Int = 1 << 20) { self.eventBytesMax = eventBytesMax }

  /// Bytes of an event that is not complete.
  public var heldBytes: Int { held.count }

  /// Calls `body` with each event that `bytes` complete.
  public mutating func take(_ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    var (start, index) = (0, 0)
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\n"), endedWithCR {
        // The second half of a line's end.
        endedWithCR = false
        continue
      }
      endedWithCR = byte == UInt8(ascii: "\r")
      guard byte == UInt8(ascii: "\n") || endedWithCR else {
        lineBytes += 1
        continue
      }
      let isEnd = lineBytes == 0
      lineBytes = 0
      guard isEnd || held.count + index - start > eventBytesMax else { continue }
      if endedWithCR, index < bytes.count, bytes[index] == UInt8(ascii: "\n") {
        index += 1
        endedWithCR = false
      }
      deliver(bytes.extracting(start..<index), body)
      start = index
    }
    held.append(bytes.extracting(start...))
    if held.count > eventBytesMax { deliver([UInt8]().span, body) }
  }

  /// There is no more: calls `body` with what is left, if anything is.
  public mutating func finish(_ body: (Span<UInt8>) -> Void) {
    if !held.isEmpty { deliver([UInt8]().span, body) }
  }

  private mutating func deliver(_ rest: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    guard !held.isEmpty else { return body(rest) }
    held.append(rest)
    held.withSpan { body($0) }
    held.removeAll(keeping: 64 << 10)
  }
}

/// The lines of an event that carry its data.
struct EventData {
  /// Calls `body` with the data, a line at a time.
  static func forEachLine(of event: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    var start = 0
    while start < event.count {
      var end = start
      while end < event.count, event[end] != UInt8(ascii: "\n"), event[end] != UInt8(ascii: "\r") {
        end += 1
      }
      let line = event.extracting(start..<end)
      if line.starts(with: "data:") {
        let from = line.count > 5 && line[5] == UInt8(ascii: " ") ? 6 : 5
        body(line.extracting(from...))
      }
      start = end + 1
    }
  }
}

extension Span<UInt8> {
  func starts(with text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return extracting(first: text.utf8CodeUnitCount).equals(text)
  }
}
