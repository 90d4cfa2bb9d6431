import Basics
import EventLoop
import Logging
import Testing
import Wire

@testable import HTTP

/// A server, and clients that send it bytes, on one loop that the test itself turns.
final class OneHTTPLoop {
  let loop: Loop
  private(set) var server: HTTPServer?
  let address: String
  /// Exchanges in the order in which they began.
  private(set) var exchanges: [HTTPExchange] = []
  /// Exchanges that are over.
  private(set) var ended = 0

  init(
    _ settings: HTTPServer.Settings = HTTPServer.Settings(),
    _ serve: ((HTTPExchange) -> Void)? = nil
  ) throws {
    loop = try Loop()
    let server = try HTTPServer(
      loop: loop,
      settings: settings,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    address = try server.listen(on: "127.0.0.1:0")
    self.server = server
    server.onRequest = { [unowned self] exchange in
      exchanges.append(exchange)
      serve?(exchange)
    }
    server.onEnd = { [unowned self] _ in ended += 1 }
  }

  deinit { exchanges = [] }

  func client() throws -> RawClient { try RawClient(self) }

  /// Turns the loop until `condition` holds, which it must within 20 s.
  func turn(
    _ words: Comment,
    until condition: () -> Bool,
    at place: SourceLocation = #_sourceLocation
  ) throws {
    let came = loop.run(until: condition, within: .seconds(20))
    try #require(came, words, sourceLocation: place)
  }
}

/// A client that sends and hears bytes.
final class RawClient: TCPStreamDelegate {
  /// What it heard as text, unless ``onBytes`` takes it.
  private(set) var heard = ""
  var onBytes: ((Span<UInt8>) -> Void)?
  private(set) var hasEnded = false
  private(set) var isClosed = false
  private var connecting: Connecting?
  private(set) var stream: TCPStream?

  init(_ one: OneHTTPLoop) throws {
    var result: Result<TCPStream, UVError>?
    connecting = TCPStream.connect(to: one.address, on: one.loop, timeout: .seconds(10)) {
      result = $0
    }
    try one.turn("a client is connected", until: { result != nil })
    stream = try result?.get()
    stream?.delegate = self
    stream?.resumeReading()
  }

  func send(_ text: String) { send(Array(text.utf8)) }
  func send(_ bytes: [UInt8]) { stream?.write(bytes.span) }
  func endSending() { stream?.end() }
  func stopReading() { stream?.pauseReading() }
  func startReading() { stream?.resumeReading() }

  func leave() {
    stream?.close()
    stream = nil
  }

  func stream(_ stream: TCPStream, didRead bytes: Span<UInt8>) {
    if let onBytes { return onBytes(bytes) }
    heard += bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
  func streamDidEnd(_ stream: TCPStream) { hasEnded = true }
  func streamDidDrain(_ stream: TCPStream) {}
  func stream(_ stream: TCPStream, didCloseWith error: UVError?) { isClosed = true }
}

extension HTTPExchange {
  /// Answers with the method, the target and the body, once the request is complete.
  func echo() {
    var body: [UInt8] = []
    onBody = { body += $0.withUnsafeBufferPointer { Array($0) } }
    onComplete = { [unowned self] in
      respond(200, HTTPFields(), body: Array("\(head.method) \(head.target) ".utf8) + body)
    }
  }
}

/// What a client hears of an echo.
func echoed(_ text: String) -> String {
  "HTTP/1.1 200 OK\r\ncontent-length: \(text.utf8.count)\r\n\r\n\(text)"
}
