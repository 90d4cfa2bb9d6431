import Basics
import FleetSpec
import KVIndex
import Testing
import TestSupport

@testable import Routing

@Suite(.timeLimit(.minutes(5)))
struct CalibratorTests {
  /// One replica that is not as fast as its figures say, and all that is told of it.
  private struct Bench {
    var fleet = TestFleet()
    var calibrator = Calibrator()
    var now = 1.0
    let arithmetic: Double
    let memory: Double
    let catalogue: StepRates
    private var samples: [UInt64: Calibrator.Sample] = [:]

    init(arithmetic: Double = 1, memory: Double = 1) throws {
      try fleet.add("n/0")
      (self.arithmetic, self.memory) = (arithmetic, memory)
      catalogue = try #require(fleet.view.state(0)).rates
      report(.init())
    }

    var instant: Instant { .zero.advanced(by: Duration(inSeconds: now)) }
    var calibration: ReplicaCalibration { fleet.view.calibration(0)! }

    mutating func report(_ load: ReplicaLoad) {
      fleet.view.report(0, load, at: instant)
      calibrator.reported(0, in: fleet.view, at: instant)
    }

    mutating func dispatch(_ tokens: Int, hashes: [BlockHash] = []) throws -> UInt64 {
      let request = try fleet.request(tokens)
      let placement = try fleet.place(request, hashes)
      let reservation = fleet.reserve(placement)
      samples[reservation] = calibrator.placed(
        placement,
        request,
        hashes: hashes.span,
        in: &fleet.view
      )
      return reservation
    }

    mutating func accept(_ id: UInt64) {
      guard var sample = samples[id] else { return }
      calibrator.accepted(&sample, by: 0, in: fleet.view)
      samples[id] = sample
    }

    mutating func end(_ id: UInt64, prefill: Double, decode: Double, output: Int) {
      let outcome = TurnOutcome(
        cachedTokens: 0,
        outputTokens: output,
        queueSeconds: 0.01,
        ttftSeconds: 0.01 + prefill,
        totalSeconds: 0.01 + prefill + decode,
        isComplete: true
      )
      fleet.release(id)
      guard let sample = samples.removeValue(forKey: id) else { return }
      calibrator.ended(sample, outcome, by: 0, in: &fleet.view, at: instant)
    }

    /// A turn alone, from its dispatch to its end, as the true replica would run it; what it takes
    /// is off by `noise`.
    mutating func turn(
      tokens: Int = 6000,
      output: Int = 101,
      beside: Int = 0,
      noise: Double = 1
    ) throws {
      let rates = catalogue.scaled(arithmetic: arithmetic, memory: memory)
      let id = try dispatch(tokens)
      report(.init(running: 1, waiting: beside, prefillTokensQueued: tokens + beside))
      accept(id)
      let flops = rates.prefillFLOPs(tokens: Double(tokens), context: 0)
      let prefill = rates.prefillSeconds(flops: flops, steps: 1) * noise
      now += 0.01 + prefill
      report(.init(running: 1, decoding: 1, contextTokens: tokens))
      let step = rates.decodeStepSeconds(batch: 1, contextTokens: Double(tokens))
      let decode = step * Double(output - 1) * noise
      now += decode
      report(.init())
      end(id, prefill: prefill, decode: decode, output: output)
      now += 5
      report(.init())
    }
  }

