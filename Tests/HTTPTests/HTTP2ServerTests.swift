import Basics
import EventLoop
import Serving
import TestSupport
import Testing
import Wire

@testable import HTTP

/// What frames are, by their number (RFC 9113, 6).
private let (data, headers, reset, goAway): (UInt8, UInt8, UInt8, UInt8) = (0, 1, 3, 7)
/// Flags of a frame: its stream ends, its header block is complete.
private let (end, whole): (UInt8, UInt8) = (1, 4)
private let protocolError: [UInt8] = [0, 0, 0, 1]

private let get = [(":method", "GET"), (":scheme", "http"), (":path", "/b"), (":authority", "x")]
private let post = [(":method", "POST")] + get.dropFirst()

@Suite(.timeLimit(.minutes(5)))
struct HTTP2ServerTests {
  @Test func `requests are answered beside each other`() throws {
    let one = try OneHTTPLoop()
    let client = try FrameClient(one)
    client.send(Frames.head(1, get, flags: end | whole))
    client.send(Frames.head(3, post))
    client.send(Frames.frame(data, end, 3, Array("{}".utf8)))
    try one.turn("both began", until: { one.exchanges.count == 2 })
    #expect(one.exchanges[0].head.target == "/b" && one.exchanges[0].head.method == .get)
    #expect(one.exchanges[0].head.fields.text("host") == "x")
    one.exchanges[1].respond(200, HTTPFields(), body: Array("second".utf8))
    try one.turn("the second is answered", until: { client.body(3) == "second" })
    one.exchanges[0].begin(200)
    one.exchanges[0].write(Array("fir".utf8).span)
    one.exchanges[0].write(Array("st".utf8).span)
    one.exchanges[0].finish()
    try one.turn("the first too", until: { client.body(1) == "first" })
    #expect(client.frames.filter { $0.type == data && $0.flags & end != 0 }.count == 2)
    #expect(one.ended == 2)
  }

