import Basics
import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(5)))
struct HTTP2SessionTests {
  @Test(arguments: [1, 7, 1000, Int.max])
  func `a call crosses in chunks of any size`(chunkBytes: Int) throws {
    let pair = try SessionPair()
    defer { pair.close() }
    pair.chunkBytes = chunkBytes
    let server = RecordingHandler.echo()
    var path: [UInt8] = []
    pair.serve = {
      path = $0.path
      return server
    }
    let message = (0..<3000).map { UInt8(truncatingIfNeeded: $0) }
    let client = pair.call(message)
    pair.run()
    #expect(path == Array("/test/Echo".utf8))
    #expect(server.messages == [message])
    #expect(server.ends == 1)
    #expect(server.status == nil)
    #expect(client.heads == 1)
    #expect(client.messages == [message])
    #expect(client.status == .ok)
    #expect(pair.client.streamCount == 0)
    #expect(pair.server.streamCount == 0)
  }

  @Test func `a call whose headers come in two parts is whole, though another ends between them`()
    throws
  {
    var (cut, count) = (0, 1)
    while cut < count {
      let pair = try SessionPair()
      defer { pair.close() }
      var open: [GRPCStream] = []
      pair.serve = {
        open.append($0)
        return RecordingHandler()
      }
      let first = pair.call([1])
      pair.run()
      let second = pair.call([2])
      try pair.client.produce()
      var bytes: [UInt8] = []
      pair.client.takeOutput { span in
        bytes += (0..<span.count).map { span[$0] }
        return span.count
      }
      count = bytes.count
      try pair.server.receive(bytes.span.extracting(first: cut), at: .zero)
      open.first?.finish(.ok)
      try pair.server.produce()
      try pair.server.receive(bytes.span.extracting(cut...), at: .zero)
      open.last?.finish(.ok)
      pair.run()
      #expect(first.status == .ok && second.status == .ok, "cut at \(cut) of \(count)")
      cut += 1
    }
  }

