import Basics
import FleetSpec
import KVIndex
import TestSupport
import Testing

@testable import Routing

/// How near answers are to being too slow, and what that makes of holding them up.
@Suite(.timeLimit(.minutes(5)))
struct TPOTUtilisationTests {
  private var costs: CostModel { .init() }

  private func busy(_ sequences: Int, context: Int = 1_000_000) -> ReplicaLoad {
    .init(running: sequences, decoding: sequences, contextTokens: context)
  }

  /// Seconds of a step that only decodes, against the objective's 60 ms.
  private func tpotUtilisation(_ state: ReplicaState, _ batch: Double, _ context: Double) -> Double
  {
    state.rates.decodeStepSeconds(batch: batch, contextTokens: context) / 0.06
  }

  @Test func `it is the mean over all sequences, and the same for all replicas of a model`() throws
  {
    var fleet = TestFleet()
    try fleet.add("n/0", load: busy(30, context: 900_000))
    try fleet.add("n/1", load: busy(10, context: 100_000))
    try fleet.add("n/2")
    #expect(fleet.view.state(0)?.tpotUtilisation == 0)
    fleet.view.measure(for: costs)
    let states = try (0..<3).map { try #require(fleet.view.state($0)) }
    let mean =
      (30 * tpotUtilisation(states[0], 30, 900_000) + 10 * tpotUtilisation(states[1], 10, 100_000))
      / 40
    for state in states { #expect(abs(state.tpotUtilisation - mean) < 1e-9) }
    let later = try fleet.add("n/3")
    #expect(fleet.view.state(later)?.tpotUtilisation == states[0].tpotUtilisation)
  }

  @Test func `prefill takes its share of the time, and the past decays`() throws {
    var fleet = TestFleet()
    let slot = try fleet.add("n/0", load: busy(10))
    let quiet = tpotUtilisation(try #require(fleet.view.state(slot)), 10, 1_000_000)
    // 2 s of 20 are a tenth.
    _ = fleet.reserve(try fleet.place(try fleet.request(40_000)))
    fleet.view.report(slot, busy(10))
    let state = try #require(fleet.view.state(slot))
    let share = state.prefillShare.share(over: state.answerSeconds, at: .zero)
    #expect(share > 0.05)
    fleet.view.measure(for: costs)
    #expect(fleet.view.state(slot)?.tpotUtilisation ?? 0 > quiet / (1 - share) - 1e-9)
    fleet.view.advance(to: .zero.advanced(by: .seconds(200)))
    fleet.view.report(slot, busy(10))
    fleet.view.measure(for: costs)
    #expect(fleet.view.state(slot)?.tpotUtilisation ?? 0 < quiet / (1 - share))
  }

  @Test func `it is measured each second, and what is gone or not ready does not count`() throws {
    var fleet = TestFleet()
    let slot = try fleet.add("n/0", load: busy(30))
    fleet.view.measure(for: costs)
    let before = try #require(fleet.view.state(slot)?.tpotUtilisation)
    #expect(before > 0.5)
    fleet.view.setReadiness(slot, .draining)
    for milliseconds in [1, 999] as [Int64] {
      fleet.view.advance(to: Instant(nanoseconds: milliseconds * 1_000_000))
      fleet.view.measure(for: costs)
      #expect(fleet.view.state(slot)?.tpotUtilisation == before)
    }
    fleet.view.advance(to: .zero.advanced(by: .seconds(1)))
    fleet.view.measure(for: costs)
    #expect(fleet.view.state(slot)?.tpotUtilisation == 0)
    fleet.view.setReadiness(slot, .ready)
    fleet.view.advance(to: .zero.advanced(by: .seconds(2)))
    fleet.view.measure(for: costs)
    #expect(fleet.view.state(slot)?.tpotUtilisation == before)
    fleet.view.detach(slot)
    let next = try fleet.add("n/0")
    #expect(fleet.view.state(next)?.tpotUtilisation == 0, "nothing is known of the model any more")
  }

  /// One replica holds half of the prompt and decodes for many, the other is idle.
  private func choice(context: Int) throws -> (slot: Int32, stallWeight: Double) {
    var fleet = TestFleet()
    let warm = try fleet.add("n/0", load: busy(60, context: context))
    try fleet.add("n/1")
    let prompt = chain("prompt", blocks: 500)
    let held = Array(prompt[..<250])
    fleet.index.store(warm, held.span)
    fleet.view.refresh(for: fleet.router.costs)
    let request = try fleet.request(8_000, output: 10)
    let rows = try fleet.explain(request, prompt).rows
    let weight = try #require(rows[0].cost?.weight(of: StallTerm.self))
    return (try fleet.place(request, prompt).slot, weight)
  }

  @Test func `answers with time to spare may be held up, others not`() throws {
    let (relaxed, utilised) = (try choice(context: 10_000), try choice(context: 1_200_000))
    #expect(relaxed.slot == 0 && relaxed.stallWeight < 0.015, "the soonest first token")
    #expect(utilised.slot == 1 && utilised.stallWeight > 0.05)
    let beyond = try choice(context: 10_000_000)
    // TPOT utilisation is 2 at most.
    let most = StallTerm.weight * 16
    #expect(abs(beyond.stallWeight - most) < 1e-9)
  }
}
