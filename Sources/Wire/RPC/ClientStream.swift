import Basics
import EventLoop
public import HearthProto
public import Wire

/// How one call is made.
public struct CallOptions: Sendable {
  /// What is sent before the messages.
  public var metadata = Metadata()
  /// Time until the call ends with DEADLINE_EXCEEDED, on both ends; nil for no deadline.
  public var timeout: Duration?
  /// Whether the call waits, to its deadline, until the server can be reached.
  public var waitsForReady = false

  /// Makes options.
  public init(
    metadata: Metadata = Metadata(),
    timeout: Duration? = nil,
    waitsForReady: Bool = false
  ) {
    self.metadata = metadata
    self.timeout = timeout
    self.waitsForReady = waitsForReady
  }
}

/// A call that has no connection yet.
protocol WaitingCall: AnyObject {
  var waitsForReady: Bool { get }
  var deadline: Instant { get }
  /// Begins on a connection; false when that takes no more calls now.
  func open(on connection: Connection) -> Bool
  func fail(_ status: GRPCStatus)
}

/// One call from the client's side; confined to its loop.
///
/// Set the closures right after the call was made; nothing is called before the loop turns.
/// Messages that are sent before there is a connection wait.
public final class ClientStream<Request: ProtoMessage, Response: ProtoMessage> {
  /// The server's first metadata came.
  public var onHead: ((Metadata) -> Void)?
  /// A message came.
  public var onMessage: ((Response) -> Void)?
  /// ``send(_:)`` may go on after it said no.
  public var onWritable: (() -> Void)?
  /// The call ended; exactly once, and nothing comes after it.
  public var onClose: ((GRPCStatus) -> Void)?

  /// What the server sent after its messages.
  public private(set) var trailers = Metadata()

  let waitsForReady: Bool
  let deadline: Instant
  private let path: StaticString
  private let metadata: Metadata
  private let hasDeadline: Bool
  private let arena: CallArena
  private var stream: GRPCStream?
  private var connection: Connection?
  private var unsent: [Request] = []
  private var hasEnded = false
  private var isPaused = false
  private var status: GRPCStatus?

  init(
    _ method: MethodDescriptor<Request, Response>,
    options: CallOptions,
    channel: Channel
  ) {
    path = method.path
    metadata = options.metadata
    waitsForReady = options.waitsForReady
    hasDeadline = options.timeout != nil
    deadline = options.timeout.map { Connection.clock.now.advanced(by: $0) } ?? .distantFuture
    arena = channel.arena
  }

  /// Sends a message; false means that enough waits: stop until ``onWritable``.
  @discardableResult
  public func send(_ message: Request) -> Bool {
    guard status == nil else { return false }
    guard let stream else {
      unsent.append(message)
      return unsent.count < Self.unsentMax
    }
    // The call's end, which may come in here, lets go of the connection.
    let connection = connection
    defer { connection?.wantFlush() }
    do throws(ProtoError) {
      return try stream.send { (bytes) throws(ProtoError) in
        defer { arena.reset() }
        try message.encode(into: &bytes, arena: arena)
      }
    } catch {
      stream.cancel(GRPCStatus("the request can't be encoded", error))
      return false
    }
  }

  /// Sends no more messages.
  public func end() {
    hasEnded = true
    stream?.sendEnd()
    connection?.wantFlush()
  }

  /// Gives the call up; it ends with CANCELLED.
  public func cancel() {
    if let stream {
      let connection = connection
      stream.cancel()
      connection?.wantFlush()
    } else {
      fail(GRPCStatus(.cancelled, "the call was cancelled"))
    }
  }

  /// Takes no more messages until ``resume()``: the server has to wait once the window is used up.
  public func pause() {
    isPaused = true
    stream?.pause()
  }

  /// Takes messages again.
  public func resume() {
    isPaused = false
    stream?.resume()
    connection?.wantFlush()
  }

  /// Messages that may wait for a connection before ``send(_:)`` says no.
  private static var unsentMax: Int { 16 }
}

extension ClientStream: WaitingCall {
  func open(on connection: Connection) -> Bool {
    guard status == nil else { return true }
    let now = connection.now
    let left = hasDeadline ? now.duration(to: deadline) : nil
    guard
      let stream = connection.session.open(
        path: path,
        metadata: metadata,
        timeout: left,
        at: now,
        handler: self
      )
    else { return false }
    (self.stream, self.connection) = (stream, connection)
    if isPaused { stream.pause() }
    let messages = unsent
    unsent = []
    var isWritable = true
    for message in messages { isWritable = send(message) }
    if hasEnded { stream.sendEnd() }
    if messages.count >= Self.unsentMax, isWritable, !hasEnded { onWritable?() }
    connection.wantFlush()
    return true
  }

  func fail(_ status: GRPCStatus) {
    guard self.status == nil else { return }
    self.status = status
    let onClose = self.onClose
    (onHead, onMessage, onWritable, self.onClose) = (nil, nil, nil, nil)
    (stream, connection, unsent) = (nil, nil, [])
    onClose?(status)
  }
}

extension ClientStream: GRPCStreamHandler {
  /// Part of the session's side; not for callers.
  public func receivedHead(_ stream: GRPCStream) { onHead?(stream.metadata) }

  /// Part of the session's side; not for callers.
  public func received(_ message: Span<UInt8>, on stream: GRPCStream) {
    let response: Response
    do throws(ProtoError) {
      defer { arena.reset() }
      response = try Response(decoding: message, arena: arena)
    } catch {
      stream.cancel(GRPCStatus("the answer can't be read", error))
      return
    }
    onMessage?(response)
  }

  /// Part of the session's side; not for callers.
  public func receivedEnd(_ stream: GRPCStream) {}

  /// Part of the session's side; not for callers.
  public func becameWritable(_ stream: GRPCStream) {
    onWritable?()
    connection?.wantFlush()
  }

  /// Part of the session's side; not for callers.
  public func ended(_ stream: GRPCStream, with status: GRPCStatus) {
    trailers = stream.trailers
    fail(status)
  }
}
