import CUV

extension Loop {
  /// Runs `work` on another thread and then `done` on this loop, with what it came to.
  ///
  /// For what would hold the loop up. The loop ends only after all work has.
  public func offload<Result: Sendable>(
    _ work: @escaping @Sendable () -> Result,
    done: @escaping (Result) -> Void
  ) throws(UVError) {
    let job = Job(work, done)
    let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
    unsafe request.pointee.data = Unmanaged.passRetained(job).toOpaque()
    let code = unsafe uv_queue_work(
      raw,
      request,
      { request in
        guard let data = unsafe request?.pointee.data else { return }
        unsafe Unmanaged<AnyJob>.fromOpaque(data).takeUnretainedValue().run()
      },
      { request, _ in
        guard let request = unsafe request, let data = unsafe request.pointee.data else { return }
        unsafe request.deallocate()
        unsafe Unmanaged<AnyJob>.fromOpaque(data).takeRetainedValue().finish()
      }
    )
    guard code < 0 else { return }
    unsafe request.deallocate()
    unsafe Unmanaged.passUnretained(job).release()
    throw UVError(code: code, operation: "start work on another thread")
  }
}

private class AnyJob {
  func run() {}
  func finish() {}
}

/// Work on its way to another thread and back: one has it at a time.
private final class Job<Result>: AnyJob {
  private let work: () -> Result
  private let done: (Result) -> Void
  private var result: Result?

  init(_ work: @escaping () -> Result, _ done: @escaping (Result) -> Void) {
    (self.work, self.done) = (work, done)
  }

  override func run() { result = work() }
  override func finish() { if let result { done(result) } }
}
