import Foundation
import Testing

/// A fleet whose processes prove to each other who they are.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TLSFleetTests {
  /// A root, a certificate for the fleet, and one of somebody else's.
  private final class Certificates {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
      try openssl("\(new) -keyout root.key -out root.pem -subj /CN=root")
      try openssl(
        "\(new) -CA root.pem -CAkey root.key -keyout fleet.key -out fleet.pem -subj /CN=fleet "
          + "-addext subjectAltName=IP:127.0.0.1"
      )
      try openssl("\(new) -keyout other.key -out other.pem -subj /CN=other")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func openssl(_ arguments: String) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
      process.arguments = arguments.split(separator: " ").map(String.init)
      process.currentDirectoryURL = folder
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "openssl \(arguments)")
    }
  }

  @Test func `a fleet with mutual TLS serves who has its certificate, and nobody else`()
    async throws
  {
    let certificates = try Certificates()
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
