import Basics
import EngineModel
import FleetSpec
import Testing
import TestSupport

@testable import Simulator

/// An engine and what it told.
private struct HeardEngine {
  var engine: SimulatedEngine
  private(set) var finished: [UInt64: EngineFinish] = [:]
  private(set) var stored: [UInt64] = []
  private var outputs = Actions<EngineOutput>()

  init(_ settings: EngineSettings) { engine = SimulatedEngine(settings: settings) }

  mutating func submit(_ request: EngineRequest, at instant: Instant) -> EngineRefusal? {
    engine.submit(request, at: instant, into: &outputs)
  }

  /// Runs until nothing is left; says when that was.
  @discardableResult
  mutating func drain() -> Instant {
    var end = Instant.zero
    while let deadline = engine.deadline {
      end = deadline
      engine.advance(to: end, into: &outputs)
    }
    for output in outputs.take() {
      switch output {
      case .finished(let id, let finish): finished[id] = finish
      case .cache(.stored(let hashes)): stored += hashes
      default: break
      }
    }
    return end
  }
}

@Suite(.timeLimit(.minutes(5)))
struct ForecastTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `a forecast is what happens when nothing else comes, and changes nothing`(seed: UInt64)
    throws
  {
    var random = PRNG(seed: seed, stream: "forecasts")
    var settings = try EngineSettings.test(blockCount: 30 + Int(random.next() % 40))
    settings.runningMax = 4
    var heard = HeardEngine(settings)
    func next(_ id: UInt64) -> EngineRequest {
      request(
        id,
        blocks: Int(random.next() % 8),
        more: 1 + Int(random.next() % 16),
        hash: 100 * (1 + random.next() % 4),
        output: 1 + Int(random.next() % 60)
      )
    }
    var now = Instant.zero
    for id: UInt64 in 1...20 {
      now = now.advanced(by: .milliseconds(Int64(random.next() % 500)))
      _ = heard.submit(next(id), at: now)
    }
    let arrival = now.advanced(by: .milliseconds(150))
    let (other, last) = (next(30), next(31))
    let sent = now.advanced(by: .milliseconds(40))
    let token = heard.engine.firstToken(of: last, at: arrival, after: [(other, sent)])
    #expect(heard.engine.firstToken(of: last, at: arrival, after: [(other, sent)]) == token)
    let limit = try #require(token)
    #expect(
      heard.engine.firstToken(of: last, at: arrival, after: [(other, sent)], before: limit) == nil
    )
    #expect(heard.submit(other, at: sent) == nil)
    #expect(heard.submit(last, at: arrival) == nil)
    heard.drain()
    let ttft = try #require(heard.finished[31]?.ttft)
    #expect(arrival.advanced(by: ttft) == token, "seed \(seed)")
  }

  @Test func `what an engine would refuse has no first token`() throws {
    let engine = SimulatedEngine(settings: try .test(blockCount: 4))
    #expect(engine.firstToken(of: request(1, blocks: 4, more: 1, output: 1), at: .zero) == nil)
    #expect(engine.firstToken(of: request(1, blocks: 4, output: 1), at: .zero) != nil)
  }

  @Test func `engines with one shared cache compute a block once`() throws {
    let shared = SharedBlocks()
    var heard = [HeardEngine(try .test()), HeardEngine(try .test())]
    for index in heard.indices { heard[index].engine.externalStore = shared }
    #expect(heard[0].submit(request(1, blocks: 5, more: 3, output: 2), at: .zero) == nil)
    let end = heard[0].drain()
    #expect(shared.hashes(after: 0) == [100, 101, 102, 103, 104] && shared.hashes(after: 9) == [])
    // One that continues it; its first blocks take room, and are told as stored there.
    #expect(heard[1].submit(request(2, blocks: 7, more: 1, output: 1), at: end) == nil)
    #expect(heard[1].engine.load.prefillTokensQueued == 2 * 16 + 1)
    heard[1].drain()
    #expect(heard[1].finished[2]?.usage.cachedTokens == 5 * 16)
    #expect(heard[1].stored.count == 7 && heard[1].engine.load.blocksCached == 7)
    // 33 tokens of 1 ms, the last of which is computed with the others.
    #expect(heard[1].finished[2]?.ttft.map { $0 < .milliseconds(60) } == true)
  }
}
