import Foundation
import TestSupport
import Testing

/// Engines that answer otherwise than they should, and what clients are told of it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct OddEngineTests {
  @Test func `what an engine does wrong is told in the shape of the client's API`() async throws {
    let folder = try TemporaryFolder()
    let socket = folder.path("s")
    let script = PeerTests.root.appendingPathComponent("Tests/IntegrationTests/mock_engine.py").path
    let engine = try TestProcess("/usr/bin/env", ["python3", script, socket, "tiny"])
    try await wait("the engine") { engine.output.contains("processes") }
    let fleet = try await EngineFleet(at: ["a": "unix:\(socket)"], more: ", kvBlockTokens: 16")
    let address = try fleet.address(in: "a")
    func body(_ words: String, _ more: String = "") -> String {
      #"{"model":"tiny","max_tokens":3,"messages":[{"role":"user","content":"\#(words)"}]\#(more)}"#
    }
    func ask(
      _ words: String,
      _ more: String = ""
    ) async throws -> (status: Int, fields: String, body: String) {
      try await curl(address, "/v1/chat/completions", ["-d", body(words, more)])
    }
    #expect(try await ask("hi").body.contains("mock"))

    let ignored = try await ask("hi", #","stream":true"#)
    #expect(ignored.status == 502, "\(ignored)")
    #expect(ignored.body.contains("a1/0 does not stream what was to be streamed"), "\(ignored)")
    let streamed = try await ask("stream")
    #expect(streamed.status == 502 && !streamed.body.contains("data:"), "\(streamed)")
    #expect(streamed.body.contains("a1/0 streams what was to come whole"), "\(streamed)")

    let invalid = try await ask("invalid")
    #expect(invalid.status == 422, "\(invalid)")
    #expect(invalid.body.contains(#""message":"body.n: Input should be greater than 0""#))

    let full = try await ask("full")
    #expect(full.status == 429 && full.fields.contains("\nretry-after: 77\n"), "\(full)")
    #expect(full.fields.contains("\nretry-after-ms: 77000\n") && full.body.contains("too many"))

    let url = "http://\(address)/v1/chat/completions"
    let arguments = ["curl", "-sSN", "-d", body("broken", #","stream":true"#), url]
    let broken = try TestProcess("/usr/bin/env", arguments)
    #expect(try await broken.end() == 18, "the answer is cut off: \(broken.errors)")
    #expect(broken.output.components(separatedBy: #""error""#).count == 2, "\(broken.output)")
    #expect(broken.output.contains("an error: out of memory"), "\(broken.output)")
    #expect(!broken.output.contains("[DONE]"), "\(broken.output)")
    let unended = try await ask("unended", #","stream":true"#)
    #expect(unended.body.hasSuffix("data: [DONE]\n\n"), "\(unended)")

    // More blocks than the router takes.
    let many = "{}" + String(repeating: ",{}", count: 400_000)
    let file = try TemporaryFile(#"{"model":"tiny","messages":[\#(many)]}"#, name: "many")
    let flags = ["-H", "expect:", "-d", "@\(file.path)"]
    try await wait("the fleet has begun") {
      let long = try await curl(address, "/v1/chat/completions", flags)
      #expect([400, 503].contains(long.status), "\(long)")
      #expect(!long.body.contains("block_hashes"), "\(long)")
      return long.body.contains("context_length_exceeded")
    }
    try await fleet.stop()
  }
}
