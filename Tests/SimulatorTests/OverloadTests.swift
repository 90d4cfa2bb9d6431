import Basics
import FleetSpec
import Simulator
import Testing
import Traces

/// What becomes of a fleet that is asked for more than it can do.
@Suite(.timeLimit(.minutes(5)))
struct OverloadTests {
  /// Good turns of 90 s in which turns come `rate` times a second, each with a long prompt that
  /// nobody has seen.
  private func goodCount(_ delay: Duration, rate: Double) throws -> Int {
    let model = try #require(ModelID(SmallFleet.model))
    let turns = (0..<Int(90 * rate)).map { number in
      SimulatedTurn(
        arrival: Duration(inSeconds: Double(number) / rate),
        origin: RegionID("eu"),
        model: model,
        session: UInt64(number) + 1,
        blockHashes: [],
        blockTokens: 512,
        promptTokens: 16_000,
        outputTokens: 100
      )
    }
    var settings = SimulatorSettings()
    settings.delays = LoopDelays(each: delay, jitter: 0.5)
    var simulator = try FleetSimulator(
      replicas: try SmallFleet.specs(),
      turns: turns,
      settings: settings
    )
    return simulator.run().report.goodCount
  }

  // The first seconds count too, in which it learns how long answers are and how late first tokens.
  @Test(arguments: [50, 150])
  func `asked for three and ten times what it can do, it serves about as many well as ever`(
    milliseconds: Int
  ) throws {
    let delay = Duration.milliseconds(milliseconds)
    let good = try [1.5, 3, 10].map { try goodCount(delay, rate: $0 * 3) }
    let peak = Double(good.max() ?? 0)
    for count in good { #expect(Double(count) >= 0.85 * peak, "\(good)") }
    #expect(peak > 150, "\(good)")
  }

  /// 240 conversations begin within 2.4 s, half again as fast as prompts can be computed; from then
  /// on the fleet could serve all from its caches at a third of its time.
  @Test func `conversations that begin in a burst stay with their caches`() throws {
    let (conversations, turnCount) = (240, 6)
    let model = try #require(ModelID(SmallFleet.model))
    var least = 0
    let turns = (0..<conversations * turnCount).map { number in
      let (turn, session) = (number / conversations, UInt64(number % conversations) + 1)
      let blocks = 28 + 2 * turn
      if turn > 0 { least += blocks - 2 }
      return SimulatedTurn(
        arrival: .milliseconds(10) * number,
        origin: RegionID("eu"),
        model: model,
        session: session,
        blockHashes: (0..<UInt64(blocks)).map { session * 1000 + $0 },
        blockTokens: 64,
        promptTokens: blocks * 64 + 1,
        outputTokens: 128
      )
    }
    let specs = try SmallFleet.specs(count: 4, blockCount: 6_000) { $0.blockTokens = 64 }
    let report = try SmallFleet.run(specs, turns).report
    let prompts = turns.reduce(0) { $0 + $1.promptTokens }
    #expect(report.hitRate > 0.98 * Double(least * 64) / Double(prompts))
  }
}
