import Basics
import FleetSpec
import Testing
import TestSupport

@testable import Routing

@Suite(.timeLimit(.minutes(5)))
struct BottleneckMonitorTests {
  private func figures(_ load: ReplicaLoad) throws -> BottleneckFigures {
    var fleet = TestFleet()
    try fleet.add("n/0", load: load, blockCount: 10_000)
    return BottleneckFigures(try #require(fleet.view.state(0)))
  }

  /// Llama 3.1 8B on an H100: 8.03e9 parameters of two bytes, 131,072 bytes of KV and 524,288
  /// operations of attention a token; 0.45 x 989.4e12 operations and 0.8 x 3.35e12 bytes a second.
  @Test func `figures are those of the roofline, calculated by hand`() throws {
    let found = try figures(
      .init(
        blocksUsed: 2_500,
        blocksCached: 5_000,
        running: 20,
        decoding: 20,
        contextTokens: 40_000
      )
    )
    #expect((found.blocksUsed, found.blocksCached, found.batch) == (0.25, 0.5, 20))
    let rates = try TestFleet.replica("n/0").roofline.rates
    let flops = 20 * rates.flopsPerToken + 524_288 * 40_000.0
    let bytes = rates.weightBytes + 131_072 * 40_000.0
    let (arithmetic, memory) = (flops / (0.45 * 989.4e12), bytes / (0.8 * 3.35e12))
    #expect(abs(found.ridgeShare - arithmetic / memory) < 1e-9)
    #expect(abs(found.arithmeticUse - arithmetic / (memory + 0.002)) < 1e-9)
    #expect(abs(found.bandwidthUse - memory / (memory + 0.002)) < 1e-9)
    #expect((found.prefillTokensQueued, found.prefillSecondsQueued) == (0, 0))
    // A context of 2,000 tokens has 1.05e9 operations beside the 16.1e9 of a token; to read its
    // 0.26e9 bytes takes as long as 43.5e9.
    #expect(found.ridgeBatch == nil)
    let short = try figures(.init(running: 20, decoding: 20, contextTokens: 2_000))
    let batch = try #require(short.ridgeBatch)
    let at = try figures(.init(running: batch, decoding: batch, contextTokens: 100 * batch))
    let below = try figures(
      .init(running: batch - 1, decoding: batch - 1, contextTokens: 100 * (batch - 1))
    )
    #expect(at.ridgeShare >= 1 && below.ridgeShare < 1)
  }

  @Test func `prompts that wait are work for the arithmetic`() throws {
    let found = try figures(.init(running: 1, waiting: 3, prefillTokensQueued: 40_000))
    let rates = try TestFleet.replica("n/0").roofline.rates
    let seconds =
      4 * rates.prefillFLOPs(tokens: 10_000, context: 0) / rates.flopsPerSecond + 5 * 0.002
    #expect(abs(found.prefillSecondsQueued / seconds - 1) < 1e-9)
    #expect(found.prefillTokensQueued == 40_000 && found.arithmeticUse > 0.95)
    let idle = try figures(.init(blocksCached: 100))
    #expect((idle.arithmeticUse, idle.bandwidthUse, idle.ridgeShare) == (0, 0, 0))
  }

  /// A monitor, its replica, and time.
  private struct Bench {
    var fleet = TestFleet()
    var monitor = BottleneckMonitor()
    var now = 1.0

    init() throws {
      try fleet.add("n/0", blockCount: 10_000)
      try fleet.setRoundTrip("eu", "us", 0.09)
      report(.init())
    }

    var summary: BottleneckMonitor.Summary? { monitor.summary(of: 0, in: fleet.view) }

    mutating func report(_ load: ReplicaLoad, seconds: Double = 0) {
      now += seconds
      let instant = Instant.zero.advanced(by: Duration(inSeconds: now))
      fleet.view.advance(to: instant)
      fleet.view.report(0, load, at: instant)
      monitor.reported(0, in: fleet.view, at: instant)
    }
  }

  @Test func `what held for long counts, and a moment does not`() throws {
    var bench = try Bench()
    let busy = ReplicaLoad(running: 1, waiting: 9, prefillTokensQueued: 80_000)
    for _ in 0..<10 {
      bench.report(busy, seconds: 5.8)
      bench.report(.init(), seconds: 0.2)
    }
    #expect(try #require(bench.summary).bound == .nothing)
    bench.report(busy)
    for _ in 0..<400 { bench.report(busy, seconds: 0.1) }
    let summary = try #require(bench.summary)
    #expect(summary.bound == .compute && summary.signals.compute > 0.9)
    bench.report(.init())
    for _ in 0..<400 { bench.report(.init(), seconds: 0.1) }
    #expect(try #require(bench.summary).bound == .nothing)
  }

  @Test func `a full KV cache goes before arithmetic`() throws {
    var bench = try Bench()
    let full = ReplicaLoad(blocksUsed: 9_900, running: 9, waiting: 9, prefillTokensQueued: 80_000)
    for _ in 0..<600 { bench.report(full, seconds: 0.1) }
    #expect(try #require(bench.summary).bound == .kvMemory)
  }

  @Test func `distance is told of a replica at work, from twenty turns on whose origin is known`()
    throws
  {
    var bench = try Bench()
    let busy = ReplicaLoad(running: 1, decoding: 1, contextTokens: 100)
    let us = try bench.fleet.number(of: "us")
    for turn in 0..<40 {
      bench.report(busy, seconds: 0.5)
      bench.report(.init(), seconds: 0.05)
      bench.monitor.served(0, from: -1, ttftSeconds: 0.01, in: bench.fleet.view)
      bench.monitor.served(0, from: us, ttftSeconds: .nan, in: bench.fleet.view)
      #expect(try #require(bench.summary).signals.network == 0 || turn >= 20)
      bench.monitor.served(0, from: us, ttftSeconds: 0.01, in: bench.fleet.view)
    }
    let summary = try #require(bench.summary)
    #expect(abs(summary.signals.network - 0.9) < 1e-6 && summary.bound == .network)
  }

  @Test func `a replica that is replaced or tells everything again starts afresh`() throws {
    let busy = ReplicaLoad(running: 1, waiting: 9, prefillTokensQueued: 80_000)
    for isReplaced in [true, false] {
      var bench = try Bench()
      for _ in 0..<600 { bench.report(busy, seconds: 0.1) }
      #expect(try #require(bench.summary).bound == .compute)
      if isReplaced {
        let spec = try #require(bench.fleet.view.spec(0))
        #expect(bench.fleet.view.attach(spec) == 0)
      } else {
        bench.monitor.resynchronised(0)
      }
      #expect(bench.summary == nil)
      bench.report(.init(), seconds: 0.1)
      let summary = try #require(bench.summary)
      #expect(summary.bound == .nothing && summary.signals == BottleneckSignals())
    }
  }
}
