import EventLoop
import HearthMessages
import HearthProto
import RPC
import Synchronization
import Testing
import Wire

/// A server and a client, each on a loop of its own.
struct ClientAndServer {
  let server: LoopThread
  let loop: LoopThread
  let client: Client

  init(
    streamsMax: Int = 1_000,
    _ setUp: @escaping @Sendable (Server) -> Void = { $0.serveEcho() }
  ) async throws {
    let address = Mutex("")
    server = try await LoopThread.start(name: "server") { loop in
      var settings = Server.Settings()
      settings.http2.streamsMax = streamsMax
      let server = try Server(loop: loop, settings: settings, logger: silent)
      setUp(server)
      let bound = try server.listen(on: "127.0.0.1:0")
      address.withLock { $0 = bound }
      return server
    }
    loop = try await LoopThread.start(name: "client") { _ in }
    client = Client(to: address.withLock { $0 }, on: loop.handle)
  }

  func stop() async {
    client.close()
    await loop.stop()
    await server.stop()
  }
}

@Suite(.timeLimit(.minutes(5)))
struct ClientTests {
  @Test func `a unary call brings the answer`() async throws {
    let pair = try await ClientAndServer()
    let answer = try await pair.client.call(Echo.unary, Kinds(string: "hello"))
    #expect(answer.string == "hello")
    await pair.stop()
  }

  @Test func `each shape of call brings all messages in order`() async throws {
    let pair = try await ClientAndServer()
    let collect = pair.client.call(Echo.collect)
    for number in 1...100 { await collect.send(Kinds(int32: Int32(number))) }
    collect.end()
    let last = try await collect.next()
    #expect(last?.int32 == 100)
    #expect(try await collect.next() == nil)

    let expand = pair.client.call(Echo.expand)
    await expand.send(Kinds(uint32: 1_000, string: String(repeating: "x", count: 5_000)))
    expand.end()
    var count = 0
    while try await expand.next() != nil { count += 1 }
    #expect(count == 1_000)

    let converse = pair.client.call(Echo.converse)
    for number in 1...200 {
      await converse.send(Kinds(int32: Int32(number)))
      #expect(try await converse.next()?.int32 == Int32(number))
    }
    converse.end()
    #expect(try await converse.next() == nil)
    await pair.stop()
  }

  @Test func `a call that nobody answers ends with its deadline`() async throws {
    let pair = try await ClientAndServer { server in
      server.handleStream(Echo.converse) { _ in }
    }
    var options = CallOptions()
    options.timeout = .milliseconds(50)
    let call = pair.client.call(Echo.converse, options: options)
    let status = await #expect(throws: GRPCStatus.self) { try await call.next() }
    #expect(status?.code == .deadlineExceeded)
    await pair.stop()
  }

  @Test func `cancelling the task cancels the call, and the handler hears of it`() async throws {
    let codes = Mutex<[GRPCStatus.Code]>([])
    let begun = AsyncStream<Void>.makeStream()
    let ended = AsyncStream<Void>.makeStream()
    let pair = try await ClientAndServer { server in
      server.handleStream(Echo.converse) { call in
        call.onCancel = { status in
          codes.withLock { $0.append(status.code) }
          ended.continuation.yield()
        }
        begun.continuation.yield()
      }
    }
    let call = pair.client.call(Echo.converse)
    let task = Task { try await call.next() }
    for await _ in begun.stream { break }
    task.cancel()
    let result = await task.result
    #expect(throws: GRPCStatus.self) { try result.get() }
    for await _ in ended.stream { break }
    #expect(codes.withLock { $0 } == [.cancelled])
    await pair.stop()
  }

  @Test func `cancelling a task that waits to send ends its call`() async throws {
    let pair = try await ClientAndServer { server in
      server.serveUnary()
      server.handleStream(Echo.converse) { call in call.pause() }
    }
    let call = pair.client.call(Echo.converse)
    let task = Task {
      let message = Kinds(string: String(repeating: "x", count: 64 << 10))
      while !Task.isCancelled { await call.send(message) }
    }
    for _ in 0..<50 { _ = try await pair.client.call(Echo.unary, Kinds()) }
    task.cancel()
    await task.value
    let status = await #expect(throws: GRPCStatus.self) { try await call.next() }
    #expect(status?.code == .cancelled)
    await pair.stop()
  }

  @Test func `a call that is dropped is cancelled`() async throws {
    let (ends, continuation) = AsyncStream<GRPCStatus.Code>.makeStream()
    let pair = try await ClientAndServer { server in
      server.handleStream(Echo.converse) { call in
        call.onMessage = { [unowned call] in call.send($0) }
        call.onCancel = { continuation.yield($0.code) }
      }
    }
    var call: Call<Kinds, Kinds>? = pair.client.call(Echo.converse)
    await call?.send(Kinds())
    _ = try await call?.next()
    call = nil
    for await code in ends {
      #expect(code == .cancelled)
      break
    }
    await pair.stop()
  }

  @Test func `calls beyond the server's limit of streams wait for a place`() async throws {
    let pair = try await ClientAndServer(streamsMax: 4) { $0.serveEcho() }
    let client = pair.client
    let sum = try await withThrowingTaskGroup(of: Int32.self) { group in
      for number in 1...100 {
        group.addTask { try await client.call(Echo.unary, Kinds(int32: Int32(number))).int32 }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == 5_050)
    await pair.stop()
  }

  @Test func `a call to nobody fails with UNAVAILABLE and says whom it tried`() async throws {
    let loop = try await LoopThread.start(name: "client") { _ in }
    let client = Client(to: "127.0.0.1:1", on: loop.handle)
    let status = await #expect(throws: GRPCStatus.self) {
      try await client.call(Echo.unary, Kinds())
    }
    #expect(status?.code == .unavailable)
    #expect(status?.message.contains("127.0.0.1:1") == true)
    client.close()
    await loop.stop()
  }

  @Test func `a client whose loop has ended fails its calls`() async throws {
    let loop = try await LoopThread.start(name: "client") { _ in }
    let client = Client(to: "127.0.0.1:1", on: loop.handle)
    client.close()
    await loop.stop()
    let status = await #expect(throws: GRPCStatus.self) {
      try await client.call(Echo.unary, Kinds())
    }
    #expect(status?.code == .unavailable)
  }
}
