import Basics
public import HearthProto
public import Wire

/// What a handler of ``Server/handleHolding(_:_:)`` says to a request.
public enum Reply<Response: ProtoMessage> {
  /// This is the answer.
  case now(Response)
  /// The answer comes later, through the call that the closure is given at once.
  case held((HeldCall<Response>) -> Void)
}

/// A unary call whose answer comes later; confined to its loop.
public final class HeldCall<Response: ProtoMessage> {
  /// The call ended before it was answered: cancelled by the client, past its deadline, or its
  /// connection lost.
  ///
  /// At most once; there is nothing to answer then.
  public var onCancel: ((GRPCStatus) -> Void)?

  private let stream: GRPCStream
  private let connection: Connection
  private let arena: CallArena
  private var forget: (() -> Void)?

  init(
    _ stream: GRPCStream,
    _ connection: Connection,
    _ arena: CallArena,
    forget: @escaping () -> Void
  ) {
    self.stream = stream
    self.connection = connection
    self.arena = arena
    self.forget = forget
  }

  /// Answers the call and ends it; after its end nothing is sent.
  public func answer(_ response: Response) {
    defer { connection.wantFlush() }
    do throws(ProtoError) {
      _ = try stream.send { (bytes) throws(ProtoError) in
        defer { arena.reset() }
        try response.encode(into: &bytes, arena: arena)
      }
      finish(.ok)
    } catch {
      finish(GRPCStatus("the answer can't be encoded", error))
    }
  }

  /// Ends the call with a status.
  public func finish(_ status: GRPCStatus) {
    onCancel = nil
    forget?()
    forget = nil
    stream.finish(status)
    connection.wantFlush()
  }

  func ended(with status: GRPCStatus) {
    let onCancel = self.onCancel
    (self.onCancel, forget) = (nil, nil)
    onCancel?(status)
  }
}

/// A unary method whose answers may be held back; what is answered at once has no object of its
/// own.
final class HoldingMethod<Request: ProtoMessage, Response: ProtoMessage>: ServedMethod,
  GRPCStreamHandler
{
  private let arena: CallArena
  /// For answers that go out in the middle of another call.
  private let heldArena: CallArena
  private let body: (Request, CallContext) throws(GRPCStatus) -> Reply<Response>
  private var held: [ObjectIdentifier: HeldCall<Response>] = [:]
  var takesOneMessage: Bool { true }

  init(
    arena: CallArena,
    heldArena: CallArena,
    body: @escaping (Request, CallContext) throws(GRPCStatus) -> Reply<Response>
  ) {
    self.arena = arena
    self.heldArena = heldArena
    self.body = body
  }

  func handler(of stream: GRPCStream, on connection: Connection) -> any GRPCStreamHandler { self }

  func received(_ message: Span<UInt8>, on stream: GRPCStream) {
    defer { arena.reset() }
    do throws(GRPCStatus) {
      switch try reply(to: message, on: stream) {
      case .now(let response):
        _ = try stream.send { (bytes) throws(GRPCStatus) in
          do throws(ProtoError) {
            try response.encode(into: &bytes, arena: arena)
          } catch {
            throw GRPCStatus("the answer can't be encoded", error)
          }
        }
        stream.finish(.ok)
      case .held(let take):
        guard let connection = stream.session?.delegate as? Connection else { return }
        let key = ObjectIdentifier(stream)
        let call = HeldCall<Response>(stream, connection, heldArena) { [unowned self] in
          held[key] = nil
        }
        held[key] = call
        take(call)
      }
    } catch {
      stream.finish(error)
    }
  }

  private func reply(
    to message: Span<UInt8>,
    on stream: GRPCStream
  ) throws(GRPCStatus) -> Reply<Response> {
    let request: Request
    do throws(ProtoError) {
      request = try Request(decoding: message, arena: arena)
    } catch {
      throw GRPCStatus(malformed: error)
    }
    return try body(request, CallContext(stream))
  }

  func receivedHead(_ stream: GRPCStream) {}
  func receivedEnd(_ stream: GRPCStream) {}
  func becameWritable(_ stream: GRPCStream) {}

  func ended(_ stream: GRPCStream, with status: GRPCStatus) {
    held.removeValue(forKey: ObjectIdentifier(stream))?.ended(with: status)
  }
}
