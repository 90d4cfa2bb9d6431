import CUV
import Synchronization

/// The door into a loop for other threads.
///
/// `@unchecked Sendable` because everything but the locked state is set before the handle is shared
/// and used on the loop's thread only.
@safe public final class LoopHandle: @unchecked Sendable {
  /// A closure on its way to the loop.
  ///
  /// `@unchecked Sendable` because it is handed over: whoever submits it keeps nothing of it.
  struct Submission: @unchecked Sendable {
    let run: (Loop) -> Void
  }

  private struct State {
    var submitted: [Submission] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let async: UnsafeMutablePointer<uv_async_t>
  /// Runs what was submitted; set by the loop.
  var work: () -> Void = {}
  /// Ends the loop; set by the loop.
  var stopLoop: () -> Void = {}

  init(loop: UnsafeMutablePointer<uv_loop_t>) throws(UVError) {
    unsafe async = .allocate(capacity: 1)
    let code = unsafe uv_async_init(loop, async) { raw in
      guard let data = unsafe raw?.pointee.data else { return }
      unsafe Unmanaged<LoopHandle>.fromOpaque(data).takeUnretainedValue().work()
    }
    guard code >= 0 else {
      unsafe async.deallocate()
      throw UVError(code: code, operation: "make an event loop's door")
    }
    unsafe async.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  /// Runs `body` on the loop's thread, in the order of submission; wake-ups are coalesced.
  ///
  /// Returns false, and drops `body`, when the loop has ended.
  @discardableResult
  public func submit(_ body: sending @escaping () -> Void) -> Bool {
    submit(Submission { _ in body() })
  }

  /// Runs `body` on the loop's thread with the loop, to make or use what lives there.
  @discardableResult
  public func submit(onLoop body: sending @escaping (Loop) -> Void) -> Bool {
    submit(Submission(run: body))
  }

  func submit(_ submission: Submission) -> Bool {
    state.withLock { state in
      guard !state.isClosed else { return false }
      state.submitted.append(submission)
      if state.submitted.count == 1 { _ = unsafe uv_async_send(async) }
      return true
    }
  }

  /// Ends the loop after what was submitted before.
  public func stop() {
    submit { [unowned self] in stopLoop() }
  }

  func takeSubmitted() -> [Submission] {
    state.withLock { state in
      defer { state.submitted = [] }
      return state.submitted
    }
  }

  func close() {
    state.withLock { state in
      state.isClosed = true
      state.submitted = []
    }
    (work, stopLoop) = ({}, {})
    unsafe async.pointee.data = nil
    unsafe UnsafeMutableRawPointer(async).withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
      unsafe uv_close($0) { handle in unsafe UnsafeMutableRawPointer(handle)?.deallocate() }
    }
  }
}
