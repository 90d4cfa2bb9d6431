public import Basics

/// One stream of an HTTP/2 session, whatever it carries: how far it is on the wire, and what waits
/// on it to be sent.
public class HTTP2Stream {
  /// The stream's number.
  public internal(set) var id: Int32 = -1
  /// The session, or nil when the stream is over and all that arrived on it was taken.
  public internal(set) var session: HTTP2Session?
  /// When it ends for want of time; the distant future where it has all.
  public internal(set) var deadline = Instant.distantFuture

  /// Where the stream is in the session's list of open ones.
  var slot = -1
  /// Bytes that nghttp2 has not taken yet.
  var outbound = Bytes()
  /// Whether nghttp2 knows the stream.
  var isAttached = false
  /// Whether the peer's side ended on the wire; what it sent may still wait here.
  var remoteEnded = false
  /// Whether the end of our side is sent.
  var localEndSent = false
  /// Whether nghttp2 waits for ``resumeSending()``.
  var isDeferred = false
  /// Whether the sender was told to stop.
  var isBlocked = false
  /// How often it was seen that bytes wait of which the peer took none.
  var stalledLooks = 0

  init() {}

  /// The memory that an empty buffer of a stream that goes on keeps, in bytes.
  static let keptBytes = 128 << 10

  /// Makes the object ready for a stream.
  func begin(id: Int32, session: HTTP2Session) {
    (self.id, self.session) = (id, session)
    deadline = .distantFuture
    outbound.removeAll(keeping: 4096)
    (isAttached, remoteEnded, localEndSent) = (true, false, false)
    (isDeferred, isBlocked, stalledLooks) = (false, false, 0)
  }

  // MARK: What a kind of stream makes of what happens

  /// Whether nothing more is heard of it, or sent on it but what waits.
  public var isOver: Bool { true }
  /// Whether nothing more will be added to what waits.
  var hasEnd: Bool { true }
  /// Whether it breaks off after what waits.
  var breaksOff: Bool { false }
  /// A header block begins that does not open the stream.
  func beganBlock(bytesMax: Int) {}
  /// Takes in one field of a header block.
  func receivedField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {}
  /// A header block is complete.
  func receivedBlock(isEnd: Bool) {}
  /// Takes in what a DATA frame brought.
  func received(_ chunk: UnsafeRawBufferPointer) {}
  /// Whether what arrived since the last call was little, though the reader takes any.
  func takeIsFragment() -> Bool { false }
  /// Takes in the end of the peer's side.
  func receivedRemoteEnd() {}
  /// Few enough bytes wait for sending to go on.
  func becameWritable() {}
  /// Its deadline passed.
  func expire() {}
  /// The peer took nothing of what waits for too long.
  func stalled() {}
  /// nghttp2 has let go of the stream, with this error code.
  func detached(_ code: UInt32) {}
  /// Has trailers sent as the end of the stream; false where there are none.
  func submitTrailers() -> Bool { false }

  /// The session ends, and with it the stream.
  func sessionClosed(_ status: GRPCStatus) {
    dropOutbound()
    isAttached = false
    session = nil
  }

  // MARK: Sending

  /// Counts what was added to what waits, which was `waiting` bytes before; false when that is too
  /// much, and was dropped.
  func queued(_ bytes: inout Bytes, after waiting: Int) -> Bool {
    guard let session else { return false }
    if waiting == 0 { stalledLooks = 0 }
    session.queues(bytes.count - waiting)
    if isDeferred { resumeSending() }
    guard bytes.count <= session.settings.outboundBytesMax, !session.isOverOutbound else {
      session.queues(-bytes.count)
      bytes.removeAll(keeping: 4096)
      return false
    }
    // Once no was said, only `becameWritable` takes it back, or nobody would be told.
    isBlocked = isBlocked || bytes.count > session.settings.outboundHighWaterBytes
    return true
  }

  /// Puts `count` bytes that wait into a frame, with `take`.
  func sendOutbound(_ count: Int, _ take: (Span<UInt8>) -> Void) {
    outbound.withSpan { take($0.extracting(first: count)) }
    outbound.consume(count)
    session?.queues(-count)
    stalledLooks = 0
    if outbound.isEmpty { outbound.removeAll(keeping: hasEnd ? 0 : Self.keptBytes) }
  }

  /// Drops what waits to be sent.
  func dropOutbound() {
    session?.queues(-outbound.count)
    outbound.removeAll(keeping: 4096)
  }

  func resumeSending() {
    isDeferred = false
    session?.resumeData(id)
  }
}