  @Test func `the preface may come in pieces, and what only looks like one is HTTP/1`() throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try FrameClient(one, says: [])
    for byte in Frames.preface + Frames.head(1, get, flags: end | whole) { client.send([byte]) }
    try one.turn("it is answered", until: { client.body(1) == "get /b " })
    let other = try one.client()
    for piece in ["P", "OST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"] {
      other.send(piece)
      var turns = 0
      try one.turn("the piece came") {
        turns += 1
        return turns > 3
      }
    }
    try one.turn("the other too", until: { other.heard == echoed("post /a ") })
  }

  /// Requests that are malformed (RFC 9113, 8.1.1 to 8.3).
  static let malformed: [(String, [(String, String)])] = [
    ("a connection field", get + [("connection", "close")]),
    ("a transfer encoding", get + [("transfer-encoding", "chunked")]),
    ("an upgrade", get + [("upgrade", "h2c")]),
    ("te that is not trailers", get + [("te", "gzip")]),
    ("a name in upper case", get + [("X-A", "1")]),
    ("a name with a space", get + [("x a", "1")]),
    ("a value with a line's end", get + [("x-a", "1\r\nx-b: 2")]),
    ("no method", Array(get.dropFirst())),
    ("no path", get.filter { $0.0 != ":path" }),
    ("no scheme", get.filter { $0.0 != ":scheme" }),
    ("an empty path", get.map { $0.0 == ":path" ? (":path", "") : $0 }),
    ("two paths", get + [(":path", "/c")]),
    ("an unknown pseudo field", get + [(":other", "1")]),
    ("a pseudo field behind another", Array(get.dropLast()) + [("x", "1"), (":authority", "x")]),
    ("a host that can't be one", get.map { $0.0 == ":authority" ? ($0.0, "a b") : $0 }),
    ("a length of nothing that is there", get + [("content-length", "5")]),
  ]

  @Test(arguments: malformed)
  func `a malformed request ends its stream, and nobody sees it`(
    words: String,
    fields: [(String, String)]
  ) throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try FrameClient(one)
    client.send(Frames.head(1, fields, flags: end | whole))
    client.send(Frames.head(3, get, flags: end | whole))
    try one.turn("the next one is answered", until: { client.body(3) == "get /b " })
    #expect(
      client.frames.contains { $0.type == reset && $0.id == 1 && $0.payload == protocolError }
    )
    #expect(one.exchanges.count == 1)
  }

  /// Requests that HTTP/2 allows and nobody here serves, and their answers.
  static let refused: [(String, [(String, String)])] = [
    ("400", get + [("host", "y")]),
    ("400", get.map { $0.0 == ":path" ? (":path", "/a#b") : $0 }),
    ("413", post + [("content-length", "100000000")]),
    (
      "414",
      get.map { $0.0 == ":path" ? (":path", "/" + String(repeating: "a", count: 9_000)) : $0 }
    ),
    ("417", get + [("expect", "wonders")]),
    ("431", get + [("big", String(repeating: "a", count: 40_000))]),
    ("431", get + (0..<101).map { ("x-\($0)", "1") }),
    ("501", [(":method", "CONNECT"), (":authority", "x:1")]),
  ]

  @Test(arguments: refused)
  func `what can't be served is refused with its status`(
    status: String,
    fields: [(String, String)]
  ) throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try FrameClient(one)
    // A block of more than a frame goes on in others.
    let block = fields.flatMap { Frames.literal($0.0, $0.1) }
    let pieces = stride(from: 0, to: block.count, by: 16_000).map {
      Array(block[$0..<min(block.count, $0 + 16_000)])
    }
    for (index, piece) in pieces.enumerated() {
      let flags = index == pieces.count - 1 ? whole : 0
      client.send(Frames.frame(index == 0 ? headers : 9, flags, 1, piece))
    }
    try one.turn("it is refused", until: { client.body(1) != nil })
    #expect(client.status(1) == status)
    #expect(one.exchanges.isEmpty && one.server?.counts.refused == 1)
  }

  @Test func `a length that lies ends the stream`() throws {
    let one = try OneHTTPLoop { $0.echo() }
    let client = try FrameClient(one)
    client.send(Frames.head(1, post + [("content-length", "2")]))
    client.send(Frames.frame(data, 0, 1, Array("{}}".utf8)))
    try one.turn("it ends", until: { client.frames.contains { $0.type == reset && $0.id == 1 } })
    #expect(!one.exchanges.contains { !$0.isOver } && one.ended == one.exchanges.count)
  }

  @Test func `a body that is too long is refused as it comes`() throws {
    var settings = HTTPServer.Settings()
    settings.limits.bodyBytesMax = 20_000
    let one = try OneHTTPLoop(settings) { $0.echo() }
    let client = try FrameClient(one)
    client.send(Frames.head(1, post))
    for _ in 0..<2 { client.send(Frames.frame(data, 0, 1, .init(repeating: 1, count: 16_000))) }
    try one.turn("it is refused", until: { client.body(1) != nil })
    #expect(client.status(1) == "413" && one.exchanges[0].fault?.status == 413)
  }

  @Test func `a body that does not come in time is refused`() throws {
    var settings = HTTPServer.Settings()
    settings.bodyTimeout = .milliseconds(50)
    let one = try OneHTTPLoop(settings) { $0.echo() }
    let client = try FrameClient(one)
    client.send(Frames.head(1, post))
    try one.turn("it is refused", until: { client.status(1) == "408" })
    client.send(Frames.head(3, get, flags: end | whole))
    try one.turn("the connection goes on", until: { client.body(3) == "get /b " })
  }

  @Test func `a request that its client gives up is abandoned`() throws {
    let one = try OneHTTPLoop()
    let client = try FrameClient(one)
    client.send(Frames.head(1, get, flags: end | whole))
    try one.turn("it began", until: { one.exchanges.count == 1 })
    var isAbandoned = false
    one.exchanges[0].onAbandon = { isAbandoned = true }
    client.send(Frames.frame(reset, 0, 1, [0, 0, 0, 8]))
    try one.turn("it is over", until: { isAbandoned && one.ended == 1 })
    #expect(one.server?.connectionCount == 1)
  }

  @Test func `an answer that fails has no end`() throws {
    let one = try OneHTTPLoop()
    let client = try FrameClient(one)
    client.send(Frames.head(1, get, flags: end | whole))
    try one.turn("it began", until: { one.exchanges.count == 1 })
    one.exchanges[0].begin(200)
    one.exchanges[0].write(Array("1".utf8).span)
    one.exchanges[0].fail()
    try one.turn("it was cut off") { client.frames.contains { $0.type == reset && $0.id == 1 } }
    #expect(client.frames.contains { $0.type == data && $0.payload == Array("1".utf8) })
    #expect(!client.frames.contains { $0.type == data && $0.flags & end != 0 })
  }

  @Test func `a client that opens no window holds its own answer up, and no other`() throws {
    let one = try OneHTTPLoop()
    let client = try FrameClient(one)
    for id in [UInt32(1), 3] { client.send(Frames.head(id, get, flags: end | whole)) }
    try one.turn("both began", until: { one.exchanges.count == 2 })
    let slow = one.exchanges[0]
    var count = 0
    let piece = [UInt8](repeating: 0x61, count: 10_000)
    func fill() {
      while slow.isWritable, count < 100 {
        slow.write(piece.span)
        count += 1
      }
    }
    slow.onWritable = { fill() }
    slow.begin(200)
    fill()
    let window = 65_535
    try one.turn("the window is used up") {
      client.frames.reduce(0) { $0 + ($1.type == data ? $1.payload.count : 0) } == window
    }
    #expect(count < 20)
    client.send(Frames.frame(8, 0, 0, [0, 1, 0, 0]))
    one.exchanges[1].respond(200, HTTPFields(), body: Array("2".utf8))
    try one.turn("the other is answered", until: { client.body(3) == "2" })
    client.send(Frames.frame(8, 0, 0, [0, 16, 0, 0]) + Frames.frame(8, 0, 1, [0, 16, 0, 0]))
    try one.turn("the rest was written", until: { count == 100 })
    slow.finish()
    try one.turn("all came", until: { client.body(1)?.utf8.count == 1_000_000 })
  }

  @Test func `a body waits while whoever answers reads no more`() throws {
    let one = try OneHTTPLoop()
    let client = try FrameClient(one)
    client.send(Frames.head(1, post))
    try one.turn("it began", until: { one.exchanges.count == 1 })
    var (taken, isComplete) = (0, false)
    one.exchanges[0].onBody = { taken += $0.count }
    one.exchanges[0].onComplete = { isComplete = true }
    one.exchanges[0].pauseReading()
    for _ in 0..<4 { client.send(Frames.frame(data, 0, 1, .init(repeating: 1, count: 16_000))) }
    client.send(Frames.frame(data, end, 1, [1]))
    client.send(Frames.head(3, get, flags: end | whole))
    try one.turn("another began", until: { one.exchanges.count == 2 })
    #expect(taken == 0 && !isComplete)
    one.exchanges[0].resumeReading()
    #expect(taken == 64_001 && isComplete)
  }

  @Test func `a server that shuts down says so, and lets answers finish`() throws {
    let one = try OneHTTPLoop()
    let client = try FrameClient(one)
    client.send(Frames.head(1, get, flags: end | whole))
    try one.turn("it began", until: { one.exchanges.count == 1 })
    var isDone = false
    one.server?.shutDown(within: .seconds(10)) { isDone = true }
    try one.turn("it was told", until: { client.frames.contains { $0.type == goAway } })
    let ping = try #require(client.frames.first { $0.type == 6 })
    client.send(Frames.frame(6, 1, 0, ping.payload))
    one.exchanges[0].respond(200, HTTPFields(), body: Array("1".utf8))
    try one.turn("the answer came, and the end", until: { client.hasEnded && isDone })
    #expect(client.body(1) == "1")
  }

  /// Floods, each of which ends its connection and no other.
  static let floods: [(String, [UInt8])] = [
    (
      "requests that are opened and reset",
      (0..<300).flatMap { number -> [UInt8] in
        let id = UInt32(2 * number + 1)
        return Frames.head(id, get, flags: end | whole) + Frames.frame(3, 0, id, [0, 0, 0, 8])
      }
    ),
    (
      "a header block without end",
      Frames.frame(1, 0, 1, Frames.literal(":method", "GET"))
        + (0..<2_000).flatMap { _ in
          Frames.frame(9, 0, 1, Frames.literal("x", String(repeating: "a", count: 1_000)))
        }
    ),
    (
      "empty pieces of a header block",
      Frames.frame(1, 0, 1, []) + (0..<5_000).flatMap { _ in Frames.frame(9, 0, 1, []) }
    ),
    (
      "windows that are opened again and again",
      (0..<5_000).flatMap { _ in Frames.frame(8, 0, 0, [0, 0, 0, 1]) }
    ),
    (
      "a window beyond all numbers",
      Frames.frame(8, 0, 0, [127, 255, 255, 255]) + Frames.frame(8, 0, 0, [127, 255, 255, 255])
    ),
    ("settings again and again", (0..<500).flatMap { _ in Frames.settings }),
    (
      "pings again and again",
      (0..<500).flatMap { _ in Frames.frame(6, 0, 0, .init(repeating: 0, count: 8)) }
    ),
    (
      "empty parts of a body",
      Frames.head(1, post) + (0..<500).flatMap { _ in Frames.frame(0, 0, 1, []) }
    ),
    ("a frame on no stream", Frames.frame(0, 0, 0, [1])),
    ("a frame that is too long", [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]),
  ]

  @Test(arguments: floods)
  func `who floods a connection loses it`(words: String, bytes: [UInt8]) throws {
    let one = try OneHTTPLoop()
    let (client, other) = (try FrameClient(one), try FrameClient(one))
    client.send(bytes)
    try one.turn("it is gone", until: { client.hasEnded })
    let faults = one.server?.counts.faults ?? [:]
    #expect(faults[.flooded, default: 0] + faults[.malformed, default: 0] == 1, "\(faults)")
    #expect(!one.exchanges.contains { !$0.isOver })
    other.send(Frames.head(1, get, flags: end | whole))
    let count = one.exchanges.count
    try one.turn("the other goes on", until: { one.exchanges.count > count })
  }

  @Test func `no more requests are open at once than may be`() throws {
    var settings = HTTPServer.Settings()
    settings.http2.streamsMax = 4
    let one = try OneHTTPLoop(settings)
    let client = try FrameClient(one)
    for id in 0..<8 { client.send(Frames.head(UInt32(2 * id + 1), get, flags: end | whole)) }
    try one.turn("the others are refused") {
      client.frames.filter { $0.type == reset && $0.payload == [0, 0, 0, 7] }.count == 4
    }
    #expect(one.exchanges.count == 4)
  }

  @Test func `who holds most goes when there is too little memory, whatever it speaks`() throws {
    var settings = HTTPServer.Settings()
    settings.heldBytesMax = 1 << 20
    let one = try OneHTTPLoop(settings)
    let (greedy, modest) = (try FrameClient(one), try one.client())
    greedy.raw.stopReading()
    greedy.send(Frames.frame(4, 0, 0, [0, 4, 127, 255, 255, 255]))
    greedy.send(Frames.frame(8, 0, 0, [120, 0, 0, 0]))
    greedy.send(Frames.head(1, get, flags: end | whole))
    try one.turn("the request began", until: { one.exchanges.count == 1 })
    modest.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
    try one.turn("the other began", until: { one.exchanges.count == 2 })
    one.exchanges[0].begin(200)
    one.exchanges[0].write([UInt8](repeating: 0x61, count: 12 << 20).span)
    try one.turn("it was given up", until: { one.exchanges[0].isOver })
    one.exchanges[1].respond(200, HTTPFields(), body: [])
    try one.turn("the other has its answer", until: { !modest.heard.isEmpty })
  }
}

