import CShims
import Glibc
import Synchronization

/// A thread that runs one loop from its start until ``stop()``.
public final class LoopThread: Sendable {
  /// The door to the loop.
  public let handle: LoopHandle

  private let ended: Ended

  private final class Ended: Sendable {
    let state = Mutex(false)
    let waiters = Mutex<[CheckedContinuation<Void, Never>]>([])

    func end() {
      state.withLock { $0 = true }
      for waiter in waiters.withLock({ waiters in exchange(&waiters, with: []) }) {
        waiter.resume()
      }
    }
  }

  private init(handle: LoopHandle, ended: Ended) {
    self.handle = handle
    self.ended = ended
  }

  /// Starts a thread of this name (15 bytes of it are shown) with a loop; `setUp` is called on it
  /// before the loop runs, and what it returns lives until the loop stops.
  public static func start<Root>(
    name: String,
    clock: LoopClock = LoopClock(),
    setUp: sending @escaping (Loop) throws -> Root
  ) async throws -> LoopThread {
    let ended = Ended()
    nonisolated(unsafe) let setUp = setUp
    let handle: LoopHandle = try await withCheckedThrowingContinuation { continuation in
      Self.spawn {
        unsafe hearth_name_thread(name)
        do {
          let loop = try Loop(clock: clock)
          let root = try unsafe setUp(loop)
          withExtendedLifetime(root) {
            continuation.resume(returning: loop.handle)
            loop.run()
          }
        } catch {
          continuation.resume(throwing: error)
        }
        ended.end()
      }
    }
    return LoopThread(handle: handle, ended: ended)
  }

  /// Has the loop end, and waits until all that lived on it is gone.
  public func stop() async {
    handle.stop()
    await withCheckedContinuation { continuation in
      let isOver = ended.state.withLock { isOver in
        if !isOver { ended.waiters.withLock { $0.append(continuation) } }
        return isOver
      }
      if isOver { continuation.resume() }
    }
  }

  private static func spawn(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(Box(body))
    let code = unsafe pthread_create(
      &thread,
      nil,
      { box in
        if let box = unsafe box { unsafe Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body() }
        return nil
      },
      box.toOpaque()
    )
    precondition(code == 0, "no thread can be started: errno \(code)")
    _ = pthread_detach(thread)
  }
}
