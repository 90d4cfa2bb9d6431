import Basics
import EventLoop
import Testing
import Wire

@testable import HTTP

/// What came of a call.
private final class Heard {
  var status: Int?
  var body = ""
  var fault: HTTPFault?
  var isOver = false

  init(_ call: HTTPCall) {
    call.onHead = { [unowned self] in status = $0.status }
    call.onBody = { [unowned self] in
      body += $0.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
    call.onEnd = { [unowned self] in
      fault = $0
      isOver = true
    }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct HTTPClientTests {
  @Test func `requests are answered over connections that are kept`() throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try HTTPClient(to: one.address, loop: one.loop)
    for index in 0..<20 {
      var fields = HTTPFields()
      fields.append("host", "x")
      let heard = Heard(client.send("POST", "/\(index)", fields, body: Array("{}".utf8)))
      try one.turn("it was answered", until: { heard.isOver })
      #expect(heard.status == 200 && heard.body == "post /\(index) {}" && heard.fault == nil)
    }
    #expect(one.server?.connectionCount == 1)
    #expect(client.callCount == 0)
  }

  @Test func `requests at the same time have a connection each`() throws {
    let one = try OneHTTPLoop()
    let client = try HTTPClient(to: one.address, loop: one.loop)
    let heard = (0..<10).map { _ in Heard(client.send("GET", "/", .host)) }
    try one.turn("all began", until: { one.exchanges.count == 10 })
    for exchange in one.exchanges {
      exchange.begin(200)
      exchange.write(Array("1".utf8).span)
      exchange.finish()
    }
    try one.turn("all have answers", until: { heard.allSatisfy { $0.isOver } })
    #expect(heard.allSatisfy { $0.body == "1" })
    #expect(one.server?.connectionCount == 10)
  }

  @Test func `a connection is read on after a response that ended while it was held up`() throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try HTTPClient(to: one.address, loop: one.loop)
    for _ in 0..<2 {
      let call = client.send("GET", "/", .host)
      let heard = Heard(call)
      // Its end came in the same piece.
      call.onBody = { [unowned call] _ in call.pause() }
      try one.turn("it was answered", until: { heard.isOver })
      #expect(heard.fault == nil)
    }
    #expect(one.server?.connectionCount == 1)
  }

  @Test func `a request that is taken back is abandoned at the server`() throws {
    let one = try OneHTTPLoop()
    let client = try HTTPClient(to: one.address, loop: one.loop)
    let call = client.send("GET", "/", .host)
    let heard = Heard(call)
    try one.turn("it began", until: { one.exchanges.count == 1 })
    one.exchanges[0].begin(200)
    one.exchanges[0].write(Array("1".utf8).span)
    try one.turn("a part came", until: { heard.body == "1" })
    call.cancel()
    #expect(!heard.isOver)
    try one.turn("the server knows") {
      one.exchanges[0].write(Array("1".utf8).span)
      return one.exchanges[0].isOver
    }
    #expect(client.callCount == 0)
  }

  @Test func `a response that is cut off is a fault`() throws {
    let one = try OneHTTPLoop {
      $0.begin(200)
      $0.write(Array("1".utf8).span)
      $0.fail()
    }
    let client = try HTTPClient(to: one.address, loop: one.loop)
    let heard = Heard(client.send("GET", "/", .host))
    try one.turn("it ended", until: { heard.isOver })
    #expect(heard.status == 200 && heard.fault?.status == 502)
  }

  @Test func `a server that is not there is a fault`() throws {
    let one = try OneHTTPLoop()
    let client = try HTTPClient(to: "127.0.0.1:1", loop: one.loop)
    let heard = Heard(client.send("GET", "/", .host))
    try one.turn("it ended", until: { heard.isOver })
    #expect(heard.fault?.status == 503)
  }

  @Test func `a connection that was closed meanwhile is not a fault`() throws {
    var settings = HTTPServer.Settings()
    settings.idleTimeout = .milliseconds(30)
    let one = try OneHTTPLoop(settings) { $0.echo() }
    let client = try HTTPClient(to: one.address, loop: one.loop)
    for _ in 0..<5 {
      let heard = Heard(client.send("GET", "/", .host))
      try one.turn("it was answered", until: { heard.isOver })
      #expect(heard.fault == nil && heard.body == "get / ")
      try one.turn("the server let go", until: { one.server?.connectionCount == 0 })
    }
  }

  @Test func `a reader that is full holds the server up`() throws {
    let one = try OneHTTPLoop()
    let client = try HTTPClient(to: one.address, loop: one.loop)
    let call = client.send("GET", "/", .host)
    let heard = Heard(call)
    try one.turn("it began", until: { one.exchanges.count == 1 })
    call.pause()
    let exchange = one.exchanges[0]
    exchange.begin(200, length: 20_000_000)
    var count = 0
    let piece = [UInt8](repeating: 0x61, count: 10_000)
    func fill() {
      while exchange.isWritable, count < 2_000 {
        exchange.write(piece.span)
        count += 1
      }
      if count == 2_000 { exchange.finish() }
    }
    exchange.onWritable = { fill() }
    fill()
    var last = -1
    try one.turn("the buffers are full") {
      defer { last = count }
      return last == count
    }
    #expect(count < 2_000 && heard.body.isEmpty)
    call.resume()
    try one.turn("all came", until: { heard.isOver })
    #expect(heard.body.utf8.count == 20_000_000)
  }
}

extension HTTPFields {
  fileprivate static var host: HTTPFields {
    var fields = HTTPFields()
    fields.append("host", "x")
    return fields
  }
}
