import Basics
import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(5)))
struct FlowControlTests {
  @Test func `a paused reader stops the sender, and gets everything in the end`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    var serverStream: GRPCStream?
    pair.serve = { stream in
      serverStream = stream
      return RecordingHandler()
    }
    let handler = RecordingHandler()
    let stream = try #require(pair.client.open(path: "/a/B", at: .zero, handler: handler))
    stream.pause()
    pair.run()
    let sender = try #require(serverStream)
    var sent = 0
    while sender.send({ $0.append(count: 1000) { _ in 1000 } }) { sent += 1 }
    for _ in 0..<1000 {
      pair.run()
      guard !sender.isBlocked else { break }
      while sender.send({ $0.append(count: 1000) { _ in 1000 } }) { sent += 1 }
    }
    #expect(sender.isBlocked)
    let window = pair.client.settings.streamWindowBytes
    #expect(pair.client.bufferedBytes <= window)
    #expect(pair.client.bufferedBytes > window - 2000)
    sender.finish(.ok)
    pair.run()
    #expect(handler.messages.isEmpty)
    #expect(handler.status == nil)
    // Taking one message at a time never lets more than a window wait.
    handler.onMessage = { stream, _ in stream.pause() }
    var most = 0
    while handler.status == nil {
      stream.resume()
      pair.run()
      most = max(most, pair.client.bufferedBytes)
    }
    #expect(most <= window)
    #expect(handler.messages.count > sent)
    #expect(handler.status == .ok)
    #expect(pair.client.bufferedBytes == 0)
    #expect(pair.client.streamCount == 0)
  }

  @Test func `a sender that goes on when it should stop still hears when it may go on`() throws {
    var settings = HTTP2Settings()
    settings.streamWindowBytes = 16_000
    let pair = try SessionPair(settings, .init())
    defer { pair.close() }
    var serverStream: GRPCStream?
    let writer = RecordingHandler()
    pair.serve = { stream in
      serverStream = stream
      return writer
    }
    let reader = RecordingHandler()
    reader.onMessage = { stream, _ in stream.pause() }
    let stream = try #require(pair.client.open(path: "/a/B", at: .zero, handler: reader))
    pair.run()
    let sender = try #require(serverStream)
    func send(_ count: Int) -> Bool { sender.send { $0.append(count: count) { _ in count } } }
    while send(1000) { pair.run() }
    // One small message each time that the reader takes a large one: no answer but the first after
    // the sender was told may be yes.
    for _ in 0..<1000 where writer.writables == 0 {
      stream.resume()
      pair.run()
      #expect(!send(10) || writer.writables > 0)
    }
    #expect(writer.writables == 1)
    #expect(send(10))
  }

  @Test func `paused readers do not stop others until the connection holds too much`() throws {
    var settings = HTTP2Settings()
    settings.streamWindowBytes = 100_000
    settings.connectionWindowBytes = 100_000
    settings.heldBytesMax = 150_000
    let pair = try SessionPair(.init(), settings)
    defer { pair.close() }
    var streams: [GRPCStream] = []
    pair.serve = { stream in
      if stream.path == Array("/slow".utf8) {
        stream.pause()
        streams.append(stream)
        return RecordingHandler()
      }
      return RecordingHandler.echo()
    }
    let big = [UInt8](repeating: 1, count: 200_000)
    _ = pair.call(big, "/slow")
    pair.run()
    let fast = pair.call([2], "/fast")
    pair.run()
    #expect(fast.status == .ok)
    for _ in 0..<3 { _ = pair.call(big, "/slow") }
    pair.run()
    let late = pair.call([2], "/fast")
    pair.run()
    #expect(late.status == nil)
    #expect(pair.server.bufferedBytes <= 250_000)
    for stream in streams { stream.resume() }
    pair.run()
    #expect(late.status == .ok)
  }

  @Test func `a sender that does not stop is bounded`() throws {
    var settings = HTTP2Settings()
    settings.outboundBytesMax = 1_000_000
    let pair = try SessionPair(.init(), settings)
    defer { pair.close() }
    let server = RecordingHandler()
    var serverStream: GRPCStream?
    pair.serve = {
      serverStream = $0
      return server
    }
    let handler = RecordingHandler()
    let stream = pair.client.open(path: "/a/B", at: .zero, handler: handler)
    stream?.pause()
    pair.run()
    for _ in 0..<2000 { serverStream?.send { $0.append(count: 1000) { _ in 1000 } } }
    #expect(server.status?.code == .resourceExhausted)
    stream?.resume()
    pair.run()
    #expect(handler.status?.code == .resourceExhausted)
  }

  @Test func `a large message crosses windows`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    pair.serve = { _ in RecordingHandler.echo() }
    let message = (0..<4 << 20).map { UInt8(truncatingIfNeeded: $0 >> 8) }
    let call = pair.call(message)
    pair.run()
    #expect(call.messages == [message])
    #expect(call.status == .ok)
  }

  @Test func `a message over the limit is refused as soon as its length is known`() throws {
    var settings = HTTP2Settings()
    settings.messageBytesMax = 1000
    let pair = try SessionPair(.init(), settings)
    defer { pair.close() }
    let server = RecordingHandler()
    pair.serve = { _ in server }
    let call = pair.call([UInt8](repeating: 1, count: 1001))
    pair.run()
    #expect(server.messages.isEmpty)
    #expect(call.status?.code == .resourceExhausted)
    #expect(pair.server.bufferedBytes == 0)
  }

  @Test func `incomplete messages of a connection are bounded`() throws {
    var settings = HTTP2Settings()
    settings.assemblyBytesMax = 100_000
    let pair = try SessionPair(.init(), settings)
    defer { pair.close() }
    let server = RecordingHandler()
    pair.serve = { _ in server }
    let call = pair.call([UInt8](repeating: 1, count: 1_000_000))
    pair.run()
    #expect(call.status?.code == .resourceExhausted)
    #expect(pair.server.bufferedBytes == 0)
  }

  @Test func `a blocked sender hears when to go on`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    pair.serve = { _ in RecordingHandler.echo() }
    let handler = RecordingHandler()
    let stream = try #require(pair.client.open(path: "/a/B", at: .zero, handler: handler))
    var left = 500
    handler.onWritable = { stream in
      while left > 0 {
        left -= 1
        guard stream.send({ $0.append(count: 1000) { _ in 1000 } }) else { return }
      }
      stream.sendEnd()
    }
    handler.onWritable(stream)
    #expect(left > 400)
    pair.run()
    #expect(left == 0)
    #expect(handler.writables > 1)
    #expect(handler.messages.count == 500)
    #expect(handler.status == .ok)
  }

  @Test func `messages that may not be handed over yet wait, in order and with their end`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    var handlers: [RecordingHandler] = []
    pair.serve = { _ in
      handlers.append(.echo())
      return handlers.last
    }
    pair.messagesLeft = 3
    let callers = (0..<4).map { _ in RecordingHandler() }
    for (number, caller) in callers.enumerated() {
      let stream = pair.client.open(path: "/a/B", at: .zero, handler: caller)
      for index in 0..<3 { stream?.send { $0.append(UInt8(10 * number + index)) } }
      stream?.sendEnd()
    }
    pair.run()
    #expect(handlers.map(\.messages.count) == [3, 0, 0, 0])
    #expect(handlers.map(\.ends) == [1, 0, 0, 0])
    #expect(pair.server.isHoldingMessages)
    var rounds = 0
    while pair.server.isHoldingMessages {
      pair.messagesLeft = 2
      pair.server.resumeHandingOver()
      pair.run()
      rounds += 1
    }
    #expect(rounds > 4)
    #expect(callers.map(\.status) == [.ok, .ok, .ok, .ok])
    #expect(callers.map { $0.messages.map { $0[0] } }[2] == [20, 21, 22])
    #expect(pair.server.streamCount == 0 && pair.server.bufferedBytes == 0)
  }

  @Test func `a client whose answers wait is asked no more`() throws {
    var (narrow, settings) = (HTTP2Settings(), HTTP2Settings())
    narrow.streamWindowBytes = 0
    settings.congestionBytes = 5_000
    let pair = try SessionPair(narrow, settings)
    defer { pair.close() }
    let handler = RecordingHandler()
    handler.onMessage = { stream, _ in stream.send { $0.append(count: 1_000) { _ in 1_000 } } }
    pair.serve = { _ in handler }
    let stream = pair.client.open(path: "/a/B", at: .zero, handler: RecordingHandler())
    for _ in 0..<100 { stream?.send { $0.append(1) } }
    pair.run()
    #expect(handler.messages.count == 5)
    #expect(pair.server.isCongested && pair.server.isHoldingMessages)
  }
}
