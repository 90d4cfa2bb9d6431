import Foundation
import Testing

/// Clients of an HTTP API, served by a whole fleet.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct GatewayTests {
  @Test func `the openai client chats, streams, lists and is refused as it expects`() async throws {
    let python = try #require(
      ProcessInfo.processInfo.environment["HEARTH_INTEROP_PYTHON"],
      "run this by `make test`, which makes a Python with openai"
    )
    let fleet = try await TestFleet.standard()
    let (process, address) = try await fleet.gateway(in: "a")
    let script = PeerTests.root.appendingPathComponent("Tests/IntegrationTests/openai_client.py")
    let client = try TestProcess(python, [script.path, "http://\(address)/v1", "llama-3.1-8b"])
    #expect(try await client.end(within: .seconds(200)) == 0, "\(client.output)\n\(client.errors)")
    #expect(client.output.contains("all done"))
    // The turn whose client left ends too.
    try await wait("nothing runs") {
      let status = try await fleet.hearth("status", "-o", "json").out
      return status.contains("\"running\" : 0") && status.contains("\"reservations\" : 0")
    }
    process.signal(SIGTERM)
    #expect(try await process.end() == 0)
  }

  @Test func `a turn whose node is killed before it answers runs elsewhere`() async throws {
    let fleet = try await TestFleet(timeScale: 1)
    try await fleet.addRegion("a")
    for name in ["a1", "a2"] { try await fleet.addNode(name, in: "a") }
    try await fleet.ready(2)
    let (process, address) = try await fleet.gateway(in: "a")
    // Prefill alone takes seconds.
    let words = String(repeating: "word ", count: 100_000)
    let body =
      #"{"model":"llama-3.1-8b","max_tokens":2,"messages":[{"role":"user","content":"\#(words)"}]}"#
    let file = try TemporaryFile(body, name: "body.json")
    let client = try TestProcess(
      "/usr/bin/env",
      ["curl", "-sS", "-d", "@\(file.path)", "http://\(address)/v1/chat/completions"]
    )
    var name = ""
    try await wait("a node has it") {
      for node in ["a1", "a2"] {
        let text = try await fleet.hearth("node", "get", node, "-o", "json").out
        if !text.contains("\"running\" : 0") { name = node }
      }
      try #require(client.isRunning, "\(client.output)\(client.errors)")
      return !name.isEmpty
    }
    fleet.nodes[name]?.signal(SIGKILL)
    #expect(try await client.end(within: .seconds(100)) == 0, "\(client.errors)")
    #expect(client.output.contains(#""completion_tokens":2"#), "\(client.output)")
    process.signal(SIGTERM)
    #expect(try await process.end() == 0)
  }

  @Test func `a turn of an adapter is one of its model, at a replica that has it`() async throws {
    let fleet = try await TestFleet(timeScale: 100)
    try await fleet.addRegion("a")
    try await fleet.addNode(
      "a1",
      in: "a",
      replicas: "[{model: llama-3.1-8b, gpu: h100-sxm, adapters: {legal: /srv/legal}}]"
    )
    try await fleet.addNode(
      "a2",
      in: "a",
      replicas: "[{model: llama-3.1-8b, gpu: h100-sxm, adapters: {code: /srv/code}}]"
    )
    try await fleet.ready(2)
    let (process, address) = try await fleet.gateway(in: "a")
    func ask(_ path: String, _ body: String? = nil) async throws -> String {
      let data = body.map { ["-H", "x-hearth-explain: 1", "-d", $0] } ?? []
      let curl = try TestProcess("/usr/bin/env", ["curl", "-si"] + data + [address + path])
      try await curl.end()
      return curl.output
    }
    try await wait("the adapter is listed") {
      try await ask("/v1/models").contains(#""parent":"llama-3.1-8b""#)
    }
    for number in 0..<5 {
      let body =
        #"{"model":"legal","max_tokens":2,"messages":[{"role":"user","content":"\#(number)"}]}"#
      let answer = try await ask("/v1/chat/completions", body)
      #expect(answer.contains("200 OK") && answer.contains("x-hearth-replica: a1/0"), "\(answer)")
    }
    #expect(try await fleet.hearth("replica", "get", "a1/0").out.contains("legal (loaded)"))
    process.signal(SIGTERM)
    #expect(try await process.end() == 0)
  }
}
