import Coordination
import Engines
import EventLoop
import FleetSpec
import HTTP
import HearthMessages
import HearthProto
import KVEvents
import Logging
import NodeAgent
import RPC
import Testing
import Transcripts

/// Engines that publish KV events, at the node's side.
@Suite(.timeLimit(.minutes(5)))
struct KVEngineTests {
  /// A mock of vLLM whose turns are those of the recording of a small cache: seven blocks each.
  private final class Fixture {
    let mock: MockEngine
    let publisher: MockPublisher
    let samples: [[UInt8]]

    init(
      replays: Bool = true,
      owner: String = "vllm",
      isTold: Bool = false,
      tells: Bool = true
    ) throws {
      samples = try MockPublisher.recording("kv-events-vllm-eviction")
      let loop = try Loop()
      let publisher = try MockPublisher(loop: loop, replays: replays)
      self.publisher = publisher
      mock = try MockEngine(on: loop) {
        if isTold { $0.kvSources = [publisher.source] }
      }
      mock.models = MockEngine.list("tiny", owner: owner)
      if tells { mock.sources = (200, Self.list(publisher.source)) }
      mock.serve = { [unowned self] in serve($0, $1) }
    }

    private static func list(_ source: KVSource) -> String {
      let replay = source.replay.map { "\"\($0)\"" } ?? "null"
      return #"[{"data_parallel_rank":0,"endpoint":"\#(source.endpoint)","#
        + #""replay_endpoint":\#(replay),"topic":""}]"#
    }

    /// The tokens of the prompt that was computed for message `index`.
    private func prompt(_ index: Int) -> [UInt32] {
      let sample = samples[index]
      guard let batch = try? KVBatchReader.read(sample.span) else { return [] }
      for case .stored(let stored) in batch.events { return stored.tokens }
      return []
    }

    /// Answers as vLLM does, with ids where they are asked for.
    private func serve(_ exchange: HTTPExchange, _ body: String) {
      let index = Int(body.split(separator: "turn ").last?.prefix(1) ?? "") ?? 0
      let asks = body.contains(#""return_token_ids":true"#)
      let prompt = asks ? "[\(prompt(index).map(String.init).joined(separator: ","))]" : "null"
      guard body.contains(#""stream":true"#) else {
        return mock.answer(exchange, 200, Self.whole(prompt, asks ? "[7,8]" : "null"))
      }
      mock.stream(exchange, Self.first(prompt), Self.second(asks ? "[7]" : "null"), "[DONE]")
      exchange.finish()
    }

    static func whole(_ prompt: String, _ answer: String) -> String {
      #"{"choices":[{"index":0,"message":{"role":"assistant","content":"x"},"#
        + #""finish_reason":"length","token_ids":\#(answer)}],"usage":{"prompt_tokens":230,"#
        + #""completion_tokens":1},"prompt_token_ids":\#(prompt)}"#
    }

    static func first(_ prompt: String) -> String {
      #"{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"#
        + #""prompt_token_ids":\#(prompt)}"#
    }

    static func second(_ answer: String) -> String {
      #"{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"length","#
        + #""token_ids":\#(answer)}]}"#
    }

    func request(_ index: Int, streams: Bool = true, rest: String = "") -> HearthV1.GenerateRequest
    {
      var request = HearthV1.GenerateRequest()
      (request.replica, request.model) = ("n/0", "tiny")
      (request.promptTokens, request.blockTokens) = (7 * 32, 32)
      request.blockHashes = (0..<7).map { UInt64(100 * (index + 1) + $0) }
      let body = #"{"messages":["turn \#(index)"],"stream":\#(streams)\#(rest)}"#
      request.http = .init(path: "/v1/chat/completions", body: Array(body.utf8))
      return request
    }

    func run(_ index: Int, streams: Bool = true, rest: String = "") throws {
      let turn = EngineTurn(
        id: UInt64(index),
        request: request(index, streams: streams, rest: rest)
      )
      try mock.engine?.submit(turn)
      try mock.turn("turn \(index) ends", until: { mock.ended.contains(UInt64(index)) })
    }

    /// How many of the blocks of each turn are held.
    var counts: [Int] {
      samples.indices.map { index in mock.held.count { $0 / 100 == UInt64(index + 1) } }
    }

    /// Publishes a message until it is heard: who does not listen yet loses it.
    func publish(_ index: Int, until counts: [Int]) throws {
      publisher.publish(samples[index])
      try mock.turn("\(counts) are held", until: { self.counts == counts })
    }
  }

  @Test func `ids are asked for and hidden, and turns are held as the engine says`() throws {
    let fixture = try Fixture()
    let mock = fixture.mock
    try mock.begin()
    #expect(mock.changed?.publishesEvents == true)
    try mock.turn("it listens", until: { !fixture.publisher.questions.isEmpty })
    try fixture.run(0)
    #expect(mock.asked.last?.contains(#" {"return_token_ids":true,"messages""#) == true)
    let (first, second) = (Fixture.first("null"), Fixture.second("null"))
    #expect(mock.text(0) == "data: \(first)\n\ndata: \(second)\n\ndata: [DONE]\n\n")
    try mock.turn("the first is held") {
      if fixture.counts[0] == 0 { fixture.publisher.publish(fixture.samples[0]) }
      return fixture.counts == [7, 0, 0, 0, 0, 0]
    }
    try fixture.run(1, streams: false)
    #expect(mock.text(1) == Fixture.whole("null", "null"))
    try fixture.publish(1, until: [7, 7, 0, 0, 0, 0])
    try fixture.run(2)
    try fixture.run(3)
    try fixture.publish(2, until: [7, 7, 7, 0, 0, 0])
    try fixture.publish(3, until: [1, 7, 7, 7, 0, 0])
  }

