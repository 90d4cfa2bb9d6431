import Foundation
import Testing

/// Spans that daemons send to a collector.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct TracingTests {
  private struct Span {
    let service: String
    let name: String
    let trace: String
    let id: String
    let parent: String
    let times: [Int]
    let details: [String: String]
  }

  /// What a collector has been told.
  private func spans(_ collector: TestProcess) throws -> [Span] {
    var spans: [Span] = []
    for line in collector.output.split(separator: "\n").dropFirst() {
      let body = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      for resource in body?["resourceSpans"] as? [[String: Any]] ?? [] {
        let own = details((resource["resource"] as? [String: Any]) ?? [:])
        for scope in resource["scopeSpans"] as? [[String: Any]] ?? [] {
          for span in scope["spans"] as? [[String: Any]] ?? [] {
            let times = ["startTimeUnixNano", "endTimeUnixNano"].map { span[$0] as? String }
            spans.append(
              Span(
                service: own["service.name"] ?? "",
                name: span["name"] as? String ?? "",
                trace: span["traceId"] as? String ?? "",
                id: span["spanId"] as? String ?? "",
                parent: span["parentSpanId"] as? String ?? "",
                times: times.compactMap { $0.flatMap { Int($0) } },
                details: details(span)
              )
            )
          }
        }
      }
    }
    return spans
  }

  private func details(_ object: [String: Any]) -> [String: String] {
    var details: [String: String] = [:]
    for item in object["attributes"] as? [[String: Any]] ?? [] {
      let value = item["value"] as? [String: Any]
      details[item["key"] as? String ?? ""] = value?.values.first.map { "\($0)" }
    }
    return details
  }

  private static let body =
    #"{"model":"llama-3.1-8b","max_tokens":3,"messages":[{"role":"user","content":"hi"}]}"#

  /// A collector, and its address.
  private func collector() async throws -> (process: TestProcess, address: String) {
    let script = PeerTests.root.appendingPathComponent("Tests/IntegrationTests/otlp_collector.py")
    let process = try TestProcess("/usr/bin/env", ["python3", script.path])
    try await wait("a collector") { process.output.hasSuffix("\n") }
    return (process, "127.0.0.1:" + process.output.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  @Test func `the spans of a turn are one trace, from the gateway to the engine`() async throws {
    let (collector, place) = try await collector()
    let fleet = try await TestFleet(daemonFlags: ["--trace-collector", place])
    for region in ["a", "b"] { try await fleet.addRegion(region) }
    try await fleet.addNode("n", in: "b")
    try await fleet.ready(1)
    let (gateway, address) = try await fleet.gateway(in: "a", ["--trace-collector", place])
    // Only the last of these is to be recorded: who began the first one's trace does not want that.
    for flag in ["00", "01"] {
      let curl = try TestProcess(
        "/usr/bin/env",
        [
          "curl", "-sS", "-d", Self.body, "-H",
          "traceparent: 00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-\(flag)",
          "http://\(address)/v1/chat/completions",
        ]
      )
      #expect(try await curl.end() == 0, "\(curl.errors)")
      #expect(curl.output.contains("completion_tokens"), "\(curl.output)")
    }
    try await wait("all spans") {
      Set(try spans(collector).map(\.name)).isSuperset(
        of: ["POST /v1/chat/completions", "route", "relay", "generate", "engine", "first token"]
      )
    }
    let found = try spans(collector).filter { $0.name != "queue" }
    let byName = Dictionary(grouping: found, by: \.name)
    #expect(found.count == 6, "\(found)")
    #expect(Set(found.map(\.trace)) == ["0af7651916cd43dd8448eb211c80319c"])
    let parents = [
      "route": "POST /v1/chat/completions", "relay": "POST /v1/chat/completions",
      "generate": "relay", "engine": "generate", "first token": "engine",
    ]
    for (name, parent) in parents {
      let (own, above) = (try #require(byName[name]?.first), try #require(byName[parent]?.first))
      #expect(own.parent == above.id, "\(name)")
      #expect(own.times[0] >= above.times[0] && own.times[0] <= own.times[1], "\(name)")
    }
    let root = try #require(byName["POST /v1/chat/completions"]?.first)
    #expect(root.parent == "00f067aa0ba902b7" && root.service == "hearth-gateway")
    #expect(root.details["http.response.status_code"] == "200")
    #expect(byName["route"]?.first?.details["hearth.replica"] == "n/0")
    #expect(byName["engine"]?.first?.details["gen_ai.usage.output_tokens"] == "3")
    let services = ["route": "control", "relay": "region", "generate": "node", "engine": "node"]
    for (name, service) in services { #expect(byName[name]?.first?.service == "hearth-\(service)") }
    gateway.signal(SIGTERM)
    #expect(try await gateway.end() == 0)
  }

  @Test func `a collector that is away holds nothing up`() async throws {
    let fleet = try await TestFleet(daemonFlags: ["--trace-collector", "127.0.0.1:1"])
    try await fleet.addRegion("a")
    try await fleet.addNode("n", in: "a")
    try await fleet.ready(1)
    let (gateway, address) = try await fleet.gateway(in: "a", ["--trace-collector", "127.0.0.1:1"])
    let curl = try TestProcess(
      "/usr/bin/env",
      ["curl", "-sS", "-d", Self.body, "http://\(address)/v1/chat/completions"]
    )
    #expect(try await curl.end() == 0, "\(curl.errors)")
    #expect(curl.output.contains("completion_tokens"), "\(curl.output)")
    _ = try await gateway.line(with: "the collector takes no spans")
    gateway.signal(SIGTERM)
    #expect(try await gateway.end() == 0)
    try await fleet.stop()
  }
}
