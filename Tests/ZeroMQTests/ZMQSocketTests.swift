import EventLoop
import Testing

@testable import ZeroMQ

@Suite(.timeLimit(.minutes(5)))
struct ZMQSocketTests {
  /// What came on a socket.
  private final class Inbox {
    var messages: [[[UInt8]]] = []
  }

  private func bytes(_ number: Int) -> [UInt8] { Array("\(number)".utf8) }

  @Test func `what is published comes in order, however much there is at once`() throws {
    let (loop, context, inbox) = (try Loop(), try ZMQContext(), Inbox())
    var limits = ZMQSocket.Limits()
    limits.messagesMax = 10_000
    let publisher = try ZMQSocket(.publisher, of: context, loop: loop, limits: limits)
    let endpoint = try publisher.bind(to: "tcp://127.0.0.1:*")
    let subscriber = try ZMQSocket(.subscriber, of: context, loop: loop, limits: limits) {
      inbox.messages.append($0)
    }
    try subscriber.connect(to: endpoint)
    // A publisher drops what is sent before somebody listens.
    let isHeard = loop.run(
      until: {
        publisher.send([[], bytes(0)])
        return !inbox.messages.isEmpty
      },
      within: .seconds(20)
    )
    #expect(isHeard)
    for number in 1...5_000 { #expect(publisher.send([[7], bytes(number)])) }
    let came = loop.run(
      until: { inbox.messages.last == [[7], bytes(5_000)] },
      within: .seconds(20)
    )
    #expect(came)
    #expect(inbox.messages.filter { $0[0] == [7] }.map { $0[1] } == (1...5_000).map(bytes))
    publisher.close()
    subscriber.close()
  }

  @Test func `one question has many answers`() throws {
    let (loop, context, inbox) = (try Loop(), try ZMQContext(), Inbox())
    let asked = Inbox()
    let router = try ZMQSocket(.router, of: context, loop: loop) { asked.messages.append($0) }
    let endpoint = try router.bind(to: "tcp://127.0.0.1:*")
    let dealer = try ZMQSocket(.dealer, of: context, loop: loop) { inbox.messages.append($0) }
    try dealer.connect(to: endpoint)
    #expect(dealer.send([[], [1]]))
    #expect(loop.run(until: { !asked.messages.isEmpty }, within: .seconds(20)))
    let question = try #require(asked.messages.first)
    #expect(Array(question.dropFirst()) == [[], [1]])
    for number in 0..<200 { #expect(router.send([question[0], [], bytes(number)])) }
    #expect(loop.run(until: { inbox.messages.count == 200 }, within: .seconds(20)))
    #expect(inbox.messages.map { $0[1] } == (0..<200).map(bytes))
    router.close()
    dealer.close()
  }

  @Test func `a frame that is too large ends the connection, and frames beyond a few are dropped`()
    throws
  {
    let (loop, context, inbox) = (try Loop(), try ZMQContext(), Inbox())
    var limits = ZMQSocket.Limits()
    (limits.frameBytesMax, limits.framesMax) = (1_000, 2)
    let listener = try ZMQSocket(.dealer, of: context, loop: loop, limits: limits) {
      inbox.messages.append($0)
    }
    let endpoint = try listener.bind(to: "tcp://127.0.0.1:*")
    let large = try ZMQSocket(.dealer, of: context, loop: loop)
    try large.connect(to: endpoint)
    #expect(large.send([[UInt8](repeating: 1, count: 1_001)]))
    let small = try ZMQSocket(.dealer, of: context, loop: loop)
    try small.connect(to: endpoint)
    #expect(small.send([[1], [2], [3], [4]]))
    #expect(loop.run(until: { !inbox.messages.isEmpty }, within: .seconds(20)))
    #expect(inbox.messages == [[[1], [2]]])
    for socket in [listener, large, small] { socket.close() }
  }

  @Test func `a closed socket hears nothing, and can be let go in the middle of messages`() throws {
    let (loop, context, inbox) = (try Loop(), try ZMQContext(), Inbox())
    let listener = try ZMQSocket(.router, of: context, loop: loop)
    let endpoint = try listener.bind(to: "tcp://127.0.0.1:*")
    var socket: ZMQSocket?
    socket = try ZMQSocket(.dealer, of: context, loop: loop) {
      inbox.messages.append($0)
      socket?.close()
      socket = nil
    }
    try socket?.connect(to: endpoint)
    weak let gone = socket
    let sender = try ZMQSocket(.dealer, of: context, loop: loop)
    try sender.connect(to: endpoint)
    _ = socket?.send([[1]])
    listener.close()
    socket?.close()
    socket = nil
    #expect(loop.run(until: { gone == nil }, within: .seconds(20)))
    #expect(inbox.messages.isEmpty)
    sender.close()
  }

  @Test func `endpoints that are none are refused with their reason`() throws {
    let socket = try ZMQSocket(.subscriber, of: try ZMQContext(), loop: try Loop())
    #expect(throws: ZMQError.self) { try socket.connect(to: "tcp://") }
    do {
      try socket.connect(to: "nowhere")
    } catch let error {
      #expect("\(error)" == "connect to nowhere: Invalid argument")
    }
    socket.close()
  }
}
