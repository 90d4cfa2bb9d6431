import Basics
import TestSupport

@testable import Wire

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

extension HTTP2Session {
  /// The calls that are open.
  var calls: [GRPCStream] { streams.compactMap { $0 as? GRPCStream } }
}
