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
}
