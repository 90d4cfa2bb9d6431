import Engines
import FleetSpec
import HTTP
import HearthMessages
import Testing
import Wire

@Suite(.timeLimit(.minutes(5)))
struct AttachedEngineTests {
  @Test func `an engine is told ready once it lists the model, and lost when it goes`() throws {
    let mock = try MockEngine()
    mock.health = (503, #"{"error":{"message":"Loading model"}}"#)
    mock.engine?.start()
    guard case .starting = mock.states.first else {
      Issue.record("it says \(mock.states)")
      return
    }
    try mock.turn(
      "it loads",
      until: {
        mock.states.last
          == .starting(
            "the engine at \(mock.address) answers 503 to /health: Loading model"
          )
      }
    )
    mock.health = (200, "")
    try mock.turn("it is ready", until: { mock.states.last == .ready })
    #expect(mock.clears == 0)
    mock.end()
    try mock.turn(
      "it is gone",
      until: {
        if case .failed(let why) = mock.states.last {
          why.contains("can't be reached")
        } else {
          false
        }
      }
    )
    #expect(mock.clears == 1, "what it kept is gone with it")
  }

  @Test(arguments: [
    "/metrics", "/health", "/v1/models", "/v1/load_lora_adapter", "/v1/unload_lora_adapter",
    "/v1/chat/completions/", "/v1/chat/completions/../../metrics", "/v1/chat/completions?a=b",
    "/v1/chat/completions#a", "//v1/chat/completions", "/v1//chat/completions",
    "/v1/chat/%63ompletions", "/V1/chat/completions", "v1/chat/completions", "", "*", "/",
    "/v1/chat/completions HTTP/1.1\r\nhost: x\r\n\r\nPOST /reset_prefix_cache",
    "/v1/chat/completions\u{0}", " /v1/chat/completions", "http://other/v1/chat/completions",
    "/reset_prefix_cache", "/flush_cache", "/slots/0?action=erase", "/lora-adapters", "/props",
    "/tokenize", "/v1/completions/render",
  ])
  func `paths that no turn has are not passed on`(path: String) throws {
    let mock = try MockEngine()
    #expect(throws: EngineRejection.self) { try mock.submit(1, path: path) }
    try mock.submit(2)
    try mock.turn("a good one is", until: { !mock.asked.isEmpty })
    #expect(mock.asked.count == 1 && mock.asked[0].hasPrefix("post /v1/chat/completions {"))
  }

  @Test func `fields that a client names end no head`() throws {
    let mock = try MockEngine()
    var seen: [String] = []
    mock.serve = { exchange, _ in
      for index in 0..<exchange.head.fields.count {
        seen.append(String(decoding: exchange.head.fields.name(index), as: UTF8.self))
      }
      exchange.fail()
    }
    var request = HearthV1.GenerateRequest()
    request.http = .init(
      path: "/v1/completions",
      body: Array("{}".utf8),
      requestId: "a\r\nevil: 1\r\n\r\nPOST /flush_cache HTTP/1.1",
      traceParent: "\u{0}\nx"
    )
    try mock.engine?.submit(EngineTurn(id: 1, request: request))
    try mock.turn("it came", until: { !seen.isEmpty })
    #expect(
      seen.sorted() == [
        "accept-encoding", "content-length", "content-type", "host", "traceparent", "x-request-id",
      ]
    )
    #expect(mock.asked.count == 1)
  }

  private static let role = #"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#
  private static let word = #"{"choices":[{"delta":{"content":"word"}}]}"#

  @Test func `nothing of an answer passes before its first part, so that it can run elsewhere`()
    throws
  {
    let mock = try MockEngine()
    mock.serve = { [unowned mock] exchange, _ in mock.stream(exchange, Self.role) }
    try mock.submit(1)
    try mock.turn("it has it", until: { mock.open.count == 1 })
    try mock.submit(2)
    try mock.turn("it has both", until: { mock.open.count == 2 })
    mock.stream(mock.open[1], Self.word)
    try mock.turn("the second one answers", until: { mock.answers[2] != nil })
    #expect(mock.answers[1] == nil && mock.status(2) == 200)
    #expect(mock.text(2) == "data: \(Self.role)\n\ndata: \(Self.word)\n\n")
    mock.end()
    try mock.turn("both are broken off", until: { mock.failures.count == 2 })
    #expect(mock.failures.values.allSatisfy { $0.kind == .gone })
    #expect(mock.answers[1] == nil && mock.ended.isEmpty)
  }

