import Basics

@testable import Wire

/// Bytes of HTTP/2 frames as a hostile peer makes them.
enum Frames {
  static let settings = frame(4, 0, 0, [])
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + settings

  static func frame(_ type: UInt8, _ flags: UInt8, _ id: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let count = payload.count
    return [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
      + withUnsafeBytes(of: id.bigEndian, Array.init) + payload
  }

  /// A field that is neither indexed nor compressed.
  static func literal(_ name: String, _ value: String) -> [UInt8] {
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
  static func response(_ fields: [(String, String)], flags: UInt8 = 4) -> [UInt8] {
    frame(1, flags, 1, fields.flatMap { literal($0.0, $0.1) })
  }

  static func request(
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
}

/// One end's session that is fed bytes by hand.
final class Victim: HTTP2SessionDelegate {
  let session: HTTP2Session
  /// The handler of the last call.
  private(set) var handler = RecordingHandler()

  init(
    _ settings: HTTP2Settings = .init(),
    role: GRPCStreamMachine.Role = .server,
    budget: MemoryBudget = MemoryBudget()
  ) throws {
    session = try HTTP2Session(role: role, settings: settings, budget: budget)
    session.delegate = self
    try feed(role == .server ? Frames.preface : Frames.settings)
  }

  /// Ends what is open; until then the session keeps this object.
  func close() { session.close(GRPCStatus(.cancelled)) }

  func feed(_ bytes: [UInt8], at now: Instant = .zero) throws {
    defer { try? session.produce() }
    try session.receive(bytes.span, at: now)
  }

  /// The bytes that are to be sent.
  func output() throws -> [UInt8] {
    try session.produce()
    var bytes: [UInt8] = []
    session.takeOutput { span in
      for index in 0..<span.count { bytes.append(span[index]) }
      return span.count
    }
    return bytes
  }

  /// The frames that were sent, by type, and the payload of the last of each.
  func sent() throws -> [UInt8: [UInt8]] {
    var bytes = try output()
    var frames: [UInt8: [UInt8]] = [:]
    while bytes.count >= 9 {
      let count = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
      frames[bytes[3]] = Array(bytes[9..<9 + count])
      bytes.removeFirst(9 + count)
    }
    return frames
  }

  /// The status that a caller sees of its call `number`, the first being 1.
  func answer(to number: Int) throws -> GRPCStatus? {
    let caller = try Victim(role: .client)
    defer { caller.close() }
    let handlers = (0..<number).map { _ in RecordingHandler() }
    for handler in handlers {
      _ = caller.session.open(path: "/a/B", at: .zero, handler: handler)
    }
    try caller.feed([])
    try caller.feed(output())
    return handlers.last?.status
  }

  func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)? {
    handler = RecordingHandler()
    return handler
  }
  func receivedSettings(_ session: HTTP2Session) {}
  func receivedGoAway(_ session: HTTP2Session, isError: Bool) {}
  func receivedPong(_ session: HTTP2Session, _ number: UInt64) {}
}
