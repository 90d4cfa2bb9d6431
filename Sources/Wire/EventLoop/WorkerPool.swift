import CUV

/// Blocking work (files, certificates) off the loop, on libuv's threads.
public enum WorkerPool {
  /// Runs `work` on another thread, then `done` with its result on the loop.
  ///
  /// `@unchecked Sendable` is right for the box because it is handed from the loop to one thread and
  /// back, never shared; libuv's queue orders the two.
  @safe private final class Job: @unchecked Sendable {
    var request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
    let work: () -> Void
    let done: () -> Void

    init(work: @escaping () -> Void, done: @escaping () -> Void) {
      self.work = work
      self.done = done
    }

    deinit { unsafe request.deallocate() }
  }

  /// Runs `work` on another thread, then `done` with its result on the loop's.
  public static func run<Result>(
    on loop: Loop,
    _ work: sending @escaping () -> sending Result,
    then done: @escaping (sending Result) -> Void
  ) throws(UVError) {
    nonisolated(unsafe) var result: Result?
    nonisolated(unsafe) let work = work
    let job = Job(
      work: { unsafe result = work() },
      done: {
        guard let value = unsafe result else { return }
        nonisolated(unsafe) let sent = value
        unsafe done(sent)
      }
    )
    unsafe job.request.pointee.data = Unmanaged.passRetained(job).toOpaque()
    let code = unsafe uv_queue_work(
      loop.raw,
      job.request,
      { request in
        guard let data = unsafe request?.pointee.data else { return }
        unsafe Unmanaged<Job>.fromOpaque(data).takeUnretainedValue().work()
      },
      { request, _ in
        guard let data = unsafe request?.pointee.data else { return }
        unsafe Unmanaged<Job>.fromOpaque(data).takeRetainedValue().done()
      }
    )
    guard code < 0 else { return }
    unsafe Unmanaged.passUnretained(job).release()
    throw UVError(code: code, operation: "queue work for another thread")
  }
}
