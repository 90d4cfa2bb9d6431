import EventLoop
import HearthMessages
import HearthProto
import RPC
import Testing
import Wire

/// A real grpcio server and a Hearth client on a loop of its own.
private struct GRPCIOServer {
  let python: PythonPeer
  let loop: LoopThread
  let address: String

  init(_ arguments: [String] = []) async throws {
    python = try await PythonPeer.start("server.py", arguments)
    let first = await python.line()
    let port = try #require(first.flatMap { UInt16($0) }, "server.py says \(first ?? "nothing")")
    address = "127.0.0.1:\(port)"
    loop = try await LoopThread.start(name: "client") { _ in }
  }

  func client(_ settings: Channel.Settings = Channel.Settings()) -> Client {
    Client(to: address, on: loop.handle, settings: settings)
  }

  func stop(_ clients: Client...) async {
    for client in clients { client.close() }
    await loop.stop()
    await python.stop()
  }
}

/// Options that ask the server for something.
private func asking(
  _ what: String,
  _ value: String = "",
  timeout: Duration = .seconds(200)
) throws -> CallOptions {
  var options = CallOptions(timeout: timeout)
  try options.metadata.append(what, value)
  return options
}

/// The status that a call fails with.
private func failure(
  at place: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Void
) async -> GRPCStatus? {
  do {
    try await body()
    Issue.record("the call succeeded", sourceLocation: place)
  } catch {
    return error as? GRPCStatus
  }
  return nil
}

@Suite(.serialized, .timeLimit(.minutes(5)))
struct GRPCIOServerTests {
  private func playShapes(_ client: Client) async throws {
    let options = CallOptions(timeout: .seconds(200))
    let answer = try await client.call(Echo.unary, Kinds(string: "hello"), options: options)
    #expect(answer.string == "hello")

    let collect = client.call(Echo.collect, options: options)
    for number in 0..<100 { await collect.send(Kinds(int32: Int32(number))) }
    collect.end()
    #expect(try await collect.next()?.int32 == 99)
    #expect(try await collect.next() == nil)

    let expand = client.call(Echo.expand, options: options)
    await expand.send(Kinds(uint32: 1_000, string: String(repeating: "x", count: 5_000)))
    expand.end()
    var count = 0
    while try await expand.next() != nil { count += 1 }
    #expect(count == 1_000)

    let converse = client.call(Echo.converse, options: options)
    for number in 0..<100 {
      await converse.send(Kinds(int32: Int32(number)))
      #expect(try await converse.next()?.int32 == Int32(number))
    }
    converse.end()
    #expect(try await converse.next() == nil)
  }

  @Test func `all shapes of call`() async throws {
    let server = try await GRPCIOServer()
    let client = server.client()
    try await playShapes(client)
    await server.stop(client)
  }

  @Test func `all statuses with their messages and trailers`() async throws {
    let server = try await GRPCIOServer()
    let client = server.client()
    let message = "100% of Zürich, 数据, 🔥, 'quotes' & <tags>\nand a second line"
    for code in GRPCStatus.Code.allCases where code != .ok {
      var options = try asking("fail", "\(code.rawValue)")
      try options.metadata.append("message-bin", bytes: Array(message.utf8))
      let call = client.call(Echo.expand, options: options)
      await call.send(Kinds())
      call.end()
      let status = await failure { _ = try await call.next() }
      #expect(status == GRPCStatus(code, message))
      #expect(call.trailers["trailer"] == "text")
      #expect(call.trailers.bytes(of: "trailer-bin") == Array(0...255))
    }
    await server.stop(client)
  }

  @Test func `metadata comes back as it went`() async throws {
    let server = try await GRPCIOServer()
    let client = server.client()
    var options = try asking("copy", "a text, with a comma")
    try options.metadata.append("copy-bin", bytes: Array(0...255))
    try options.metadata.append("copy-none-bin", bytes: [])
    try options.metadata.append("copy", "two")
    let call = client.call(Echo.converse, options: options)
    call.end()
    #expect(try await call.next() == nil)
    let copies = call.trailers.entries.filter { $0.name == "copy" }.map(\.value)
    #expect(copies == ["a text, with a comma", "two"])
    #expect(call.trailers.bytes(of: "copy-bin") == Array(0...255))
    #expect(call.trailers.bytes(of: "copy-none-bin") == [])
    await server.stop(client)
  }

  @Test func `the server knows the deadline, and the call ends with it`() async throws {
    let server = try await GRPCIOServer()
    let client = server.client()
    let left = try await client.call(Echo.unary, Kinds(), options: asking("time-left")).double
    #expect((25...200).contains(left))
    let status = await failure {
      let options = try asking("hang", timeout: .milliseconds(300))
      _ = try await client.call(Echo.unary, Kinds(), options: options)
    }
    #expect(status?.code == .deadlineExceeded)
    #expect(await server.python.line() == "hanging")
    #expect(await server.python.line() == "ended")
    await server.stop(client)
  }

  @Test func `a cancellation reaches the server`() async throws {
    let server = try await GRPCIOServer()
    let client = server.client()
    let options = try asking("hang")
    let task = Task { try await client.call(Echo.unary, Kinds(), options: options) }
    #expect(await server.python.line() == "hanging")
    task.cancel()
    let status = await failure { _ = try await task.value }
    #expect(status?.code == .cancelled)
    #expect(await server.python.line() == "ended")
    await server.stop(client)
  }

