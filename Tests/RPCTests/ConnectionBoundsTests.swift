import Basics
import EventLoop
import HearthMessages
import HearthProto
import Serving
import Testing
import Wire

@testable import RPC

/// What one client may cost a server, in memory and in time.
@Suite(.timeLimit(.minutes(5)))
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

  @Test func `a connection without calls goes in good order after a while`() throws {
    var settings = Server.Settings()
    settings.idleTimeout = .milliseconds(60)
    let one = try OneLoop(settings)
    let busy = try one.channel()
    let call = Heard(busy.stream(Echo.converse))
    let idle = try one.channel()
    try one.expectEcho("before", on: idle)
    try one.turn("the idle one is gone", until: { one.server?.counts.faults == [.idle: 1] })
    #expect(!idle.isReady)
    call.call.send(Kinds(string: "still here"))
    try one.turn("the busy one is served", until: { call.messages.count == 1 })
    try one.expectEcho("again", on: idle)
  }

  @Test(
    arguments: [
      [0], [0, 0, 8, 1, 4, 0, 0, 0, 1, 0x82], [0, 0, 1, 1, 0, 0, 0, 0, 1, 0x83],
    ] as [[UInt8]]
  )
  func `a frame that is begun has to be completed`(begun: [UInt8]) throws {
    var settings = Server.Settings()
    settings.frameTimeout = .milliseconds(60)
    let one = try OneLoop(settings)
    let peer = try RawPeer(to: one.address, on: one.loop, settings: nil)
    try one.turn("connected", until: { peer.stream != nil })
    peer.say(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0] + begun)
    try one.turn("it was cut off", until: { peer.isClosed })
    #expect(one.server?.counts.faults == [.slow: 1])
  }

  @Test func `when there is no room the longest idle goes first`() throws {
    var settings = Server.Settings()
    settings.listener.connectionsMax = 3
    settings.hostConnectionsMax = 3
    let one = try OneLoop(settings)
    let channels = try (0..<4).map { _ in try one.channel() }
    let call = Heard(channels[0].stream(Echo.converse))
    for channel in channels[...2] { try one.expectEcho("here", on: channel) }
    try one.expectEcho("served at once", on: channels[3])
    try one.turn("the longest idle is gone", until: { !channels[1].isReady })
    #expect(channels[2].isReady)
    #expect(call.status == nil)
    #expect(one.server?.counts.faults == [.displaced: 1])
  }

  @Test func `one address has so many connections and no more`() throws {
    var settings = Server.Settings()
    settings.hostConnectionsMax = 2
    let one = try OneLoop(settings)
    let channels = try (0..<3).map { _ in try one.channel() }
    let first = Heard(channels[0].stream(Echo.converse))
    for channel in channels[...1] { try one.expectEcho("here", on: channel) }
    try one.expectEcho("in the place of an idle one", on: channels[2])
    #expect(one.server?.counts.faults == [.displaced: 1])
    let second = Heard(channels[2].stream(Echo.converse))
    try one.expectEcho("both have calls", on: channels[2])
    let late = try one.channel()
    let refused = one.echo("too many", on: late)
    try one.turn("it was refused", until: { refused.result != nil })
    #expect(refused.status?.code == .unavailable)
    #expect(one.server?.counts.faults[.refused] == 1)
    #expect(first.status == nil && second.status == nil)
  }

  @Test func `a client that asks without end leaves others their turn`() throws {
    var asked = 0
    let one = try OneLoop { server in
      server.handleStream(Echo.collect) { call in call.onMessage = { _ in asked += 1 } }
      server.serveUnary()
    }
    let honest = try one.channel()
    try one.expectEcho("before", on: honest)
    let peer = try RawPeer(to: one.address, on: one.loop)
    try one.turn("connected", until: { peer.stream != nil })
    let (total, end) = (40_000, RawEnd())
    let call = try #require(try peer.begin(Echo.collect.path, handler: end))
    for _ in 0..<total { call.send { (_: inout Bytes) in } }
    try peer.flush()
    try one.turn("it asks", until: { asked > 0 })
    try one.expectEcho("in between", on: honest)
    #expect(asked < total)
    try one.turn("all is answered in the end", until: { asked == total })
  }
}
