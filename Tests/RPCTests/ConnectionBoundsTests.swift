import EventLoop
import HearthMessages
import HearthProto
import Testing
import Wire

@testable import RPC

/// What one client may cost a server, in memory and in time.
@Suite(.timeLimit(.minutes(1)))
struct ConnectionBoundsTests {
  /// Sends without end on every call that is opened.
  private func serveFlood(_ server: Server) {
    server.handleStream(Echo.converse) { call in
      let message = Kinds(string: String(repeating: "x", count: 1 << 20))
      while call.send(message) {}
    }
    server.serveUnary()
  }

  @Test func `a client that does not read is cut off`() throws {
    var settings = Server.Settings()
    settings.stallTimeout = .milliseconds(80)
    let one = try OneLoop(settings, serveFlood)
    let peer = try RawPeer(to: one.address, on: one.loop)
    try one.turn("connected", until: { peer.stream != nil })
    try peer.open(Echo.converse.path, handler: RawEnd())
    try one.turn("the call began", until: { one.server?.callCount == 1 })
    peer.stream?.pauseReading()
    try one.turn("it was cut off", until: { one.server?.connectionCount == 0 })
    #expect(one.server?.counts.faults == [.stalled: 1])
  }

  @Test func `one that reads but opens no window is cut off as well`() throws {
    var settings = Server.Settings()
    settings.stallTimeout = .milliseconds(80)
    let one = try OneLoop(settings, serveFlood)
    let peer = try RawPeer(to: one.address, on: one.loop)
    try one.turn("connected", until: { peer.stream != nil })
    try peer.open(Echo.converse.path, handler: RawEnd(takesMessages: false))
    try one.turn("it was cut off", until: { peer.isClosed })
    #expect(one.server?.counts.faults == [.stalled: 1])
  }

  @Test func `when memory is short the connection that holds most is given up`() throws {
    var settings = Server.Settings()
    settings.outboundBytesMax = 5 << 20
    let one = try OneLoop(settings) { server in
      for (method, count) in [(Echo.converse, 4), (Echo.expand, 1)] {
        server.handleStream(method) { call in
          for _ in 0..<count { call.send(Kinds(string: String(repeating: "x", count: 1 << 20))) }
        }
      }
      server.serveUnary()
    }
    let modest = try RawPeer(to: one.address, on: one.loop)
    let greedy = try RawPeer(to: one.address, on: one.loop)
    try one.turn("connected", until: { modest.stream != nil && greedy.stream != nil })
    try modest.open(Echo.expand.path, handler: RawEnd(takesMessages: false))
    try one.turn("the modest call began", until: { one.server?.callCount == 1 })
    try greedy.open(Echo.converse.path, handler: RawEnd(takesMessages: false))
    try one.turn("the greedy one is gone", until: { greedy.isClosed })
    #expect(one.server?.counts.faults == [.memory: 1])
    #expect(!modest.isClosed)
    try one.expectEcho("served", on: one.channel())
  }
}
