import EventLoop
import Foundation
import Transcripts
import ZeroMQ

/// Publishes KV events as vLLM does: numbered from 0, with the latest kept for who missed them.
final class MockPublisher {
  /// Where it is heard.
  private(set) var source = KVSource()
  /// Questions that came, by the number that they ask from.
  private(set) var questions: [UInt64] = []
  /// Whether questions are answered.
  var answers = true
  private let publisher: ZMQSocket
  private var router: ZMQSocket?
  private let keeps: Int
  private var kept: [(number: UInt64, payload: [UInt8])] = []
  private(set) var next: UInt64 = 0

  init(loop: Loop, replays: Bool = true, keeps: Int = 1_000) throws {
    self.keeps = keeps
    let context = try ZMQContext()
    publisher = try ZMQSocket(.publisher, of: context, loop: loop)
    source.endpoint = try publisher.bind(to: "tcp://127.0.0.1:*")
    guard replays else { return }
    let router = try ZMQSocket(.router, of: context, loop: loop) { [unowned self] in answer($0) }
    self.router = router
    source.replay = try router.bind(to: "tcp://127.0.0.1:*")
  }

  deinit {
    publisher.close()
    router?.close()
  }

  /// Publishes a message, or loses it on the way.
  func publish(_ payload: [UInt8], isLost: Bool = false) {
    if !isLost { publisher.send([Array("kv@".utf8), bytes(next), payload]) }
    kept.append((next, payload))
    kept.removeFirst(max(0, kept.count - keeps))
    next += 1
  }

  /// The engine's process is another from now on.
  func startAgain() { (next, kept) = (0, []) }

  private func answer(_ frames: [[UInt8]]) {
    let from = frames[2].reduce(0) { $0 << 8 | UInt64($1) }
    questions.append(from)
    guard answers else { return }
    for message in kept where message.number >= from {
      router?.send([frames[0], [], bytes(message.number), message.payload])
    }
    router?.send([frames[0], [], bytes(.max), []])
  }

  private func bytes(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
  }

  /// The payloads of a recording, see Tests/KVEventsTests/Samples.
  static func recording(_ name: String) throws -> [[UInt8]] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../KVEventsTests/Samples/\(name).jsonl"
    )
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let digits = Array(((object?["frames_hex"] as? [String])?[2] ?? "").utf8)
      return stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
    }
  }
}
