import EventLoop
import Serving
import TestSupport
import Testing
import Wire

@testable import HTTP

/// Servers of HTTPS, and clients that do not speak TLS as they should.
@Suite(.timeLimit(.minutes(5)))
struct HTTPSTests {
  private func server() throws -> (OneHTTPLoop, Certificates) {
    let certificates = try Certificates(["a": "IP:127.0.0.1"])
    var settings = HTTPServer.Settings()
    settings.headTimeout = .milliseconds(100)
    settings.tls = TLSSettings(
      certificateChainPath: certificates.path("a.pem"),
      privateKeyPath: certificates.path("a.key"),
      protocols: [.http2, .http1]
    )
    return (try OneHTTPLoop(settings) { $0.echo() }, certificates)
  }

  @Test(arguments: [[], [22, 3, 1], [22, 3, 1, 1, 0, 1]] as [[UInt8]])
  func `a handshake that does not go on is given up`(beginning: [UInt8]) throws {
    let (one, _) = try server()
    let client = try one.client()
    client.send(beginning)
    try one.turn("it is given up", until: { client.hasEnded || client.isClosed })
    #expect(one.server?.counts.faults == [.slow: 1])
  }

  @Test func `plain HTTP is told what to speak`() throws {
    let (one, _) = try server()
    let client = try one.client()
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    try one.turn("it is closed", until: { client.hasEnded || client.isClosed })
    #expect(client.heard.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
    #expect(client.heard.hasSuffix("use https://\n"))
    #expect(one.server?.counts.faults == [.handshake: 1])
    #expect(one.server?.connectionCount == 0)
  }

  @Test func `bytes that are no handshake are a fault`() throws {
    let (one, _) = try server()
    let client = try one.client()
    client.send([22, 3, 1, 0, 4, 1, 2, 3, 4])
    try one.turn("it is closed", until: { client.hasEnded || client.isClosed })
    #expect(one.server?.counts.faults == [.handshake: 1])
  }

  @Test(arguments: ["root.pem", "other.pem"])
  func `a client answers for whom it trusts`(roots: String) throws {
    let (one, certificates) = try server()
    let context = try TLSContext(
      role: .client,
      settings: TLSSettings(trustRootsPath: certificates.path(roots), protocols: [.http1])
    )
    let client = try HTTPClient(to: one.address, loop: one.loop, tls: context)
    var fields = HTTPFields()
    fields.append("host", "a")
    let call = client.send("POST", "/a", fields, body: Array("hello".utf8))
    var (heard, fault, isOver) = ("", HTTPFault?.none, false)
    call.onBody = { heard += $0.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
    call.onEnd = { (fault, isOver) = ($0, true) }
    try one.turn("it is over", until: { isOver })
    #expect(heard == (roots == "root.pem" ? "post /a hello" : ""))
    #expect((fault == nil) == (roots == "root.pem"), "\(fault?.reason ?? "")")
  }
}
