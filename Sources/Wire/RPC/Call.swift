public import HearthProto
import Synchronization
public import Wire

/// One call from async code: messages are sent with ``send(_:)`` and taken with ``next()``.
///
/// A reader that is slow stops the server, and a server that is slow suspends ``send(_:)``. One
/// task may send and one may take at a time. A call that is dropped is cancelled.
public final class Call<Request: ProtoMessage, Response: ProtoMessage>: Sendable {
  /// Messages that are held for a reader before the server has to wait.
  private static var heldMax: Int { 16 }

  private struct State {
    var messages: [Response] = []
    var taken = 0
    var isPaused = false
    var status: GRPCStatus?
    var trailers = Metadata()
    var reader: CheckedContinuation<Void, Never>?
    var writer: CheckedContinuation<Void, Never>?
  }

  /// What both the call and the loop's closures hold; ends the call when the loop drops it.
  private final class Shared: Sendable {
    let state = Mutex(State())

    func close(_ status: GRPCStatus, trailers: Metadata = Metadata()) {
      let (reader, writer) = state.withLock { state in
        if state.status == nil { (state.status, state.trailers) = (status, trailers) }
        defer { (state.reader, state.writer) = (nil, nil) }
        return (state.reader, state.writer)
      }
      reader?.resume()
      writer?.resume()
    }
  }

  /// Lives as long as the closures that would tell of the call's end.
  private final class Lifeline: Sendable {
    let shared: Shared
    init(_ shared: Shared) { self.shared = shared }
    deinit { shared.close(.loopEnded) }
  }

  /// The call on the loop.
  ///
  /// `@unchecked Sendable` because `stream` is touched by closures on the loop only.
  private final class OnLoop: @unchecked Sendable {
    var stream: ClientStream<Request, Response>?
  }

  private let shared = Shared()
  private let onLoop = OnLoop()
  private let channel: Confined<Channel>

  init(
    _ method: MethodDescriptor<Request, Response>,
    options: CallOptions,
    channel: Confined<Channel>
  ) {
    self.channel = channel
    let (shared, onLoop) = (shared, onLoop)
    let lifeline = Lifeline(shared)
    channel.use(
      { channel throws(GRPCStatus) in
        let stream = channel.stream(method, options: options)
        onLoop.stream = stream
        stream.onMessage = { [unowned stream] message in
          Self.received(message, shared, stream)
        }
        stream.onWritable = { Self.becameWritable(shared) }
        stream.onClose = { [unowned stream] status in
          lifeline.shared.close(status, trailers: stream.trailers)
          onLoop.stream = nil
        }
      },
      failed: { lifeline.shared.close($0) }
    )
  }

  deinit { cancel() }

  /// What the server sent after its messages; empty before the end.
  public var trailers: Metadata { shared.state.withLock { $0.trailers } }

  /// Sends a message, and waits while too many wait; nothing is sent after the call's end, which
  /// ``next()`` tells of.
  public func send(_ message: Request) async {
    let (shared, onLoop) = (shared, onLoop)
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = shared.state.withLock { state in
          guard state.status == nil else { return true }
          state.writer = continuation
          return false
        }
        if isOver { continuation.resume() }
        channel.use({ _ throws(GRPCStatus) in
          guard let stream = onLoop.stream else { return }
          if stream.send(message) { Self.becameWritable(shared) }
        })
      }
    } onCancel: {
      cancel()
    }
  }

  /// Sends no more messages.
  public func end() {
    let onLoop = onLoop
    channel.use({ _ throws(GRPCStatus) in onLoop.stream?.end() })
  }

  /// Gives the call up; it ends with CANCELLED.
  public func cancel() {
    let onLoop = onLoop
    channel.use({ _ throws(GRPCStatus) in onLoop.stream?.cancel() })
  }

  /// The next message; nil after the last when the call ended with OK, else throws its status.
  public func next() async throws(GRPCStatus) -> Response? {
    while true {
      let step = shared.state.withLock { Self.take(&$0) }
      switch step {
      case .message(let message, let resumes):
        if resumes { resume() }
        return message
      case .end(let status):
        guard status.code == .ok else { throw status }
        return nil
      case .wait: await wait()
      }
    }
  }

  private enum Step {
    case message(Response, resumes: Bool)
    case end(GRPCStatus)
    case wait
  }

  private static func take(_ state: inout State) -> Step {
    guard state.taken < state.messages.count else {
      return state.status.map { .end($0) } ?? .wait
    }
    let message = state.messages[state.taken]
    state.taken += 1
    guard state.taken == state.messages.count else { return .message(message, resumes: false) }
    let resumes = state.isPaused
    (state.taken, state.isPaused) = (0, false)
    state.messages.removeAll(keepingCapacity: true)
    return .message(message, resumes: resumes)
  }

  private func wait() async {
    let shared = shared
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = shared.state.withLock { state in
          guard state.messages.isEmpty, state.status == nil else { return true }
          state.reader = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      cancel()
    }
  }

  private func resume() {
    let onLoop = onLoop
    channel.use({ _ throws(GRPCStatus) in onLoop.stream?.resume() })
  }

  private static func received(
    _ message: Response,
    _ shared: Shared,
    _ stream: ClientStream<Request, Response>
  ) {
    let (reader, pauses) = shared.state.withLock { state in
      state.messages.append(message)
      let pauses = state.messages.count >= heldMax && !state.isPaused
      if pauses { state.isPaused = true }
      defer { state.reader = nil }
      return (state.reader, pauses)
    }
    if pauses { stream.pause() }
    reader?.resume()
  }

  private static func becameWritable(_ shared: Shared) {
    let writer = shared.state.withLock { state in
      defer { state.writer = nil }
      return state.writer
    }
    writer?.resume()
  }
}

extension Call: AsyncSequence {
  /// The messages, in the order in which they came.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let call: Call

    /// The next message; see ``Call/next()``.
    public func next() async throws -> Response? { try await call.next() }
  }

  /// Takes the messages; one iterator at a time.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call: self) }
}
