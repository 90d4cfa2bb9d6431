import Basics
import TestSupport
import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(5)))
struct HostileFramesTests {
  @Test(arguments: [
    [UInt8]("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), [UInt8](repeating: 0, count: 100),
    [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3] + [UInt8](repeating: 7, count: 50),
  ])
  func `a preface that is none ends the connection`(bytes: [UInt8]) throws {
    let session = try HTTP2Session(role: .server)
    defer { session.close(GRPCStatus(.cancelled)) }
    let error = #expect(throws: WireError.self) { try session.receive(bytes.span, at: .zero) }
    #expect(error?.code == .malformed)
  }

  @Test func `any bytes after the preface end the connection or do nothing`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = PRNG(seed: seed)
    for round in 0..<300 {
      let victim = try Victim()
      defer { victim.close() }
      var bytes = Frames.request(1)
      for _ in 0..<50 {
        bytes += Frames.frame(
          UInt8.random(in: 0...11, using: &random),
          UInt8.random(in: 0...255, using: &random),
          UInt32.random(in: 0...5, using: &random),
          (0..<Int.random(in: 0...40, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
          }
        )
      }
      try? victim.feed(bytes)
      let count = victim.session.streamCount
      #expect(count <= 3, "seed \(seed), round \(round)")
    }
  }

  @Test(arguments: [
    ("PING", Frames.frame(6, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0])),
    ("SETTINGS", Frames.frame(4, 0, 0, [])),
    ("WINDOW_UPDATE", Frames.frame(8, 0, 0, [0, 0, 0, 1])),
    ("PRIORITY", Frames.frame(2, 0, 3, [0, 0, 0, 0, 9])),
    ("empty DATA", Frames.frame(0, 0, 1, [])),
    ("GOAWAY", Frames.frame(7, 0, 0, .init(repeating: 0, count: 8))),
    ("answer to a PING", Frames.frame(6, 1, 0, .init(repeating: 0, count: 8))),
    ("unknown", Frames.frame(0xfa, 0, 0, [])),
    ("PRIORITY_UPDATE", Frames.frame(0x10, 0, 0, [0, 0, 0, 1, 117])),
    ("DATA that is all padding", Frames.frame(0, 8, 1, [3, 0, 0, 0])),
  ])
  func `a flood ends the connection with ENHANCE_YOUR_CALM`(name: String, frame: [UInt8]) throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1))
    let error = #expect(throws: WireError.self) {
      for _ in 0..<1200 { try victim.feed(frame) }
    }
    #expect(error?.code == .flooded)
    #expect(try victim.sent()[7]?[7] == 11)
  }

  @Test func `a message in tiny pieces ends the connection, and tiny messages do not`() throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1))
    for _ in 0..<5_000 { try victim.feed(Frames.frame(0, 0, 1, [0, 0, 0, 0, 1, 7])) }
    #expect(victim.handler.messages.count == 5_000)
    try victim.feed(Frames.frame(0, 0, 1, [0, 0, 1, 0, 0]))
    let error = #expect(throws: WireError.self) {
      for _ in 0..<1_200 { try victim.feed(Frames.frame(0, 0, 1, [1])) }
    }
    #expect(error?.code == .flooded)
  }

  @Test func `calls that make us reset them without end end the connection`() throws {
    let victim = try Victim()
    defer { victim.close() }
    let length = Frames.literal("content-length", "5")
    let error = #expect(throws: WireError.self) {
      for number in 0..<3_000 {
        let id = UInt32(number * 2 + 1)
        try victim.feed(
          Frames.request(id, extra: length) + Frames.frame(0, 1, id, [0, 0, 0, 0, 1, 1, 1])
        )
        if let failure = victim.session.failure { throw failure }
      }
    }
    #expect(error?.code == .flooded)
  }

  @Test func `headers that grow without end when decompressed end the connection`() throws {
    let victim = try Victim()
    defer { victim.close() }
    let value = String(repeating: "b", count: 3_000)
    let entry = [0x40] + Frames.literal("a", value).dropFirst()
    try victim.feed(Frames.request(1, extra: entry, flags: 5))
    let error = #expect(throws: WireError.self) {
      try victim.feed(Frames.request(3, extra: .init(repeating: 0xbe, count: 10_000), flags: 5))
    }
    #expect(error?.code == .flooded)
    #expect(try victim.sent()[7]?[7] == 11)
  }

  @Test func `headers that are large in every call end the connection`() throws {
    let victim = try Victim()
    defer { victim.close() }
    let field = Frames.literal("x", String(repeating: "y", count: 14_000))
    let error = #expect(throws: WireError.self) {
      for number in 0..<1_000 {
        try victim.feed(Frames.request(UInt32(number * 2 + 1), extra: field, flags: 5))
      }
    }
    #expect(error?.code == .flooded)
  }

  @Test(arguments: [1, 2, 5, 9, 10, 11, 1_000])
  func `it is known whether a frame or a header block is complete`(size: Int) throws {
    var scanner = FrameScanner(prefaceBytes: 24)
    let whole =
      Frames.request(1, flags: 0) + Frames.frame(6, 0, 0, [1, 2]) + Frames.frame(9, 4, 1, [])
    let bytes = Frames.preface + whole
    var (index, types) = (0, [UInt8]())
    var ends: [Int] = []
    while index < bytes.count {
      let part = Array(bytes[index..<min(bytes.count, index + size)])
      scanner.scan(part.span) { types.append($0.type) }
      index += part.count
      if scanner.isAtEnd { ends.append(index) }
    }
    #expect(types == [4, 1, 6, 9])
    #expect(scanner.begunCount == 4)
    #expect(ends.last == bytes.count)
    if size == 1 { #expect(ends == [24, 33, bytes.count]) }
  }

  @Test func `frames at a lawful rate go on for ever`() throws {
    let victim = try Victim()
    defer { victim.close() }
    for second in 0..<100 {
      let now = Instant.zero.advanced(by: .seconds(second))
      for _ in 0..<90 {
        try victim.feed(Frames.frame(6, 0, 0, .init(repeating: 1, count: 8)), at: now)
      }
    }
    #expect(try victim.sent()[6] == .init(repeating: 1, count: 8))
  }

  @Test func `calls that are opened and reset without end end the connection`() throws {
    let victim = try Victim()
    defer { victim.close() }
    let error = #expect(throws: WireError.self) {
      for number in 0..<3000 {
        let id = UInt32(number * 2 + 1)
        try victim.feed(Frames.request(id) + Frames.frame(3, 0, id, [0, 0, 0, 8]))
      }
    }
    #expect(error?.code == .flooded)
  }

  @Test(arguments: [1, 5])
  func `endless headers of calls that are closed end the connection`(id: UInt32) throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1, method: "GET", flags: 5) + Frames.request(7))
    let error = #expect(throws: WireError.self) {
      for _ in 0..<1200 { try victim.feed(Frames.request(id)) }
    }
    #expect(error?.code == .flooded)
    #expect(victim.session.streamCount == 1)
  }

  @Test func `messages of calls that are closed do not use up the connection's window`() throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1, method: "GET", flags: 4))
    try victim.feed(Frames.frame(3, 0, 1, [0, 0, 0, 8]))
    var credit = 0
    for _ in 0..<200 {
      try victim.feed(Frames.frame(0, 0, 1, .init(repeating: 0, count: 16384)))
      if let update = try victim.sent()[8] { credit += update.reduce(0) { $0 << 8 | Int($1) } }
    }
    #expect(credit > 2 << 20)
  }

  @Test func `calls over the limit are refused, and too many of them end the connection`() throws {
    var settings = HTTP2Settings()
    settings.streamsMax = 2
    let victim = try Victim(settings)
    defer { victim.close() }
    for id in [1, 3, 5] as [UInt32] { try victim.feed(Frames.request(id)) }
    #expect(victim.session.streamCount == 2)
    #expect(try victim.sent()[3] == [0, 0, 0, 7])
    let error = #expect(throws: WireError.self) {
      for number in 3..<3000 { try victim.feed(Frames.request(UInt32(number * 2 + 1))) }
    }
    #expect(error?.code == .flooded)
    #expect(victim.session.streamCount == 2)
  }

  @Test func `a call over a limit that the client has acknowledged ends the connection`() throws {
    var settings = HTTP2Settings()
    settings.streamsMax = 1
    let victim = try Victim(settings)
    defer { victim.close() }
    try victim.feed(Frames.frame(4, 1, 0, []))
    for id in [1, 3] as [UInt32] { try victim.feed(Frames.request(id)) }
    #expect(try victim.sent()[7] != nil)
    #expect(victim.session.isDone)
  }

  @Test func `endless CONTINUATION frames end the connection`() throws {
    let victim = try Victim()
    defer { victim.close() }
    let error = #expect(throws: WireError.self) {
      try victim.feed(Frames.request(1, flags: 0))
      for _ in 0..<100 { try victim.feed(Frames.frame(9, 0, 1, Frames.literal("a", "b"))) }
    }
    #expect(error?.code == .flooded)
  }

  @Test func `headers over the limit end the call and nothing else`() throws {
    var settings = HTTP2Settings()
    settings.headerListBytesMax = 1000
    let victim = try Victim(settings)
    defer { victim.close() }
    let big = Frames.literal("big", String(repeating: "x", count: 2000))
    try victim.feed(Frames.request(1, extra: big))
    let headers = try #require(try victim.sent()[1])
    #expect(headers.count > 3)
    try victim.feed(Frames.request(3))
    #expect(victim.session.calls.contains { $0.id == 3 && $0.handler != nil })
    #expect(!victim.session.calls.contains { $0.handler != nil && $0.id == 1 })
  }

  @Test(arguments: [("GET", "application/grpc"), ("POST", "text/html")])
  func `what is not gRPC gets an HTTP status`(method: String, type: String) throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1, method: method, type: type, flags: 5))
    #expect(victim.session.streamCount == 0)
    #expect(try victim.sent()[1] != nil)
    #expect(victim.handler.status == nil)
  }

  @Test func `a side that ends within a message ends the call`() throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1) + Frames.frame(0, 1, 1, [0, 0, 0, 0, 9, 1, 2]))
    #expect(victim.handler.status?.code == .internal)
    #expect(victim.handler.messages.isEmpty)
  }

  @Test func `compressed messages and requests are UNIMPLEMENTED`() throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1) + Frames.frame(0, 0, 1, [1, 0, 0, 0, 1, 2]))
    #expect(victim.handler.status?.code == .unimplemented)
    try victim.feed(Frames.request(3, extra: Frames.literal("grpc-encoding", "gzip")))
    #expect(try victim.sent()[1] != nil)
  }

  @Test func `padding does not use up the window`() throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1))
    var updates = 0
    for number in 0..<20_000 {
      let now = Instant.zero.advanced(by: .milliseconds(20 * number))
      try victim.feed(Frames.frame(0, 8, 1, [200] + .init(repeating: 0, count: 200)), at: now)
      updates += try victim.sent()[8] == nil ? 0 : 1
    }
    #expect(updates > 3)
  }

  @Test func `answers that the peer does not take are bounded`() throws {
    let victim = try Victim()
    defer { victim.close() }
    let error = #expect(throws: WireError.self) {
      for second in 0..<400 {
        let now = Instant.zero.advanced(by: .seconds(second))
        for _ in 0..<90 {
          try victim.feed(Frames.frame(6, 0, 0, .init(repeating: 1, count: 8)), at: now)
        }
      }
    }
    #expect(error?.code == .flooded)
    #expect(victim.session.outputCount < 300 << 10)
  }

  @Test(arguments: [
    ("DATA on no stream", Frames.frame(0, 0, 0, [1])),
    ("HEADERS on an even stream", Frames.frame(1, 4, 2, Frames.literal(":method", "POST"))),
    ("broken HPACK", Frames.frame(1, 4, 3, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
    ("PING of 7 bytes", Frames.frame(6, 0, 0, .init(repeating: 0, count: 7))),
    ("SETTINGS of 5 bytes", Frames.frame(4, 0, 0, .init(repeating: 0, count: 5))),
    ("a window of 2^31", Frames.frame(4, 0, 0, [0, 4, 128, 0, 0, 0])),
    ("a window that overflows", Frames.frame(8, 0, 0, [127, 255, 255, 255])),
    ("an increment of zero", Frames.frame(8, 0, 0, [0, 0, 0, 0])),
    ("PUSH_PROMISE", Frames.frame(5, 4, 1, [0, 0, 0, 2])),
    ("CONTINUATION of nothing", Frames.frame(9, 4, 1, [])),
    ("HEADERS cut by PING", Frames.request(3, flags: 0) + Frames.frame(6, 0, 0, [])),
    ("a frame of 16 KiB and 1", Frames.frame(0, 0, 1, .init(repeating: 0, count: 16385))),
    ("padding longer than the frame", Frames.frame(0, 8, 1, [9, 0])),
  ])
  func `bytes that break HTTP2 end the connection`(name: String, bytes: [UInt8]) throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1))
    let handler = victim.handler
    // nghttp2 refuses some of them at once, and some with a GOAWAY.
    try? victim.feed(bytes)
    let goAway = try #require(try victim.sent()[7])
    #expect(goAway[4...7] != [0, 0, 0, 0])
    #expect(victim.session.isDone)
    victim.close()
    #expect(handler.status != nil)
  }

  @Test func `a sender that ignores the window ends its call or the connection`() throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1))
    victim.session.calls.first?.pause()
    let chunk = Frames.frame(0, 0, 1, .init(repeating: 0, count: 16384))
    for _ in 0..<20 { try? victim.feed(chunk) }
    #expect(victim.session.bufferedBytes <= victim.session.settings.streamWindowBytes)
    #expect(try victim.sent()[3] == [0, 0, 0, 3])
    #expect(victim.handler.status?.code == .cancelled)
  }

  @Test func `a small block that grows when it is decompressed is refused`() throws {
    let victim = try Victim()
    defer { victim.close() }
    // One field of 3,000 bytes for the table, then 40 times that entry, a byte each.
    let stored = [0x40] + Frames.literal("x", String(repeating: "y", count: 3000)).dropFirst()
    let bomb = stored + [UInt8](repeating: 0xbe, count: 40)
    try victim.feed(Frames.request(1, extra: bomb))
    #expect(victim.session.calls.allSatisfy { $0.handler == nil })
    #expect(try victim.answer(to: 1)?.code == .resourceExhausted)
  }

  @Test(arguments: [
    ("grpc-timeout", "soon", GRPCStatus.Code.internal),
    ("grpc-encoding", "gzip", .unimplemented),
  ])
  func `a request that can't be served has its status`(
    name: String,
    value: String,
    code: GRPCStatus.Code
  ) throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1, extra: Frames.literal(name, value)))
    #expect(try victim.answer(to: 1)?.code == code)
    #expect(victim.handler.status == nil)
  }

  @Test(arguments: [("AQI", [1, 2]), ("AQI=", [1, 2]), ("AQI,Aw", [1, 2]), ("*", nil), ("", [])])
  func `bytes in metadata are what base64 says, or nil`(text: String, bytes: [UInt8]?) throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.request(1, extra: Frames.literal("x-bin", text)))
    #expect(victim.session.calls.first?.metadata.bytes(of: "x-bin") == bytes)
  }

  @Test func `the peer's windows hold messages back`() throws {
    let victim = try Victim()
    defer { victim.close() }
    try victim.feed(Frames.frame(4, 0, 0, [0, 4, 0, 0, 0, 0]) + Frames.request(1))
    let stream = try #require(victim.session.calls.first)
    stream.send { $0.append([1, 2, 3].span) }
    #expect(try victim.sent()[0] == nil)
    try victim.feed(Frames.frame(8, 0, 1, [0, 0, 0, 6]))
    #expect(try victim.sent()[0] == [0, 0, 0, 0, 3, 1])
    try victim.feed(Frames.frame(4, 0, 0, [0, 4, 0, 0, 0, 2]))
    #expect(try victim.sent()[0] == [2, 3])
  }
}