  @Test func `4 MiB pass, and more ends with RESOURCE_EXHAUSTED whoever minds`() async throws {
    let server = try await GRPCIOServer()
    var settings = Channel.Settings()
    settings.limits.messageBytesMax = 8 << 20
    let client = server.client(settings)
    let text = String(repeating: "x", count: (4 << 20) - 5)
    let options = CallOptions(timeout: .seconds(200))
    #expect(try await client.call(Echo.unary, Kinds(string: text), options: options).string == text)
    let refused = await failure {
      _ = try await client.call(Echo.unary, Kinds(string: text + "x"), options: options)
    }
    #expect(refused?.code == .resourceExhausted)
    let tooLong = await failure {
      _ = try await client.call(Echo.unary, Kinds(), options: asking("grow", "\(4 << 20)"))
    }
    #expect(tooLong?.code == .resourceExhausted)
    try await playShapes(client)
    await server.stop(client)
  }

  @Test func `health and methods that do not exist`() async throws {
    let server = try await GRPCIOServer()
    let client = server.client()
    let health = try await client.call(GRPCHealthV1.Health.check, .init())
    #expect(health.status == .serving)
    let nothing = MethodDescriptor<Kinds, Kinds>(
      path: "/hearth.testing.v1.Echo/Nothing",
      clientStreaming: false,
      serverStreaming: false
    )
    let status = await failure { _ = try await client.call(nothing, Kinds()) }
    #expect(status?.code == .unimplemented)
    await server.stop(client)
  }

  @Test func `a server that drains lets the stream finish, and is gone then`() async throws {
    let server = try await GRPCIOServer()
    let client = server.client()
    let call = client.call(Echo.converse, options: CallOptions(timeout: .seconds(200)))
    await call.send(Kinds(int32: 1))
    #expect(try await call.next()?.int32 == 1)
    _ = try await client.call(Echo.unary, Kinds(), options: asking("stop"))
    for number in 2...5 {
      await call.send(Kinds(int32: Int32(number)))
      #expect(try await call.next()?.int32 == Int32(number))
    }
    call.end()
    #expect(try await call.next() == nil)
    #expect(await server.python.end().exit == .status(0))
    let status = await failure { _ = try await client.call(Echo.unary, Kinds()) }
    #expect(status?.code == .unavailable)
    await server.stop(client)
  }

  @Test func `a server that is killed ends its calls with UNAVAILABLE`() async throws {
    let server = try await GRPCIOServer()
    let client = server.client()
    let call = client.call(Echo.converse)
    await call.send(Kinds(int32: 1))
    #expect(try await call.next()?.int32 == 1)
    await server.python.stop()
    let status = await failure { _ = try await call.next() }
    #expect(status?.code == .unavailable)
    client.close()
    await server.loop.stop()
  }

  @Test func `keepalive pings are answered while a call is silent`() async throws {
    let server = try await GRPCIOServer()
    var settings = Channel.Settings()
    settings.keepalive = Keepalive(interval: .milliseconds(50), timeout: .seconds(5))
    let client = server.client(settings)
    let call = client.call(Echo.converse)
    await call.send(Kinds(int32: 1))
    #expect(try await call.next()?.int32 == 1)
    let options = try asking("hang", timeout: .milliseconds(500))
    let silent = client.call(Echo.unary, options: options)
    #expect(await failure { _ = try await silent.next() }?.code == .deadlineExceeded)
    await call.send(Kinds(int32: 2))
    #expect(try await call.next()?.int32 == 2)
    await server.stop(client)
  }

  @Test func `a server in TLS is trusted by its root alone`() async throws {
    let keys = try Python.keys()
    let server = try await GRPCIOServer([keys])
    var settings = Channel.Settings()
    settings.tls = TLSSettings(trustRootsPath: "\(keys)/root.pem")
    let client = server.client(settings)
    try await playShapes(client)
    settings.serverName = "localhost"
    let byName = server.client(settings)
    try await playShapes(byName)
    settings.serverName = "elsewhere.test"
    let misnamed = server.client(settings)
    let wrong = await failure { _ = try await misnamed.call(Echo.unary, Kinds()) }
    #expect(wrong?.code == .unavailable)
    settings.serverName = nil
    settings.tls?.trustRootsPath = "\(keys)/stranger.pem"
    let distrusting = server.client(settings)
    let status = await failure { _ = try await distrusting.call(Echo.unary, Kinds()) }
    #expect(status?.code == .unavailable)
    #expect(status?.message.contains("certificate") == true, "\(status?.message ?? "")")
    await server.stop(client, byName, misnamed, distrusting)
  }

  @Test func `a server with mutual TLS serves whom it knows`() async throws {
    let keys = try Python.keys()
    let server = try await GRPCIOServer([keys, "mutual"])
    var settings = Channel.Settings()
    func tls(_ name: String?) -> TLSSettings {
      TLSSettings(
        certificateChainPath: name.map { "\(keys)/\($0).pem" },
        privateKeyPath: name.map { "\(keys)/\($0).key" },
        trustRootsPath: "\(keys)/root.pem"
      )
    }
    settings.tls = tls("client")
    let client = server.client(settings)
    try await playShapes(client)
    for name in [nil, "stranger"] {
      settings.tls = tls(name)
      let refused = server.client(settings)
      let status = await failure { _ = try await refused.call(Echo.unary, Kinds()) }
      #expect(status?.code == .unavailable)
      refused.close()
    }
    await server.stop(client)
  }
}
