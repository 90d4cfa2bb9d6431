import Basics
import Client
import HearthMessages
import Testing
import Traces

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct TraceTurnTests {
  private func turn(_ tokens: Int, _ blocks: [UInt64], model: String = "m") -> TurnRequest {
    TurnRequest(
      TraceRequest(arrival: .zero, promptTokens: tokens, outputTokens: 9, blocks: blocks),
      id: "replay/x/7",
      model: model,
      origin: "us",
      policy: "warm",
      blockTokens: 512
    )
  }

  @Test func `a request of a trace keeps its lengths and names itself by its line`() {
    let turn = turn(700, [1, 2])
    #expect(turn.id == "replay/x/7")
    #expect(turn.session == "2")
    let route = turn.route(excluding: ["a/0"], explain: true)
    #expect(route.promptTokens == 700 && route.blockTokens == 512 && route.explain)
    #expect(route.excludedReplicas == ["a/0"] && route.originRegion == "us")
    let generate = turn.generate(at: .init(reservation: 3, replica: "a/1", node: "a"))
    #expect(generate.outputTokensMax == 9 && generate.ignoreEnd && generate.reservation == 3)
    #expect(generate.blockHashes == route.blockHashes)
  }

  @Test(arguments: [(511, 0), (512, 1), (1_023, 1), (1_024, 2), (1, 0)])
  func `only full blocks of a trace are hashed`(_ tokens: Int, _ count: Int) {
    let blocks = Array((1...UInt64(tokens + 511) / 512))
    #expect(turn(tokens, blocks).blockHashes.count == count)
  }

  @Test func `a conversation that grows keeps its hashes, and another has none of them`() {
    let first = turn(1_100, [0, 5, 6]).blockHashes
    let second = turn(2_048, [0, 5, 7, 8]).blockHashes
    #expect(Array(second.prefix(2)) == first)
    #expect(Set(second).count == 4)
    // The last block differs, and all blocks after a different one do.
    let other = turn(2_048, [1, 5, 7, 8]).blockHashes
    #expect(Set(other).isDisjoint(with: second))
    #expect(Set(turn(2_048, [0, 5, 7, 8], model: "n").blockHashes).isDisjoint(with: second))
  }
}
