import Basics
import Engines
import EventLoop
import HearthMessages
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5)))
struct EngineHostTests {
  /// What an engine says of turn 2 while turn 1's client goes away in the middle of events.
  private func words(cancelling: Bool) throws -> String {
    let time = Time()
    let clock = LoopClock { time.now }
    let loop = try Loop()
    let spec = try OneLoopFleet.spec("n")
    let host = try #require(try SimulatedEngineHost(spec, loop: loop, clock: clock))
    var words = ""
    var pieces = 0
    var isOver = false
    host.onEvents = { [unowned host] event in
      switch event {
      case .answered(1, let response):
        guard case .tokens = response.event else { break }
        pieces += 1
        guard cancelling, pieces == 3 else { break }
        time.pass(1_000_000_000)
        host.cancel(1)
      case .answered(2, let response):
        if case .tokens(let tokens) = response.event { words += tokens.text }
      case .ended(2): isOver = true
      default: break
      }
    }
    for id in 1...2 as ClosedRange<UInt64> {
      var request = OneLoopFleet.longTurn("n")
      request.outputTokensMax = 50
      try host.submit(EngineTurn(id: id, request: request))
    }
    let came = loop.run(
      until: {
        time.pass(1_000_000)
        return isOver
      },
      within: .seconds(20)
    )
    #expect(came)
    return words
  }

  @Test func `a turn that is taken back in the middle of events changes no other's words`() throws {
    let words = try words(cancelling: false)
    #expect(!words.isEmpty)
    #expect(try self.words(cancelling: true) == words)
  }
}

/// Time that the test lets pass.
private final class Time: Sendable {
  private let nanoseconds = Mutex<Int64>(0)
  var now: Int64 { nanoseconds.withLock { $0 } }
  func pass(_ time: Int64) { nanoseconds.withLock { $0 += time } }
}
