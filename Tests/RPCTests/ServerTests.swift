import EventLoop
import HearthMessages
import HearthProto
import Serving
import Testing
import Wire

@testable import RPC

@Suite(.timeLimit(.minutes(5)))
struct ServerTests {
  @Test func `a method that does not exist ends with UNIMPLEMENTED`() throws {
    let one = try OneLoop()
    let channel = try one.channel()
    let nothing = MethodDescriptor<Kinds, Kinds>(
      path: "/hearth.testing.v1.Echo/Nothing",
      clientStreaming: false,
      serverStreaming: false
    )
    let outcome = Outcome()
    channel.call(nothing, Kinds()) { outcome.result = $0 }
    try one.turn("the call ended", until: { outcome.result != nil })
    #expect(outcome.status?.code == .unimplemented)
    #expect(one.server?.counts.unknownMethods == 1)
    try one.expectEcho("still up", on: channel)
  }

  @Test func `bytes that are no protobuf end with INVALID_ARGUMENT, and the connection lives`()
    throws
  {
    let one = try OneLoop()
    let channel = try one.channel()
    let broken = RawMessage([0x72, 0x7f, 0x01])
    for method in [Echo.unary.raw, Echo.expand.raw] {
      var status: GRPCStatus?
      let call = channel.stream(method)
      call.onClose = { status = $0 }
      call.send(broken)
      call.end()
      try one.turn("\(method.path) ended", until: { status != nil })
      #expect(status?.code == .invalidArgument)
    }
    try one.expectEcho("still up", on: channel)
    #expect(one.server?.connectionCount == 1)
  }

  @Test func `a message over the limit ends with RESOURCE_EXHAUSTED either way`() throws {
    let one = try OneLoop()
    let channel = try one.channel()
    let longest = String(repeating: "x", count: (4 << 20) - 5)
    try one.expectEcho(longest, on: channel)
    let tooLong = one.echo(longest + "x", on: channel)
    try one.turn("the call ended", until: { tooLong.result != nil })
    #expect(tooLong.status?.code == .resourceExhausted)

    var small = Channel.Settings()
    small.http2.messageBytesMax = 1_000
    let narrow = try one.channel(small)
    let answer = one.echo(String(repeating: "x", count: 1_000), on: narrow)
    try one.turn("the call ended", until: { answer.result != nil })
    #expect(answer.status?.code == .resourceExhausted)
    try one.expectEcho("still up", on: narrow)
  }

  @Test func `garbage ends its own connection and no other`() throws {
    let one = try OneLoop()
    let channel = try one.channel()
    try one.expectEcho("before", on: channel)
    let open = Heard(channel.stream(Echo.converse))
    for words in ["GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nrubbish, rubbish"] {
      let peer = try RawPeer(to: one.address, on: one.loop, settings: nil)
      try one.turn("connected", until: { peer.stream != nil })
      peer.say(Array(words.utf8))
      try one.turn("the server closed it", until: { peer.isClosed })
    }
    #expect(one.server?.counts.lostConnections == 2)
    open.call.send(Kinds(string: "undisturbed"))
    try one.turn("the other call goes on", until: { open.messages.first?.string == "undisturbed" })
  }

  @Test func `the server's own clock ends a call that its handler never answers`() throws {
    var heard: GRPCStatus?
    let one = try OneLoop { server in
      server.handleStream(Echo.converse) { call in call.onCancel = { heard = $0 } }
    }
    let peer = try RawPeer(to: one.address, on: one.loop)
    let end = RawEnd()
    try one.turn("connected", until: { peer.stream != nil })
    try peer.open(Echo.converse.path, timeout: .milliseconds(30), handler: end)
    try one.turn("both ends know", until: { heard != nil && end.status != nil })
    #expect(heard?.code == .deadlineExceeded)
    #expect(end.status?.code == .deadlineExceeded)
    #expect(one.server?.callCount == 0)
  }

