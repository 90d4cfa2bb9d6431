import Basics
import EventLoop
import Serving
import Testing
import Wire

@testable import HTTP

private let post = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
private let get = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n"

@Suite(.timeLimit(.minutes(5)))
struct HTTPServerTests {
  @Test func `a connection answers one request after the other, in order`() throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try one.client()
    let expected = echoed("post /a {}") + echoed("get /b ")
    client.send(post)
    try one.turn("the first answer came", until: { client.heard == echoed("post /a {}") })
    client.send(get)
    try one.turn("the second came", until: { client.heard == expected })
    client.send(String(repeating: post + get, count: 100))
    let all = String(repeating: expected, count: 101)
    try one.turn("the others came", until: { client.heard.utf8.count >= all.utf8.count })
    #expect(client.heard == all)
    #expect(one.server?.connectionCount == 1)
    #expect(one.ended == 202)
  }

  @Test func `a request waits while the one before it is answered`() throws {
    let one = try OneHTTPLoop()
    let client = try one.client()
    client.send(post + get)
    try one.turn("the first began", until: { one.exchanges.count == 1 })
    one.exchanges[0].respond(200, HTTPFields(), body: Array("1".utf8))
    try one.turn("the second began", until: { one.exchanges.count == 2 })
    one.exchanges[1].respond(200, HTTPFields(), body: Array("2".utf8))
    try one.turn("both came", until: { client.heard == echoed("1") + echoed("2") })
  }

  @Test func `a client that waits to be told to send its body is told`() throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try one.client()
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    let goOn = "HTTP/1.1 100 Continue\r\n\r\n"
    try one.turn("it was told", until: { client.heard == goOn })
    client.send("{}")
    try one.turn("it has its answer", until: { client.heard == goOn + echoed("post /a {}") })
  }

  @Test func `a client that sends no more still gets its answer`() throws {
    let one = try OneHTTPLoop()
    let client = try one.client()
    client.send(post)
    client.endSending()
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    one.exchanges[0].respond(200, HTTPFields(), body: Array("1".utf8))
    try one.turn("the connection ended", until: { client.hasEnded })
    #expect(client.heard == echoed("1"))
  }

  @Test func `a client that is gone is found out, though nothing was answered yet`() throws {
    var settings = HTTPServer.Settings()
    settings.halfCloseTime = .milliseconds(20)
    let one = try OneHTTPLoop(settings)
    let client = try one.client()
    client.send(post)
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    var isAbandoned = false
    one.exchanges[0].onAbandon = { isAbandoned = true }
    client.leave()
    try one.turn("it was found out", until: { isAbandoned })
    #expect(one.server?.connectionCount == 0)
    #expect(one.exchanges[0].isOver)
  }

  @Test func `a streamed answer comes in chunks, and ends`() throws {
    let one = try OneHTTPLoop()
    let client = try one.client()
    client.send(post)
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    let exchange = one.exchanges[0]
    exchange.begin(200)
    exchange.write(Array("data: 1\n\n".utf8).span)
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    try one.turn("a part came", until: { client.heard == head + "9\r\ndata: 1\n\n\r\n" })
    exchange.finish()
    try one.turn("the end came", until: { client.heard == head + "9\r\ndata: 1\n\n\r\n0\r\n\r\n" })
  }

  @Test func `a streamed answer that fails has no end`() throws {
    let one = try OneHTTPLoop()
    let client = try one.client()
    client.send(post)
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    one.exchanges[0].begin(200)
    one.exchanges[0].write(Array("1".utf8).span)
    one.exchanges[0].fail()
    try one.turn("the connection ended", until: { client.hasEnded || client.isClosed })
    #expect(client.heard.hasSuffix("1\r\n1\r\n"))
  }

  @Test func `an answer that lacks bytes of its length is cut off`() throws {
    let one = try OneHTTPLoop()
    let client = try one.client()
    client.send(post + get)
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    one.exchanges[0].begin(200, length: 5)
    one.exchanges[0].write(Array("12".utf8).span)
    one.exchanges[0].finish()
    try one.turn("the connection ended", until: { client.hasEnded || client.isClosed })
    #expect(client.heard.hasSuffix("content-length: 5\r\n\r\n12"))
    #expect(one.exchanges.count == 1)
  }

  @Test func `HTTP/1.0 gets its answer until the connection ends`() throws {
    let one = try OneHTTPLoop {
      $0.begin(200)
      $0.write(Array("1".utf8).span)
      $0.finish()
    }
    let client = try one.client()
    client.send("GET / HTTP/1.0\r\n\r\n")
    try one.turn("the connection ended", until: { client.hasEnded })
    #expect(client.heard == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n1")
  }

  @Test func `HEAD gets the length and no body`() throws {
    let one = try OneHTTPLoop { $0.respond(200, HTTPFields(), body: Array("123".utf8)) }
    let client = try one.client()
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + get)
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n"
    try one.turn("both answers came", until: { client.heard == head + head + "123" })
  }

  @Test func `a request that breaks the protocol is answered once, and nothing after it`() throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try one.client()
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}" + get)
    try one.turn("the connection ended", until: { client.hasEnded })
    #expect(client.heard.hasPrefix("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n"))
    #expect(client.heard.split(separator: "HTTP/1.1 ").count == 1)
    #expect(one.exchanges.isEmpty)
    #expect(one.server?.counts.refused == 1)
  }

  @Test func `a body that breaks the protocol abandons its request`() throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try one.client()
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\n{}")
    try one.turn("the connection ended", until: { client.hasEnded })
    #expect(client.heard.hasPrefix("HTTP/1.1 400"))
    #expect(one.exchanges[0].isOver)
    #expect(one.ended == 1)
  }

  @Test func `an answer before the body ends the connection`() throws {
    let one = try OneHTTPLoop { $0.respond(413, HTTPFields(), body: []) }
    let client = try one.client()
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{}" + get)
    try one.turn("the connection ended", until: { client.hasEnded })
    #expect(client.heard.hasPrefix("HTTP/1.1 413 Content Too Large\r\nconnection: close\r\n"))
    #expect(one.exchanges.count == 1)
  }

  @Test func `a client that does not read is not written to without end`() throws {
    let one = try OneHTTPLoop()
    let client = try one.client()
    client.stopReading()
    client.send(get)
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    let exchange = one.exchanges[0]
    var count = 0
    let piece = [UInt8](repeating: 0x61, count: 10_000)
    func fill() {
      while exchange.isWritable, count < 10_000 {
        exchange.write(piece.span)
        count += 1
      }
    }
    exchange.onWritable = { fill() }
    exchange.begin(200)
    fill()
    // What is written in one turn is sent at its end, so it takes turns until all buffers are full.
    var last = -1
    try one.turn("the buffers are full") {
      defer { last = count }
      return last == count
    }
    #expect(count < 10_000)
    client.startReading()
    try one.turn("all was written", until: { count == 10_000 })
    exchange.finish()
    try one.turn("all came", until: { client.heard.hasSuffix("0\r\n\r\n") })
    #expect(client.heard.utf8.count(where: { $0 == 0x61 }) > 100_000_000)
  }

  @Test func `a client that takes nothing is given up`() throws {
    var settings = HTTPServer.Settings()
    settings.stallTimeout = .milliseconds(100)
    settings.listener.limits.highMark = 64 << 10
    let one = try OneHTTPLoop(settings)
    let client = try one.client()
    client.stopReading()
    client.send(get)
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    one.exchanges[0].begin(200)
    one.exchanges[0].write([UInt8](repeating: 0x61, count: 12 << 20).span)
    try one.turn("it was given up", until: { one.exchanges[0].isOver })
    #expect(one.server?.counts.faults == [.stalled: 1])
  }

  @Test func `heads and bodies that do not come in time are refused`() throws {
    var settings = HTTPServer.Settings()
    (settings.headTimeout, settings.bodyTimeout) = (.milliseconds(50), .milliseconds(50))
    let one = try OneHTTPLoop(settings) { $0.echo() }
    for text in ["GET / HTTP/1.1\r\nHo", String(post.dropLast())] {
      let client = try one.client()
      client.send(text)
      try one.turn("the connection ended", until: { client.hasEnded })
      #expect(client.heard.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    }
    #expect(one.exchanges.count == 1)
  }

  @Test func `a client that asks for nothing is let go`() throws {
    var settings = HTTPServer.Settings()
    settings.idleTimeout = .milliseconds(50)
    let one = try OneHTTPLoop(settings) { $0.echo() }
    let client = try one.client()
    client.send(get)
    try one.turn("it was let go", until: { client.hasEnded || client.isClosed })
    #expect(client.heard == echoed("get /b "))
  }

  @Test func `whoever was idle for longest goes when there is no room`() throws {
    var settings = HTTPServer.Settings()
    settings.listener.connectionsMax = 3
    settings.hostConnectionsMax = 2
    let one = try OneHTTPLoop(settings) { $0.echo() }
    let clients = try (0..<2).map { _ in
      let client = try one.client()
      client.send(get)
      try one.turn("it has its answer", until: { !client.heard.isEmpty })
      return client
    }
    let newest = try one.client()
    newest.send(get)
    try one.turn("the newest has its answer", until: { !newest.heard.isEmpty })
    try one.turn("the oldest is gone", until: { clients[0].hasEnded || clients[0].isClosed })
    #expect(!clients[1].hasEnded && !clients[1].isClosed)
    #expect(one.server?.counts.faults == [.displaced: 1])
  }

  @Test func `who holds most goes when there is too little memory`() throws {
    var settings = HTTPServer.Settings()
    settings.heldBytesMax = 1 << 20
    let one = try OneHTTPLoop(settings)
    let (greedy, modest) = (try one.client(), try one.client())
    greedy.stopReading()
    greedy.send(get)
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    modest.send(get)
    try one.turn("the other began", until: { one.exchanges.count == 2 })
    one.exchanges[0].begin(200)
    one.exchanges[0].write([UInt8](repeating: 0x61, count: 12 << 20).span)
    try one.turn("it was given up", until: { one.exchanges[0].isOver })
    #expect(one.server?.counts.faults == [.memory: 1])
    one.exchanges[1].respond(200, HTTPFields(), body: [])
    try one.turn("the other has its answer", until: { !modest.heard.isEmpty })
  }

  @Test func `a server that shuts down lets answers finish`() throws {
    let one = try OneHTTPLoop()
    let (busy, idle) = (try one.client(), try one.client())
    busy.send(post)
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    var isDone = false
    one.server?.shutDown(within: .seconds(10)) { isDone = true }
    try one.turn("the idle one was let go", until: { idle.hasEnded || idle.isClosed })
    #expect(!isDone)
    one.exchanges[0].respond(200, HTTPFields(), body: Array("1".utf8))
    try one.turn("the answer came", until: { busy.hasEnded })
    #expect(busy.heard.hasSuffix("1"))
    busy.leave()
    idle.leave()
    try one.turn("the server is done", until: { isDone })
  }
}
