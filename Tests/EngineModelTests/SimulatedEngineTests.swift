import Basics
import EngineModel
import FleetSpec
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(5)))
struct SimulatedEngineTests {
  @Test func `a step takes the time of its mix, and its tokens come at its end`() throws {
    var settings = try EngineSettings.test()
    settings.stepTokensMax = 40
    var driver = EngineDriver(settings)
    #expect(driver.submit(request(1, blocks: 4, output: 3), at: .at(milliseconds: 5)) == nil)
    #expect(driver.engine.deadline == .at(milliseconds: 5))
    driver.advance(to: .at(milliseconds: 5))
    #expect(driver.log == [.started(id: 1, cachedTokens: 0, queued: .zero)])
    // Chunks of 40 and 24 tokens are bound by arithmetic: 40 ms, then 24 ms.
    #expect(driver.engine.deadline == .at(milliseconds: 45))
    driver.advance(to: .at(milliseconds: 44))
    #expect(driver.log.count == 1)
    driver.advance(to: .at(milliseconds: 45))
    #expect(driver.engine.deadline == .at(milliseconds: 69))
    #expect(driver.log.last == .cache(.stored([100, 101])))
    driver.advance(to: .at(milliseconds: 69))
    #expect(
      driver.log.suffix(2) == [.cache(.stored([102, 103])), .tokens(id: 1, first: 0, count: 1)]
    )
    // One decode each is bound by memory: 10 ms and 0.1 ms for each of 65, then 66 tokens.
    driver.advance(to: .at(milliseconds: 1000))
    let finish = driver.finished[1]
    #expect(finish?.ttft == .milliseconds(64) && finish?.queued == .zero)
    #expect(finish?.total == .microseconds(64_000 + 16_500 + 16_600))
    #expect(driver.engine.deadline == nil && driver.engine.stepCount == 4)
  }

  @Test(arguments: [100, 8192, 30_000])
  func `a lone request's first token takes the roofline's prefill`(tokens: Int) throws {
    let gpu = try #require(GPUModel.named("h100-sxm"))
    let model = try #require(ModelArchitecture.named("llama-3.1-70b"))
    let roofline = Roofline(gpu: gpu, gpuCount: 4, model: model)
    let settings = try #require(EngineSettings(roofline: roofline, blockTokens: 16))
    #expect(settings.blockCount == roofline.blockCount(blockTokens: 16))
    var driver = EngineDriver(settings)
    var request = request(1, blocks: 0, output: 1)
    request.promptTokens = tokens
    #expect(driver.submit(request, at: .zero) == nil)
    driver.drain()
    let ttft = driver.finished[1]?.ttft?.inSeconds ?? 0
    let predicted = roofline.prefillSeconds(tokens: tokens, context: 0)
    #expect(abs(ttft / predicted - 1) < 0.01, "\(ttft) s, predicted \(predicted) s")
  }

  @Test func `a model whose weights leave no room for a block makes no engine`() throws {
    let gpu = try #require(GPUModel.named("l40s"))
    let model = try #require(ModelArchitecture.named("llama-3.1-70b"))
    let roofline = Roofline(gpu: gpu, gpuCount: 2, model: model)
    #expect(EngineSettings(roofline: roofline, blockTokens: 16) == nil)
    #expect(EngineSettings(roofline: .toy, blockTokens: 0) == nil)
    let large = EngineSettings(roofline: .toy, blockTokens: 16, blockCount: .max)
    #expect(large?.blockCount == EngineSettings.blockCountMax)
  }

  @Test func `each sequence decodes slower in a larger batch, and together they decode faster`()
    throws
  {
    var rates: [Double] = []
    for batch: UInt64 in [1, 4, 16] {
      var driver = try EngineDriver(.test(blockCount: 500))
      for id in 1...batch {
        #expect(driver.submit(request(id, blocks: 0, more: 9, output: 50), at: .zero) == nil)
      }
      driver.drain()
      let finish = driver.finished[1]
      let seconds = ((finish?.total ?? .zero) - (finish?.ttft ?? .zero)).inSeconds
      rates.append(49 / seconds)
    }
    #expect(rates[0] > rates[1] && rates[1] > rates[2])
    #expect(rates[0] < rates[1] * 4 && rates[1] * 4 < rates[2] * 16)
  }

  @Test func `a request that comes during a step waits for its end`() throws {
    var driver = try EngineDriver(.test())
    #expect(driver.submit(request(1, blocks: 4, output: 1), at: .zero) == nil)
    driver.advance(to: .zero)
    #expect(
      driver.submit(request(2, blocks: 1, hash: 7, output: 1), at: .at(milliseconds: 30)) == nil
    )
    driver.drain()
    #expect(driver.finished[2]?.queued == .milliseconds(34))
    #expect(driver.finished[2]?.ttft == .milliseconds(34 + 16))
  }

  @Test func `a long jump gives what many small ones give`() throws {
    var (jump, walk) = try (EngineDriver(.test()), EngineDriver(.test()))
    for id: UInt64 in 1...5 {
      let request = request(id, blocks: Int(id), hash: 100 * id, output: 30)
      #expect(jump.submit(request, at: .zero) == nil && walk.submit(request, at: .zero) == nil)
    }
    jump.advance(to: .at(milliseconds: 10_000))
    for millisecond in 0...10_000 { walk.advance(to: .at(milliseconds: millisecond)) }
    #expect(jump.log == walk.log && jump.finished.count == 5)
  }

  @Test func `a prefix that another request computed is reused, but for the last token`() throws {
    var driver = try EngineDriver(.test())
    #expect(driver.submit(request(1, blocks: 4, output: 2), at: .zero) == nil)
    driver.drain()
    #expect(driver.residents == [100, 101, 102, 103])
    #expect(driver.submit(request(2, blocks: 4, output: 1), at: driver.drain()) == nil)
    #expect(driver.submit(request(3, blocks: 4, more: 1, output: 1), at: .zero) == nil)
    driver.drain()
    #expect(driver.finished[1]?.usage.cachedTokens == 0)
    #expect(driver.finished[2]?.usage.cachedTokens == 48)
    #expect(driver.finished[3]?.usage.cachedTokens == 64)
    #expect(driver.finished[3]?.reason == .length)
    #expect(driver.residents.count == 4)
  }

  @Test func `requests of one instant share a step, and blocks are reusable from its end`() throws {
    var driver = try EngineDriver(.test())
    for id: UInt64 in 1...3 {
      #expect(driver.submit(request(id, blocks: 4, output: 1), at: .zero) == nil)
    }
    driver.drain()
    #expect(driver.engine.stepCount == 1)
    #expect(driver.finished.values.map(\.usage.cachedTokens) == [0, 0, 0])
    #expect(driver.engine.load.blocksCached == 4, "equal blocks are kept once")
  }

  @Test func `a long prompt is computed in chunks, between which others decode`() throws {
    var settings = try EngineSettings.test()
    settings.stepTokensMax = 64
    var driver = EngineDriver(settings)
    #expect(driver.submit(request(1, blocks: 1, output: 50), at: .zero) == nil)
    driver.drain(steps: 1)
    #expect(driver.submit(request(2, blocks: 16, hash: 500, output: 1), at: .zero) == nil)
    driver.drain(steps: 1)
    #expect(driver.engine.load.prefillTokensQueued == 256)
    driver.drain(steps: 1)
    #expect(driver.engine.load.prefillTokensQueued == 256 - 63, "one token of 64 is a decode's")
    #expect(driver.engine.load.decoding == 1)
    driver.drain()
    #expect(driver.finished.count == 2)
    let first = driver.log.firstIndex(of: .tokens(id: 2, first: 0, count: 1)) ?? 0
    let before = driver.log[..<first].count {
      if case .tokens(1, _, _) = $0 { true } else { false }
    }
    #expect(before == 6 || before == 7, "256 tokens take five steps of up to 63")
  }

  @Test func `when blocks run out the youngest is preempted and still answers in full`() throws {
    var driver = try EngineDriver(.test(blockCount: 8))
    for id: UInt64 in 1...2 {
      #expect(driver.submit(request(id, blocks: 3, hash: id * 100, output: 40), at: .zero) == nil)
    }
    driver.drain()
    #expect(driver.engine.preemptionCount > 0)
    #expect(driver.finished[1]?.usage.outputTokens == 40)
    #expect(driver.finished[2]?.usage.outputTokens == 40)
    #expect((driver.finished[1]?.total ?? .zero) < (driver.finished[2]?.total ?? .zero))
    #expect(driver.log.count { if case .started = $0 { true } else { false } } == 2)
    #expect(driver.engine.load.blocksUsed == 0)
  }

  @Test func `a higher priority starts first and is preempted last`() throws {
    var settings = try EngineSettings.test(blockCount: 8)
    settings.runningMax = 2
    var driver = EngineDriver(settings)
    for (id, priority) in [(1, 0), (2, 5), (3, 9)] as [(UInt64, Int)] {
      let request = request(id, blocks: 3, hash: id * 100, output: 30)
      #expect(driver.submit(request.with(priority: priority), at: .zero) == nil)
    }
    driver.drain()
    let ends = [1, 2, 3].compactMap { driver.finished[$0]?.total }
    #expect(ends.count == 3 && ends == ends.sorted(by: >))
    #expect(driver.engine.preemptionCount > 0)
  }

  @Test(arguments: 0..<15)
  func `a preemption holds up nobody of a higher priority`(offset: Int) throws {
    var settings = try EngineSettings.test(blockCount: 10)
    settings.runningMax = 3
    var driver = EngineDriver(settings)
    for (id, priority) in [(1, 0), (2, 1), (3, 1)] as [(UInt64, Int)] {
      let more = 1 + Int(id) * offset % 14
      let request = request(id, blocks: 2, more: more, hash: id * 100, output: 30)
      #expect(driver.submit(request.with(priority: priority), at: .zero) == nil)
      driver.drain(steps: 1)
    }
    while driver.finished[2] == nil {
      let before = driver.log.count
      driver.drain(steps: 1)
      let makers = driver.log[before...].compactMap { output -> UInt64? in
        if case .tokens(let id, _, _) = output { id } else { nil }
      }
      #expect(makers.contains(2) && makers.contains(3) && makers.count <= 3)
    }
    #expect(driver.engine.preemptionCount > 0 && driver.finished[1] == nil)
    driver.drain()
    #expect(driver.finished.count == 3)
  }

  @Test func `a request that finds no room does not hold up one of a higher priority`() throws {
    var driver = try EngineDriver(.test(blockCount: 8))
    #expect(driver.submit(request(1, blocks: 4, output: 20), at: .zero) == nil)
    driver.drain(steps: 1)
    #expect(driver.submit(request(2, blocks: 7, hash: 200, output: 1), at: .zero) == nil)
    driver.drain(steps: 2)
    let urgent = request(3, blocks: 1, hash: 300, output: 1).with(priority: 1)
    #expect(driver.submit(urgent, at: .zero) == nil)
    driver.drain()
    let ends = [3, 1, 2].compactMap { driver.finished[$0]?.total }
    #expect(ends.count == 3 && ends == ends.sorted())
  }

  @Test func `an answer that the cache can't hold ends for its length`() throws {
    var driver = try EngineDriver(.test(blockCount: 4))
    #expect(driver.submit(request(1, blocks: 3, output: 1000), at: .zero) == nil)
    driver.drain()
    #expect(driver.finished[1]?.usage.outputTokens == 17)
    #expect(driver.finished[1]?.reason == .length)
    #expect(driver.submit(request(2, blocks: 4, output: 9), at: .zero) == nil)
    driver.drain()
    #expect(driver.finished[2]?.usage.outputTokens == 1)
  }

  @Test func `what can't be served is refused, with the numbers`() throws {
    var settings = try EngineSettings.test(blockCount: 4)
    settings.waitingMax = 2
    var driver = EngineDriver(settings)
    var refusals: [EngineRefusal?] = [
      driver.submit(request(1, blocks: 4, more: 1, output: 1), at: .zero),
      driver.submit(request(1, blocks: 0, output: 1), at: .zero),
      driver.submit(request(1, blocks: 1, output: 1, blockTokens: 8), at: .zero),
    ]
    for id: UInt64 in [1, 1, 2, 3] {
      refusals.append(driver.submit(request(id, blocks: 1, output: 1), at: .zero))
    }
    #expect(
      refusals == [
        .promptTooLong(tokens: 65, limit: 64), .promptEmpty,
        .blockSizeDiffers(tokens: 8, engineTokens: 16), nil, .duplicate(id: 1), nil,
        .queueFull(waiting: 2, limit: 2),
      ]
    )
    #expect(refusals[6]?.description == "queue full: 2 requests wait, of at most 2")
    #expect(refusals[6]?.reason == "queue full")
    driver.drain()
    #expect(driver.finished.count == 2)
  }

  @Test func `a prompt without hashes has blocks of no size that could differ`() throws {
    var driver = try EngineDriver(.test())
    let prompt = request(1, blocks: 0, more: 20, output: 1, blockTokens: 0)
    #expect(driver.submit(prompt, at: .zero) == nil)
    driver.drain()
    #expect(driver.finished[1]?.usage.promptTokens == 20)
  }

  @Test func `a request can be cancelled while it waits, computes its prompt or decodes`() throws {
    var settings = try EngineSettings.test()
    settings.stepTokensMax = 32
    settings.runningMax = 2
    var driver = EngineDriver(settings)
    for id: UInt64 in 1...3 {
      #expect(driver.submit(request(id, blocks: 6, hash: id * 100, output: 20), at: .zero) == nil)
    }
    driver.drain(steps: 5)
    #expect((driver.engine.load.decoding, driver.engine.load.waiting) == (1, 1))
    for id: UInt64 in [3, 2, 1, 9, 3] { driver.cancel(id, at: .zero) }
    #expect(driver.finished.values.map(\.reason) == [.cancelled, .cancelled, .cancelled])
    #expect(driver.finished[3]?.ttft == nil && driver.finished[3]?.usage.outputTokens == 0)
    #expect(driver.finished[2]?.ttft == nil && driver.finished[1]?.ttft != nil)
    #expect((driver.engine.load.blocksUsed, driver.engine.load.running) == (0, 0))
    driver.drain()
    #expect(driver.engine.deadline == nil && driver.finished.count == 3)
  }

  @Test func `after the cache is cleared nothing is reused and running requests go on`() throws {
    var driver = try EngineDriver(.test())
    #expect(driver.submit(request(1, blocks: 4, output: 5), at: .zero) == nil)
    driver.drain(steps: 2)
    driver.clearCache(at: .zero)
    #expect(driver.residents.isEmpty)
    driver.drain()
    #expect(driver.finished[1]?.usage.outputTokens == 5)
    #expect(driver.submit(request(2, blocks: 4, output: 1), at: .zero) == nil)
    driver.drain()
    #expect(driver.finished[2]?.usage.cachedTokens == 0)
    #expect(driver.residents.count == 4)
  }

  @Test func `an answer of free length is the same for the same seed and may end early`() throws {
    var reasons: Set<EngineFinish.Reason> = []
    for seed: UInt64 in 1...20 {
      var driver = try EngineDriver(.test(blockCount: 500))
      for id: UInt64 in 1...2 {
        var request = request(id, blocks: 1, output: 1)
        request.length = .upTo(200, seed: seed)
        #expect(driver.submit(request, at: .zero) == nil)
      }
      driver.drain()
      #expect(driver.finished[1]?.usage.outputTokens == driver.finished[2]?.usage.outputTokens)
      #expect((16...200).contains(driver.finished[1]?.usage.outputTokens ?? 0))
      if let reason = driver.finished[1]?.reason { reasons.insert(reason) }
    }
    #expect(reasons == [.stop, .length])
  }

  @Test(arguments: [1, 2, UInt64.random(in: 3...UInt64.max)])
  func `every request ends once, and equal inputs give equal outputs`(seed: UInt64) throws {
    print("SimulatedEngineTests seed \(seed)")
    var (first, accepted) = try Self.randomRun(seed: seed)
    #expect(first.finished.count == accepted)
    #expect(first.engine.deadline == nil)
    let load = first.engine.load
    #expect((load.blocksUsed, load.running, load.waiting) == (0, 0, 0))
    #expect(load.blocksCached == first.residents.count)
    #expect(first.engine.preemptionCount > 0)
    #expect(try Self.randomRun(seed: seed).driver.log == first.log)
  }

  private static func randomRun(seed: UInt64) throws -> (driver: EngineDriver, accepted: Int) {
    var random = PRNG(seed: seed)
    var settings = try EngineSettings.test(blockCount: 24)
    (settings.stepTokensMax, settings.runningMax, settings.waitingMax) = (48, 6, 8)
    var driver = EngineDriver(settings)
    var (now, accepted) = (Instant.zero, 0)
    for id in 0..<400 as Range<UInt64> {
      now = now.advanced(by: .milliseconds(Int.random(in: 0...400, using: &random)))
      switch Int.random(in: 0..<20, using: &random) {
      case 0: driver.cancel(UInt64.random(in: 0...id, using: &random), at: now)
      case 1: driver.clearCache(at: now)
      case 2...5: driver.advance(to: now)
      default: driver.drain(steps: Int.random(in: 0...2, using: &random))
      }
      let request = request(
        id,
        blocks: Int.random(in: 0...12, using: &random),
        more: Int.random(in: 0...20, using: &random),
        hash: 1000 * UInt64.random(in: 1...4, using: &random),
        output: Int.random(in: 0...60, using: &random)
      ).with(priority: Int.random(in: 0...1, using: &random))
      if driver.submit(request, at: now) == nil { accepted += 1 }
    }
    driver.drain()
    return (driver, accepted)
  }
}
