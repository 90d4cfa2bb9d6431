public import EventLoop
public import HearthProto
import Synchronization
public import Wire

/// Calls one server from async code, over a ``Channel`` on a loop.
///
/// Any number of tasks may use it. A task that is cancelled cancels its call.
public final class Client: Sendable {
  /// `host:port` of the server.
  public let address: String

  private let channel: Confined<Channel>

  /// Makes a client to `host:port` whose connection lives on `loop`.
  ///
  /// Calls fail with INVALID_ARGUMENT when keys or certificates can't be used.
  public init(to address: String, on loop: LoopHandle, settings: Channel.Settings = .init()) {
    self.address = address
    channel = Confined(on: loop) { loop throws(GRPCStatus) in
      do throws(WireError) {
        return try Channel(to: address, loop: loop, settings: settings)
      } catch {
        throw GRPCStatus(.invalidArgument, "\(error)")
      }
    }
  }

  /// Makes a unary call.
  public func call<Request, Response>(
    _ method: MethodDescriptor<Request, Response>,
    _ request: Request,
    options: CallOptions = CallOptions()
  ) async throws(GRPCStatus) -> Response {
    let call = call(method, options: options)
    await call.send(request)
    call.end()
    var response: Response?
    while let message = try await call.next() { response = message }
    guard let response else { throw GRPCStatus(.internal, "the server sent no answer") }
    return response
  }

  /// Begins a call whose messages stream.
  public func call<Request, Response>(
    _ method: MethodDescriptor<Request, Response>,
    options: CallOptions = CallOptions()
  ) -> Call<Request, Response> {
    Call(method, options: options, channel: channel)
  }

  /// Ends all calls with UNAVAILABLE, and calls that are made later too.
  ///
  /// Has to be called, or the client dropped, before its loop stops.
  public func close() { channel.release(GRPCStatus(.unavailable, "the client was closed")) }
}

/// An object that lives on a loop: made there, used there, released there.
///
/// `@unchecked Sendable` because `object` is touched by closures on the loop only.
final class Confined<Object: AnyObject>: @unchecked Sendable {
  private let loop: LoopHandle
  private var object: Result<Object, GRPCStatus>?

  init(
    on loop: LoopHandle,
    _ make: sending @escaping (Loop) throws(GRPCStatus) -> Object
  ) {
    self.loop = loop
    loop.submit(onLoop: { [self] loop in
      do throws(GRPCStatus) {
        object = .success(try make(loop))
      } catch {
        object = .failure(error)
      }
    })
  }

  /// Calls `body` on the loop; `failed` with why the object could not be made.
  ///
  /// Neither is called when the loop has ended.
  func use(
    _ body: sending @escaping (Object) throws(GRPCStatus) -> Void,
    failed: sending @escaping (GRPCStatus) -> Void = { _ in }
  ) {
    loop.submit { [self] in
      do throws(GRPCStatus) {
        guard let object else { throw GRPCStatus.loopEnded }
        try body(try object.get())
      } catch {
        failed(error)
      }
    }
  }

  /// Releases the object; whoever wants to use it gets `status`.
  func release(_ status: GRPCStatus) {
    loop.submit { [self] in object = .failure(status) }
  }

  deinit {
    // The last reference may be dropped on any thread.
    let object = Released(object)
    loop.submit { object.release() }
  }

  /// The object on its way to its release.
  ///
  /// `@unchecked Sendable` because it is handed over: nobody else refers to it any more.
  private final class Released: @unchecked Sendable {
    private var object: Result<Object, GRPCStatus>?
    init(_ object: Result<Object, GRPCStatus>?) { self.object = object }
    func release() { object = nil }
  }
}

extension GRPCStatus {
  static var loopEnded: GRPCStatus { GRPCStatus(.unavailable, "the event loop has ended") }
}
