import Basics
public import HearthProto
public import Wire

/// One streaming call on a server; confined to its loop.
///
/// The call keeps itself alive until it ends. Set the closures when the call begins.
public final class ServerStream<Request: ProtoMessage, Response: ProtoMessage>: GRPCStreamHandler {
  /// A message came.
  public var onMessage: ((Request) -> Void)?
  /// The client sends no more.
  public var onEnd: (() -> Void)?
  /// ``send(_:)`` may go on after it said no.
  public var onWritable: (() -> Void)?
  /// The call ended before ``finish(_:trailers:)``: cancelled by the client, past its deadline, or
  /// its connection lost.
  ///
  /// At most once, and nothing comes after it.
  public var onCancel: ((GRPCStatus) -> Void)?

  private let stream: GRPCStream
  private let connection: Connection
  private let arena: CallArena

  init(_ stream: GRPCStream, connection: Connection, arena: CallArena) {
    self.stream = stream
    self.connection = connection
    self.arena = arena
  }

  /// What is known of the call.
  public var context: CallContext { CallContext(stream) }

  /// Whether the call has ended.
  public var isOver: Bool { stream.isOver }

  /// Sends a message; false means that enough waits: stop until ``onWritable``.
  ///
  /// After the end of the call nothing is sent. A message that can't be encoded ends the call with
  /// INTERNAL, one over the limits with RESOURCE_EXHAUSTED.
  @discardableResult
  public func send(_ message: Response) -> Bool {
    defer { connection.wantFlush() }
    do throws(ProtoError) {
      return try stream.send { (bytes) throws(ProtoError) in
        defer { arena.reset() }
        try message.encode(into: &bytes, arena: arena)
      }
    } catch {
      finish(GRPCStatus("the answer can't be encoded", error))
      return false
    }
  }

  /// Sends one message on many streams, and encodes it once.
  public static func send(_ message: Response, on streams: [ServerStream]) {
    guard let arena = streams.first?.arena else { return }
    var bytes = Bytes()
    do throws(ProtoError) {
      defer { arena.reset() }
      try message.encode(into: &bytes, arena: arena)
    } catch {
      for stream in streams { stream.finish(GRPCStatus("the answer can't be encoded", error)) }
      return
    }
    bytes.withSpan { bytes in
      for stream in streams {
        stream.stream.send { $0.append(bytes) }
        stream.connection.wantFlush()
      }
    }
  }

  /// Ends the call; what was sent before goes out first.
  public func finish(_ status: GRPCStatus, trailers: Metadata = Metadata()) {
    release()
    stream.finish(status, trailers: trailers)
    connection.wantFlush()
  }

  /// Takes no more messages until ``resume()``: the client has to wait once the window is used up.
  public func pause() { stream.pause() }

  /// Takes messages again.
  public func resume() {
    stream.resume()
    connection.wantFlush()
  }

  /// The closures usually hold what holds this call.
  private func release() {
    (onMessage, onEnd, onWritable, onCancel) = (nil, nil, nil, nil)
  }

  /// Part of the session's side; not for handlers.
  public func received(_ message: Span<UInt8>, on stream: GRPCStream) {
    do throws(ProtoError) {
      defer { arena.reset() }
      let request = try Request(decoding: message, arena: arena)
      onMessage?(request)
    } catch {
      let onCancel = self.onCancel
      finish(GRPCStatus(malformed: error))
      onCancel?(GRPCStatus(malformed: error))
    }
  }

  /// Part of the session's side; not for handlers.
  public func receivedHead(_ stream: GRPCStream) {}

  /// Part of the session's side; not for handlers.
  public func receivedEnd(_ stream: GRPCStream) { onEnd?() }

  /// Part of the session's side; not for handlers.
  public func becameWritable(_ stream: GRPCStream) {
    onWritable?()
    connection.wantFlush()
  }

  /// Part of the session's side; not for handlers.
  public func ended(_ stream: GRPCStream, with status: GRPCStatus) {
    let onCancel = self.onCancel
    release()
    onCancel?(status)
  }
}
