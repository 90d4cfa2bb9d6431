import Basics
import EventLoop
import Wire

/// Who hears what becomes of a transport.
protocol TransportOwner: AnyObject {
  /// Bytes came; they are gone when the call returns.
  func transport(_ transport: Transport, received bytes: Span<UInt8>)
  /// The peer will send no more; it may still read.
  func transportDidEnd(_ transport: Transport)
  /// What is queued was sent for the most part, after ``Transport/isWritable`` had been false.
  func transportDidDrain(_ transport: Transport)
  /// It is closed, once; nil when it was closed from here.
  func transport(_ transport: Transport, closedFor reason: String?)
}

/// A TCP connection that carries bytes in TLS or not; confined to its loop.
final class Transport {
  weak var owner: (any TransportOwner)?
  let stream: TCPStream
  /// The peer's address without its port.
  let host: Substring
  private let tls: TLSSession?
  private var plaintext = Bytes()
  private var ciphertext = Bytes()
  /// What is to be sent and waits for the handshake.
  private var early = Bytes()
  private(set) var isReady: Bool

  private static let keptBytes = 64 << 10

  init(_ stream: TCPStream, tls: TLSSession?) {
    self.stream = stream
    self.tls = tls
    isReady = tls == nil
    let address = stream.peerAddress ?? ""
    host = address[..<(address.lastIndex(of: ":") ?? address.endIndex)]
    stream.delegate = self
  }

  /// Begins to read, and a client's handshake.
  func start() {
    if tls != nil { advanceHandshake() }
    stream.resumeReading()
  }

  /// What the peers agreed to speak; nil without TLS, or where they named nothing.
  var agreedProtocol: TLSSettings.ApplicationProtocol? { tls?.agreedProtocol }

  /// Whether more should be written now.
  var isWritable: Bool { stream.isWritable }

  /// Bytes that the kernel has taken so far.
  var takenBytes: Int { stream.takenBytes }

  /// Bytes that wait to be sent.
  var queuedBytes: Int { stream.queuedBytes + early.count }

  /// Takes all of `bytes` for sending.
  func write(_ bytes: Span<UInt8>) {
    guard let tls else {
      stream.write(bytes)
      return
    }
    guard isReady else {
      early.append(bytes)
      return
    }
    do throws(WireError) {
      try tls.write(bytes)
      sendCiphertext()
    } catch {
      fail("\(error)")
    }
  }

  /// Sends what is queued and then the end; reading goes on.
  func end() {
    tls?.close()
    sendCiphertext()
    stream.end()
  }

  /// Closes once what is queued was sent, or after 5 s.
  func closeAfterWriting() {
    owner = nil
    tls?.close()
    sendCiphertext()
    stream.closeAfterWriting()
  }

  /// Closes now; what is queued is lost.
  func close() {
    owner = nil
    stream.close()
  }

  private func fail(_ reason: String) {
    let owner = owner
    close()
    owner?.transport(self, closedFor: reason)
  }

  private func sendCiphertext() {
    guard let tls else { return }
    tls.takeOutput(into: &ciphertext)
    ciphertext.withSpan { if !$0.isEmpty { stream.write($0) } }
    ciphertext.removeAll(keeping: Self.keptBytes)
  }

  private func advanceHandshake() {
    guard let tls, !isReady else { return }
    let result = tls.handshake()
    sendCiphertext()
    switch result {
    case .incomplete: break
    case .failed(let error): fail("\(error)")
    case .complete:
      isReady = true
      let bytes = early.array()
      early.removeAll(keeping: 0)
      write(bytes.span)
    }
  }
}

extension Transport: TCPStreamDelegate {
  func stream(_ stream: TCPStream, didRead bytes: Span<UInt8>) {
    guard let tls else {
      owner?.transport(self, received: bytes)
      return
    }
    do throws(WireError) {
      try tls.receive(bytes)
    } catch {
      fail("\(error)")
      return
    }
    advanceHandshake()
    guard isReady, owner != nil else { return }
    let result = tls.read(into: &plaintext)
    sendCiphertext()
    switch result {
    case .incomplete: break
    case .complete(0): owner?.transportDidEnd(self)
    case .complete: plaintext.withSpan { owner?.transport(self, received: $0) }
    case .failed(let error): fail("\(error)")
    }
    plaintext.removeAll(keeping: Self.keptBytes)
  }

  func streamDidEnd(_ stream: TCPStream) { owner?.transportDidEnd(self) }
  func streamDidDrain(_ stream: TCPStream) { owner?.transportDidDrain(self) }

  func stream(_ stream: TCPStream, didCloseWith error: UVError?) {
    owner?.transport(self, closedFor: error.map { "\($0)" } ?? "closed")
  }
}
