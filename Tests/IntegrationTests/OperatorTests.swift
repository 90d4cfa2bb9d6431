import Foundation
import Testing

/// What daemons serve operators over HTTP.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct OperatorTests {
  @Test func `a daemon is live from its start, and healthy while it takes part`() async throws {
    let fleet = try await TestFleet(daemonFlags: ["--admin", "127.0.0.1:0"])
    let control = try await fleet.control.operatorAddress()
    #expect(try await curl(control, "/health").status == 200)
    try await fleet.addRegion("a")
    let region = try await #require(fleet.regions["a"]?.process).operatorAddress()
    try await wait("the agent is healthy") { try await curl(region, "/health").status == 200 }
    #expect(try await curl(region, "/health").body == #"{"status":"serving"}"#)
    fleet.control.signal(SIGKILL)
    try await wait("it is not") { try await curl(region, "/health").status == 503 }
    #expect(try await curl(region, "/health").body == #"{"status":"not serving"}"#)
    #expect(try await curl(region, "/live").status == 200)
  }

  @Test func `what is served says what it is, and takes no other methods`() async throws {
    let fleet = try await TestFleet(daemonFlags: ["--admin", "127.0.0.1:0"])
    let address = try await fleet.control.operatorAddress()
    let plain = try await curl(address, "/metrics")
    #expect(plain.fields.contains("content-type: text/plain; version=0.0.4; charset=utf-8"))
    #expect(plain.body.contains("\nprocess_resident_memory_bytes "), "\(plain.body)")
    let accept = "accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"
    let open = try await curl(address, "/metrics", ["-H", accept])
    #expect(open.fields.contains("content-type: application/openmetrics-text; version=1.0.0"))
    #expect(open.body.hasSuffix("\n# EOF\n"))
    let head = try await curl(address, "/metrics?a=b", ["--head"])
    #expect(head.status == 200 && head.body.isEmpty)
    let post = try await curl(address, "/metrics", ["-d", "{}"])
    #expect(post.status == 405 && post.fields.contains("allow: get, head"))
    let missing = try await curl(address, "/metric")
    #expect(missing.status == 404 && missing.body.contains("/health\n/live\n/map.js\n/metrics\n"))
  }
}
