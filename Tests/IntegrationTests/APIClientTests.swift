import Foundation
import TestSupport
import Testing

/// Programs that know nothing of Hearth, which work with a gateway as they are.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct APIClientTests {
  /// Runs a script of `Tests/Clients` to its end; what it printed.
  @discardableResult
  private func run(
    _ script: String,
    _ url: String,
    model: String = "tiny"
  ) async throws -> String {
    let arguments = [Engines.script("Clients/\(script).py"), "http://\(url)", model]
    let client = try TestProcess(Engines.python, arguments)
    let code = try await client.end(within: .seconds(100))
    #expect(code == 0, "\(script): \(client.output)\n\(client.errors.suffix(10))")
    #expect(client.output.contains("all done"))
    return client.output
  }

  @Test func `openai, langchain and anthropic work with engines`() async throws {
    let fleet = try await EngineFleet(try await Engines(["--embeddings"]))
    let address = try fleet.address(in: "a")
    try await run("openai_engine", "\(address)/v1")
    try await run("langchain_client", "\(address)/v1")
    try await run("anthropic_client", address)
    // The turn whose client left ends too.
    try await wait("nothing runs") {
      let status = try await fleet.fleet.hearth("status", "-o", "json").out
      return status.contains("\"running\" : 0") && status.contains("\"reservations\" : 0")
    }
    try await fleet.stop()
  }

  @Test func `the llm program talks, streams and goes on with a conversation`() async throws {
    let fleet = try await EngineFleet(try await Engines())
    let folder = try TemporaryFolder()
    let models = """
      - model_id: tiny
        model_name: tiny
        api_base: "http://\(try fleet.address(in: "a"))/v1"
      """
    _ = try folder.write(models, as: "extra-openai-models.yaml")
    let program = URL(fileURLWithPath: try Engines.python).deletingLastPathComponent()
      .appendingPathComponent("llm").path
    func llm(_ arguments: String...) async throws -> String {
      let llm = try TestProcess(
        program,
        ["-m", "tiny", "-o", "max_tokens", "20"] + arguments,
        environment: ["LLM_USER_PATH": folder.url.path, "OPENAI_API_KEY": "none"]
      )
      #expect(try await llm.end() == 0, "\(llm.errors.suffix(5))")
      return llm.output
    }
    #expect(try await llm("hi").count > 10)
    #expect(try await llm("--no-stream", "-c", "and then?").count > 10)
    try await fleet.stop()
  }

  @Test func `curl streams events as they come, keeps a connection, and learns of faults`()
    async throws
  {
    let fleet = try await EngineFleet(try await Engines())
    let base = "http://\(try fleet.address(in: "a"))"
    func curl(_ arguments: [String]) async throws -> String {
      let curl = try TestProcess("/usr/bin/env", ["curl", "-sS"] + arguments)
      #expect(try await curl.end() == 0, "\(curl.errors)")
      return curl.output
    }
    let body = #"{"model":"tiny","max_tokens":4,"messages":[{"role":"user","content":"hi"}]"#
    let chat = "\(base)/v1/chat/completions"
    let events = try await curl(["-N", "-d", body + #","stream":true}"#, chat])
    #expect(events.hasSuffix("data: [DONE]\n\n"))
    #expect(!events.contains("\"usage\""))
    let modern = ["--http2-prior-knowledge", "-w", "HTTP/%{http_version}"]
    let streams = try await curl(modern + ["-N", "-d", body + #","stream":true}"#, chat])
    #expect(streams.hasSuffix("data: [DONE]\n\nHTTP/2"), "\(streams)")
    // Two requests of one connection, the first with a body that says when it ends as it does.
    let twice = try await curl([
      "-w", "%{http_code} %{num_connects}\n", "-o", "/dev/null", "-H", "Transfer-Encoding: chunked",
      "-d", body + "}", chat, "--next", "-sS", "-w", "%{http_code} %{num_connects}\n", "-o",
      "/dev/null", "-d", body + "}", chat,
    ])
    #expect(twice == "200 1\n200 0\n")
    let broken = try await curl(["-w", "\n%{http_code}", "-d", body, chat])
    #expect(broken.contains("the body, at byte") && broken.hasSuffix("\n400"), "\(broken)")
    let models = try await curl(["\(base)/v1/models", "\(base)/v1/models/tiny"])
    #expect(models.components(separatedBy: #""id":"tiny""#).count == 3, "\(models)")
    let unknown = try await curl(["-w", "\n%{http_code}", "\(base)/v1/models/huge"])
    #expect(unknown.contains("no replica serves") && unknown.hasSuffix("\n404"), "\(unknown)")
    try await fleet.stop()
  }

  @Test func `openai comes back after a refusal, and not before it is told to`() async throws {
    let fleet = try await TestFleet(
      timeScale: 10,
      controlFlags: TestFleet.patient + ["--tenant", "{requestsPerMinute: 20}"]
    )
    try await fleet.addRegion("a")
    try await fleet.addNode("a1", in: "a")
    try await fleet.ready(1)
    let (gateway, address) = try await fleet.gateway(in: "a")
    try await run("openai_retries", "\(address)/v1", model: "llama-3.1-8b")
    gateway.signal(SIGTERM)
    #expect(try await gateway.end() == 0)
    try await fleet.stop()
  }

  @Test func `tools are called, and what they said goes back, whole and streamed`() async throws {
    let model = "llama-3.1-8b"
    let engine = try TestProcess(Engines.python, [Engines.script("Engines/tool_engine.py"), model])
    try await wait("the engine") { engine.output.hasSuffix("\n") }
    let fleet = try await TestFleet(timeScale: 1)
    try await fleet.addRegion("a")
    let place = engine.output.trimmingCharacters(in: .newlines)
    try await fleet.addNode(
      "a1",
      in: "a",
      replicas: "[{model: \(model), gpu: h100-sxm, engine: '\(place)'}]"
    )
    try await fleet.ready(1)
    let (gateway, address) = try await fleet.gateway(in: "a")
    try await run("openai_tools", "\(address)/v1", model: model)
    gateway.signal(SIGTERM)
    #expect(try await gateway.end() == 0)
    try await fleet.stop()
  }

  @Test func `a request whose engines are all gone is told to come back, and when`() async throws {
    let engines = try await Engines()
    let fleet = try await EngineFleet(engines)
    for engine in engines.processes.values { engine.signal(SIGKILL) }
    let (gateway, address) = try await fleet.fleet.gateway(in: "a", ["--retry-time", "500ms"])
    let client = try TestProcess(
      "/usr/bin/env",
      [
        "curl", "-sS", "-w", "\n%{http_code} %header{x-should-retry} %header{retry-after}", "-d",
        #"{"model":"tiny","messages":[{"role":"user","content":"hi"}]}"#,
        "http://\(address)/v1/chat/completions",
      ]
    )
    #expect(try await client.end() == 0, "\(client.errors)")
    #expect(client.output.hasSuffix("\n503 true 1"), "\(client.output)")
    #expect(client.output.contains("overloaded_error"), "\(client.output)")
    gateway.signal(SIGTERM)
    try await fleet.stop()
  }
}
