import Basics
import EventLoop
import HearthMessages
import HearthProto
import RPC
import Testing
import Wire

/// A server, and channels to it, on one loop that the test itself turns.
final class OneLoop {
  let loop: Loop
  private(set) var server: Server?
  let address: String

  init(
    _ settings: Server.Settings = Server.Settings(),
    on wanted: String = "127.0.0.1:0",
    _ setUp: (Server) -> Void = { $0.serveEcho() }
  ) throws {
    loop = try Loop()
    let server = try Server(loop: loop, settings: settings, logger: silent)
    setUp(server)
    address = try server.listen(on: wanted)
    self.server = server
  }

  func channel(_ settings: Channel.Settings = Channel.Settings()) throws -> Channel {
    try Channel(to: address, loop: loop, settings: settings)
  }

  /// Turns the loop until `condition` holds, which it must within 20 s.
  func turn(
    _ words: Comment,
    until condition: () -> Bool,
    at place: SourceLocation = #_sourceLocation
  ) throws {
    let came = loop.run(until: condition, within: .seconds(20))
    try #require(came, words, sourceLocation: place)
  }

  /// Begins a unary call with this text.
  func echo(_ text: String, on channel: Channel, options: CallOptions = CallOptions()) -> Outcome {
    let outcome = Outcome()
    channel.call(Echo.unary, Kinds(string: text), options: options) { outcome.result = $0 }
    return outcome
  }

  /// Makes a unary call with this text and expects it back.
  func expectEcho(_ text: String, on channel: Channel, at place: SourceLocation = #_sourceLocation)
    throws
  {
    let outcome = echo(text, on: channel)
    try turn("the echo came", until: { outcome.result != nil }, at: place)
    #expect(outcome.text == text, sourceLocation: place)
  }

  func dropServer() { server = nil }
}

/// What a call came to.
final class Outcome {
  var result: Result<Kinds, GRPCStatus>?
  var text: String? { (try? result?.get())?.string }
  var status: GRPCStatus? {
    guard case .failure(let status)? = result else { return nil }
    return status
  }
}

/// A streaming call with all that came of it.
final class Heard {
  let call: ClientStream<Kinds, Kinds>
  private(set) var messages: [Kinds] = []
  private(set) var status: GRPCStatus?

  init(_ call: ClientStream<Kinds, Kinds>) {
    self.call = call
    call.onMessage = { [unowned self] in messages.append($0) }
    call.onClose = { [unowned self] in status = $0 }
  }
}

/// A TCP peer that does only what the test tells it to, with HTTP/2 of its own if it has settings.
final class RawPeer: TCPStreamDelegate {
  private(set) var stream: TCPStream?
  private(set) var received: [UInt8] = []
  private(set) var isClosed = false
  private var connecting: Connecting?
  private let session: HTTP2Session?

  init(to address: String, on loop: Loop, settings: HTTP2Settings? = HTTP2Settings()) throws {
    session = try settings.map { try HTTP2Session(role: .client, settings: $0, authority: address) }
    connecting = TCPStream.connect(to: address, on: loop, timeout: .seconds(10)) {
      [unowned self] result in
      stream = try? result.get()
      stream?.delegate = self
      stream?.resumeReading()
    }
  }

  deinit { session?.close(GRPCStatus(.unavailable)) }

  func say(_ bytes: [UInt8]) { stream?.write(bytes.span) }

  /// Opens a call, whose deadline is the server's affair alone.
  func open(_ path: StaticString, timeout: Duration? = nil, handler: any GRPCStreamHandler) throws {
    _ = try begin(path, timeout: timeout, handler: handler)
  }

  /// Opens a call to send more on.
  func begin(
    _ path: StaticString,
    timeout: Duration? = nil,
    handler: any GRPCStreamHandler
  ) throws -> GRPCStream? {
    defer { try? flush() }
    return session?.open(path: path, timeout: timeout, at: .zero, handler: handler)
  }

  func flush() throws {
    try session?.produce()
    session?.takeOutput { bytes in
      stream?.write(bytes)
      return bytes.count
    }
  }

  func stream(_ stream: TCPStream, didRead bytes: Span<UInt8>) {
    if let session {
      try? session.receive(bytes, at: .zero)
      try? flush()
    } else {
      for index in bytes.indices { received.append(bytes[index]) }
    }
  }
  func streamDidEnd(_ stream: TCPStream) { isClosed = true }
  func streamDidDrain(_ stream: TCPStream) {}
  func stream(_ stream: TCPStream, didCloseWith error: UVError?) { isClosed = true }
}

/// A raw call's end; it may take no messages.
final class RawEnd: GRPCStreamHandler {
  private(set) var status: GRPCStatus?
  private let takesMessages: Bool
  init(takesMessages: Bool = true) { self.takesMessages = takesMessages }
  func receivedHead(_ stream: GRPCStream) { if !takesMessages { stream.pause() } }
  func received(_ message: Span<UInt8>, on stream: GRPCStream) {}
  func receivedEnd(_ stream: GRPCStream) {}
  func becameWritable(_ stream: GRPCStream) {}
  func ended(_ stream: GRPCStream, with status: GRPCStatus) { self.status = status }
}
