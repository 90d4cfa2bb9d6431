import TestSupport
import Testing

/// A fleet whose processes prove to each other who they are.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TLSFleetTests {
  @Test func `a fleet with mutual TLS serves who has its certificate, and nobody else`()
    async throws
  {
    let certificates = try Certificates(["fleet": "IP:127.0.0.1"])
    let flags = [
      "--tls-certificate", certificates.path("fleet.pem"),
      "--tls-key", certificates.path("fleet.key"),
      "--tls-authority", certificates.path("root.pem"),
    ]
    let fleet = try await TestFleet(daemonFlags: flags)
    try await fleet.addRegion("a")
    try await fleet.addNode("a1", in: "a")
    let trace = try TemporaryFile.trace(conversations: 2, turns: 2, gap: 100, output: 5)
    let status = try fleet.start(["status", "--wait", "20s"] + flags)
    #expect(try await status.end() == 0, "\(status.errors)")
    let replay = try fleet.start(["replay", trace.path, "-o", "json"] + flags)
    #expect(try await replay.end() == 0, "\(replay.errors)")
    #expect(try ReplayResult(replay.output).completed == 4)

    let nobody = try fleet.start(["status", "--tls-authority", certificates.path("root.pem")])
    #expect(try await nobody.end() == 4)
    let plain = try fleet.start(["status"])
    #expect(try await plain.end() == 4)
    let stranger = try fleet.start([
      "status", "--tls-authority", certificates.path("other.pem"),
    ])
    #expect(try await stranger.end() == 4)
    #expect(stranger.errors.joined().contains("certificate"), "\(stranger.errors)")
    try await fleet.stop()
  }
}
