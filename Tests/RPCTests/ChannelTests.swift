import Basics
import EventLoop
import HearthMessages
import HearthProto
import Testing
import Wire

@testable import RPC

/// Settings that try again soon.
private var hasty: Channel.Settings {
  var settings = Channel.Settings()
  settings.backoff = Backoff(initial: .milliseconds(10), max: .milliseconds(50))
  return settings
}

/// Takes connections and never answers, or says the same to each.
private final class MuteListener {
  private var listener: TCPListener?
  private var streams: [TCPStream] = []
  let address: String

  init(on loop: Loop, saying greeting: [UInt8] = []) throws {
    var taken: (TCPStream) -> Void = { _ in }
    let listener = try TCPListener(on: "127.0.0.1:0", loop: loop) { taken($0) }
    address = try #require(listener.localAddress)
    self.listener = listener
    taken = { [unowned self] stream in
      streams.append(stream)
      stream.write(greeting.span)
    }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct ChannelTests {
  /// An empty SETTINGS frame.
  private static let settingsFrame: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]

  @Test func `a call that waits for readiness is served once somebody listens`() throws {
    let gone = try OneLoop()
    gone.dropServer()
    let channel = try Channel(to: gone.address, loop: gone.loop, settings: hasty)
    let patient = gone.echo("patient", on: channel, options: CallOptions(waitsForReady: true))
    let hurried = gone.echo("hurried", on: channel)
    try gone.turn("the hurried call failed", until: { hurried.result != nil })
    #expect(hurried.status?.code == .unavailable)
    #expect(patient.result == nil)
    let server = try Server(loop: gone.loop, logger: silent)
    server.serveEcho()
    try server.listen(on: gone.address)
    try gone.turn("the patient call was served", until: { patient.result != nil })
    #expect(patient.text == "patient")
  }

  @Test func `waiting for readiness ends with the deadline`() throws {
    let gone = try OneLoop()
    gone.dropServer()
    let channel = try Channel(to: gone.address, loop: gone.loop, settings: hasty)
    let options = CallOptions(timeout: .milliseconds(60), waitsForReady: true)
    let outcome = gone.echo("x", on: channel, options: options)
    try gone.turn("the call ended", until: { outcome.result != nil })
    #expect(outcome.status?.code == .deadlineExceeded)
  }

  @Test func `a channel has room until it carries as many calls as its server takes`() throws {
    var settings = Server.Settings()
    settings.http2.streamsMax = 2
    let one = try OneLoop(settings)
    let channel = try one.channel()
    #expect(channel.hasRoom)
    let calls = (0..<2).map { _ in Heard(channel.stream(Echo.converse)) }
    try one.turn("the calls are open", until: { one.server?.callCount == 2 })
    #expect(!channel.hasRoom)
    calls[0].call.cancel()
    try one.turn("one has ended", until: { channel.hasRoom })
  }

  @Test func `a server that restarts is called again`() throws {
    let first = try OneLoop()
    let channel = try Channel(to: first.address, loop: first.loop, settings: hasty)
    try first.expectEcho("before", on: channel)
    let open = Heard(channel.stream(Echo.converse))
    try first.turn("the call is open", until: { first.server?.callCount == 1 })
    first.dropServer()
    try first.turn("the open call was lost", until: { open.status != nil })
    #expect(open.status?.code == .unavailable)
    let down = first.echo("down", on: channel)
    try first.turn("a call fails meanwhile", until: { down.result != nil })
    #expect(down.status?.code == .unavailable)
    let server = try Server(loop: first.loop, logger: silent)
    server.serveEcho()
    try server.listen(on: first.address)
    let again = first.echo("again", on: channel, options: CallOptions(waitsForReady: true))
    try first.turn("it is back", until: { again.result != nil })
    #expect(again.text == "again")
  }

  @Test func `calls that waited for a place on a server that leaves go to the next one`() throws {
    var settings = Server.Settings()
    settings.http2.streamsMax = 1
    let one = try OneLoop(settings)
    let channel = try Channel(to: one.address, loop: one.loop, settings: hasty)
    let open = Heard(channel.stream(Echo.converse))
    open.call.send(Kinds(int32: 1))
    try one.turn("the call is open", until: { open.messages.count == 1 })
    let waits = one.echo("waits", on: channel, options: CallOptions(waitsForReady: true))
    one.server?.shutDown(within: .seconds(60)) {}
    let next = try Server(loop: one.loop, logger: silent)
    next.serveEcho()
    try one.turn("the client knows", until: { !channel.isReady })
    try next.listen(on: one.address)
    try one.turn("the call was served", until: { waits.result != nil })
    #expect(waits.text == "waits")
    open.call.end()
    try one.turn("the old call ended well", until: { open.status != nil })
    #expect(open.status == .ok)
  }

  @Test func `who takes the connection and never speaks HTTP/2 is given up`() throws {
    let loop = try Loop()
    let mute = try MuteListener(on: loop)
    var settings = hasty
    settings.backoff.connectTimeout = .milliseconds(40)
    let channel = try Channel(to: mute.address, loop: loop, settings: settings)
    var result: Result<Kinds, GRPCStatus>?
    channel.call(Echo.unary, Kinds()) { result = $0 }
    #expect(loop.run(until: { result != nil }, within: .seconds(20)))
    guard case .failure(let status)? = result else { return }
    #expect(status.code == .unavailable)
    #expect(status.message.contains(mute.address))
  }

  @Test func `keepalive finds that a peer is dead while a call is open`() throws {
    let loop = try Loop()
    let mute = try MuteListener(on: loop, saying: Self.settingsFrame)
    var settings = hasty
    settings.keepalive = Keepalive(interval: .milliseconds(30), timeout: .milliseconds(30))
    let channel = try Channel(to: mute.address, loop: loop, settings: settings)
    let heard = Heard(channel.stream(Echo.converse))
    #expect(loop.run(until: { channel.isReady }, within: .seconds(20)))
    #expect(heard.status == nil)
    #expect(loop.run(until: { heard.status != nil }, within: .seconds(20)))
    #expect(heard.status?.code == .unavailable)
    #expect(heard.status?.message.contains("keepalive") == true)
    #expect(!channel.isReady)
  }

  @Test func `a slow reader stops the server, and other calls go on`() throws {
    var sent = 0
    let one = try OneLoop { server in
      server.serveUnary()
      server.handleStream(Echo.expand) { call in
        call.onMessage = { [unowned call] message in
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
    }
    let channel = try one.channel()
    let slow = Heard(channel.stream(Echo.expand))
    slow.call.pause()
    slow.call.send(Kinds(string: String(repeating: "x", count: 32 << 10)))
    slow.call.end()
    try one.turn("the server began", until: { sent > 0 })
    for number in 0..<100 { try one.expectEcho("\(number)", on: channel) }
    // One window on the wire, one high-water mark and one message at the sender.
    #expect(sent <= (256 + 64) / 32 + 2)
    slow.call.resume()
    try one.turn("all came", until: { slow.status != nil })
    #expect(slow.messages.count == 1_000)
    #expect(slow.status == .ok)
  }

  @Test func `a slow handler stops the client`() throws {
    var serving: ServerStream<Kinds, Kinds>?
    var taken = 0
    let one = try OneLoop { server in
      server.serveUnary()
      server.handleStream(Echo.collect) { call in
        call.pause()
        call.onMessage = { _ in taken += 1 }
        call.onEnd = { [unowned call] in
          call.send(Kinds(int32: Int32(taken)))
          call.finish(.ok)
        }
        serving = call
      }
    }
    let channel = try one.channel()
    try one.expectEcho("connected", on: channel)
    let heard = Heard(channel.stream(Echo.collect))
    let message = Kinds(string: String(repeating: "x", count: 32 << 10))
    var sent = 0
    let send = {
      while sent < 1_000 {
        sent += 1
        guard heard.call.send(message) else { return }
      }
      heard.call.end()
    }
    heard.call.onWritable = send
    send()
    try one.turn("the call is there", until: { serving != nil })
    for number in 0..<100 { try one.expectEcho("\(number)", on: channel) }
    #expect(sent <= (256 + 64) / 32 + 2)
    #expect(taken == 0)
    serving?.resume()
    try one.turn("all came", until: { heard.status != nil })
    #expect(heard.messages.first?.int32 == 1_000)
  }
}
