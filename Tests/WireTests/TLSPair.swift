import Basics
import Foundation
import Testing

@testable import Wire

/// Throw-away certificates: a root, and what it signed.
struct Certificates: ~Copyable {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "hearth-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    try openssl("\(new) -keyout root.key -out root.pem -subj /CN=root")
    try openssl("\(new) -keyout other.key -out other.pem -subj /CN=other")
    let sign = "-CA root.pem -CAkey root.key"
    try openssl(
      "\(new) \(sign) -keyout server.key -out server.pem -subj /CN=ignored "
        + "-addext subjectAltName=DNS:server.test,URI:spiffe://fleet/server,IP:127.0.0.1"
    )
    try openssl("\(new) \(sign) -keyout client.key -out client.pem -subj /CN=client-7")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func openssl(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "openssl \(arguments)")
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func settings(_ name: String?, roots: String? = "root") -> TLSSettings {
    TLSSettings(
      certificateChainPath: name.map { path("\($0).pem") },
      privateKeyPath: name.map { path("\($0).key") },
      trustRootsPath: roots.map { path("\($0).pem") }
    )
  }
}

/// A client and a server with nothing but memory between them.
final class TLSPair {
  let client: TLSSession
  let server: TLSSession
  var chunkBytes = Int.max

  init(_ client: TLSSettings, _ server: TLSSettings, name: String = "server.test") throws {
    self.client = try TLSSession(
      context: TLSContext(role: .client, settings: client),
      serverName: name
    )
    self.server = try TLSSession(context: TLSContext(role: .server, settings: server))
  }

  /// Carries records until nothing moves; the first failure of either end.
  func handshake() throws -> (client: TLSResult<Void>, server: TLSResult<Void>) {
    var results = (client: client.handshake(), server: server.handshake())
    while try move(client, server) + move(server, client) > 0 {
      if case .failed = results.client {} else { results.client = client.handshake() }
      if case .failed = results.server {} else { results.server = server.handshake() }
    }
    return results
  }

  /// What `source` sends.
  static func output(_ source: TLSSession) -> [UInt8] {
    var bytes = Bytes()
    source.takeOutput(into: &bytes)
    return bytes.array()
  }

  /// Carries what `source` sends; how many bytes that was.
  func move(_ source: TLSSession, _ target: TLSSession) throws -> Int {
    let all = Self.output(source)
    var index = 0
    while index < all.count {
      let end = chunkBytes > all.count ? all.count : min(all.count, index + chunkBytes)
      try target.receive(Array(all[index..<end]).span)
      index = end
    }
    return all.count
  }
}

extension TLSResult {
  var isComplete: Bool { if case .complete = self { true } else { false } }
  var error: WireError? { if case .failed(let error) = self { error } else { nil } }
}
