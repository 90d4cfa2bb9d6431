import Basics
import TestSupport
import Testing

@testable import Wire

/// What connections may hold in memory, each and together.
@Suite(.timeLimit(.minutes(5)))
struct MemoryBudgetTests {
  private static let path: StaticString = "/a/B"

  /// Sends `size` bytes on a stream; whether it is over then.
  private func send(_ size: Int, on stream: GRPCStream) -> Bool {
    stream.send { $0.append(count: size) { _ in size } }
    return stream.isOver
  }

  /// A connection whose server has answered `count` calls of which the client takes nothing.
  private func answered(
    _ count: Int,
    _ settings: HTTP2Settings = .init(),
    budget: MemoryBudget = MemoryBudget()
  ) throws -> (pair: SessionPair, streams: [GRPCStream]) {
    var narrow = HTTP2Settings()
    narrow.streamWindowBytes = 0
    let pair = try SessionPair(narrow, settings, budget: budget)
    var streams: [GRPCStream] = []
    pair.serve = { stream in
      streams.append(stream)
      return RecordingHandler()
    }
    for _ in 0..<count {
      _ = pair.client.open(path: Self.path, at: .zero, handler: RecordingHandler())
    }
    pair.run()
    return (pair, streams)
  }

  @Test func `what waits to be sent is bounded for a connection`() throws {
    var settings = HTTP2Settings()
    settings.connectionOutboundBytesMax = 5_000
    let (pair, streams) = try answered(4, settings)
    defer { pair.close() }
    #expect(streams.map { send(1_500, on: $0) } == [false, false, false, true])
    #expect(pair.server.outboundBytes == 3 * 1_505)
    #expect(pair.server.budget.outboundBytes == pair.server.outboundBytes)
  }

  @Test func `and for all connections together, but for a little of each`() throws {
    let budget = MemoryBudget(outboundBytesMax: 305_000)
    let greedy = try answered(4, budget: budget)
    defer { greedy.pair.close() }
    #expect(greedy.streams.map { send(100_000, on: $0) } == [false, false, false, true])
    #expect(budget.outboundBytes <= budget.outboundBytesMax)
    let modest = try answered(1, budget: budget)
    defer { modest.pair.close() }
    #expect(send(50_000, on: modest.streams[0]) == false)
  }

  @Test func `a connection that ends gives back all that it held`() throws {
    let budget = MemoryBudget()
    let (pair, streams) = try answered(2, budget: budget)
    _ = send(10_000, on: streams[0])
    _ = send(10_000, on: streams[1])
    streams[1].finish(.ok)
    pair.server.waitsUnsent(700)
    #expect(budget.outboundBytes == 2 * 10_005 + 700)
    pair.close()
    #expect(budget.outboundBytes == 0)
    #expect(budget.inboundBytes == 0)
  }

  @Test func `incomplete messages are bounded over all connections`() throws {
    let budget = MemoryBudget(inboundBytesMax: 200_000)
    let victims = try (0..<3).map { _ in try Victim(budget: budget) }
    defer { for victim in victims { victim.close() } }
    let start = [0, 0, 1, 0x80, 0] + [UInt8](repeating: 1, count: 16_000)
    for victim in victims {
      try victim.feed(Frames.request(1) + Frames.frame(0, 0, 1, start))
      for _ in 0..<4 {
        try victim.feed(Frames.frame(0, 0, 1, [UInt8](repeating: 1, count: 16_000)))
      }
    }
    #expect(victims.map { $0.handler.status?.code } == [nil, nil, .resourceExhausted])
    #expect(budget.inboundBytes <= budget.inboundBytesMax)
    // A small one is still taken from who holds little.
    try victims[2].feed(Frames.request(3) + Frames.frame(0, 0, 3, [0, 0, 0, 9, 9, 1]))
    #expect(victims[2].handler.status == nil)
  }

  @Test func `a peer that takes nothing of what waits is given up, one that does is not`() throws {
    let (pair, streams) = try answered(1)
    defer { pair.close() }
    _ = send(10_000, on: streams[0])
    for _ in 0..<3 { #expect(!pair.server.giveUpStalled(after: 3)) }
    try pair.server.receive(Frames.frame(8, 0, 1, [0, 0, 0, 5]).span, at: .zero)
    try pair.server.produce()
    for _ in 0..<3 { #expect(!pair.server.giveUpStalled(after: 3)) }
    #expect(pair.server.giveUpStalled(after: 3))
  }

  @Test func `a call that is not read ends while others of its connection go on`() throws {
    let (pair, streams) = try answered(2)
    defer { pair.close() }
    _ = send(10_000, on: streams[0])
    for _ in 0..<2 { _ = pair.server.giveUpStalled(after: 2) }
    _ = send(10_000, on: streams[1])
    #expect(!pair.server.giveUpStalled(after: 2))
    #expect(streams.map(\.isOver) == [true, false])
    #expect(pair.server.outboundBytes == 10_005)
  }
}