  @Test func `who asks for ids gets them, and an engine that has none is not asked`() throws {
    let fixture = try Fixture()
    try fixture.mock.begin()
    try fixture.run(0, streams: false, rest: #","return_token_ids":true"#)
    #expect(fixture.mock.text(0).contains(#""token_ids":[7,8]}"#))
    #expect(fixture.mock.asked.last?.contains(#" {"messages""#) == true)
    let other = try Fixture(owner: "sglang")
    try other.mock.begin()
    try other.run(0)
    #expect(other.mock.asked.last?.contains("return_token_ids") == false)
    // Its turns are taken as held until the engine has dropped as much as it holds.
    #expect(other.counts == [7, 0, 0, 0, 0, 0])
  }

  @Test func `sources that settings name need not be asked for`() throws {
    let fixture = try Fixture(isTold: true, tells: false)
    let mock = fixture.mock
    mock.engine?.start()
    #expect(mock.changed?.publishesEvents == true)
    try mock.turn("it is ready", until: { mock.states.last == .ready })
    #expect(!mock.asked.contains { $0.contains("/kv_event_sources") })
    try fixture.run(0)
    try mock.turn("the first is held") {
      fixture.publisher.publish(fixture.samples[0])
      return fixture.counts[0] == 7
    }
  }

  @Test(
    arguments: [
      (404, #"{"detail":"Not Found"}"#, false), (200, "{}", false), (200, "what", false),
      (200, #"{"0":{"publisher":"zmq","endpoint":"tcp://127.0.0.1:5557"}}"#, true),
      (200, #"[{"endpoint":"tcp://"}]"#, true), (200, #"[{"endpoint":"carrier pigeon"}]"#, true),
    ]
  )
  func `where events can't be heard, what is held is inferred, and people are told why`(
    status: Int,
    body: String,
    isNoted: Bool
  ) throws {
    let mock = try MockEngine()
    mock.sources = (status, body)
    try mock.begin()
    #expect(mock.changed == nil)
    #expect(mock.notes.count == (isNoted ? 1 : 0), "\(mock.notes)")
    #expect(mock.notes.allSatisfy { $0.hasPrefix("KV events are not heard: ") })
  }

  @Test func `an engine that is gone holds nothing, and is asked again when it is back`() throws {
    let fixture = try Fixture()
    let mock = fixture.mock
    try mock.begin()
    try fixture.run(0)
    try mock.turn("the first is held") {
      fixture.publisher.publish(fixture.samples[0])
      return fixture.counts[0] == 7
    }
    mock.health = (500, "")
    mock.end()
    try mock.turn("it is gone", until: { mock.clears == 1 })
    #expect(fixture.counts[0] == 0)
    try mock.restart()
    mock.health = (200, "")
    try mock.turn("it is back", until: { mock.states.last == .ready })
    #expect(mock.asked.count { $0.contains("/kv_event_sources") } == 2)
    // What it says that it kept is what it still keeps.
    try fixture.run(1)
    try fixture.publish(1, until: [0, 7, 0, 0, 0, 0])
  }

  @Test func `a node tells its region agent of the blocks of turns`() throws {
    let fixture = try Fixture()
    let mock = fixture.mock
    let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let agentServer = try Server(loop: mock.loop, logger: silent)
    var (hellos, told, results): ([HearthV1.NodeHello], Set<UInt64>, [UInt64]) = ([], [], [])
    agentServer.handleStream(HearthV1.RegionAgent.attachNode) { stream in
      stream.onMessage = { [unowned stream] message in
        switch message.message {
        case .hello(let hello):
          hellos.append(hello)
          let welcome = HearthV1.Welcome(
            epoch: UInt64(hellos.count),
            heartbeatIntervalNs: 1_000_000_000,
            lostAfterNs: 10_000_000_000
          )
          _ = stream.send(.init(command: .welcome(welcome)))
        case .update(let update):
          for change in update.replicas {
            if change.cleared { told = [] }
            told = told.subtracting(change.removed).union(change.stored)
          }
        default: break
        }
      }
    }
    let agent = try agentServer.listen(on: "127.0.0.1:0")
    let nodeServer = try Server(loop: mock.loop, logger: silent)
    let address = try nodeServer.listen(on: "127.0.0.1:0")
    let engine = try #require(mock.engine)
    let node = try NodeAgentServer(
      hello: .init(
        node: "n",
        region: "eu",
        incarnation: 1,
        address: address,
        version: "test",
        replicas: [engine.replica.message]
      ),
      engines: [engine],
      channel: try Channel(to: agent, loop: mock.loop),
      fleetClock: LoopClock(),
      loop: mock.loop,
      logger: silent
    )
    node.register(on: nodeServer)
    try mock.turn(
      "the node tells blocks",
      until: { hellos.last?.replicas[0].infersResidency == false }
    )
    let channel = try Channel(to: address, loop: mock.loop)
    func run(_ index: Int) throws {
      let call = channel.stream(HearthV1.Inference.generate)
      var isOver = false
      call.onClose = { _ in isOver = true }
      call.send(fixture.request(index))
      call.end()
      try mock.turn("turn \(index) ends", until: { isOver })
      results.append(UInt64(index))
    }
    func counts() -> [Int] {
      (0..<4).map { index in told.count { $0 / 100 == UInt64(index + 1) } }
    }
    for index in 0..<4 { try run(index) }
    try mock.turn("the first is told") {
      if fixture.publisher.next == 0 || counts()[0] == 0 {
        fixture.publisher.publish(fixture.samples[0])
      }
      return counts() == [7, 0, 0, 0]
    }
    for index in 1..<4 { fixture.publisher.publish(fixture.samples[index]) }
    try mock.turn("so is what took its place", until: { counts() == [1, 7, 7, 7] })
  }
}