  @Test func `many calls cross at once, and objects are used again`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    pair.serve = { _ in RecordingHandler.echo() }
    for round in 0..<20 {
      let calls = (0..<80).map { (UInt8($0), pair.call([UInt8($0), UInt8(round)])) }
      pair.run()
      for (number, call) in calls {
        #expect(call.messages == [[number, UInt8(round)]])
        #expect(call.status == .ok)
      }
    }
    #expect(pair.server.streamCount == 0)
    #expect(pair.server.bufferedBytes == 0)
    #expect(pair.client.pool.count == 80)
    #expect(pair.server.pool.count == 80)
  }

  @Test func `metadata, status, message and trailers cross`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    var seen = Metadata()
    pair.serve = { stream in
      seen = stream.metadata
      let handler = RecordingHandler()
      handler.onEnd = { stream in
        var head = Metadata()
        try? head.append("h", "1")
        stream.sendHead(head)
        stream.send { $0.append(9) }
        var trailers = Metadata()
        try? trailers.append("t-bin", bytes: [1, 2])
        stream.finish(GRPCStatus(.aborted, "Grüße"), trailers: trailers)
      }
      return handler
    }
    var metadata = Metadata()
    try metadata.append("key", "value")
    let handler = RecordingHandler()
    let stream = pair.client.open(path: "/a/B", metadata: metadata, at: .zero, handler: handler)
    stream?.sendEnd()
    pair.run()
    #expect(seen["key"] == "value")
    #expect(seen["grpc-timeout"] == nil && seen["te"] == nil)
    #expect(stream?.metadata["h"] == "1")
    #expect(stream?.trailers.bytes(of: "t-bin") == [1, 2])
    #expect(handler.messages == [[9]])
    #expect(handler.status == GRPCStatus(.aborted, "Grüße"))
  }

  @Test func `an unknown method is UNIMPLEMENTED`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    let call = pair.call([1])
    pair.run()
    #expect(call.status?.code == .unimplemented)
    #expect(call.heads == 0)
  }

  @Test func `a deadline ends the call on both sides`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    let server = RecordingHandler()
    pair.serve = { _ in server }
    let handler = RecordingHandler()
    _ = pair.client.open(path: "/a/B", timeout: .seconds(1), at: .zero, handler: handler)
    pair.run()
    #expect(pair.server.deadline == .zero.advanced(by: .seconds(1)))
    pair.server.expireDeadlines(at: .zero.advanced(by: .milliseconds(999)))
    #expect(server.status == nil)
    pair.server.expireDeadlines(at: .zero.advanced(by: .seconds(1)))
    #expect(server.status?.code == .deadlineExceeded)
    pair.client.expireDeadlines(at: .zero.advanced(by: .seconds(1)))
    #expect(handler.status?.code == .deadlineExceeded)
    pair.run()
    #expect(pair.client.streamCount == 0)
    #expect(pair.server.streamCount == 0)
    #expect(pair.server.deadline == .distantFuture)
  }

  @Test func `a deadline on the server alone reaches the client`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    pair.serve = { _ in RecordingHandler() }
    let handler = RecordingHandler()
    _ = pair.client.open(path: "/a/B", timeout: .seconds(1), at: .zero, handler: handler)
    pair.run()
    pair.server.expireDeadlines(at: .zero.advanced(by: .seconds(2)))
    pair.run()
    #expect(handler.status?.code == .deadlineExceeded)
  }

  @Test(arguments: [false, true])
  func `a cancelled call reaches the handler`(isSent: Bool) throws {
    let pair = try SessionPair()
    defer { pair.close() }
    let server = RecordingHandler()
    pair.serve = { _ in server }
    let handler = RecordingHandler()
    let stream = pair.client.open(path: "/a/B", at: .zero, handler: handler)
    if isSent { pair.run() }
    stream?.cancel()
    stream?.cancel()
    #expect(handler.status?.code == .cancelled)
    pair.run()
    #expect(server.status?.code == (isSent ? .cancelled : nil))
    #expect(pair.client.streamCount == 0)
    #expect(pair.server.streamCount == 0)
  }

  @Test func `a call that the server ends early stops the client`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    pair.serve = { _ in
      let handler = RecordingHandler()
      handler.onMessage = { stream, _ in stream.finish(GRPCStatus(.outOfRange)) }
      return handler
    }
    let handler = RecordingHandler()
    let stream = pair.client.open(path: "/a/B", at: .zero, handler: handler)
    stream?.send { $0.append(1) }
    pair.run()
    #expect(handler.status?.code == .outOfRange)
    #expect(stream?.send { $0.append(1) } == false)
    pair.run()
    #expect(pair.client.streamCount == 0)
    #expect(pair.server.streamCount == 0)
    #expect(pair.serverError == nil && pair.clientError == nil)
  }

  @Test(arguments: [0, 2])
  func `a unary call takes exactly one message`(count: Int) throws {
    let pair = try SessionPair()
    defer { pair.close() }
    let server = RecordingHandler()
    pair.serve = { stream in
      stream.takesOneMessage = true
      return server
    }
    let handler = RecordingHandler()
    let stream = pair.client.open(path: "/a/B", at: .zero, handler: handler)
    for _ in 0..<count { stream?.send { $0.append(1) } }
    stream?.sendEnd()
    pair.run()
    #expect(handler.status?.code == .internal)
    #expect(server.status?.code == .internal)
    #expect(server.ends == 0)
  }

  @Test func `a response of no message is an error for a caller that takes one`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    pair.serve = { _ in
      let handler = RecordingHandler()
      handler.onEnd = { $0.finish(.ok) }
      return handler
    }
    let handler = RecordingHandler()
    let stream = pair.client.open(path: "/a/B", at: .zero, handler: handler)
    stream?.takesOneMessage = true
    stream?.sendEnd()
    pair.run()
    #expect(handler.status?.code == .internal)
  }

  @Test func `a ping is answered`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    pair.client.ping(0x0102_0304_0506_0708)
    pair.run()
    #expect(pair.pongs == [0x0102_0304_0506_0708])
  }

  @Test func `a server goes away in two steps and finishes what it took`() throws {
    let pair = try SessionPair()
    defer { pair.close() }
    let server = RecordingHandler.echo()
    pair.serve = { _ in server }
    let handler = RecordingHandler()
    let stream = pair.client.open(path: "/a/B", at: .zero, handler: handler)
    pair.run()
    pair.server.announceShutdown()
    pair.run()
    #expect(pair.goAways == [false])
    pair.server.refuseStreams()
    pair.run()
    #expect(pair.client.open(path: "/a/B", at: .zero, handler: RecordingHandler()) == nil)
    #expect(!pair.server.isDone)
    stream?.send { $0.append(5) }
    stream?.sendEnd()
    pair.run()
    #expect(handler.messages == [[5]])
    #expect(handler.status == .ok)
    #expect(pair.server.isDone)
  }

  @Test func `a lost connection ends all calls`() throws {
    let pair = try SessionPair()
    let server = RecordingHandler()
    pair.serve = { _ in server }
    let handler = RecordingHandler()
    let stream = pair.client.open(path: "/a/B", at: .zero, handler: handler)
    pair.run()
    pair.close()
    #expect(handler.status == GRPCStatus(.unavailable, "lost"))
    #expect(server.status == GRPCStatus(.cancelled, "lost"))
    #expect(stream?.session == nil)
    stream?.cancel()
    stream?.send { $0.append(1) }
  }
}
