import Basics

@testable import Wire

/// A session of either role that is fed frames, well formed or not, in pieces of any size, and
/// whose handlers do what handlers may.
func fuzzFrames(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let mode = reader.byte()
  let isServer = mode & 1 == 0
  var settings = HTTP2Settings()
  if mode & 2 != 0 {
    (settings.streamsMax, settings.streamWindowBytes, settings.heldBytesMax) = (3, 100, 500)
    (settings.assemblyBytesMax, settings.messageBytesMax) = (2_000, 1_000)
    (settings.headerListBytesMax, settings.congestionBytes) = (300, 5_000)
    (settings.outboundHighWaterBytes, settings.outboundBytesMax) = (64, 200_000)
  }
  let budget = MemoryBudget()
  let isHTTP = isServer && mode & 8 != 0
  guard
    let session = try? HTTP2Session(
      role: isServer ? .server : .client,
      settings: settings,
      authority: "a",
      budget: budget,
      carrying: isHTTP ? .http(HTTP1Limits(headBytesMax: 500, bodyBytesMax: 2_000)) : .gRPC
    )
  else { return }
  var feeder = Feeder(session: session, pieceBytes: mode & 4 == 0 ? .max : 7)
  session.delegate = feeder.peer
  if isServer { feeder.feed(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)) }
  feeder.feed(frame(4, 0, 0, []))
  if !isServer { for kind in 0..<UInt8(3) { feeder.open(kind) } }
  var steps = 0
  while !reader.isAtEnd, steps < 500, !feeder.hasFailed {
    steps += 1
    feeder.step(&reader, isServer: isServer)
    precondition(session.streamCount <= settings.streamsMax + 600)
  }
  session.close(GRPCStatus(.cancelled))
  precondition(budget.inboundBytes == 0 && budget.outboundBytes == 0, "memory is still counted")
  feeder.peer.forget()
}

