import Basics
import TestSupport
import Testing

@testable import Wire

/// A client whose server is not to be trusted.
@Suite(.timeLimit(.minutes(5)))
struct HostileResponseTests {
  /// How a call ended whose server sent `bytes`; with the connection at the latest.
  private func end(
    _ bytes: [UInt8],
    takesOneMessage: Bool = false,
    settings: HTTP2Settings = .init()
  ) throws -> (status: GRPCStatus?, handler: RecordingHandler, stream: GRPCStream) {
    let victim = try Victim(settings, role: .client)
    defer { victim.close() }
    let handler = RecordingHandler()
    let stream = try #require(victim.session.open(path: "/a/B", at: .zero, handler: handler))
    stream.takesOneMessage = takesOneMessage
    try victim.feed([])
    try? victim.feed(bytes)
    return (handler.status, handler, stream)
  }

  private static let head = Frames.response([
    (":status", "200"), ("content-type", "application/grpc+proto"),
  ])
  private static let message = Frames.frame(0, 0, 1, [0, 0, 0, 0, 1, 7])
  private static let ok = Frames.response([("grpc-status", "0")], flags: 5)

  @Test(arguments: [
    ("503", "text/html", GRPCStatus.Code.unavailable), ("404", "text/html", .unimplemented),
    ("401", "application/grpc", .unauthenticated), ("200", "text/html", .unknown),
    ("429", "application/json", .unavailable), ("500", "", .unknown),
  ])
  func `a response that is not gRPC has the status of HTTP`(
    http: String,
    type: String,
    code: GRPCStatus.Code
  ) throws {
    let fields = [(":status", http), ("content-type", type)]
    for flags in [4, 5] as [UInt8] {
      let end = try end(Frames.response(fields, flags: flags))
      #expect(end.status?.code == code)
      #expect(end.handler.heads == 0)
    }
  }

  @Test func `a status in the response wins over that of HTTP`() throws {
    let fields = [(":status", "503"), ("grpc-status", "5"), ("grpc-message", "a%20b%zz")]
    #expect(try end(Frames.response(fields, flags: 5)).status == GRPCStatus(.notFound, "a b%zz"))
  }

  @Test func `a call that takes one message is OK with one`() throws {
    let end = try end(Self.head + Self.message + Self.ok, takesOneMessage: true)
    #expect(end.status == .ok)
    #expect(end.handler.messages == [[7]])
  }

  @Test(arguments: [
    ("no message", head + ok, GRPCStatus.Code.internal),
    ("two messages", head + message + message + ok, .internal),
    ("no trailers", head + Frames.frame(0, 1, 1, [0, 0, 0, 0, 1, 7]), .internal),
    ("no status", head + message + Frames.response([("a", "b")], flags: 5), .internal),
    ("half a message", head + Frames.frame(0, 0, 1, [0, 0, 0, 0, 9, 1]) + ok, .internal),
    (
      "a status of words", head + message + Frames.response([("grpc-status", "no")], flags: 5),
      .unknown
    ),
    ("compressed", head + Frames.frame(0, 0, 1, [1, 0, 0, 0, 0]), .unimplemented),
    ("too long", head + Frames.frame(0, 0, 1, [0, 255, 0, 0, 0]), .resourceExhausted),
    (
      "compression",
      Frames.response([
        (":status", "200"), ("content-type", "application/grpc"), ("grpc-encoding", "gzip"),
      ]), .internal
    ),
    (
      "large headers",
      Frames.response([
        (":status", "200"), ("a", String(repeating: "x", count: 16000)),
        ("b", String(repeating: "x", count: 300)),
      ]), .resourceExhausted
    ),
  ])
  func `a bad response has its status`(name: String, bytes: [UInt8], code: GRPCStatus.Code) throws {
    #expect(try end(bytes, takesOneMessage: true).status?.code == code)
  }

  @Test func `informational headers are passed over`() throws {
    let hints = Frames.response([(":status", "103"), ("link", "x")])
    let end = try end(hints + Self.head + Self.message + Self.ok)
    #expect(end.status == .ok)
    #expect(end.handler.heads == 1)
    #expect(end.stream.metadata["link"] == nil)
  }

  @Test(arguments: [
    (UInt8(0), GRPCStatus.Code.internal), (2, .internal), (7, .unavailable), (8, .cancelled),
    (11, .resourceExhausted), (12, .permissionDenied),
  ])
  func `a reset has the status of its code`(reset: UInt8, code: GRPCStatus.Code) throws {
    let frame = Frames.frame(3, 0, 1, [0, 0, 0, reset])
    #expect(try end(frame).status?.code == code)
    #expect(try end(Self.head + Self.message + frame).status?.code == code)
  }

  @Test(arguments: [
    Frames.frame(0, 0, 1, [0]), Frames.frame(0, 0, 3, [0]), Frames.frame(5, 4, 1, [0, 0, 0, 2]),
    Frames.response([(":status", "x")]), Frames.response([("grpc-status", "0")], flags: 5),
    Frames.response([("A", "b")]), Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8),
  ])
  func `bytes that break HTTP2 end the call`(bytes: [UInt8]) throws {
    let end = try end(bytes)
    #expect(end.handler.heads == 0)
    #expect(end.handler.status.map { $0.code != .ok } == true)
  }

  @Test func `a server that goes away ends the calls that it did not take`() throws {
    let victim = try Victim(role: .client)
    defer { victim.close() }
    let handlers = (0..<3).map { _ in RecordingHandler() }
    let open = { victim.session.open(path: "/a/B", at: .zero, handler: handlers[$0]) }
    _ = (open(0), open(1))
    try victim.feed([])
    // The third is queued when the response comes.
    #expect(open(2) != nil)
    try victim.feed(Frames.frame(7, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0]))
    #expect(handlers.map { $0.status?.code } == [nil, .unavailable, .unavailable])
    #expect(!victim.session.canOpen)
    try victim.feed(Self.head + Self.message + Self.ok)
    #expect(handlers[0].status == .ok)
  }
}
