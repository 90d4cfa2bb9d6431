import Basics

/// Finds the lines of heads, and the bodies that follow them, in what a connection brings: what
/// requests and responses have in common.
struct HTTP1MessageReader: ~Copyable {
  enum Part {
    /// All lines of a head; whether a body follows is for ``begin(_:)`` to say.
    case lines([UInt8])
    case body(Range<Int>)
    case end
  }

  let limits: HTTP1Limits
  private let emptyStart: HTTP1LineReader.EmptyStart
  private var lines: HTTP1LineReader
  private var body: HTTP1BodyReader?

  init(limits: HTTP1Limits, emptyStart: HTTP1LineReader.EmptyStart) {
    (self.limits, self.emptyStart) = (limits, emptyStart)
    lines = HTTP1LineReader(bytesMax: limits.headBytesMax, emptyStart: emptyStart)
  }

  /// Whether a message has begun and is not complete.
  var isInside: Bool { body != nil || lines.isInside }

  /// Whether the end of the connection is the end of the body that is being read.
  private(set) var endsWithConnection = false

  /// A body follows the lines that came last.
  mutating func begin(_ framing: HTTP1Framing) {
    body = HTTP1BodyReader(framing, limits: limits)
    endsWithConnection = framing == .untilClose
  }

  /// The message is complete.
  mutating func end() {
    body = nil
    endsWithConnection = false
    lines = HTTP1LineReader(bytesMax: limits.headBytesMax, emptyStart: emptyStart)
  }

  /// The next part in `bytes` from `offset` on, which moves behind it; nil when more must come.
  mutating func next(_ bytes: Span<UInt8>, from offset: inout Int) throws(HTTPFault) -> Part? {
    guard body == nil else {
      if let part = try body?.take(bytes, from: &offset) { return .body(part) }
      guard body?.isAtEnd == true else { return nil }
      end()
      return .end
    }
    return try lines.take(bytes, from: &offset).map { .lines($0) }
  }
}
