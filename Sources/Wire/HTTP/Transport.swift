import Basics
import EventLoop
import Serving
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
  /// Why TLS failed; nil unless it did.
  private(set) var fault: ConnectionFault?
  private var hasHeard = false

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

  /// Whether the peer has begun a record of TLS of which the rest is still to come.
  var isInRecord: Bool { tls?.isInRecord ?? false }

  /// Whether bytes are carried in TLS.
  var isSecure: Bool { tls != nil }

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
      fail(error)
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

  private func fail(_ error: WireError) {
    fault = ConnectionFault(error)
    let owner = owner
    close()
    owner?.transport(self, closedFor: "\(error)")
  }

  private static func isLetter(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }

  /// Tells a client that speaks no TLS, whose first byte is that of a method, what is wrong.
  private func refusePlaintext() {
    let words = "this port speaks HTTPS only: use https://\n"
    let head = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: text/plain\r\n"
    let answer = Array("\(head)content-length: \(words.utf8.count)\r\n\r\n\(words)".utf8)
    fault = .handshake
    let owner = owner
    self.owner = nil
    stream.write(answer.span)
    stream.closeAfterWriting()
    owner?.transport(self, closedFor: "plain HTTP on a port for HTTPS")
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
    case .failed(let error): fail(error)
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
    guard hasHeard || !Self.isLetter(bytes[0]) else { return refusePlaintext() }
    hasHeard = true
    do throws(WireError) {
      try tls.receive(bytes)
    } catch {
      fail(error)
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
    case .failed(let error): fail(error)
    }
    plaintext.removeAll(keeping: Self.keptBytes)
  }

  func streamDidEnd(_ stream: TCPStream) { owner?.transportDidEnd(self) }
  func streamDidDrain(_ stream: TCPStream) { owner?.transportDidDrain(self) }

  func stream(_ stream: TCPStream, didCloseWith error: UVError?) {
    owner?.transport(self, closedFor: error.map { "\($0)" } ?? "closed")
  }
}
