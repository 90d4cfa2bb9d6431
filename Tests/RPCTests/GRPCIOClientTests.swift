import EventLoop
import HearthMessages
import HearthProto
import RPC
import Synchronization
import Testing
import Wire

/// A server on a loop of its own that does what the metadata of calls asks for.
private struct ScriptedServer {
  let thread: LoopThread
  let address: String
  /// How handlers heard that their calls had ended.
  let ends: AsyncStream<GRPCStatus.Code>
  /// Tells of the end of the server's drain.
  let drained: AsyncStream<Void>

  init(tls: TLSSettings? = nil) async throws {
    let address = Mutex("")
    let ends = AsyncStream<GRPCStatus.Code>.makeStream()
    let drained = AsyncStream<Void>.makeStream()
    thread = try await LoopThread.start(name: "server") { loop in
      var settings = Server.Settings()
      settings.tls = tls
      settings.keepalive = Keepalive(interval: .milliseconds(50), timeout: .seconds(5))
      let server = try Server(loop: loop, settings: settings, logger: silent)
      let health = HealthService()
      health.register(on: server)
      ReflectionService.register(on: server)
      let script = Script(
        ended: { ends.continuation.yield($0) },
        setHealth: { health.set("hearth.testing.v1.Echo", $0) },
        shutDown: { [unowned server] in
          server.shutDown(within: .seconds(30)) { drained.continuation.yield() }
        }
      )
      server.serveScripted(script)
      let bound = try server.listen(on: "127.0.0.1:0")
      address.withLock { $0 = bound }
      return server
    }
    (self.ends, self.drained) = (ends.stream, drained.stream)
    self.address = address.withLock { $0 }
  }
}

/// What metadata can ask of a server besides an answer.
private struct Script {
  let ended: (GRPCStatus.Code) -> Void
  let setHealth: (HealthService.Status) -> Void
  let shutDown: () -> Void

  /// Does what is asked before the call; whether the call is to be answered.
  func begin(_ call: ServerStream<Kinds, Kinds>) -> Bool {
    let asked = call.context.metadata
    call.onCancel = { [ended] in ended($0.code) }
    if let number = asked["fail"].flatMap({ UInt8($0) }) {
      let message = String(decoding: asked.bytes(of: "message-bin") ?? [], as: UTF8.self)
      var trailers = Metadata()
      try? trailers.append("trailer", "text")
      try? trailers.append("trailer-bin", bytes: Array(0...255))
      call.finish(GRPCStatus(.init(rawValue: number) ?? .unknown, message), trailers: trailers)
      return false
    }
    if let status = asked["health"].flatMap({ Int32($0) }) { setHealth(.init(rawValue: status)) }
    if asked["shut-down"] != nil { shutDown() }
    let copies = Self.copies(asked)
    if !copies.isEmpty { call.context.sendHead(copies) }
    if asked["report-peer"] != nil {
      var head = Metadata()
      try? head.append("peer", call.context.peer?.certificateNames.first ?? "")
      call.context.sendHead(head)
    }
    return asked["hang"] == nil
  }

  static func copies(_ asked: Metadata) -> Metadata {
    var copies = Metadata()
    for (name, value) in asked.entries where name.hasPrefix("copy") {
      if name.hasSuffix("-bin") {
        try? copies.append(name, bytes: asked.bytes(of: name) ?? [])
      } else {
        try? copies.append(name, value)
      }
    }
    return copies
  }
}

extension Server {
  fileprivate func serveScripted(_ script: Script) {
    handleStream(Echo.unary) { call in
      guard script.begin(call) else { return }
      call.onMessage = { [unowned call] message in
        call.send(message)
        call.finish(.ok)
      }
    }
    serveCollect()
    handleStream(Echo.expand) { call in
      guard script.begin(call) else { return }
      call.onMessage = { [unowned call] message in
        for _ in 0..<message.uint32 { call.send(message) }
        call.finish(.ok)
      }
    }
    handleStream(Echo.converse) { call in
      let trailers = Script.copies(call.context.metadata)
      guard script.begin(call) else { return }
      call.onMessage = { [unowned call] in call.send($0) }
      call.onEnd = { [unowned call] in call.finish(.ok, trailers: trailers) }
    }
  }
}

/// A Hearth server and a real grpcio client.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct GRPCIOClientTests {
  private func play(_ scenario: String, _ server: ScriptedServer, keys: String? = nil) async throws
  {
    let client = try await PythonPeer.start(
      "client.py",
      [scenario, server.address] + (keys.map { [$0] } ?? [])
    )
    let (exit, output) = await client.end()
    #expect(exit == .status(0), "\(output)")
    await client.stop()
  }

  @Test(
    arguments: [
      "shapes", "statuses", "metadata", "large", "refusals", "health", "reflection", "keepalive",
    ]
  )
  func `a grpcio client is content with`(scenario: String) async throws {
    let server = try await ScriptedServer()
    try await play(scenario, server)
    await server.thread.stop()
  }

  @Test func `a deadline of grpcio ends the handler's call`() async throws {
    let server = try await ScriptedServer()
    try await play("deadline", server)
    var count = 0
    for await code in server.ends {
      #expect([.deadlineExceeded, .cancelled].contains(code))
      count += 1
      if count == 3 { break }
    }
    await server.thread.stop()
  }

  @Test func `a cancellation of grpcio reaches the handler`() async throws {
    let server = try await ScriptedServer()
    try await play("cancellation", server)
    for await code in server.ends {
      #expect(code == .cancelled)
      break
    }
    await server.thread.stop()
  }

  @Test func `a server that drains lets a grpcio stream finish`() async throws {
    let server = try await ScriptedServer()
    try await play("drain", server)
    for await _ in server.drained { break }
    await server.thread.stop()
  }

  @Test func `a grpcio client comes in by TLS`() async throws {
    let keys = try Python.keys()
    let tls = TLSSettings(
      certificateChainPath: "\(keys)/server.pem",
      privateKeyPath: "\(keys)/server.key"
    )
    let server = try await ScriptedServer(tls: tls)
    try await play("tls", server, keys: keys)
    await server.thread.stop()
  }

  @Test func `a grpcio client shows who it is by mutual TLS`() async throws {
    let keys = try Python.keys()
    let tls = TLSSettings(
      certificateChainPath: "\(keys)/server.pem",
      privateKeyPath: "\(keys)/server.key",
      trustRootsPath: "\(keys)/root.pem"
    )
    let server = try await ScriptedServer(tls: tls)
    try await play("mutual_tls", server, keys: keys)
    await server.thread.stop()
  }
}
