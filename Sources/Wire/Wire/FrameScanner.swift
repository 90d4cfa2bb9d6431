/// Follows where frames begin and end in what a peer sends, ahead of nghttp2, which does not tell
/// of frames that it does not know or that are not complete.
struct FrameScanner {
  /// The nine bytes in front of a frame's payload, as far as they are told apart here.
  struct Head {
    var length = 0
    var type: UInt8 = 0
    var flags: UInt8 = 0
  }

  /// How many frames began.
  private(set) var begunCount = 0
  private var head = Head()
  private var headBytes = 0
  private var payloadLeft: Int
  /// Whether a header block goes on in another frame.
  private var isInBlock = false

  private static let headers: UInt8 = 1
  private static let continuation: UInt8 = 9
  private static let endHeaders: UInt8 = 4

  /// Starts where a connection does; a client's frames come after a preface.
  init(prefaceBytes: Int) { payloadLeft = prefaceBytes }

  /// Whether the last byte ended a frame, and a header block if one had begun.
  var isAtEnd: Bool { headBytes == 0 && payloadLeft == 0 && !isInBlock }

  /// Takes bytes in and calls `began` for each frame whose head is complete.
  @inline(__always)
  mutating func scan(_ bytes: Span<UInt8>, began: (Head) -> Void) {
    var index = 0
    while index < bytes.count {
      if payloadLeft > 0 {
        let count = min(payloadLeft, bytes.count - index)
        payloadLeft -= count
        index += count
      } else if headBytes == 0, bytes.count - index >= Self.headBytes {
        // The usual case: a head in one piece.
        begunCount += 1
        head.length =
          Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
        (head.type, head.flags) = (bytes[index + 3], bytes[index + 4])
        index += Self.headBytes
        finishHead()
        began(head)
      } else {
        add(bytes[index])
        index += 1
        if headBytes == 0 { began(head) }
      }
    }
  }

  private static let headBytes = 9

  /// Takes one byte of a head that comes in pieces.
  private mutating func add(_ byte: UInt8) {
    if headBytes == 0 {
      begunCount += 1
      head = Head()
    }
    switch headBytes {
    case 0...2: head.length = head.length << 8 | Int(byte)
    case 3: head.type = byte
    case 4: head.flags = byte
    default: break
    }
    headBytes += 1
    if headBytes == Self.headBytes { finishHead() }
  }

  private mutating func finishHead() {
    (headBytes, payloadLeft) = (0, head.length)
    if head.type == Self.headers || head.type == Self.continuation {
      isInBlock = head.flags & Self.endHeaders == 0
    }
  }
}
