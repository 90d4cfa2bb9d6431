import Basics
import FleetSpec
import Routing
import Simulator
import Testing
import Traces

/// What slow clients, nodes and reports do to a fleet.
@Suite(.timeLimit(.minutes(5)))
struct LoopDelayTests {
  private func goodCount(
    _ turns: [SimulatedTurn],
    _ delay: Duration,
    policy: String = "warm",
    holdsTurns: Bool = true
  ) throws -> Int {
    var settings = SimulatorSettings()
    settings.policy = policy
    settings.holdsTurns = holdsTurns
    settings.delays = LoopDelays(each: delay, jitter: 0.5)
    var simulator = try FleetSimulator(
      replicas: try SmallFleet.specs(count: 4),
      turns: turns,
      settings: settings
    )
    return simulator.run().report.goodCount
  }

  // Prompts take half a second, so that the fleet is full when eight come in a second.
  @Test(arguments: [0, 50, 250, 1_000])
  func `whatever the loop takes, warm serves no fewer well than least-loaded or without a queue`(
    milliseconds: Int
  ) throws {
    let delay = Duration.milliseconds(milliseconds)
    for gap in [160, 115] {
      let turns = try SmallFleet.turns(500, every: .milliseconds(gap)).map { turn in
        var turn = turn
        turn.promptTokens = turn.promptTokens * 5
        return turn
      }
      let warm = try goodCount(turns, delay)
      let leastLoaded = try goodCount(turns, delay, policy: "least-loaded")
      let unheld = try goodCount(turns, delay, holdsTurns: false)
      #expect(warm >= leastLoaded, "every \(gap) ms")
      #expect(warm >= unheld, "every \(gap) ms")
      #expect(warm > 0)
    }
  }

  @Test func `reports that vary overtake none, and the same seed gives the same`() throws {
    let specs = try SmallFleet.specs(count: 2)
    let turns = try SmallFleet.turns(300, every: .milliseconds(30))
    var settings = SimulatorSettings()
    settings.delays = LoopDelays(each: .milliseconds(250), jitter: 1)
    let one = try SmallFleet.run(specs, turns, settings)
    #expect(one.report.completedCount == 300)
    #expect(one.allText == (try SmallFleet.run(specs, turns, settings)).allText)
    settings.delays.jitter = 0
    #expect(one.allText != (try SmallFleet.run(specs, turns, settings)).allText)
  }
}
