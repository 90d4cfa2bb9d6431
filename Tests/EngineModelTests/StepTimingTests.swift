import Basics
import FleetSpec
import Testing
import TestSupport

@testable import EngineModel

@Suite(.timeLimit(.minutes(5)))
struct StepTimingTests {
  private func settings(_ name: String, blockCount: Int = 16_384) throws -> EngineSettings {
    var settings = try #require(
      EngineSettings(roofline: .toy, blockTokens: 64, blockCount: blockCount)
    )
    settings.timing = try #require(StepTiming.named.first { $0.key == name }).value
    return settings
  }

  /// Milliseconds to the first token and between all later ones.
  private func times(
    _ settings: EngineSettings,
    tokens: Int,
    output: Int = 1
  ) throws -> (ttft: Double, gap: Double) {
    var driver = EngineDriver(settings)
    var request = request(1, blocks: 0, output: output, blockTokens: 64)
    request.promptTokens = tokens
    #expect(driver.submit(request, at: .zero) == nil)
    driver.drain()
    let finish = try #require(driver.finished[1])
    let ttft = try #require(finish.ttft)
    return (
      ttft.inSeconds * 1e3, (finish.total - ttft).inSeconds * 1e3 / Double(max(1, output - 1))
    )
  }

  @Test func `dynamo's curves give the times that they give by hand`() throws {
    // 16.50142 + 124.38274 + 28.25249 for 8,192 tokens, 5.74 + 0.42095 - 0.00156 for 128 blocks.
    let one = try times(settings("dynamo-mocker"), tokens: 8_192)
    #expect(abs(one.ttft - (169.13665 + 6.16039)) < 0.001)
    // Another chunk costs the same, and the last decodes.
    let two = try times(settings("dynamo-mocker"), tokens: 16_384)
    #expect(abs(two.ttft - (2 * 169.13665 + 6.57778)) < 0.001)
    // Half of the blocks: 5.74 + 27.005 - 6.435, and one more is taken for what is made.
    let half = try times(settings("dynamo-mocker", blockCount: 4), tokens: 127, output: 2)
    #expect(abs(half.gap - 26.31) < 0.001)
  }

  @Test func `a prompt that attends to all of itself follows the curve to its end`() throws {
    let timing = try settings("dynamo-mocker-attention")
    let tokens = 30_000.0
    let curve = 16.50142 * 4 + 0.01518344 * tokens + 4.209989e-7 * tokens * (tokens + 1)
    let share = 469.0 / 16_384
    let decode = 5.74 + 54.01 * share - 25.74 * share * share
    #expect(abs(try times(timing, tokens: 30_000).ttft - curve - decode) < 0.001)
  }

  @Test func `runs of decode steps take what single steps take`() throws {
    let logs = try [false, true].map { stepsSingly in
      var driver = EngineDriver(try settings("dynamo-mocker", blockCount: 40))
      driver.engine.stepsSingly = stepsSingly
      for id: UInt64 in 1...5 {
        let request = request(id, blocks: 3, hash: 100 * id, output: 100, blockTokens: 64)
        #expect(driver.submit(request, at: .at(milliseconds: 90 * Int(id))) == nil)
      }
      driver.drain()
      return driver.log
    }
    #expect(logs[0] == logs[1] && logs[0].count > 500)
  }

  @Test func `a prompt starts when all of it has room, so that no other gives up its blocks`()
    throws
  {
    var settings = try EngineSettings.test(blockCount: 20)
    settings.stepTokensMax = 64
    var driver = EngineDriver(settings)
    for id: UInt64 in 1...2 {
      #expect(driver.submit(request(id, blocks: 12, hash: 100 * id, output: 2), at: .zero) == nil)
    }
    driver.drain()
    // Chunks of four blocks: the second prompt would have started beside the first one's last.
    let (first, second) = (try #require(driver.finished[1]), try #require(driver.finished[2]))
    #expect(second.queued == first.total && driver.engine.preemptionCount == 0)
  }
}
