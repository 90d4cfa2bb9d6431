import Basics
import Routing
import Testing

@Suite(.timeLimit(.minutes(5)))
struct PredictionAuditTests {
  private static func prediction(
    slot: Int32 = 0,
    generation: UInt32 = 1,
    promptTokens: Int = 1_000,
    cachedTokens: Int
  ) -> Prediction {
    .init(
      decision: 1,
      slot: slot,
      generation: generation,
      origin: 0,
      promptTokens: promptTokens,
      cachedTokens: cachedTokens,
      ttftSeconds: 1
    )
  }

  private static func instant(_ seconds: Double) -> Instant {
    .zero.advanced(by: Duration(inSeconds: seconds))
  }

  @Test func `an alarm is raised beyond the margin, once, and cleared well below it`() {
    var monitor = HitRateMonitor()
    var changes: [HitRateMonitor.Change] = []
    func add(_ actual: Int, at seconds: Double) {
      let prediction = Self.prediction(cachedTokens: 800)
      monitor.add(prediction, actual: actual, at: Self.instant(seconds), into: &changes)
    }
    for second in 0..<200 { add(720, at: Double(second)) }
    #expect(changes.isEmpty)
    for second in 200..<1_000 { add(600, at: Double(second)) }
    #expect(changes.map(\.slot) == [0, nil])
    #expect(changes.map(\.rate.isDrifting) == [true, true])
    #expect(monitor.fleet.isDrifting)
    #expect(abs(monitor.fleet.predicted - 0.8) < 1e-9)
    #expect(abs(monitor.fleet.actual - 0.6) < 0.01)
    changes = []
    // Between the two bounds nothing changes.
    for second in 1_000..<2_000 { add(730, at: Double(second)) }
    #expect(changes.isEmpty)
    for second in 2_000..<3_000 { add(800, at: Double(second)) }
    #expect(changes.map(\.rate.isDrifting) == [false, false])
    #expect(monitor.rate(of: 0, generation: 1)?.isDrifting == false)
    #expect(monitor.rate(of: 0, generation: 2) == nil)
  }

  @Test func `few turns are not judged, nor one prompt that outweighs the others`() {
    var monitor = HitRateMonitor()
    var changes: [HitRateMonitor.Change] = []
    for _ in 0..<49 {
      monitor.add(Self.prediction(cachedTokens: 900), actual: 0, at: .zero, into: &changes)
    }
    #expect(changes.isEmpty)
    monitor.add(Self.prediction(cachedTokens: 900), actual: 0, at: .zero, into: &changes)
    #expect(changes.count == 2)

    var heavy = HitRateMonitor()
    changes = []
    for _ in 0..<200 {
      heavy.add(Self.prediction(cachedTokens: 500), actual: 500, at: .zero, into: &changes)
    }
    let giant = Self.prediction(promptTokens: 100_000, cachedTokens: 100_000)
    heavy.add(giant, actual: 0, at: .zero, into: &changes)
    #expect(changes.isEmpty)
    #expect(heavy.fleet.samples < 50)
  }

  @Test func `a replica that drifts alone alarms for itself, and its successor starts afresh`() {
    var monitor = HitRateMonitor()
    var changes: [HitRateMonitor.Change] = []
    for _ in 0..<60 {
      for slot in 0..<10 as Range<Int32> {
        monitor.add(
          Self.prediction(slot: slot, cachedTokens: 800),
          actual: slot == 7 ? 200 : 800,
          at: .zero,
          into: &changes
        )
      }
    }
    #expect(changes.map(\.slot) == [7])
    #expect(!monitor.fleet.isDrifting)
    changes = []
    let next = Self.prediction(slot: 7, generation: 2, cachedTokens: 800)
    monitor.add(next, actual: 800, at: .zero, into: &changes)
    #expect(monitor.rate(of: 7, generation: 2)?.actual == 0.8)
    let late = Self.prediction(slot: 7, cachedTokens: 800)
    monitor.add(late, actual: 0, at: .zero, into: &changes)
    #expect(monitor.rate(of: 7, generation: 2)?.actual == 0.8)
    #expect(changes.isEmpty)
  }

  @Test func `what is older counts less: half after the half-life`() {
    var monitor = HitRateMonitor(settings: .init(halfLife: .seconds(10)))
    var changes: [HitRateMonitor.Change] = []
    monitor.add(Self.prediction(cachedTokens: 1_000), actual: 1_000, at: .zero, into: &changes)
    let later = Self.instant(10)
    monitor.add(Self.prediction(cachedTokens: 1_000), actual: 0, at: later, into: &changes)
    #expect(abs(monitor.fleet.actual - 1 / 3.0) < 1e-9)
    #expect(abs(monitor.fleet.samples - 1.8) < 1e-9)
  }

  @Test func `figures of ratios are right to a twentieth, and follow what is new`() {
    var ratios = RatioHistogram()
    #expect((ratios.median, ratios.p90Factor) == (0, 0))
    for step in 1...99 { ratios.add(predicted: 1, actual: 0.5 + Double(step) / 100) }
    #expect(abs(ratios.median / 1.0 - 1) < 0.05)
    // Nine in ten of them are above 0.6: the lowest tenth is off by more than 1 / 0.6.
    #expect(abs(ratios.p90Factor / (1 / 0.595) - 1) < 0.05)
    for (predicted, actual) in [(0, 1), (1, 0), (.nan, 1), (1, .infinity), (-1, -1)] {
      ratios.add(predicted: predicted, actual: actual)
    }
    #expect(ratios.count == 99)
    for _ in 0..<50_000 { ratios.add(predicted: 2, actual: 1) }
    #expect(ratios.median == 0.5)
    #expect(ratios.count <= RatioHistogram.samplesMax)
    for _ in 0..<100_000 { ratios.add(predicted: 1e-300, actual: 1e300) }
    #expect(ratios.median == 32)
  }
}
