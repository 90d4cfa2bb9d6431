import Foundation
import TestSupport
import Testing

/// Two vLLM servers that `make test-vllm` started, each with a small cache of 64 blocks.
private enum VLLM {
  static let python = ProcessInfo.processInfo.environment["HEARTH_VLLM_PYTHON"]

  /// The ports of the servers' API, KV events and replays, by region.
  static let ports: [String: [Int]] = {
    let text = ProcessInfo.processInfo.environment["HEARTH_VLLM_PORTS"] ?? ""
    let ports = text.split(separator: " ").compactMap { Int($0) }
    guard ports.count == 6 else { return [:] }
    return ["a": Array(ports[0..<3]), "b": Array(ports[3..<6])]
  }()

  static var addresses: [String: String] { ports.mapValues { "127.0.0.1:\($0[0])" } }
}

@Suite(.serialized, .timeLimit(.minutes(20)), .enabled(if: !VLLM.ports.isEmpty))
struct VLLMTests {
  /// Some 1,200 tokens: computing them takes longer than the way to the other region.
  private func opening(_ name: String) -> String {
    "\(name): " + (0..<80).map { "\($0) words of \(name)" }.joined(separator: ", ")
  }

  /// Blocks that the control plane knows a region's engine to hold.
  private func indexed(_ region: String, of fleet: TestFleet) async throws -> Int {
    let text = try await fleet.hearth("replica", "list", "-o", "json").out
    let list = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    let replica = list.first { $0["replica"] as? String == "\(region)1/0" }
    return try #require(replica?["blocksIndexed"] as? Int, "\(text)")
  }

  /// Asks an engine behind Hearth's back, so that it evicts all that it held.
  private func flood(_ region: String, _ name: String) async throws {
    let address = try #require(VLLM.addresses[region])
    for index in 0..<6 {
      let request: [String: Any] = [
        "model": "tiny", "prompt": opening("\(name) \(index)"), "max_tokens": 1,
      ]
      let body = try TemporaryFile(
        String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self),
        name: "body.json"
      )
      let client = try TestProcess(
        "/usr/bin/env",
        [
          "curl", "-sS", "--fail", "-H", "content-type: application/json", "-d", "@\(body.path)",
          "http://\(address)/v1/completions",
        ]
      )
      #expect(try await client.end(within: .seconds(100)) == 0, "\(client.errors)")
    }
  }

  /// A conversation of two turns, from these regions, whose second finds the first; where it was.
  private func converse(
    _ name: String,
    with fleet: EngineFleet,
    from regions: (String, String),
    model: String = "tiny"
  ) async throws -> String {
    var conversation = EngineConversation(model: model)
    let first = try await conversation.say(opening(name), to: fleet, in: regions.0)
    let second = try await conversation.say("and then?", to: fleet, in: regions.1)
    #expect(first.cachedTokens == 0, "nobody has said that before")
    #expect(second.replica == first.replica)
    // All full blocks but the last, which has the first turn's answer in it.
    #expect(second.cachedTokens >= first.promptTokens - 64, "\(first), then \(second)")
    #expect(second.predictedTokens > 0, "\(first), then \(second)")
    return first.replica
  }

  @Test func `turns find their prompts, and Hearth knows what engines evict`() async throws {
    let fleet = try await EngineFleet(at: VLLM.addresses)
    for (region, other) in [("a", "b"), ("b", "a")] {
      let name = "evicted \(region)"
      let replica = try await converse(name, with: fleet, from: (region, other))
      let place = String(replica.prefix(1))
      try await wait("its blocks are known") {
        try await self.indexed(place, of: fleet.fleet) > 0
      }
      try await flood(place, "flood \(region)")
      try await wait("they are known to be evicted") {
        try await self.indexed(place, of: fleet.fleet) == 0
      }
    }
    try await fleet.stop()
  }

  @Test func `what was missed while a connection was cut is asked for`() async throws {
    let ports = try #require(VLLM.ports["b"])
    let python = try #require(VLLM.python)
    let script = Engines.script("Engines/tcp_proxy.py")
    var proxy = try TestProcess(python, [script, "0", "\(ports[1])"])
    try await wait("the proxy listens", until: { !proxy.output.isEmpty })
    let port = proxy.output.trimmingCharacters(in: .newlines)
    let fleet = try await EngineFleet(
      at: ["b": try #require(VLLM.addresses["b"])],
      more: ", kvEventsAt: ['127.0.0.1:\(port)'], kvReplayAt: ['127.0.0.1:\(ports[2])']"
    )
    _ = try await converse("cut", with: fleet, from: ("b", "b"))
    try await wait("its blocks are known", until: { try await indexed("b", of: fleet.fleet) > 0 })
    proxy.signal(SIGKILL)
    try await proxy.end()
    try await flood("b", "unheard")
    #expect(try await indexed("b", of: fleet.fleet) > 0)
    proxy = try TestProcess(python, [script, port, "\(ports[1])"])
    var count = 0
    try await wait("they are known to be evicted") {
      // What comes next tells that something was missed.
      count += 1
      try await flood("b", "heard \(count)")
      return try await indexed("b", of: fleet.fleet) == 0
    }
    try await fleet.stop()
  }

  @Test func `adapters are loaded as turns ask for them, and keep their prompts apart`()
    async throws
  {
    let address = try #require(VLLM.addresses["a"])
    let model = try #require(ProcessInfo.processInfo.environment["HEARTH_VLLM_MODEL"])
    let adapters = ["alpha", "beta"].map { "\($0): '\(model)/lora/\($0)'" }
    let fleet = try await EngineFleet(
      at: ["a": address],
      more: ", adapters: {\(adapters.joined(separator: ", "))}, adapterSlots: 1"
    )
    /// Whether the engine itself lists an adapter.
    func lists(_ name: String) async throws -> Bool {
      let client = try TestProcess("/usr/bin/env", ["curl", "-sS", "http://\(address)/v1/models"])
      try await client.end()
      return client.output.contains("\"id\":\"\(name)\"")
    }
    for (name, other) in [("alpha", "beta"), ("beta", "alpha")] {
      // The same words each time, which nobody but this adapter has computed.
      _ = try await converse("adapters", with: fleet, from: ("a", "a"), model: name)
      #expect(try await lists(name))
      #expect(try await !lists(other))
    }
    try await fleet.stop()
  }

  @Test func `vllm bench serve is served`() async throws {
    let fleet = try await EngineFleet(at: VLLM.addresses)
    let model = try #require(ProcessInfo.processInfo.environment["HEARTH_VLLM_MODEL"])
    let bench = try TestProcess(
      try #require(VLLM.python),
      [
        "-m", "vllm.entrypoints.cli.main", "bench", "serve", "--backend", "openai-chat",
        "--base-url", "http://\(try fleet.address(in: "a"))", "--endpoint", "/v1/chat/completions",
        "--model", "tiny", "--tokenizer", "\(model)/hf", "--dataset-name", "random",
        "--random-input-len", "200", "--random-output-len", "8", "--num-prompts", "8",
        "--max-concurrency", "2",
      ],
      environment: ["HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "TORCHDYNAMO_DISABLE": "1"]
    )
    #expect(try await bench.end(within: .seconds(400)) == 0, "\(bench.errors.suffix(20))")
    let line = bench.output.split(separator: "\n").first { $0.hasPrefix("Successful requests:") }
    #expect(line?.split(separator: " ").last == "8", "\(bench.output)")
    try await fleet.stop()
  }
}