  @Test(arguments: [(0.6, 0.6), (1.5, 1.5), (1, 1), (0.6, 1.5)])
  func `true speeds are found from turns, under noise and outliers`(
    _ arithmetic: Double,
    _ memory: Double
  ) throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("CalibratorTests: seed \(seed)")
    var random = PRNG(seed: seed)
    var bench = try Bench(arithmetic: arithmetic, memory: memory)
    for number in 0..<300 {
      let wild = number % 20 == 7
      try bench.turn(
        tokens: 2000 + Int(random.next() % 6000),
        output: 40 + Int(random.next() % 200),
        noise: wild ? (number % 40 == 7 ? 20 : 0.05) : 0.8 + 0.4 * random.nextUnit()
      )
    }
    let found = bench.calibration
    #expect(found.prefill.count > 250 && found.decode.count > 250, "\(found)")
    #expect(abs(found.prefill.value / arithmetic - 1) < 0.1, "\(found), seed \(seed)")
    #expect(abs(found.decode.value / memory - 1) < 0.1, "\(found), seed \(seed)")
    #expect(bench.fleet.view.state(0)?.rates == found.rates)
  }

  @Test func `right predictions are kept`() throws {
    var bench = try Bench()
    for _ in 0..<200 { try bench.turn() }
    let found = bench.calibration
    #expect(abs(found.prefill.value - 1) < 1e-3 && abs(found.decode.value - 1) < 0.02, "\(found)")
    // The 346 that it began with weigh as much as 7 answers.
    let mean = (7 * 346 + 200 * 101) / 207.0
    #expect(abs(bench.fleet.view.estimates(of: 0).outputTokens - mean) < 1e-6)
    let told = try #require(bench.fleet.view.state(0)).outputTokens
    #expect(abs(told / bench.fleet.view.estimates(of: 0).outputTokens - 1) <= 0.0101)
  }

  @Test func `the prefill of a turn that others waited beside tells nothing`() throws {
    var bench = try Bench(arithmetic: 0.5)
    try bench.turn(beside: 601)
    #expect(bench.calibration.prefill.count == 0 && bench.calibration.decode.count == 1)
    try bench.turn(beside: 599)
    #expect(bench.calibration.prefill.count == 1)
  }

  @Test func `nor does that of one during which another came`() throws {
    var bench = try Bench()
    let first = try bench.dispatch(6000)
    bench.report(.init(running: 1, prefillTokensQueued: 6000))
    bench.accept(first)
    bench.now += 0.1
    let second = try bench.dispatch(6000)
    bench.report(.init(running: 2, prefillTokensQueued: 9000))
    bench.accept(second)
    bench.now += 0.5
    bench.report(.init(running: 2, decoding: 2, contextTokens: 12_000))
    bench.now += 1
    bench.report(.init())
    bench.end(first, prefill: 0.59, decode: 1, output: 10)
    bench.end(second, prefill: 0.49, decode: 1, output: 10)
    #expect(bench.calibration.prefill.count == 0)
  }

  @Test func `what became of a replica's turns tells nothing of the one that replaced it`() throws {
    var bench = try Bench(arithmetic: 0.5)
    let id = try bench.dispatch(6000)
    let spec = try #require(bench.fleet.view.spec(0))
    #expect(bench.fleet.view.attach(spec) == 0)
    bench.report(.init(running: 1, prefillTokensQueued: 6000))
    bench.accept(id)
    bench.end(id, prefill: 1, decode: 5, output: 100)
    #expect(bench.calibration.prefill.count == 0 && bench.calibration.decode.count == 0)
    #expect(bench.fleet.view.estimates(of: 0).answerCount == 0)
  }

  @Test func `impossible times are ignored`() throws {
    var bench = try Bench()
    for (prefill, decode) in [(-1.0, 1.0), (1, -2), (.nan, 1), (.infinity, 1)] {
      let id = try bench.dispatch(6000)
      bench.report(.init(running: 1, prefillTokensQueued: 6000))
      bench.accept(id)
      bench.now += 10
      bench.report(.init())
      bench.end(id, prefill: prefill, decode: decode, output: 100)
    }
    #expect(bench.calibration.prefill.count == 0 && bench.calibration.decode.count == 0)
  }

  @Test func `an evicted block that must be computed again was reused`() throws {
    var bench = try Bench()
    let hashes = chain("a conversation", blocks: 400)
    bench.calibrator.evicted(hashes.span, by: 0, in: &bench.fleet.view, at: bench.instant)
    bench.now += 60
    _ = try bench.dispatch(400 * 16, hashes: hashes)
    bench.now += 300
    let none: [BlockHash] = []
    bench.calibrator.evicted(none.span, by: 0, in: &bench.fleet.view, at: bench.instant)
    let model = bench.fleet.view.estimates(of: 0)
    #expect((10...50).contains(model.evictionCount) && model.reuseChance > 0.35, "\(model)")
    #expect(bench.fleet.view.state(0)?.reuseChance ?? 0 > 0.35)
  }

  @Test func `what a replica did is looked up between two moments`() throws {
    var fleet = TestFleet()
    try fleet.add("n/0", blockCount: 1000)
    let state = try #require(fleet.view.state(0))
    var history = LoadHistory(at: 0, blockCount: 1000)
    let rate = state.rates.flopsPerSecond
    func demand(_ tokens: Int) -> Demand {
      Demand(
        requests: 1,
        prefillTokens: tokens,
        prefillFLOPs: Double(tokens) / 1000 * rate,
        prefillSteps: 1
      )
    }
    history.advance(to: 1, .init(running: 10, decoding: 10, contextTokens: 1000))
    history.advance(to: 11, .init(running: 30, decoding: 30, contextTokens: 3000))
    history.advance(
      to: 12,
      .init(running: 31, prefillTokensQueued: 500, decoding: 30, contextTokens: 3000)
    )
    history.accept(demand(500))
    history.advance(to: 21, .init(running: 31, decoding: 31, contextTokens: 3500))
    let quiet = try #require(history.work(from: 1, to: 11, tokens: 100, on: state))
    #expect(quiet.batch == 10 && quiet.contextTokens == 1000 && quiet.prefillFLOPs == 0)
    #expect(quiet.decodeSteps == 100 && quiet.prefillSteps == 0)
    history.advance(to: 22, .init(running: 31, decoding: 31, contextTokens: 3500))
    let both = try #require(history.work(from: 12, to: 22, tokens: 100, on: state))
    #expect(both.batch == 30.1 && both.contextTokens == 3050)
    #expect(abs(both.prefillFLOPs - 0.5 * rate) <= 1e-6 * rate && both.decodeSteps == 99)
    let waiting = try #require(history.work(from: 1, to: 16, tokens: 100, on: state))
    #expect(waiting.prefillFLOPs == 0, "none of what it took was computed")
    #expect(history.work(from: 18, to: 22, tokens: 50, on: state) == nil, "ten prefills take 5 s")
    #expect(history.work(from: -1, to: 5, tokens: 50, on: state) == nil, "too long ago")
    #expect(history.work(from: 5, to: 5, tokens: 50, on: state) == nil)
    history.advance(to: 23, .init(blocksUsed: 971, running: 31, decoding: 31, contextTokens: 3500))
    history.advance(to: 24, .init(running: 31, decoding: 31, contextTokens: 3500))
    #expect(history.work(from: 10, to: 22, tokens: 50, on: state) != nil)
    #expect(history.work(from: 10, to: 24, tokens: 50, on: state) == nil, "blocks were scarce")
  }

  @Test func `a minute is remembered, however many reports and turns there are`() throws {
    var fleet = TestFleet()
    try fleet.add("n/0")
    let state = try #require(fleet.view.state(0))
    var history = LoadHistory(at: 0, blockCount: 1000)
    for report in 0..<60_000 {
      history.advance(to: Double(report) / 100, .init(running: 8, decoding: 8, contextTokens: 640))
      if report % 20 == 0 { history.accept(Demand(requests: 1)) }
    }
    for start in [590.0, 570, 540] {
      let found = history.work(from: start, to: 599, tokens: 100, on: state)
      let work = try #require(found)
      #expect(abs(work.batch - 8) < 1e-6 && abs(work.contextTokens - 640) < 1e-6)
    }
    let old = history.work(from: 10, to: 599, tokens: 100, on: state)
    #expect(old == nil)
  }
}
