import Basics
import FleetSpec
import Testing
import TestSupport

@testable import EngineModel

@Suite(.timeLimit(.minutes(5)))
struct DecodeRunTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `steps computed in one go give what single steps give`(seed: UInt64) throws {
    var random = PRNG(seed: seed, stream: "decode runs")
    var settings = try EngineSettings.test(blockCount: 20 + Int(random.next() % 80))
    settings.runningMax = 1 + Int(random.next() % 8)
    settings.waitingMax = 30
    var (quick, single, silent) = (
      EngineDriver(settings), EngineDriver(settings), SimulatedEngine(settings: settings)
    )
    single.engine.stepsSingly = true
    silent.reportsTokens = false
    var (now, heard) = (Instant.zero, Actions<EngineOutput>())
    for id: UInt64 in 1...60 {
      let kind = random.next() % 12
      now = now.advanced(by: .milliseconds(Int64(random.next() % 400)))
      let blocks = Int(random.next() % 5)
      let request = request(
        id,
        blocks: blocks,
        more: 1 + Int(random.next() % 16),
        hash: 100 * (1 + random.next() % 4),
        output: 1 + Int(random.next() % 80)
      ).with(priority: Int(random.next() % 2))
      switch kind {
      case 0:
        quick.cancel(id / 2, at: now)
        single.cancel(id / 2, at: now)
        silent.cancel(id / 2, at: now, into: &heard)
      case 1:
        quick.clearCache(at: now)
        single.clearCache(at: now)
        silent.clearCache(at: now, into: &heard)
      default:
        let refusal = quick.submit(request, at: now)
        #expect(single.submit(request, at: now) == refusal, "seed \(seed)")
        #expect(silent.submit(request, at: now, into: &heard) == refusal, "seed \(seed)")
      }
      now = now.advanced(by: .milliseconds(Int64(random.next() % 100)))
      quick.advance(to: now)
      single.advance(to: now)
      silent.advance(to: now, into: &heard)
      #expect(quick.engine.load == single.engine.load, "seed \(seed)")
      #expect(silent.load == single.engine.load, "seed \(seed)")
    }
    let end = quick.drain()
    single.drain()
    silent.advance(to: end, into: &heard)
    #expect(quick.log == single.log && quick.engine.stepCount == single.engine.stepCount)
    let untold = single.log.filter { if case .tokens = $0 { false } else { true } }
    #expect(heard.take() == untold, "seed \(seed)")
    #expect(silent.stepCount == single.engine.stepCount && silent.deadline == nil)
  }
}
