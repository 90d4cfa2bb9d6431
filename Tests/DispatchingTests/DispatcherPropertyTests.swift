import Basics
import Testing

@testable import Dispatching

/// What holds whatever is offered, and whatever of it is reported, lost, repeated or out of order.
@Suite(.timeLimit(.minutes(5)))
struct DispatcherPropertyTests {
  @Test(arguments: 0..<6)
  func `each turn is answered once and ends once, and what is pending is what is placed`(
    round: Int
  ) throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("DispatcherPropertyTests, round \(round): seed \(seed)")
    var world = try DispatcherWorld(seed: seed)
    for _ in 0..<2_000 {
      world.step()
      try world.check()
    }
    try world.finish()
    let counts = world.dispatcher.counts
    #expect(counts.placed > 100 && counts.placedAfterWait > 0, "the world was empty: \(counts)")
    #expect(counts.refused > 0 && counts.completed > 0 && counts.cutShort > 0, "\(counts)")
    #expect(world.twin.notTaken > 0 && world.twin.expired > 0)
  }
}
