import Basics
import EventLoop
import Testing

/// A delegate that keeps what it hears.
private final class Ear: TCPStreamDelegate {
  var received: [UInt8] = []
  var hasEnded = false
  var drains = 0
  var closes: [UVError?] = []
  func stream(_ stream: TCPStream, didRead bytes: Span<UInt8>) {
    for index in bytes.indices { received.append(bytes[index]) }
  }
  func streamDidEnd(_ stream: TCPStream) { hasEnded = true }
  func streamDidDrain(_ stream: TCPStream) { drains += 1 }
  func stream(_ stream: TCPStream, didCloseWith error: UVError?) { closes.append(error) }
}

/// A client and a server end of one connection over loopback.
private final class Pair {
  let loop: Loop
  let (clientEar, serverEar) = (Ear(), Ear())
  private(set) var listener: TCPListener?
  private(set) var client: TCPStream?
  private(set) var server: TCPStream?
  private var connecting: Connecting?

  init(limits: TCPStream.Limits = .init()) throws {
    loop = try Loop()
    let listener = try TCPListener(on: "127.0.0.1:0", loop: loop) { [unowned self] stream in
      stream.delegate = serverEar
      server = stream
    }
    self.listener = listener
    let address = try #require(listener.localAddress)
    connecting = TCPStream.connect(to: address, on: loop, timeout: .seconds(10), limits: limits) {
      [unowned self] result in
      client = try? result.get()
      client?.delegate = clientEar
    }
    let isConnected = loop.run(
      until: { [unowned self] in client != nil && server != nil },
      within: .seconds(10)
    )
    try #require(isConnected)
  }

  func write(_ bytes: [UInt8]) {
    client?.write(bytes.span)
  }
}

@Suite(.timeLimit(.minutes(5)))
struct TCPTests {
  @Test func `bytes arrive in order, and the end after them`() throws {
    let pair = try Pair()
    pair.server?.resumeReading()
    pair.write([1, 2, 3])
    pair.write(Array("hello".utf8))
    pair.client?.end()
    #expect(pair.loop.run(until: { pair.serverEar.hasEnded }, within: .seconds(10)))
    #expect(pair.serverEar.received == [1, 2, 3] + Array("hello".utf8))
    #expect(pair.client?.peerAddress == pair.server?.localAddress)
  }

  @Test func `a reader that pauses makes the writer wait, and nothing is lost`() throws {
    let pair = try Pair(limits: .init(highMark: 100_000, lowMark: 10_000, queueBytesMax: 1 << 30))
    var random = PRNG(seed: 5)
    let chunk = (0..<50_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    var sent: [UInt8] = []
    // More than the kernel's buffers take: so the queue must fill.
    while pair.client?.isWritable == true, sent.count < 64 << 20 {
      pair.write(chunk)
      sent += chunk
    }
    let queued = try #require(pair.client?.queuedBytes)
    #expect(pair.client?.isWritable == false)
    #expect((100_000..<200_000).contains(queued))
    pair.server?.resumeReading()
    #expect(pair.loop.run(until: { pair.clientEar.drains == 1 }, within: .seconds(20)))
    #expect(pair.client?.isWritable == true)
    #expect(
      pair.loop.run(until: { pair.serverEar.received.count == sent.count }, within: .seconds(20))
    )
    #expect(pair.serverEar.received == sent)
    #expect(pair.clientEar.drains == 1)
  }

  @Test func `a queue past its bound closes the stream, once`() throws {
    let pair = try Pair(limits: .init(highMark: 1_000, lowMark: 100, queueBytesMax: 100_000))
    for _ in 0..<2_000 where pair.clientEar.closes.isEmpty {
      pair.write([UInt8](repeating: 7, count: 50_000))
    }
    #expect(pair.clientEar.closes.count == 1)
    #expect(pair.clientEar.closes.first??.name == "ENOBUFS")
    #expect(pair.client?.isClosed == true)
    pair.client?.close()
    #expect(pair.clientEar.closes.count == 1)
  }

  @Test func `a peer that goes away closes the stream with the reason`() throws {
    let pair = try Pair()
    pair.server?.resumeReading()
    pair.client?.close()
    #expect(pair.clientEar.closes.count == 1)
    #expect(pair.loop.run(until: { pair.serverEar.hasEnded }, within: .seconds(10)))
  }

  @Test(arguments: ["127.0.0.1:1", "no-such-host.invalid:80", "nonsense", "127.0.0.1:70000"])
  func `what can't be connected to fails with words that name it`(address: String) throws {
    let loop = try Loop()
    var failure: UVError?
    let connecting = TCPStream.connect(to: address, on: loop, timeout: .seconds(20)) {
      if case .failure(let error) = $0 { failure = error }
    }
    #expect(loop.run(until: { failure != nil }, within: .seconds(30)))
    #expect(failure?.description.hasPrefix("connect to \(address)") == true)
    withExtendedLifetime(connecting) {}
  }

  @Test func `at its limit a listener accepts again only when a connection is given back`() throws {
    let loop = try Loop()
    var accepted: [TCPStream] = []
    let listener = try TCPListener(
      on: "127.0.0.1:0",
      loop: loop,
      settings: .init(connectionsMax: 2)
    ) { accepted.append($0) }
    let address = try #require(listener.localAddress)
    var connected: [TCPStream] = []
    let attempts = (0..<4).map { _ in
      TCPStream.connect(to: address, on: loop, timeout: .seconds(20)) {
        if case .success(let stream) = $0 { connected.append(stream) }
      }
    }
    #expect(
      loop.run(
        until: { connected.count == 4 && listener.counts.limited == 1 },
        within: .seconds(20)
      )
    )
    #expect(accepted.count == 2)
    listener.release()
    #expect(loop.run(until: { accepted.count == 3 }, within: .seconds(20)))
    #expect(listener.connectionCount == 2)
    withExtendedLifetime(attempts) {}
  }

  @Test func `an address in use is refused with words that name it`() throws {
    let loop = try Loop()
    let first = try TCPListener(on: "127.0.0.1:0", loop: loop) { _ in }
    let address = try #require(first.localAddress)
    let error = try #require(throws: UVError.self) {
      try TCPListener(on: address, loop: loop) { _ in }
    }
    #expect(error.description == "listen on \(address): address already in use (EADDRINUSE)")
  }

  @Test func `listeners that share a port both listen on it`() throws {
    let loop = try Loop()
    let shared = TCPListener.Settings(sharesPort: true)
    let first = try TCPListener(on: "127.0.0.1:0", loop: loop, settings: shared) { _ in }
    let address = try #require(first.localAddress)
    let second = try TCPListener(on: address, loop: loop, settings: shared) { _ in }
    #expect(second.localAddress == address)
  }
}
