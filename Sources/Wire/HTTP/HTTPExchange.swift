public import Basics
public import Wire

/// What carries the response of an exchange.
protocol HTTPExchangeCarrier: AnyObject {
  var isWritable: Bool { get }
  func respond(_ exchange: HTTPExchange, _ head: HTTPResponseHead, length: Int?)
  func write(_ exchange: HTTPExchange, _ bytes: Span<UInt8>)
  func finish(_ exchange: HTTPExchange)
  func fail(_ exchange: HTTPExchange)
  func setReading(_ exchange: HTTPExchange, _ isReading: Bool)
}

/// A request and its response; whoever answers keeps it and sets what it wants to hear.
///
/// All calls are made on the loop of the server. After the response is complete, or the client is
/// gone, nothing more is heard and calls have no effect.
public final class HTTPExchange {
  /// What was asked for.
  public let head: HTTPRequestHead
  /// The client's address, without its port.
  public let client: String
  /// When the head was complete, by the clock of the machine.
  public let began: Instant

  /// A part of the body came; it is gone when the call returns.
  public var onBody: ((Span<UInt8>) -> Void)?
  /// All of the body is there.
  public var onComplete: (() -> Void)?
  /// More may be written, after ``isWritable`` had been false.
  public var onWritable: (() -> Void)?
  /// The client is gone, before the response was complete.
  public var onAbandon: (() -> Void)?

  /// The status of the response, once it began.
  public private(set) var status: Int?
  /// Whether the response is complete, or there is nobody who would read it.
  public private(set) var isOver = false
  /// Why the rest of the request could not be taken; nil unless that was so.
  public private(set) var fault: HTTPFault?
  weak var carrier: (any HTTPExchangeCarrier)?
  /// Bytes of the body that are to be written; nil where nobody said.
  private var bytesLeft: Int?

  init(_ head: HTTPRequestHead, client: String, at now: Instant, carrier: any HTTPExchangeCarrier) {
    self.head = head
    self.client = client
    began = now
    self.carrier = carrier
  }

  /// Whether more should be written now.
  public var isWritable: Bool { carrier?.isWritable ?? false }

  /// Sends the head of the response; its body follows by ``write(_:)`` and ``finish()``.
  ///
  /// `length` is that of the body, in bytes, where it is known. The fields name neither a length
  /// nor a transfer encoding.
  public func begin(_ status: Int, _ fields: HTTPFields = HTTPFields(), length: Int? = nil) {
    guard !isOver, self.status == nil else { return }
    self.status = status
    bytesLeft = length
    carrier?.respond(self, HTTPResponseHead(status: status, fields: fields), length: length)
  }

  /// Sends a part of the response's body; past the length that was said, nothing.
  public func write(_ bytes: Span<UInt8>) {
    guard !isOver, status != nil, head.method != .head else { return }
    let count = min(bytes.count, bytesLeft ?? .max)
    bytesLeft = bytesLeft.map { $0 - count }
    carrier?.write(self, bytes.extracting(first: count))
  }

  /// The response is complete; one that lacks bytes of its length is cut off.
  public func finish() {
    guard !isOver, status != nil else { return }
    guard bytesLeft ?? 0 == 0 || head.method == .head else { return fail() }
    isOver = true
    release()
    carrier?.finish(self)
  }

  /// Sends a whole response.
  public func respond(_ status: Int, _ fields: HTTPFields, body: [UInt8]) {
    guard !isOver, self.status == nil else { return }
    begin(status, fields, length: body.count)
    write(body.span)
    finish()
  }

  /// Cuts the response off, so that the client sees that it is not complete.
  public func fail() {
    guard !isOver else { return }
    isOver = true
    release()
    carrier?.fail(self)
  }

  /// Reads no more of the body until ``resumeReading()``: what takes it is full.
  public func pauseReading() { carrier?.setReading(self, false) }

  /// Goes on after ``pauseReading()``.
  public func resumeReading() { carrier?.setReading(self, true) }

  /// The client is gone, or the rest of its request can't be taken.
  func abandon(because fault: HTTPFault? = nil) {
    guard !isOver else { return }
    (isOver, self.fault) = (true, fault)
    let heard = onAbandon
    release()
    heard?()
  }

  private func release() { (onBody, onComplete, onWritable, onAbandon) = (nil, nil, nil, nil) }
}

extension HTTPFault {
  /// The fault with the path of the request, where its head was taken.
  func of(_ exchange: HTTPExchange?) -> HTTPFault {
    var fault = self
    if let exchange { fault.path = String(exchange.head.path) }
    return fault
  }
}
