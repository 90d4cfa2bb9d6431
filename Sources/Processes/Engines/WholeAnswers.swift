import Basics
import EventLoop

/// Turns whose answers are whole though their responses go on: an engine that forgets to end one
/// would have its turn count for as long as the client stays.
final class WholeAnswers {
  private var turns: [(id: UInt64, since: Instant)] = []
  private var timer: LoopTimer?
  private let loop: Loop
  private let end: (UInt64) -> Void

  /// How long a response may go on.
  private static let time = Duration.seconds(2)

  /// Makes an empty list; `end` is called with each turn that may be over meanwhile.
  init(on loop: Loop, end: @escaping (UInt64) -> Void) throws(UVError) {
    (self.loop, self.end) = (loop, end)
    timer = try LoopTimer(loop: loop, clock: LoopClock()) { [unowned self] in expire() }
  }

  /// A turn's answer is whole.
  func add(_ id: UInt64) {
    turns.append((id, loop.now))
    if turns.count == 1 { timer?.arm(after: Self.time) }
  }

  private func expire() {
    let now = loop.now
    let due = turns.prefix { $0.since.advanced(by: Self.time) <= now }
    turns.removeFirst(due.count)
    for turn in due { end(turn.id) }
    if !turns.isEmpty { timer?.arm(after: Self.time) }
  }
}
