import Basics
import EventLoop
import Wire

/// A connection to a server: one request after the other.
final class HTTPClientConnection {
  private let transport: Transport
  private weak var client: HTTPClient?
  private var reader: HTTP1ResponseReader
  private var call: HTTPCall?
  private var keepsAlive = true
  private var hasHeard = false
  private var isReused = false
  private(set) var isUsable = true
  /// When the last response was complete.
  private(set) var idleSince = Instant.zero

  init(_ transport: Transport, of client: HTTPClient) {
    self.transport = transport
    self.client = client
    reader = HTTP1ResponseReader(limits: client.settings.limits)
    transport.owner = self
    transport.start()
  }

  func begin(_ call: HTTPCall, isReused: Bool) {
    self.call = call
    self.isReused = isReused
    hasHeard = false
    call.connection = self
    // Who owns the connection while it has a call: the transport's owner is weak.
    held = self
    reader.expect(headOnly: call.isHeadOnly)
    let request = call.request
    transport.write(request.span)
  }

  private var held: HTTPClientConnection?

  func setReading(_ isReading: Bool) {
    if isReading { transport.stream.resumeReading() } else { transport.stream.pauseReading() }
  }

  func close() {
    isUsable = false
    transport.close()
    client?.lost(self)
    held = nil
  }

  private func fail(_ fault: HTTPFault) {
    let (call, mayRetry) = (call, isReused && !hasHeard)
    self.call = nil
    close()
    call?.failed(fault, mayRetry: mayRetry)
  }

  private func complete() {
    let call = call
    self.call = nil
    held = nil
    idleSince = LoopClock().now
    // Who held this response up says nothing of the next one.
    setReading(true)
    if keepsAlive, let client { client.keep(self) } else { close() }
    call?.end(nil)
  }
}

extension HTTPClientConnection: TransportOwner {
  func transport(_ transport: Transport, received bytes: Span<UInt8>) {
    guard call != nil else {
      // Nobody asked: what would be the next answer is none.
      return close()
    }
    let own = self
    var offset = 0
    do throws(HTTPFault) {
      while own.call != nil, let event = try own.reader.next(bytes, from: &offset) {
        guard let call = own.call else { break }
        if !own.hasHeard { call.began() }
        own.hasHeard = true
        switch event {
        case .head(let head):
          own.keepsAlive = head.keepsAlive
          call.onHead?(head)
        case .body(let range): if let onBody = call.onBody { onBody(bytes.extracting(range)) }
        case .end:
          if offset < bytes.count { own.keepsAlive = false }
          own.complete()
        }
      }
    } catch {
      own.fail(HTTPFault(502, error.reason))
    }
  }

  func transportDidEnd(_ transport: Transport) {
    do throws(HTTPFault) {
      if call != nil, try reader.end() {
        keepsAlive = false
        return complete()
      }
      fail(HTTPFault(502, "the server closed the connection"))
    } catch {
      fail(error)
    }
  }

  func transportDidDrain(_ transport: Transport) {}

  func transport(_ transport: Transport, closedFor reason: String?) {
    fail(HTTPFault(502, reason ?? "closed"))
  }
}
