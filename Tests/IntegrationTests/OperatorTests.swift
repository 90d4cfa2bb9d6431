import Foundation
import Testing

/// What daemons serve operators over HTTP.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct OperatorTests {
  /// Status, fields in lower case, and body of what a server says.
  private func get(
    _ address: String,
    _ path: String,
    _ arguments: [String] = []
  ) async throws -> (status: Int, fields: String, body: String) {
    let curl = try TestProcess(
      "/usr/bin/env",
      ["curl", "-sSi", "--max-time", "20"] + arguments + ["http://\(address)\(path)"]
    )
    #expect(try await curl.end() == 0, "\(curl.errors)")
    let text = curl.output.replacing("\r\n", with: "\n")
    let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
    let head = try #require(parts.first)
    let status = try #require(Int(head.split(separator: " ")[1]))
    return (status, head.lowercased(), parts.count > 1 ? String(parts[1]) : "")
  }

  /// Where a daemon serves operators.
  private func place(_ process: TestProcess) async throws -> String {
    let line = try await process.line(with: "serving operators over HTTP")
    let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    return try #require(fields?["address"] as? String, "\(line)")
  }

  @Test func `a daemon is live from its start, and healthy while it takes part`() async throws {
    let fleet = try await TestFleet(daemonFlags: ["--admin", "127.0.0.1:0"])
    let control = try await place(fleet.control)
    #expect(try await get(control, "/health").status == 200)
    try await fleet.addRegion("a")
    let region = try await place(try #require(fleet.regions["a"]?.process))
    try await wait("the agent is healthy") { try await get(region, "/health").status == 200 }
    #expect(try await get(region, "/health").body == #"{"status":"serving"}"#)
    fleet.control.signal(SIGKILL)
    try await wait("it is not") { try await get(region, "/health").status == 503 }
    #expect(try await get(region, "/health").body == #"{"status":"not serving"}"#)
    #expect(try await get(region, "/live").status == 200)
  }

  @Test func `what is served says what it is, and takes no other methods`() async throws {
    let fleet = try await TestFleet(daemonFlags: ["--admin", "127.0.0.1:0"])
    let address = try await place(fleet.control)
    let plain = try await get(address, "/metrics")
    #expect(plain.fields.contains("content-type: text/plain; version=0.0.4; charset=utf-8"))
    #expect(plain.body.contains("\nprocess_resident_memory_bytes "), "\(plain.body)")
    let accept = "accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"
    let open = try await get(address, "/metrics", ["-H", accept])
    #expect(open.fields.contains("content-type: application/openmetrics-text; version=1.0.0"))
    #expect(open.body.hasSuffix("\n# EOF\n"))
    let head = try await get(address, "/metrics?a=b", ["--head"])
    #expect(head.status == 200 && head.body.isEmpty)
    let post = try await get(address, "/metrics", ["-d", "{}"])
    #expect(post.status == 405 && post.fields.contains("allow: get, head"))
    let missing = try await get(address, "/metric")
    #expect(missing.status == 404 && missing.body == "there is:\n/health\n/live\n/metrics\n")
  }
}
