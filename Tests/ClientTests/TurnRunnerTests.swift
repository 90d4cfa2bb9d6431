import Basics
import EventLoop
import HearthMessages
import HearthProto
import Logging
import RPC
import Synchronization
import Testing
import Wire

@testable import Client

/// A place that breaks the rules of answers, and one that keeps them.
@Suite(.timeLimit(.minutes(5)))
struct TurnRunnerTests {
  /// What a replica says to a turn of four tokens, before it is silent for ever.
  enum Manner: String, Sendable, CaseIterable {
    case endless, endlessWithoutTokens, silent, silentOnceStarted, silentInItsAnswer
    case talksAfterItsEnd, lies, cutShort, longWinded
  }

  private typealias Answer = ServerStream<HearthV1.GenerateRequest, HearthV1.GenerateResponse>

  private static func piece(_ event: HearthV1.GenerateResponse.Event?) -> HearthV1.GenerateResponse
  {
    .init(event: event)
  }

  /// Sends the same for as long as somebody reads.
  private static func repeats(_ event: HearthV1.GenerateResponse.Event?, on answer: Answer) {
    answer.onWritable = { [unowned answer] in while answer.send(piece(event)) {} }
    answer.onWritable?()
  }

  private static func behave(_ manner: Manner, on answer: Answer) {
    let finished = HearthV1.Finished(reason: .length, promptTokens: 9, outputTokens: 4)
    switch manner {
    case .endless: repeats(.tokens(.init(count: 1, text: "x")), on: answer)
    case .endlessWithoutTokens: repeats(nil, on: answer)
    case .silent: break
    case .silentOnceStarted: answer.send(piece(.started(.init())))
    case .silentInItsAnswer: answer.send(piece(.tokens(.init(count: 1, text: "x"))))
    case .talksAfterItsEnd:
      answer.send(piece(.finished(finished)))
      repeats(.started(.init()), on: answer)
    case .longWinded:
      let text = String(repeating: "x", count: 5_000)
      answer.send(piece(.tokens(.init(count: 1, text: text))))
      answer.send(piece(.finished(finished)))
      answer.finish(.ok)
    case .cutShort:
      answer.send(piece(.tokens(.init(count: 1, text: "x"))))
      answer.finish(.ok)
    case .lies:
      let usage = HearthV1.Finished(promptTokens: 9, cachedTokens: 10, outputTokens: 5)
      answer.send(piece(.finished(usage)))
      answer.finish(.ok)
    }
  }

  /// A fleet of one process with two replicas, of which only `good/0` behaves.
  private static func serve(_ manner: Manner, on server: Server, at address: @escaping () -> String)
  {
    server.handle(HearthV1.Router.route) { request, _ throws(GRPCStatus) in
      let replica = request.excludedReplicas.isEmpty ? "bad/0" : "good/0"
      let place = HearthV1.Placement(replica: replica, nodeAddress: address())
      return .init(verdict: .placed(place))
    }
    server.handleStream(HearthV1.Inference.generate) { answer in
      answer.onMessage = { [unowned answer] request in
        guard request.replica == "good/0" else { return behave(manner, on: answer) }
        answer.send(piece(.started(.init())))
        for _ in 0..<4 { answer.send(piece(.tokens(.init(count: 1, text: "y")))) }
        answer.send(piece(.finished(.init(reason: .length, promptTokens: 9, outputTokens: 4))))
        answer.finish(.ok)
      }
    }
  }

  @Test(arguments: Manner.allCases)
  func `a turn goes elsewhere when its answer has no end, no sense, or no progress`(
    _ manner: Manner
  ) async throws {
    let address = Mutex("")
    let served = try await LoopThread.start(name: "server") { loop in
      let server = try Server(loop: loop, logger: Logger(label: "test"))
      Self.serve(manner, on: server) { address.withLock { $0 } }
      let bound = try server.listen(on: "127.0.0.1:0")
      address.withLock { $0 = bound }
      return server
    }
    let loop = try await LoopThread.start(name: "client") { _ in }
    let fleet = FleetClient(control: address.withLock { $0 }, channel: .init(), loop: loop.handle)
    let runner = TurnRunner(
      fleet: fleet,
      clock: LoopClock(),
      silenceMax: .milliseconds(200),
      pauseMax: .milliseconds(200)
    )
    let turn = TurnRequest(
      id: "t",
      model: "m",
      tenant: "",
      origin: "",
      promptTokens: 9,
      blockHashes: [],
      blockTokens: 0,
      outputTokensMax: 4
    )
    var shown = ""
    let outcome = await runner.run(turn, show: { shown += $0.text }, startAgain: { shown = "" })
    guard case .completed(let completion) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(completion.placement.replica == "good/0" && completion.usage.outputTokens == 4)
    #expect(completion.retries == 1 && shown == "yyyy")
    fleet.close()
    await loop.stop()
    await served.stop()
  }
}
