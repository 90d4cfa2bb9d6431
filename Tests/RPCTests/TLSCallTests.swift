import EventLoop
import Foundation
import HearthMessages
import HearthProto
import RPC
import Synchronization
import Testing
import Wire

@Suite(.timeLimit(.minutes(1)))
struct TLSCallTests {
  /// A throw-away certificate that is its own root, and its key.
  private static func makeCertificate(in folder: URL) throws -> (certificate: String, key: String) {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.currentDirectoryURL = folder
    process.arguments =
      ("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout key.pem "
      + "-out certificate.pem -subj /CN=server -addext subjectAltName=IP:127.0.0.1")
      .split(separator: " ").map(String.init)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return (folder.appending(path: "certificate.pem").path, folder.appending(path: "key.pem").path)
  }

  @Test func `calls go over TLS, from the handshake on`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let (certificate, key) = try Self.makeCertificate(in: folder)
    let address = Mutex("")
    let server = try await LoopThread.start(name: "server") { loop in
      var settings = Server.Settings()
      settings.tls = TLSSettings(certificateChainPath: certificate, privateKeyPath: key)
      let server = try Server(loop: loop, settings: settings, logger: silent)
      server.serveEcho()
      let bound = try server.listen(on: "127.0.0.1:0")
      address.withLock { $0 = bound }
      return server
    }
    let loop = try await LoopThread.start(name: "client") { _ in }
    var settings = Channel.Settings()
    settings.tls = TLSSettings(trustRootsPath: certificate)
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