private func frame(_ type: UInt8, _ flags: UInt8, _ id: Int, _ payload: [UInt8]) -> [UInt8] {
  let count = payload.count
  return [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
    + [UInt8(id >> 24 & 127), UInt8(id >> 16 & 255), UInt8(id >> 8 & 255), UInt8(id & 255)]
    + payload
}

private func literal(_ name: String, _ value: [UInt8]) -> [UInt8] {
  let (name, value) = (Array(name.utf8.prefix(126)), value.prefix(126))
  return [0, UInt8(name.count)] + name + [UInt8(value.count)] + value
}

private struct Feeder {
  let session: HTTP2Session
  let pieceBytes: Int
  let peer = FuzzPeer()
  private(set) var hasFailed = false
  private var next = 1
  private var now = Instant.zero

  init(session: HTTP2Session, pieceBytes: Int) {
    (self.session, self.pieceBytes) = (session, pieceBytes)
  }

  mutating func open(_ kind: UInt8) {
    let handler = FuzzHandler(kind)
    guard let stream = session.open(path: "/a/B", timeout: .seconds(5), at: now, handler: handler)
    else { return }
    peer.add(handler, stream)
    _ = stream.send { $0.append([1, 2, 3].span) }
  }

  mutating func feed(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty, !hasFailed {
      let piece = Array(rest.prefix(pieceBytes))
      rest = rest.dropFirst(piece.count)
      do { try session.receive(piece.span, at: now) } catch { hasFailed = true }
    }
    produce()
  }

  private mutating func produce() {
    do { try session.produce(limit: 100_000) } catch { hasFailed = true }
    precondition(session.outputCount < 40_000_000)
    if session.outputCount > 1_000_000 { session.takeOutput { $0.count } }
  }

  mutating func step(_ reader: inout Reader, isServer: Bool) {
    let choice = reader.byte()
    let old = Int(reader.byte() % 16) * 2 + 1
    switch choice % 12 {
    case 0, 1:
      let id = isServer && choice & 64 == 0 ? next : old
      if isServer { next += 2 }
      feed(
        frame(
          1,
          reader.byte() & 5 | 4 & ~choice,
          id,
          isServer ? request(&reader) : response(&reader)
        )
      )
    case 2, 3:
      var payload = choice & 64 == 0 ? [0, 0, 0, 0, reader.byte()] : []
      payload += reader.take(Int(reader.byte()))
      feed(frame(0, reader.byte() & 9, old, payload))
    case 4:
      feed(frame(reader.byte() % 12, reader.byte(), reader.word(), reader.take(Int(reader.byte()))))
    case 5: feed(frame(8, 0, choice & 64 == 0 ? 0 : old, reader.take(4)))
    case 6: feed(frame(3, 0, old, reader.take(4)))
    case 7: feed(reader.take(Int(reader.byte())))
    case 8:
      now = now.advanced(by: .milliseconds(reader.word()))
      session.expireDeadlines(at: now)
      _ = session.giveUpStalled(after: 2)
      produce()
    case 9:
      peer.messagesLeft = Int(reader.byte())
      session.resumeHandingOver()
      produce()
    case 10:
      peer.poke(Int(reader.byte()), reader.byte())
      produce()
    default:
      let count = reader.word()
      session.takeOutput { min($0.count, count) }
      if choice & 64 != 0 { session.announceShutdown() }
      produce()
    }
  }

  private func request(_ reader: inout Reader) -> [UInt8] {
    let shape = reader.byte()
    var block = literal(":method", shape & 1 == 0 ? Array("POST".utf8) : reader.take(4))
    block += literal(":scheme", Array("http".utf8)) + literal(":authority", [120])
    block += literal(":path", [47, 97, 47, reader.byte()])
    if shape & 2 == 0 { block += literal("content-type", Array("application/grpc".utf8)) }
    if shape & 4 != 0 { block += literal("grpc-timeout", reader.take(Int(reader.byte() % 10))) }
    if shape & 8 != 0 { block += literal("x-bin", reader.take(Int(reader.byte()))) }
    if shape & 16 != 0 { block += reader.take(Int(reader.byte())) }
    return block
  }

  private func response(_ reader: inout Reader) -> [UInt8] {
    let shape = reader.byte()
    var block = literal(":status", Array(shape & 1 == 0 ? "200".utf8 : "404".utf8))
    if shape & 2 == 0 { block += literal("content-type", Array("application/grpc".utf8)) }
    if shape & 4 != 0 { block += literal("grpc-status", reader.take(2)) }
    if shape & 8 != 0 { block += literal("grpc-message", reader.take(Int(reader.byte()))) }
    if shape & 16 != 0 { block += reader.take(Int(reader.byte())) }
    return block
  }
}

/// Owns a session and the handlers of its calls.
private final class FuzzPeer: HTTP2SessionDelegate {
  var messagesLeft = Int.max
  private var handlers: [FuzzHandler] = []

  func add(_ handler: FuzzHandler, _ stream: GRPCStream) {
    handler.stream = stream
    handlers.append(handler)
  }

  func forget() { for handler in handlers { handler.stream = nil } }

  func received(_ head: Result<HTTPRequestHead, HTTPFault>, on stream: HTTPStream) {
    guard case .success(let head) = head else { return stream.breakOff() }
    precondition(head.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
    stream.handler = FuzzAnswerer(UInt8(truncatingIfNeeded: head.target.utf8.last ?? 0))
  }

  /// Does to a call what its handler may do at any time.
  func poke(_ index: Int, _ what: UInt8) {
    guard !handlers.isEmpty else { return }
    let handler = handlers[index % handlers.count]
    guard let stream = handler.stream, !handler.hasEnded else { return }
    switch what % 4 {
    case 0: stream.pause()
    case 1: stream.resume()
    case 2 where stream.machine.role == .server:
      stream.finish(GRPCStatus(.internal, "\u{1F600}%\n"))
    default: stream.cancel()
    }
  }

  func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)? {
    let kind = stream.path.last ?? 0
    guard kind % 8 != 7 else { return nil }
    stream.takesOneMessage = kind & 16 != 0
    let handler = FuzzHandler(kind)
    add(handler, stream)
    return handler
  }

  func messagesToHandOver(_ session: HTTP2Session) -> Int {
    defer { if messagesLeft != .max { messagesLeft = 0 } }
    return messagesLeft
  }
  func receivedSettings(_ session: HTTP2Session) {}
  func receivedGoAway(_ session: HTTP2Session, isError: Bool) {}
  func receivedPong(_ session: HTTP2Session, _ number: UInt64) {}
}

private final class FuzzHandler: GRPCStreamHandler {
  var stream: GRPCStream?
  private(set) var hasEnded = false
  private let kind: UInt8

  init(_ kind: UInt8) { self.kind = kind }

  func receivedHead(_ stream: GRPCStream) { precondition(!hasEnded) }
  func received(_ message: Span<UInt8>, on stream: GRPCStream) {
    precondition(!hasEnded, "a message after the end")
    switch kind % 8 {
    case 1:
      let count = min(message.count, 70_000)
      _ = stream.send { $0.append([UInt8](repeating: 7, count: count).span) }
    case 2: stream.pause()
    case 3:
      for _ in 0..<40 { _ = stream.send { $0.append([UInt8](repeating: 1, count: 900).span) } }
    case 4 where stream.machine.role == .server: stream.finish(GRPCStatus(.aborted))
    case 5: stream.cancel()
    default: break
    }
  }
  func receivedEnd(_ stream: GRPCStream) {
    if kind % 8 != 2, stream.machine.role == .server { stream.finish(.ok) }
  }
  func becameWritable(_ stream: GRPCStream) { precondition(!hasEnded) }
  func ended(_ stream: GRPCStream, with status: GRPCStatus) {
    precondition(!hasEnded, "a call ended twice")
    hasEnded = true
    self.stream = nil
  }
}

/// Answers a request by HTTP in one of the ways that there are.
private final class FuzzAnswerer: HTTPStreamHandler {
  private let kind: UInt8
  private var hasEnded = false

  init(_ kind: UInt8) { self.kind = kind }

  private func begin(_ stream: HTTPStream) {
    var fields = HTTPFields()
    fields.append("X-A", "1")
    stream.respond(HTTPResponseHead(status: 200, fields: fields), isEnd: kind % 8 == 6)
  }

  func received(_ bytes: Span<UInt8>, on stream: HTTPStream) {
    precondition(!hasEnded, "a part after the end")
    switch kind % 8 {
    case 1: stream.pause()
    case 2:
      begin(stream)
      stream.write([UInt8](repeating: 7, count: 70_000).span)
    case 3: stream.breakOff()
    case 4:
      stream.pause()
      stream.resume()
    default: break
    }
  }
  func receivedEnd(_ stream: HTTPStream) {
    precondition(!hasEnded, "two ends")
    begin(stream)
    stream.write([1, 2, 3].span)
    if kind % 8 == 5 { stream.breakOff() } else { stream.finish() }
  }
  func becameWritable(_ stream: HTTPStream) { stream.finish() }
  func failed(_ stream: HTTPStream, _ fault: HTTPFault) {
    begin(stream)
    stream.finish()
  }
  func abandoned(_ stream: HTTPStream) {
    precondition(!hasEnded, "a request ended twice")
    hasEnded = true
  }
}