/// A client that sends and hears frames.
private final class FrameClient {
  let raw: RawClient
  private var heard: [UInt8] = []
  private var read = 0
  private(set) var frames: [Frame] = []

  init(_ one: OneHTTPLoop, says opening: [UInt8] = Frames.preface) throws {
    raw = try RawClient(one)
    raw.onBytes = { [unowned self] bytes in
      bytes.withUnsafeBufferPointer { heard += Array($0) }
      frames += Frames.all(in: heard)
      for frame in frames[read...] { heard.removeFirst(9 + frame.payload.count) }
      read = frames.count
    }
    if !opening.isEmpty { send(opening) }
  }

  func send(_ bytes: [UInt8]) { raw.send(bytes) }
  var hasEnded: Bool { raw.hasEnded || raw.isClosed }

  /// The body of the answer on a stream; nil while it is not complete.
  func body(_ id: UInt32) -> String? {
    let own = frames.filter { $0.id == id && $0.type == data }
    guard let last = own.last, last.flags & end != 0 else { return nil }
    return String(decoding: own.flatMap(\.payload), as: UTF8.self)
  }

  /// The status of the answer on a stream: the first field, of the static table or spelled out.
  func status(_ id: UInt32) -> String? {
    guard let block = frames.first(where: { $0.id == id && $0.type == headers })?.payload else {
      return nil
    }
    let known: [UInt8: String] = [0x88: "200", 0x8c: "400", 0x8d: "404", 0x8e: "500"]
    if let first = block.first, let status = known[first] { return status }
    // In Huffman's code, where that is shorter.
    if block.starts(with: [0x48, 0x82, 0x6c, 0x01]) { return "501" }
    guard block.count > 4, block[0] == 0x48, block[1] == 3 else { return nil }
    return String(decoding: block[2..<5], as: UTF8.self)
  }
}
