import Basics
import FleetSpec
import TestSupport
import Testing

@testable import Dispatching
@testable import Routing

/// What is counted of turns for those who watch a fleet.
@Suite(.timeLimit(.minutes(5)))
struct FiguresTests {
  @Test func `a turn that is served counts by its model, its region and its choice`() throws {
    var driver = DispatcherDriver()
    try driver.attach("n/0")
    let id = try driver.place(.sample("r")).id
    driver.report(accepted: [id])
    var outcome = TurnOutcome(cached: 512, output: 101)
    (outcome.ttftSeconds, outcome.totalSeconds) = (0.4, 2.4)
    driver.end(id, on: 0, .completed, outcome)
    let figures = driver.dispatcher.figures
    let served = try #require(figures.served.values.first)
    #expect(served.key.model?.text == "llama-3.1-8b" && served.key.region != nil)
    #expect(served.value.ttft.count == 1 && served.value.tpot.sum == 0.02)
    #expect(served.value.ttft.sum >= 0.4)
    #expect(served.value.promptTokens == Turn.sample().promptTokens)
    #expect(served.value.cachedTokens == 512 && served.value.predictedTokens == 0)
    #expect(served.value.outputTokens == 101)
    #expect(figures.placements == [.init(policy: 0, choice: "only_candidate"): 1])
    #expect(figures.waits.values.values.map(\.counts) == [[1] + Array(repeating: 0, count: 15)])
    #expect(figures.refusals.isEmpty)
  }

  @Test func `a refusal counts by its reason`() {
    var driver = DispatcherDriver()
    _ = driver.offer(.sample("r"))
    driver.advance()
    #expect(driver.dispatcher.figures.refusals == ["no_replica": 1])
  }

  @Test func `a dispatcher that does not observe counts no figures`() throws {
    var driver = DispatcherDriver { $0.observes = false }
    try driver.attach("n/0")
    _ = try driver.place(.sample("r"))
    #expect(driver.dispatcher.figures.placements.isEmpty)
    #expect(driver.dispatcher.figures.waits.values.isEmpty)
  }
}
