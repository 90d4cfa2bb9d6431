import Foundation
import Testing

/// A Prometheus that watches a fleet.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct PrometheusTests {
  private func program(_ name: String) throws -> String {
    let folder = try #require(
      ProcessInfo.processInfo.environment["HEARTH_PROMETHEUS"],
      "run this by `make test`, which unpacks Debian's Prometheus"
    )
    return "\(folder)/\(name)"
  }

  private func promtool(_ arguments: [String], input: String? = nil) async throws -> String {
    let process = try TestProcess(try program("promtool"), arguments, input: input)
    #expect(try await process.end() == 0, "\(process.output)\n\(process.errors)")
    return process.output
  }

  private func path(_ name: String) -> String {
    PeerTests.root.appendingPathComponent("deploy/prometheus/\(name)").path
  }

  @Test func `rules and configuration are what Prometheus takes, and alerts are raised`()
    async throws
  {
    _ = try await promtool(["check", "config", path("prometheus.yml")])
    _ = try await promtool(["test", "rules", path("alerts-test.yml")])
  }

  @Test func `Prometheus scrapes every daemon, and each panel of the dashboard has figures`()
    async throws
  {
    let fleet = try await TestFleet(daemonFlags: ["--admin", "127.0.0.1:0"])
    try await fleet.addRegion("a")
    try await fleet.addNode("n", in: "a")
    try await fleet.ready(1)
    let (gateway, address) = try await fleet.gateway(in: "a", ["--admin", "127.0.0.1:0"])
    let processes = [
      "control": fleet.control, "region": try #require(fleet.regions["a"]?.process),
      "node": try #require(fleet.nodes["n"]), "gateway": gateway,
    ]
    var targets: [String: String] = [:]
    for (name, process) in processes { targets[name] = try await process.operatorAddress() }
    let body =
      #"{"model":"llama-3.1-8b","max_tokens":4,"messages":[{"role":"user","content":"hi"}]}"#
    for _ in 0..<2 {
      _ = try await curl(["-d", body, "http://\(address)/v1/chat/completions"])
    }
    _ = try await curl(["-d", "{}", "http://\(address)/v1/messages"])
    for (name, target) in targets {
      let text = try await curl(["http://\(target)/metrics"])
      _ = try await promtool(["check", "metrics"], input: text)
      try expect(text, hasWhatIsWrittenOf: name)
    }

    let server = try await prometheus(Array(targets.values))
    try await wait("all are up: \(server.process.errors)") {
      let up = try? await query(#"sum(up{job="hearth"})"#, at: server.address)
      return up?.first?.value == "4"
    }
    // A rate needs two scrapes after a change, of counters that were there before it.
    try await wait("rates", within: .seconds(40)) {
      _ = try await curl(["-d", body, "http://\(address)/v1/chat/completions"])
      let rates = try await query(
        "sum(rate(hearth_gateway_first_byte_seconds_count[10s])) > 0",
        at: server.address
      )
      return !rates.isEmpty
    }
    for (title, expression) in try dashboard() {
      let expression = expression.replacingOccurrences(of: "$__rate_interval", with: "10s")
      // Daemons are scraped one after the other.
      try await wait("\(title): \(expression)") {
        let found = try await query(expression, at: server.address)
        if !found.isEmpty || Self.mayBeEmpty.contains(title) { return true }
        _ = try await curl(["-d", body, "http://\(address)/v1/chat/completions"])
        return false
      }
    }
    server.process.signal(SIGTERM)
    try await server.process.end()
    gateway.signal(SIGTERM)
    #expect(try await gateway.end() == 0)
    try await fleet.stop()
  }

  /// Panels of what does not happen in a fleet that is well.
  private static let mayBeEmpty: Set<String> = ["Refusals"]

  /// Titles of the dashboard's panels with what each asks for.
  private func dashboard() throws -> [(String, String)] {
    let file = PeerTests.root.appendingPathComponent("deploy/grafana/hearth.json")
    let board = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
    let panels = try #require(board?["panels"] as? [[String: Any]])
    return panels.flatMap { panel in
      (panel["targets"] as? [[String: Any]] ?? []).map {
        (panel["title"] as? String ?? "", $0["expr"] as? String ?? "")
      }
    }
  }

  /// Whether a process serves what docs/metrics.md lists of it.
  private func expect(_ text: String, hasWhatIsWrittenOf name: String) throws {
    let file = PeerTests.root.appendingPathComponent("docs/metrics.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    var listed: Set<String> = []
    for section in page.components(separatedBy: "\n## ").dropFirst()
    where section.hasPrefix("Every daemon") || section.hasPrefix("hearth-\(name)\n") {
      listed.formUnion(section.matches(of: /\n\| `([a-z_]+)`/).map { String($0.1) })
    }
    let served = text.matches(of: /\n# TYPE ([a-z_]+)/).map { String($0.1) }
    #expect(Set(served) == listed && served.count == listed.count, "\(name)")
  }

  private func curl(_ arguments: [String]) async throws -> String {
    let process = try TestProcess(
      "/usr/bin/env",
      ["curl", "-sS", "--max-time", "20"] + arguments
    )
    #expect(try await process.end() == 0, "\(process.errors)")
    return process.output
  }

  private func prometheus(
    _ targets: [String]
  ) async throws -> (process: TestProcess, address: String, folder: TemporaryFile) {
    let file = try TemporaryFile(
      """
      global: {scrape_interval: 1s}
      scrape_configs:
        - job_name: hearth
          static_configs: [{targets: [\(targets.joined(separator: ", "))]}]

      """,
      name: "prometheus.yml"
    )
    let data = URL(fileURLWithPath: file.path).deletingLastPathComponent().path + "/data"
    let process = try TestProcess(
      try program("prometheus"),
      [
        "--config.file=\(file.path)", "--storage.tsdb.path=\(data)",
        "--web.listen-address=127.0.0.1:0", "--log.format=json",
      ]
    )
    let line = try await process.line(with: "Listening on")
    let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    return (process, try #require(fields?["address"] as? String, "\(line)"), file)
  }

  private func query(
    _ expression: String,
    at address: String
  ) async throws -> [(labels: [String: String], value: String)] {
    let text = try await curl([
      "--get", "--data-urlencode", "query=\(expression)", "http://\(address)/api/v1/query",
    ])
    let answer = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    try #require(answer?["status"] as? String == "success", "\(expression): \(text)")
    let result = (answer?["data"] as? [String: Any])?["result"] as? [[String: Any]] ?? []
    return result.map { series in
      let value = (series["value"] as? [Any])?.last as? String
      return (series["metric"] as? [String: String] ?? [:], value ?? "")
    }
  }
}