  @Test func `a deadline ends a call whose client takes nothing in`() throws {
    var heard: GRPCStatus?
    let one = try OneLoop { server in
      server.handleStream(Echo.converse) { call in
        call.onCancel = { heard = $0 }
        let message = Kinds(string: String(repeating: "x", count: 1 << 20))
        while call.send(message) {}
      }
    }
    let peer = try RawPeer(to: one.address, on: one.loop)
    try one.turn("connected", until: { peer.stream != nil })
    let end = RawEnd(takesMessages: false)
    try peer.open(Echo.converse.path, timeout: .milliseconds(30), handler: end)
    try one.turn("the handler heard", until: { heard != nil })
    #expect(heard?.code == .deadlineExceeded)
    try one.turn("nothing is left of the call", until: { one.server?.callCount == 0 })
  }

  @Test func `who connects and says nothing is sent away`() throws {
    var settings = Server.Settings()
    settings.handshakeTimeout = .milliseconds(50)
    settings.listener.connectionsMax = 1
    let one = try OneLoop(settings)
    let peer = try RawPeer(to: one.address, on: one.loop, settings: nil)
    try one.turn("connected", until: { one.server?.connectionCount == 1 })
    let channel = try one.channel()
    try one.expectEcho("the place is free again", on: channel)
    try one.turn("it was sent away", until: { peer.isClosed })
    #expect(one.server?.counts.lostConnections == 1)
  }

  @Test func `a handler hears that its client's connection died`() throws {
    var (begun, heard) = (false, [GRPCStatus.Code]())
    let one = try OneLoop { server in
      server.handleStream(Echo.converse) { call in
        call.onCancel = { heard.append($0.code) }
        begun = true
      }
    }
    let peer = try RawPeer(to: one.address, on: one.loop)
    try one.turn("connected", until: { peer.stream != nil })
    try peer.open(Echo.converse.path, handler: RawEnd())
    try one.turn("the call began", until: { begun })
    peer.stream?.close()
    try one.turn("the handler heard", until: { !heard.isEmpty })
    #expect(heard == [.unavailable])
    #expect(one.server?.connectionCount == 0)
  }

  @Test func `a server says whose connection closed, whoever closed it`() throws {
    let one = try OneLoop { _ in }
    var closed: [String] = []
    one.server?.onClose = { closed.append($0.address) }
    let peers = try (0..<2).map { _ in try RawPeer(to: one.address, on: one.loop) }
    try one.turn("connected", until: { one.server?.connectionCount == 2 })
    peers[0].stream?.close()
    try one.turn("the first one left", until: { closed.count == 1 })
    peers[1].say(Array("rubbish, rubbish, rubbish\r\n\r\n".utf8))
    try one.turn("the other was sent away", until: { closed.count == 2 })
    #expect(Set(closed).count == 2 && !closed.contains(""))
  }

  @Test func `a client that falls silent in a call is given up`() throws {
    var settings = Server.Settings()
    settings.keepalive = Keepalive(interval: .milliseconds(30), timeout: .milliseconds(30))
    var (begun, heard) = (false, GRPCStatus.ok)
    let one = try OneLoop(settings) { server in
      server.handleStream(Echo.converse) { call in
        call.onCancel = { heard = $0 }
        begun = true
      }
    }
    let peer = try RawPeer(to: one.address, on: one.loop)
    try one.turn("connected", until: { peer.stream != nil })
    try peer.open(Echo.converse.path, handler: RawEnd())
    try one.turn("the call began", until: { begun })
    peer.stream?.pauseReading()
    try one.turn("the server gave up", until: { one.server?.connectionCount == 0 })
    #expect(heard.code == .unavailable)
    #expect(one.server?.counts.lostConnections == 1)
  }

