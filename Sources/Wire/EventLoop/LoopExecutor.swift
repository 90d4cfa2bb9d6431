/// Runs async code on a loop's thread: the door for the CLI, tests, and start and stop sequences.
///
/// An actor whose `unownedExecutor` is this one lives on the loop; a task with this executor as its
/// preference runs its nonisolated async functions there.
public final class LoopExecutor: SerialExecutor, TaskExecutor {
  private let loop: LoopHandle

  /// Makes an executor for a loop.
  public init(_ loop: LoopHandle) {
    self.loop = loop
  }

  /// Has the loop run a job of the concurrency runtime; a job for a loop that has ended never runs.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = unsafe asUnownedSerialExecutor()
    loop.submit { unsafe job.runSynchronously(on: executor) }
  }
}
