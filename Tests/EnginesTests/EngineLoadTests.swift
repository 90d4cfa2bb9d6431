import FleetSpec
import Testing
import Transcripts

@testable import Engines

struct EngineLoadTests {
  private typealias TurnLoad = AttachedEngine.TurnLoad
  private let replica = MockEngine.replica

  private func load(
    _ turns: [TurnLoad],
    then: [TurnLoad],
    _ change: (inout EngineFigures) -> Void
  ) -> ReplicaLoad {
    var figures = EngineFigures()
    change(&figures)
    return AttachedEngine.load(
      carried(turns),
      since: .init(figures: figures, own: carried(then)),
      on: replica
    )
  }

  private func carried(_ turns: [TurnLoad]) -> ReplicaLoad {
    var carried = AttachedEngine.CarriedLoad(on: replica)
    for turn in turns { carried.add(turn) }
    return carried.load
  }

  private static let decoding = AttachedEngine.TurnLoad(promptTokens: 100, tokens: 28)
  private static let prefill = AttachedEngine.TurnLoad(promptTokens: 33)

  @Test func `turns make a load by themselves`() {
    let load = carried([Self.decoding, Self.prefill])
    #expect(load.running == 2 && load.waiting == 0 && load.decoding == 1)
    #expect(load.blocksUsed == 8 + 3 && load.contextTokens == 128)
    #expect(load.prefillTokensQueued == 33)
    let many = carried(.init(repeating: Self.prefill, count: 6))
    #expect(many.running == 4 && many.waiting == 2)
    var gone = AttachedEngine.CarriedLoad(on: replica)
    gone.add(Self.decoding)
    gone.remove(Self.decoding)
    #expect(gone.load == ReplicaLoad())
  }

  @Test func `what others sent to the engine counts too`() {
    let turns = [Self.decoding]
    let load = load(turns, then: turns) { ($0.running, $0.waiting, $0.kvUse) = (3, 2, 0.5) }
    #expect(load.running == 3 && load.waiting == 2 && load.decoding == 3)
    #expect(load.blocksUsed == 500)
    #expect(load.contextTokens == 128 + (500 - 8) * 16)
  }

  @Test func `what came and went here since the engine said so counts at once`() {
    let came = load([Self.decoding, Self.prefill], then: [Self.decoding]) {
      ($0.running, $0.waiting, $0.kvUse) = (1, 0, 0.01)
    }
    #expect(came.running == 2 && came.waiting == 0 && came.decoding == 1)
    #expect(came.blocksUsed == 10 + 3 && came.prefillTokensQueued == 33)
    let went = load([], then: [Self.decoding]) {
      ($0.running, $0.waiting, $0.kvUse) = (1, 0, 0.01)
    }
    #expect(went.running == 0 && went.decoding == 0 && went.blocksUsed == 2)
    let waits = load([Self.decoding, Self.prefill], then: [Self.decoding]) {
      ($0.running, $0.waiting) = (1, 5)
    }
    #expect(waits.running == 1 && waits.waiting == 6, "where some wait, what comes waits too")
  }

  @Test func `what an engine does not say is derived`() {
    let turns = [TurnLoad](repeating: Self.prefill, count: 6)
    #expect(load(turns, then: turns) { _ in } == carried(turns))
    let running = load(turns, then: []) { $0.running = 3 }
    #expect(running.running == 4 && running.waiting == 5)
  }
}