  @Test(arguments: [
    (429, EngineFailure.Kind.full), (503, .gone), (502, .gone), (500, .failed), (404, .failed),
    (401, .failed), (403, .failed), (301, .failed), (202, .failed),
  ])
  func `an engine that fails says so in its own words`(
    status: Int,
    kind: EngineFailure.Kind
  ) throws {
    let mock = try MockEngine()
    mock.serve = { [unowned mock] exchange, _ in
      mock.answer(exchange, status, #"{"error":{"message":"out of luck","code":1}}"#)
    }
    try mock.submit(1)
    try mock.turn("it failed", until: { mock.failures[1] != nil })
    #expect(mock.failures[1]?.kind == kind)
    #expect(mock.failures[1]?.message == "n/0 answers \(status): out of luck")
    #expect(mock.answers[1] == nil && mock.load == ReplicaLoad())
  }

  @Test(
    arguments: [("7", 7), ("soon", nil), ("-1", nil), ("99999999999", nil)] as [(String, Int?)]
  )
  func `an engine that is full may say when to come back`(text: String, seconds: Int?) throws {
    let mock = try MockEngine()
    var fields = HTTPFields()
    fields.append("retry-after", text)
    mock.serve = { [unowned mock] exchange, _ in mock.answer(exchange, 429, "{}", fields) }
    try mock.submit(1)
    try mock.turn("it failed", until: { mock.failures[1] != nil })
    #expect(mock.failures[1]?.retryAfter == seconds.map { .seconds($0) })
  }

  @Test(arguments: [
    ("/v1/chat/completions", "[DONE]"), ("/v1/messages", #"{"type":"message_stop"}"#),
    ("/v1/responses", #"{"type":"response.completed","response":{"status":"completed"}}"#),
  ])
  func `a response that is never ended is over when the answer is`(path: String, last: String)
    throws
  {
    let mock = try MockEngine()
    mock.serve = { [unowned mock] exchange, _ in mock.stream(exchange, Self.word, last) }
    try mock.submit(1, path: path)
    var left = false
    try mock.turn("it has it", until: { mock.open.count == 1 })
    mock.open[0].onAbandon = { left = true }
    try mock.turn("it is answered", until: { mock.ended.contains(1) })
    #expect(mock.text(1).hasSuffix("data: \(last)\n\n") && mock.failures.isEmpty)
    #expect(mock.load == ReplicaLoad())
    try mock.turn(
      "the engine sees its connection end",
      until: {
        if !left { mock.stream(mock.open[0], "more") }
        return left
      }
    )
  }

  @Test func `an answer in a coding that nobody asked for is none`() throws {
    let mock = try MockEngine()
    mock.serve = { exchange, _ in
      var fields = HTTPFields()
      fields.append("content-encoding", "gzip")
      exchange.respond(200, fields, body: [0x1f, 0x8b])
    }
    try mock.submit(1)
    try mock.turn("it failed", until: { mock.failures[1] != nil })
    #expect(mock.failures[1]?.message == "n/0 encodes its answer, unasked")
    #expect(mock.answers[1] == nil && mock.load == ReplicaLoad())
  }

  @Test func `an answer of nothing is none`() throws {
    let mock = try MockEngine()
    mock.serve = { [unowned mock] exchange, body in
      if body.contains("stream") {
        mock.stream(exchange)
        exchange.finish()
      } else {
        mock.answer(exchange, 200, "")
      }
    }
    try mock.submit(1)
    try mock.submit(2, body: #"{"stream":true}"#)
    try mock.turn("both failed", until: { mock.failures.count == 2 })
    for failure in mock.failures.values {
      #expect(failure.kind == .failed && failure.message == "n/0 answers with nothing")
    }
    #expect(mock.answers.isEmpty && mock.load == ReplicaLoad())
  }

  @Test func `a stream is one however its type is written`() throws {
    let mock = try MockEngine()
    mock.serve = { exchange, _ in
      var fields = HTTPFields()
      fields.append("content-type", "Text/Event-Stream; charset=utf-8")
      exchange.begin(200, fields)
      exchange.write(Array("data: \(Self.word)\n\n".utf8).span)
      exchange.finish()
    }
    try mock.submit(1)
    try mock.turn("it is answered", until: { mock.ended.contains(1) })
    guard case .head(let head)? = mock.answers[1]?.first?.event else {
      Issue.record("it has no head")
      return
    }
    #expect(head.contentType == "text/event-stream")
  }

  @Test func `what an engine finds wrong with a request is the answer to it`() throws {
    let mock = try MockEngine()
    let body = #"{"error":{"message":"temperature must be 0 or more"}}"#
    mock.serve = { [unowned mock] exchange, _ in mock.answer(exchange, 400, body) }
    try mock.submit(1)
    try mock.turn("it is answered", until: { mock.ended.contains(1) })
    #expect(mock.status(1) == 400 && mock.text(1) == body && mock.failures.isEmpty)
  }

  @Test func `an engine that can't be reached fails its turns`() throws {
    let mock = try MockEngine()
    mock.end()
    try mock.submit(1)
    try mock.turn("it failed", until: { mock.failures[1] != nil })
    #expect(mock.failures[1]?.kind == .gone)
    #expect(mock.failures[1]?.message.contains("ECONNREFUSED") == true)
  }

  @Test func `an answer that ends with an error has failed`() throws {
    let mock = try MockEngine()
    mock.serve = { [unowned mock] exchange, _ in
      mock.stream(exchange, Self.role, #"{"error":{"message":"the engine died","code":500}}"#)
      exchange.finish()
    }
    try mock.submit(1)
    try mock.turn("it failed", until: { mock.failures[1] != nil })
    #expect(mock.failures[1]?.kind == .gone && mock.answers[1] == nil)
    #expect(mock.failures[1]?.message == "n/0 ended the answer with an error: the engine died")
  }

  @Test func `what an engine sends after its own error is not passed on, nor is that`() throws {
    let mock = try MockEngine()
    mock.serve = { [unowned mock] exchange, _ in
      mock.stream(
        exchange,
        Self.word,
        #"{"error":{"message":"out of memory"}}"#,
        Self.word,
        "[DONE]"
      )
    }
    try mock.submit(1)
    try mock.turn("it failed", until: { mock.failures[1] != nil })
    #expect(mock.text(1) == "data: \(Self.word)\n\n")
    #expect(mock.failures[1]?.message == "n/0 ended the answer with an error: out of memory")
    #expect(mock.load == ReplicaLoad())
  }

  @Test func `embeddings count as served when they come`() throws {
    let mock = try MockEngine()
    let body = #"{"data":[{"embedding":[0.5]}],"usage":{"prompt_tokens":3,"total_tokens":3}}"#
    mock.serve = { [unowned mock] exchange, _ in mock.answer(exchange, 200, body) }
    try mock.submit(1, path: "/v1/embeddings")
    try mock.turn("it is answered", until: { mock.ended.contains(1) })
    #expect(mock.text(1) == body)
    let tokens = (mock.answers[1] ?? []).reduce(0 as UInt32) { sum, response in
      if case .body(let body) = response.event { sum + body.tokens } else { sum }
    }
    #expect(tokens == 1)
  }

  @Test func `the model has its own name at the engine`() throws {
    let mock = try MockEngine { $0.model = "served" }
    var body = ""
    mock.serve = { [unowned mock] exchange, text in
      body = text
      mock.answer(exchange, 200, "{}")
    }
    mock.models = MockEngine.list("served")
    try mock.begin()
    try mock.submit(1, body: #"{"messages":[],"model":"tiny"}"#)
    try mock.turn("it is answered", until: { mock.ended.contains(1) })
    #expect(body == #"{"messages":[],"model":"served"}"#)
  }

  @Test func `an engine has the blocks and the load that it says`() throws {
    let mock = try MockEngine()
    mock.metrics = (
      200,
      """
      vllm:num_requests_running 3.0
      vllm:num_requests_waiting 1.0
      vllm:kv_cache_usage_perc 0.5
      vllm:cache_config_info{block_size="32",num_gpu_blocks="300"} 1.0

      """
    )
    try mock.begin()
    #expect(mock.changed?.blockCount == 600, "in blocks of the replica")
    #expect(mock.engine?.replica.blockCount == 600)
    #expect(mock.load.running == 3 && mock.load.waiting == 1 && mock.load.blocksUsed == 300)
    mock.serve = { [unowned mock] exchange, _ in mock.stream(exchange, Self.role) }
    try mock.submit(1)
    #expect(mock.load.running + mock.load.waiting == 5 && mock.load.blocksUsed == 307)
    mock.metrics = (200, "vllm:num_requests_running 1\n")
    try mock.turn("that is its turn alone", until: { mock.load.running == 1 })
    mock.metrics = (404, "")
    mock.engine?.cancel(1)
    try mock.turn("nothing runs", until: { mock.load == ReplicaLoad() })
    // No more than the hardware has.
    mock.metrics = (
      200, "vllm:cache_config_info{block_size=\"16\",num_gpu_blocks=\"999999999\"} 1\n"
    )
    try mock.turn("it has more", until: { mock.changed?.blockCount != 600 })
    #expect((mock.changed?.blockCount ?? 0) < 10_000_000)
  }

  @Test func `an engine on a Unix socket is asked like one on a port`() throws {
    let mock = try MockEngine { $0.address = "unix:/no/such/socket" }
    mock.engine?.start()
    try mock.turn(
      "it is not there",
      until: {
        if case .starting(let why) = mock.states.last { why.contains("ENOENT") } else { false }
      }
    )
  }
}
