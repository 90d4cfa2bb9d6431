import EventLoop
import HearthMessages
import HearthProto
import RPC
import Synchronization
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(5)))
struct TLSCallTests {
  @Test func `calls go over TLS, from the handshake on`() async throws {
    let certificates = try Certificates(["server": "IP:127.0.0.1"])
    let own = TLSSettings(
      certificateChainPath: certificates.path("server.pem"),
      privateKeyPath: certificates.path("server.key")
    )
    let address = Mutex("")
    let server = try await LoopThread.start(name: "server") { loop in
      var settings = Server.Settings()
      settings.tls = own
      let server = try Server(loop: loop, settings: settings, logger: silent)
      server.serveEcho()
      let bound = try server.listen(on: "127.0.0.1:0")
      address.withLock { $0 = bound }
      return server
    }
    let loop = try await LoopThread.start(name: "client") { _ in }
    var settings = Channel.Settings()
    settings.tls = TLSSettings(trustRootsPath: certificates.path("root.pem"))
    let client = Client(to: address.withLock { $0 }, on: loop.handle, settings: settings)

    // Longer than what the socket takes at once, so that writing stops and goes on.
    let text = String(repeating: "x", count: 3_000_000)
    #expect(try await client.call(Echo.unary, Kinds(string: text)).string == text)
    #expect(try await client.call(Echo.unary, Kinds(string: "hello")).string == "hello")

    client.close()
    await loop.stop()
    await server.stop()
  }
}
