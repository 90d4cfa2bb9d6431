import Basics

@testable import Wire

/// A client's and a server's session with nothing but memory between them.
final class SessionPair: HTTP2SessionDelegate {
  let client: HTTP2Session
  let server: HTTP2Session
  var now = Instant.zero
  /// How many bytes cross at a time.
  var chunkBytes = Int.max
  var clientError: WireError?
  var serverError: WireError?
  /// Makes the handler of a call.
  var serve: (GRPCStream) -> (any GRPCStreamHandler)? = { _ in nil }
  /// How many more messages the server hands over before the rest has to wait.
  var messagesLeft = Int.max
  var goAways: [Bool] = []
  var pongs: [UInt64] = []
  private var toServer: [UInt8] = []
  private var toClient: [UInt8] = []
  /// All bytes that the server and the client got.
  private(set) var captured: (toServer: [UInt8], toClient: [UInt8]) = ([], [])

  init(
    _ clientSettings: HTTP2Settings = .init(),
    _ serverSettings: HTTP2Settings = .init(),
    budget: MemoryBudget = MemoryBudget()
  ) throws {
    client = try HTTP2Session(role: .client, settings: clientSettings, authority: "test")
    server = try HTTP2Session(role: .server, settings: serverSettings, budget: budget)
    client.delegate = self
    server.delegate = self
  }

  /// Carries bytes until nothing moves.
  func run() {
    repeat {
      do throws(WireError) { try client.produce() } catch { clientError = clientError ?? error }
      do throws(WireError) { try server.produce() } catch { serverError = serverError ?? error }
      client.takeOutput { move($0, &toServer) }
      server.takeOutput { move($0, &toClient) }
      guard !toServer.isEmpty || !toClient.isEmpty else { return }
      captured.toServer += toServer
      captured.toClient += toClient
      if serverError == nil {
        do { try deliver(toServer, to: server) } catch { serverError = error }
      }
      if clientError == nil {
        do { try deliver(toClient, to: client) } catch { clientError = error }
      }
      toServer.removeAll()
      toClient.removeAll()
    } while true
  }

  private func move(_ bytes: Span<UInt8>, _ target: inout [UInt8]) -> Int {
    for index in 0..<bytes.count { target.append(bytes[index]) }
    return bytes.count
  }

  private func deliver(_ bytes: [UInt8], to session: HTTP2Session) throws(WireError) {
    var index = 0
    while index < bytes.count {
      let end = chunkBytes > bytes.count ? bytes.count : min(bytes.count, index + chunkBytes)
      let chunk = Array(bytes[index..<end])
      try session.receive(chunk.span, at: now)
      index = end
    }
  }

  func handler(of stream: GRPCStream) -> (any GRPCStreamHandler)? { serve(stream) }
  func messagesToHandOver(_ session: HTTP2Session) -> Int {
    defer { if messagesLeft != .max { messagesLeft = 0 } }
    return messagesLeft
  }
  func receivedSettings(_ session: HTTP2Session) {}
  func receivedGoAway(_ session: HTTP2Session, isError: Bool) { goAways.append(isError) }
  func receivedPong(_ session: HTTP2Session, _ number: UInt64) { pongs.append(number) }

  func close() {
    client.close(GRPCStatus(.unavailable, "lost"))
    server.close(GRPCStatus(.cancelled, "lost"))
  }
}

/// Writes down what a stream tells it.
final class RecordingHandler: GRPCStreamHandler {
  var heads = 0
  var messages: [[UInt8]] = []
  var ends = 0
  var writables = 0
  var status: GRPCStatus?
  var onMessage: (GRPCStream, [UInt8]) -> Void = { _, _ in }
  var onEnd: (GRPCStream) -> Void = { _ in }
  var onWritable: (GRPCStream) -> Void = { _ in }

  func receivedHead(_ stream: GRPCStream) { heads += 1 }
  func received(_ message: Span<UInt8>, on stream: GRPCStream) {
    let bytes = (0..<message.count).map { message[$0] }
    messages.append(bytes)
    onMessage(stream, bytes)
  }
  func receivedEnd(_ stream: GRPCStream) {
    ends += 1
    onEnd(stream)
  }
  func becameWritable(_ stream: GRPCStream) {
    writables += 1
    onWritable(stream)
  }
  func ended(_ stream: GRPCStream, with status: GRPCStatus) {
    precondition(self.status == nil, "a call ended twice")
    self.status = status
  }

  /// Sends each message back, and ends when the client does.
  static func echo() -> RecordingHandler {
    let handler = RecordingHandler()
    handler.onMessage = { stream, bytes in stream.send { $0.append(bytes.span) } }
    handler.onEnd = { $0.finish(.ok) }
    return handler
  }
}

extension SessionPair {
  /// Calls `path` with one message.
  func call(_ message: [UInt8], _ path: StaticString = "/test/Echo") -> RecordingHandler {
    let handler = RecordingHandler()
    let stream = client.open(path: path, at: now, handler: handler)
    stream?.send { $0.append(message.span) }
    stream?.sendEnd()
    return handler
  }
}
