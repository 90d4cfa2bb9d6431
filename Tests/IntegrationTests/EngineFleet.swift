import Foundation
import TestSupport
import Testing

/// Two llama.cpp servers with the tiny model, one for each of the regions a and b.
final class Engines {
  private(set) var processes: [String: TestProcess] = [:]
  private(set) var addresses: [String: String] = [:]
  private let folder: TemporaryFolder

  /// The Python that has what the tests need.
  static var python: String {
    get throws {
      try #require(
        ProcessInfo.processInfo.environment["HEARTH_INTEROP_PYTHON"],
        "run this by `make test`, which makes a Python with clients and an engine"
      )
    }
  }

  static func script(_ path: String) -> String {
    PeerTests.root.appendingPathComponent("Tests/\(path)").path
  }

  /// Makes the model and starts the servers; of long contexts, for answers that take a while.
  init(_ flags: [String] = []) async throws {
    folder = try TemporaryFolder()
    let folder = folder.url.path
    let maker = try TestProcess(Self.python, [Self.script("Engines/tiny_model.py"), folder])
    #expect(try await maker.end() == 0, "\(maker.errors)")
    for region in ["a", "b"] {
      processes[region] = try TestProcess(
        Self.python,
        [Self.script("Engines/llama_server.py"), "\(folder)/tiny.gguf"] + flags
      )
    }
    for (region, process) in processes {
      try await wait("llama.cpp to serve: \(process.errors)") {
        #expect(process.isRunning, "\(process.errors)")
        return process.output.hasSuffix("\n")
      }
      addresses[region] = process.output.trimmingCharacters(in: .newlines)
    }
  }
}

/// A fleet of real engines: in each of two regions a node with one and a gateway.
final class EngineFleet {
  let fleet: TestFleet
  private let engines: Engines?
  private var gateways: [String: (process: TestProcess, address: String)] = [:]

  private static let models =
    "{tiny: {parameters: 3000000, layers: 4, heads: 4, kvHeads: 2, headSize: 64, "
    + "contextTokensMax: 32768}}"

  convenience init(_ engines: Engines, policy: String = "warm") async throws {
    try await self.init(at: engines.addresses, of: engines, policy: policy)
  }

  /// Of servers at these addresses, by region; with more settings of their replicas.
  init(
    at addresses: [String: String],
    of engines: Engines? = nil,
    policy: String = "warm",
    more: String = ""
  ) async throws {
    self.engines = engines
    // The engines keep both cores busy, so nobody is given up for being slow.
    fleet = try await TestFleet(
      timeScale: 1,
      controlFlags: TestFleet.patient + ["--policy", policy],
      lostAfter: ("10s", "20s")
    )
    for (region, address) in addresses {
      try await fleet.addRegion(region)
      try await fleet.addNode(
        "\(region)1",
        in: region,
        replicas: "[{model: tiny, gpu: cpu-core, engine: '\(address)', kvBlockCount: 8192, "
          + "runningMax: 4\(more)}]",
        flags: ["--models", Self.models]
      )
    }
    try await fleet.ready(addresses.count)
    for region in ["a", "b"] where fleet.regions[region] != nil {
      gateways[region] = try await fleet.gateway(in: region, ["--prompt-key", "7"])
    }
  }

  /// Where the gateway of a region serves clients.
  func address(in region: String) throws -> String { try #require(gateways[region]?.address) }

  /// Stops every process in good order but the engines.
  func stop() async throws {
    for gateway in gateways.values { gateway.process.signal(SIGTERM) }
    for gateway in gateways.values { try await gateway.process.end() }
    try await fleet.stop()
  }
}

/// A conversation with a fleet of real engines.
struct EngineConversation {
  /// What came of one turn.
  struct Turn {
    let replica: String
    /// As the engine counted them.
    let promptTokens, cachedTokens: Int
    /// As the control plane expected them.
    let predictedTokens: Int
  }

  /// The model, or an adapter of it.
  let model: String
  private var messages: [[String: String]] = []

  init(model: String = "tiny") { self.model = model }

  /// A body to send, after saying something.
  mutating func body(saying words: String, tokens: Int, streams: Bool = false) throws -> String {
    messages.append(["role": "user", "content": words])
    let request: [String: Any] = [
      "model": model, "messages": messages, "max_tokens": tokens, "stream": streams,
    ]
    return String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
  }

  /// Says something to a fleet's gateway in a region, and keeps the answer.
  mutating func say(
    _ words: String,
    to fleet: EngineFleet,
    in region: String
  ) async throws -> Turn {
    let body = try TemporaryFile(body(saying: words, tokens: 8), name: "body.json")
    let url = "http://\(try fleet.address(in: region))/v1/chat/completions"
    let client = try TestProcess(
      "/usr/bin/env",
      [
        "curl", "-sS", "-d", "@\(body.path)", "-H", "x-hearth-explain: 1", "-w",
        "\n%header{x-hearth-replica}\n%header{x-hearth-cached-tokens-predicted}", url,
      ]
    )
    #expect(try await client.end() == 0, "\(client.errors)")
    let parts = client.output.split(separator: "\n")
    let answer = try JSONSerialization.jsonObject(with: Data(parts[0].utf8)) as? [String: Any]
    let choices = try #require(answer?["choices"] as? [[String: Any]], "\(client.output)")
    let message = choices.first?["message"] as? [String: Any]
    let usage = answer?["usage"] as? [String: Any]
    let details = usage?["prompt_tokens_details"] as? [String: Any]
    messages.append(["role": "assistant", "content": message?["content"] as? String ?? ""])
    return Turn(
      replica: parts.count > 1 ? String(parts[1]) : "",
      promptTokens: try #require(usage?["prompt_tokens"] as? Int, "\(client.output)"),
      cachedTokens: try #require(details?["cached_tokens"] as? Int, "\(client.output)"),
      predictedTokens: parts.count > 2 ? Int(parts[2]) ?? -1 : -1
    )
  }
}
