import Engines
import EventLoop
import FleetSpec
import HearthMessages
import RPC
import Testing
import Wire

@testable import RegionAgent

/// An engine whose answers never end, as fast as they are taken.
private final class EndlessEngine: Engine {
  let replica: ReplicaSpec
  var onEvents: ((EngineEvents) -> Void)?
  private(set) var pieces = 0
  private(set) var isPaused = false
  private let loop: Loop
  private(set) var turn: UInt64?

  static let pieceBytes = 4_096

  init(_ node: String, loop: Loop) throws {
    replica = try OneLoopFleet.spec(node)
    self.loop = loop
  }

  func submit(_ turn: EngineTurn) {
    self.turn = turn.id
    go()
  }

  private func go() {
    guard let turn, !isPaused else { return }
    let body = HearthV1.HTTPBody(bytes: [UInt8](repeating: 32, count: Self.pieceBytes), tokens: 1)
    pieces += 1
    onEvents?(.answered(turn: turn, .init(event: .body(body))))
    loop.runLater { [weak self] in self?.go() }
  }

  func cancel(_ id: UInt64) {
    turn = nil
    onEvents?(.ended(turn: id))
  }

  func pause(_ id: UInt64) { isPaused = true }

  func resume(_ id: UInt64) {
    isPaused = false
    go()
  }

  func resetCache() {}
}

@Suite(.timeLimit(.minutes(5)))
struct SlowClientTests {
  @Test func `an engine waits for a client that does not take its answer`() throws {
    let fleet = try OneLoopFleet()
    let engine = try EndlessEngine("n", loop: fleet.loop)
    let host = try fleet.addNode("n", engine: engine)
    fleet.turn("attached", until: { fleet.region?.hasNode("n") == true })
    let channel = try Channel(to: host.address, loop: fleet.loop)
    let answer = Answer(OneLoopFleet.longTurn("n"), on: channel)
    fleet.turn("the answer has begun", until: { answer.pieces > 0 })
    answer.call.pause()
    fleet.turn("the engine waits", until: { engine.isPaused })
    let bound = HTTP2Settings()
    #expect(
      (engine.pieces - answer.pieces) * EndlessEngine.pieceBytes
        < 2 * (bound.streamWindowBytes + bound.outboundHighWaterBytes)
    )
    let before = engine.pieces
    answer.call.resume()
    fleet.turn("the answer goes on", until: { answer.pieces > before })
    answer.call.cancel()
    fleet.turn("the engine is told", until: { engine.turn == nil })
  }
}
