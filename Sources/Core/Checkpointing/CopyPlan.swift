public import Basics

/// When the newest checkpoint of a job is copied to one place: at once, and after a failure again
/// and again, each time twice as long after.
public struct CopyPlan: Hashable, Sendable {
  /// The newest one that is there.
  public private(set) var copied: CheckpointID?
  /// When it may be tried again.
  public private(set) var due = Instant.zero
  private var failures = 0

  /// The wait after the first failure.
  public static let waitMin = Duration.seconds(5)
  /// The longest wait.
  public static let waitMax = Duration.seconds(300)

  /// Makes the plan of a place of which nothing is known.
  public init() {}

  /// Whether a copy of `newest` should be made now.
  public func wants(_ newest: CheckpointID, at now: Instant) -> Bool {
    now >= due && copied.map { $0 < newest } ?? true
  }

  /// A copy of `id`, or a newer one, is there.
  public mutating func didCopy(_ id: CheckpointID) {
    (copied, failures, due) = (id, 0, .zero)
  }

  /// A copy could not be made; returns how long to wait.
  public mutating func didFail(at now: Instant) -> Duration {
    let wait = min(Self.waitMax, Self.waitMin * (1 << min(failures, 10)))
    failures += 1
    due = now.advanced(by: wait)
    return wait
  }
}
