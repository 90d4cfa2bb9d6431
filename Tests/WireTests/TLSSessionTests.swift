import Basics
import COpenSSL
import Foundation
import TestSupport
import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(5)))
struct TLSSessionTests {
  @Test(arguments: [1, Int.max])
  func `both ends prove who they are, and bytes cross`(chunkBytes: Int) throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(certificates.settings("client"), certificates.settings("server"))
    pair.chunkBytes = chunkBytes
    let results = try pair.handshake()
    #expect(results.client.isComplete && results.server.isComplete)
    #expect(pair.server.peerNames == ["client"])
    #expect(pair.client.peerNames == ["server.test", "spiffe://fleet/server"])
    let text = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    try pair.client.write(text.span)
    _ = try pair.move(pair.client, pair.server)
    var received = Bytes()
    guard case .complete(100_000) = pair.server.read(into: &received) else {
      Issue.record("not all was read")
      return
    }
    #expect(received.array() == text)
    guard case .incomplete = pair.server.read(into: &received) else {
      Issue.record("more than all was read")
      return
    }
    pair.client.close()
    _ = try pair.move(pair.client, pair.server)
    guard case .complete(0) = pair.server.read(into: &received) else {
      Issue.record("the end was not read")
      return
    }
  }

  @Test func `a server gives nobody a ticket to come back with`() throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(certificates.settings("client"), certificates.settings("server"))
    _ = try pair.handshake()
    var received = Bytes()
    try pair.server.write([1].span)
    _ = try pair.move(pair.server, pair.client)
    _ = pair.client.read(into: &received)
    #expect(received.array() == [1])
    #expect(unsafe SSL_SESSION_is_resumable(SSL_get_session(pair.client.raw)) == 0)
  }

  @Test func `it is known when the files of a context have changed`() throws {
    let certificates = try Certificates.pair()
    let context = try TLSContext(role: .client, settings: certificates.settings("client"))
    #expect(context.isCurrent)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)],
      ofItemAtPath: certificates.path("client.pem")
    )
    #expect(!context.isCurrent)
  }

  @Test func `a context knows when its certificate expires`() throws {
    let certificates = try Certificates.pair()
    let expiry = try TLSContext(role: .server, settings: certificates.settings("server")).expiry
    let left = Double(try #require(expiry)) - Date().timeIntervalSince1970
    #expect(left > 86_400 && left <= 2 * 86_400)
    #expect(try TLSContext(role: .client, settings: certificates.settings(nil)).expiry == nil)
  }

  @Test func `a server without roots asks for no certificate`() throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(
      certificates.settings(nil),
      certificates.settings("server", roots: nil),
      name: "127.0.0.1"
    )
    let results = try pair.handshake()
    #expect(results.client.isComplete && results.server.isComplete)
    #expect(pair.server.peerNames.isEmpty)
  }

  @Test func `a client without a certificate is refused by a server that wants one`() throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(certificates.settings(nil), certificates.settings("server"))
    #expect(try pair.handshake().server.error?.code == .handshake)
  }

  @Test(arguments: ["other.test", "10.1.2.3"])
  func `a client refuses a server of another name`(name: String) throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(
      certificates.settings("client"),
      certificates.settings("server"),
      name: name
    )
    #expect(try pair.handshake().client.error?.message.contains("mismatch") == true)
  }

  @Test func `a client refuses a server of another root`() throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(
      certificates.settings("client", roots: "other"),
      certificates.settings("server")
    )
    #expect(try pair.handshake().client.error?.code == .handshake)
  }

  @Test func `a server refuses a client of another root`() throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(certificates.settings("other"), certificates.settings("server"))
    let results = try pair.handshake()
    #expect(results.server.error?.code == .handshake)
    #expect(!pair.server.isEstablished)
    // TLS 1.3 lets the client finish first; it hears of it when it reads.
    var received = Bytes()
    #expect(pair.client.read(into: &received).error?.code == .handshake)
  }

  @Test(arguments: [[], [8] + Array("http/1.1".utf8)])
  func `a client that does not offer HTTP2 is refused`(offer: [UInt8]) throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(certificates.settings("client"), certificates.settings("server"))
    pair.client.offer(offer)
    let results = try pair.handshake()
    #expect(results.server.error?.code == .handshake)
    #expect(results.client.error?.code == .handshake)
  }

  @Test func `HTTP2 is chosen among what a client offers`() throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(certificates.settings("client"), certificates.settings("server"))
    pair.client.offer([8] + Array("http/1.1".utf8) + [2] + Array("h2".utf8))
    let results = try pair.handshake()
    #expect(results.client.isComplete && results.server.isComplete)
  }

  @Test func `a handshake that is cut waits for more`() throws {
    let certificates = try Certificates.pair()
    let context = try TLSContext(role: .server, settings: certificates.settings("server"))
    let client = try TLSSession(
      context: TLSContext(role: .client, settings: certificates.settings("client")),
      serverName: "server.test"
    )
    guard case .incomplete = client.handshake() else {
      Issue.record("the client needs an answer")
      return
    }
    let hello = TLSPair.output(client)
    for count in stride(from: 0, to: hello.count, by: 7) {
      let server = try TLSSession(context: context)
      try server.receive(Array(hello[..<count]).span)
      guard case .incomplete = server.handshake() else {
        Issue.record("\(count) of \(hello.count) bytes were enough")
        return
      }
      #expect(TLSPair.output(server).isEmpty)
    }
  }

  @Test(arguments: [false, true])
  func `a record that is cut or damaged gives no bytes`(isCut: Bool) throws {
    let certificates = try Certificates.pair()
    let pair = try TLSPair(certificates.settings("client"), certificates.settings("server"))
    _ = try pair.handshake()
    try pair.client.write([1, 2, 3, 4].span)
    var record = TLSPair.output(pair.client)
    if isCut { record.removeLast() } else { record[record.count - 1] ^= 1 }
    try pair.server.receive(record.span)
    var received = Bytes()
    let result = pair.server.read(into: &received)
    #expect(received.array().isEmpty)
    #expect(!result.isComplete)
    #expect(result.error?.code == (isCut ? nil : .handshake))
  }

  @Test func `damaged handshakes prove nothing`() throws {
    let certificates = try Certificates.pair()
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed", seed)
    var random = PRNG(seed: seed)
    let contexts = (
      client: try TLSContext(role: .client, settings: certificates.settings("client")),
      server: try TLSContext(role: .server, settings: certificates.settings("server"))
    )
    for round in 0..<200 {
      let client = try TLSSession(context: contexts.client, serverName: "server.test")
      let server = try TLSSession(context: contexts.server)
      var flights = Int.random(in: 0..<3, using: &random)
      for (source, target) in [(client, server), (server, client), (client, server)] {
        _ = source.handshake()
        var bytes = TLSPair.output(source)
        if flights == 0, !bytes.isEmpty {
          // Past the header of the record, whose version means nothing.
          let index = Int.random(in: min(5, bytes.count - 1)..<bytes.count, using: &random)
          bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
        }
        flights -= 1
        try target.receive(bytes.span)
      }
      #expect(!server.handshake().isComplete, "seed \(seed), round \(round)")
    }
  }

  @Test func `bytes that are no TLS end the connection`() throws {
    let certificates = try Certificates.pair()
    let context = try TLSContext(role: .server, settings: certificates.settings("server"))
    let session = try TLSSession(context: context)
    try session.receive(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8).span)
    #expect(session.handshake().error?.code == .handshake)
  }

  @Test func `files that are missing or do not fit are named`() throws {
    let certificates = try Certificates.pair()
    var settings = certificates.settings("server")
    settings.privateKeyPath = certificates.path("client.key")
    let mismatch = #expect(throws: WireError.self) {
      try TLSContext(role: .server, settings: settings)
    }
    #expect(mismatch?.message.contains("client.key") == true)
    settings.certificateChainPath = "/nowhere.pem"
    let missing = #expect(throws: WireError.self) {
      try TLSContext(role: .server, settings: settings)
    }
    #expect(missing?.message.contains("/nowhere.pem") == true)
    #expect(throws: WireError.self) { try TLSContext(role: .server, settings: TLSSettings()) }
  }
}

extension TLSSession {
  /// Offers other protocols than HTTP/2, as ALPN lists them.
  fileprivate func offer(_ protocols: [UInt8]) {
    SSL_set_alpn_protos(raw, protocols, CUnsignedInt(protocols.count))
  }
}
