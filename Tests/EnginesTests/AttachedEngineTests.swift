import Engines
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
      seen.sorted() == ["content-length", "content-type", "host", "traceparent", "x-request-id"]
    )
    #expect(mock.asked.count == 1)
  }
}