  @Test func `connections over the limit wait for a place while all others have calls`() throws {
    var settings = Server.Settings()
    settings.listener.connectionsMax = 2
    settings.hostConnectionsMax = 2
    let one = try OneLoop(settings)
    let first = try one.channel()
    let second = try one.channel()
    var calls: [Heard] = []
    for channel in [first, second] {
      calls.append(Heard(channel.stream(Echo.converse)))
      try one.expectEcho("has a call", on: channel)
    }
    let third = try one.channel()
    let outcome = one.echo("third", on: third)
    try one.turn("the limit was met", until: { one.server?.listenerCounts?.limited == 1 })
    try one.expectEcho("first again", on: first)
    #expect(outcome.result == nil)
    #expect(one.server?.connectionCount == 2)
    #expect(one.server?.counts.faults == [.full: 1])
    first.close()
    try one.turn("the third has its place", until: { outcome.result != nil })
    #expect(outcome.text == "third")
  }

  @Test func `a graceful end lets open calls finish and takes no others`() throws {
    let one = try OneLoop()
    let channel = try one.channel()
    let open = Heard(channel.stream(Echo.converse))
    open.call.send(Kinds(int32: 1))
    try one.turn("the call is open", until: { open.messages.count == 1 })
    var isDone = false
    one.server?.shutDown(within: .seconds(60)) { isDone = true }
    try one.turn("the client knows", until: { !channel.isReady })
    let late = one.echo("late", on: channel)
    try one.turn("a late call ended", until: { late.result != nil })
    #expect(late.status?.code == .unavailable)
    #expect(!isDone)
    open.call.send(Kinds(int32: 2))
    open.call.end()
    try one.turn("all is over", until: { isDone && open.status != nil })
    #expect(open.messages.map(\.int32) == [1, 2])
    #expect(open.status == .ok)
    #expect(one.server?.connectionCount == 0)
  }

  @Test func `a graceful end is forced after its limit`() throws {
    var heard: GRPCStatus?
    let one = try OneLoop { server in
      server.handleStream(Echo.converse) { call in
        call.onMessage = { [unowned call] in call.send($0) }
        call.onCancel = { heard = $0 }
      }
    }
    let channel = try one.channel()
    let open = Heard(channel.stream(Echo.converse))
    open.call.send(Kinds(int32: 1))
    try one.turn("the call is open", until: { open.messages.count == 1 })
    var isDone = false
    one.server?.shutDown(within: .milliseconds(50)) { isDone = true }
    try one.turn("all is over", until: { isDone && open.status != nil && heard != nil })
    #expect(open.status?.code == .unavailable)
    #expect(heard?.code == .unavailable)
  }

  @Test func `a server that is dropped in the middle of calls ends them`() throws {
    let one = try OneLoop()
    let channel = try one.channel()
    let open = Heard(channel.stream(Echo.converse))
    open.call.send(Kinds(int32: 1))
    try one.turn("the call is open", until: { open.messages.count == 1 })
    one.dropServer()
    try one.turn("the call ended", until: { open.status != nil })
    #expect(open.status?.code == .unavailable)
  }

  @Test func `a client that reads nothing holds what was read for it in bounds`() throws {
    var sent = 0
    let one = try OneLoop { server in
      server.handleStream(Echo.unary) { call in call.onMessage = { _ in } }
      server.handleStream(Echo.converse) { call in
        let message = Kinds(string: String(repeating: "x", count: 64 << 10))
        let send = { [unowned call] in
          while sent < 1_000 {
            sent += 1
            guard call.send(message) else { return }
          }
          call.finish(.ok)
        }
        call.onWritable = send
        send()
      }
    }
    var windows = HTTP2Settings()
    windows.streamWindowBytes = 1 << 30
    windows.connectionWindowBytes = 1 << 30
    let peer = try RawPeer(to: one.address, on: one.loop, settings: windows)
    try one.turn("connected", until: { peer.stream != nil })
    let end = RawEnd()
    try peer.open(Echo.converse.path, handler: end)
    try one.turn("the call began", until: { sent > 0 })
    peer.stream?.pauseReading()
    for number in 1...200 {
      try peer.open(Echo.unary.path, handler: RawEnd())
      try one.turn("the server heard", until: { one.server?.counts.calls == number + 1 })
    }
    #expect(sent < 1_000)
    #expect(!peer.isClosed)
    peer.stream?.resumeReading()
    try one.turn("all came", until: { end.status != nil })
    #expect(end.status == .ok)
  }
}
