import Basics
import Testing

@testable import Wire

/// Sessions that were captured, replayed with damage.
@Suite(.timeLimit(.minutes(5)))
struct MutationTests {
  private static let calls = 6

  /// Opens the same calls on any session: streams of messages with metadata, the last cancelled.
  private static func open(on session: HTTP2Session) throws -> [RecordingHandler] {
    var metadata = Metadata()
    try metadata.append("tenant", "blue")
    try metadata.append("trace-bin", bytes: [1, 2, 3])
    return (0..<calls).map { number in
      let handler = RecordingHandler()
      let stream = session.open(
        path: "/a/B",
        metadata: metadata,
        timeout: .seconds(5),
        at: .zero,
        handler: handler
      )
      for size in [0, 10, 400 * number] {
        stream?.send { $0.append([UInt8](repeating: UInt8(number), count: size).span) }
      }
      stream?.sendEnd()
      return handler
    }
  }

  private static func capture() throws -> (toServer: [UInt8], toClient: [UInt8]) {
    let pair = try SessionPair()
    defer { pair.close() }
    pair.serve = { _ in RecordingHandler.echo() }
    pair.client.ping(1)
    pair.server.ping(2)
    let handlers = try open(on: pair.client)
    pair.run()
    pair.server.refuseStreams()
    pair.run()
    try #require(handlers.allSatisfy { $0.status == .ok })
    return pair.captured
  }

  /// The frames of `bytes`, after the first `skipped`.
  private static func frames(_ bytes: [UInt8], after skipped: Int) -> [[UInt8]] {
    var frames: [[UInt8]] = []
    var index = skipped
    while index < bytes.count {
      let count = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
      frames.append(Array(bytes[index..<index + 9 + count]))
      index += 9 + count
    }
    return frames
  }

  /// Damages one frame: its bits, its length, its place or that it is there.
  private static func damage(_ frames: inout [[UInt8]], _ random: inout PRNG) {
    guard let victim = frames.indices.randomElement(using: &random) else { return }
    let byte = Int.random(in: 0..<frames[victim].count, using: &random)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: frames.remove(at: victim)
    case 1: frames.insert(frames[victim], at: .random(in: 0...frames.count, using: &random))
    case 2: frames.swapAt(victim, .random(in: 0..<frames.count, using: &random))
    case 3: frames[victim].removeSubrange(byte...)
    case 4:
      let field = min(3 + byte % 6, frames[victim].count - 1)
      frames[victim][field] = .random(in: 0...9, using: &random)
    case 5: frames[victim].insert(.random(in: 0...255, using: &random), at: byte)
    default: frames[victim][byte] ^= 1 << UInt8.random(in: 0...7, using: &random)
    }
    frames.removeAll(where: \.isEmpty)
  }

  /// Feeds bytes in pieces, taking what is sent, until the session is lost.
  private static func replay(_ bytes: [UInt8], to session: HTTP2Session, _ random: inout PRNG) {
    var index = 0
    while index < bytes.count, !session.isDone {
      let end = min(bytes.count, index + Int.random(in: 1...3000, using: &random))
      do {
        try session.receive(Array(bytes[index..<end]).span, at: .zero)
        try session.produce()
      } catch { return }
      session.takeOutput { $0.count }
      index = end
    }
  }

  /// Replays what a server got, damaged `damages` times; the handlers of its calls.
  private static func serve(
    _ capture: [UInt8],
    damages: Int,
    _ random: inout PRNG
  ) throws -> [RecordingHandler] {
    var frames = frames(capture, after: 24)
    for _ in 0..<damages { damage(&frames, &random) }
    let victim = Serving(try HTTP2Session(role: .server))
    try victim.session.receive(Array(capture[..<24]).span, at: .zero)
    replay(Array(frames.joined()), to: victim.session, &random)
    #expect(victim.session.streamCount <= calls + damages)
    victim.session.close(GRPCStatus(.cancelled))
    #expect(victim.session.bufferedBytes == 0)
    #expect(victim.session.streamCount == 0)
    return victim.handlers
  }

  @Test func `a server takes damaged sessions`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed", seed)
    var random = PRNG(seed: seed)
    let capture = try Self.capture().toServer
    let whole = try Self.serve(capture, damages: 0, &random)
    #expect(whole.map(\.messages.count) == .init(repeating: 3, count: Self.calls))
    for round in 0..<1500 {
      let handlers = try Self.serve(capture, damages: 1 + round % 6, &random)
      // A call that came to its end was answered, any other was told that it is over.
      let isSound = handlers.allSatisfy { ($0.status == nil) == ($0.ends == 1) }
      #expect(isSound, "seed \(seed), round \(round)")
    }
  }

  @Test func `a client takes damaged sessions`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed", seed)
    var random = PRNG(seed: seed)
    let capture = try Self.capture().toClient
    for round in 0..<1500 {
      var frames = Self.frames(capture, after: 0)
      // The first round is whole.
      let damages = round == 0 ? 0 : 1 + round % 6
      for _ in 0..<damages { Self.damage(&frames, &random) }
      let session = try HTTP2Session(role: .client)
      let handlers = try Self.open(on: session)
      try session.produce()
      Self.replay(Array(frames.joined()), to: session, &random)
      session.close(GRPCStatus(.unavailable))
      #expect(session.bufferedBytes == 0, "seed \(seed), round \(round)")
      #expect(handlers.allSatisfy { $0.status != nil }, "seed \(seed), round \(round)")
      if round == 0 { #expect(handlers.allSatisfy { $0.status == .ok && $0.messages.count == 3 }) }
    }
  }
}

/// A server that answers everything.
private final class Serving: HTTP2SessionDelegate {
  let session: HTTP2Session
  private(set) var handlers: [RecordingHandler] = []

  init(_ session: HTTP2Session) {
    self.session = session
    session.delegate = self
  }

  func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)? {
    handlers.append(.echo())
    return handlers.last
  }
  func receivedSettings(_ session: HTTP2Session) {}
  func receivedGoAway(_ session: HTTP2Session, isError: Bool) {}
  func receivedPong(_ session: HTTP2Session, _ number: UInt64) {}
}
