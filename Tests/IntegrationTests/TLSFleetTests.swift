import Foundation
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

  @Test func `daemons may share one name, whatever their addresses`() async throws {
    let certificates = try Certificates(["fleet": "DNS:fleet.test"])
    let files = [
      "--tls-certificate", certificates.path("fleet.pem"),
      "--tls-key", certificates.path("fleet.key"),
      "--tls-authority", certificates.path("root.pem"),
    ]
    let named = files + ["--tls-server-name", "fleet.test"]
    let fleet = try await TestFleet(daemonFlags: named)
    try await fleet.addRegion("a")
    try await fleet.addNode("a1", in: "a")
    let status = try fleet.start(["status", "--wait", "20s"] + named)
    #expect(try await status.end() == 0, "\(status.errors)")
    let health = try fleet.start(["health"] + files)
    #expect(try await health.end() == 4, "the certificate has no address")
    try await fleet.stop()
  }

  @Test func `a handshake that fails is a warning on both sides, and SIGHUP mends it`()
    async throws
  {
    let certificates = try Certificates(["fleet": "IP:127.0.0.1"])
    let own = ["certificate.pem", "key.pem", "authority.pem"].map { certificates.path($0) }
    func use(_ name: String) throws {
      for (path, source) in zip(own, ["\(name).pem", "\(name).key", "root.pem"]) {
        try Data(contentsOf: URL(filePath: certificates.path(source))).write(
          to: URL(filePath: path)
        )
      }
    }
    try use("other")
    let fleet = try await TestFleet(daemonFlags: [
      "--tls-certificate", own[0], "--tls-key", own[1], "--tls-authority", own[2],
    ])
    try await fleet.addRegion("a")
    let agent = try #require(fleet.regions["a"]?.process)
    _ = try await agent.line(with: "TLS handshake failed")
    _ = try await fleet.control.line(with: "\"fault\":\"handshake\"")
    try use("fleet")
    fleet.control.signal(SIGHUP)
    _ = try await fleet.control.line(with: "certificates were read again")
    _ = try await agent.line(with: "\"attached\"")
    try await fleet.stop()
  }

  @Test func `a server that would check nobody does not start unless it is told to`() async throws {
    let certificates = try Certificates(["fleet": "IP:127.0.0.1"])
    let flags = [
      "--tls-certificate", certificates.path("fleet.pem"), "--tls-key",
      certificates.path("fleet.key"), "--listen", "127.0.0.1:0",
    ]
    let careless = try TestProcess("hearth-control", flags)
    #expect(try await careless.end() == 2)
    #expect(careless.errors.joined().contains("tls.authority: is missing"), "\(careless.errors)")
    let told = try TestProcess("hearth-control", flags + ["--tls-any-client", "true"])
    _ = try await told.line(with: "clients need no certificate")
    told.signal(SIGTERM)
    #expect(try await told.end() == 0)
  }
}
