public import Basics
public import HearthProto
public import Wire

/// A method that is served: makes the handler of each of its calls.
protocol ServedMethod {
  var takesOneMessage: Bool { get }
  func handler(of stream: GRPCStream, on connection: Connection) -> any GRPCStreamHandler
}

extension Server {
  /// Serves a unary method with a function that never suspends: the fast path.
  ///
  /// `body` answers at once, or throws the status that the call ends with.
  public func handle<Request, Response>(
    _ method: MethodDescriptor<Request, Response>,
    _ body: @escaping (Request, CallContext) throws(GRPCStatus) -> Response
  ) {
    handleBytes(method) { [arena] bytes, context, reply throws(GRPCStatus) in
      let request: Request
      do throws(ProtoError) {
        request = try Request(decoding: bytes, arena: arena)
      } catch {
        throw GRPCStatus(malformed: error)
      }
      let response = try body(request, context)
      do throws(ProtoError) {
        try response.encode(into: &reply, arena: arena)
      } catch {
        throw GRPCStatus("the answer can't be encoded", error)
      }
    }
  }

  /// Serves a unary method with a function that never suspends and may hold an answer back.
  ///
  /// `body` answers at once, takes the call to answer it later, or throws the status that it ends
  /// with.
  public func handleHolding<Request, Response>(
    _ method: MethodDescriptor<Request, Response>,
    _ body: @escaping (Request, CallContext) throws(GRPCStatus) -> Reply<Response>
  ) {
    precondition(!method.clientStreaming && !method.serverStreaming, "\(method.path) streams")
    register(HoldingMethod(arena: arena, heldArena: streamArena, body: body), method.path)
  }

  /// Serves a unary method on the bytes of its messages, which can be read in place by a view.
  ///
  /// The arena of the server, ``Server/arena``, is reset after each call.
  public func handleBytes<Request, Response>(
    _ method: MethodDescriptor<Request, Response>,
    _ body: @escaping (Span<UInt8>, CallContext, inout Bytes) throws(GRPCStatus) -> Void
  ) {
    precondition(!method.clientStreaming && !method.serverStreaming, "\(method.path) streams")
    register(UnaryMethod(arena: arena, body: body), method.path)
  }

  /// Serves a method whose messages stream, either way or both; `body` is called when a call begins
  /// and sets what is to be done when something comes.
  public func handleStream<Request, Response>(
    _ method: MethodDescriptor<Request, Response>,
    _ body: @escaping (ServerStream<Request, Response>) -> Void
  ) {
    register(
      StreamingMethod(
        arena: streamArena,
        takesOneMessage: !method.clientStreaming,
        body: body
      ),
      method.path
    )
  }
}

/// A unary method; one object handles all of its calls, since none has a state of its own.
private final class UnaryMethod: ServedMethod, GRPCStreamHandler {
  private let arena: CallArena
  private let body: (Span<UInt8>, CallContext, inout Bytes) throws(GRPCStatus) -> Void
  var takesOneMessage: Bool { true }

  init(
    arena: CallArena,
    body: @escaping (Span<UInt8>, CallContext, inout Bytes) throws(GRPCStatus) -> Void
  ) {
    self.arena = arena
    self.body = body
  }

  func handler(of stream: GRPCStream, on connection: Connection) -> any GRPCStreamHandler { self }

  func received(_ message: Span<UInt8>, on stream: GRPCStream) {
    defer { arena.reset() }
    do throws(GRPCStatus) {
      _ = try stream.send { (reply) throws(GRPCStatus) in
        try body(message, CallContext(stream), &reply)
      }
      stream.finish(.ok)
    } catch {
      stream.finish(error)
    }
  }

  func receivedHead(_ stream: GRPCStream) {}
  func receivedEnd(_ stream: GRPCStream) {}
  func becameWritable(_ stream: GRPCStream) {}
  func ended(_ stream: GRPCStream, with status: GRPCStatus) {}
}

private struct StreamingMethod<Request: ProtoMessage, Response: ProtoMessage>: ServedMethod {
  let arena: CallArena
  let takesOneMessage: Bool
  let body: (ServerStream<Request, Response>) -> Void

  func handler(of stream: GRPCStream, on connection: Connection) -> any GRPCStreamHandler {
    let call = ServerStream<Request, Response>(stream, connection: connection, arena: arena)
    body(call)
    return call
  }
}
