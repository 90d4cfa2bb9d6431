import Basics
import TestSupport
import Testing

@testable import Wire

extension Certificates {
  /// A root, and what it signed.
  static func pair() throws -> Certificates {
    try Certificates([
      "server": "DNS:server.test,URI:spiffe://fleet/server,IP:127.0.0.1", "client": "",
    ])
  }

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
