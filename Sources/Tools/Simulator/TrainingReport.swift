public import Traces

/// What jobs did beside the conversations of a simulation.
///
/// Of the GPU seconds that jobs had, those in which they trained are useful or lost; the others
/// went into starts, checkpoints and ends.
public struct TrainingReport: Sendable {
  /// Jobs that were submitted and taken on.
  public internal(set) var submitted = 0
  /// Jobs that were refused.
  public internal(set) var refused = 0
  /// Jobs that got all their work done.
  public internal(set) var completed = 0
  /// Jobs that failed for good.
  public internal(set) var failed = 0
  /// GPU seconds of the fleet.
  public internal(set) var fleetGPUSeconds = 0.0
  /// GPU seconds that replicas were parked for.
  public internal(set) var parkedGPUSeconds = 0.0
  /// GPU seconds that workers had.
  public internal(set) var heldGPUSeconds = 0.0
  /// Of those, the ones in which their jobs trained.
  public internal(set) var progressGPUSeconds = 0.0
  /// Of those, work that is kept, or was going on at the end.
  public internal(set) var usefulGPUSeconds = 0.0
  /// Work that was done again, or has to be, since GPUs were taken away.
  public internal(set) var preemptionGPUSeconds = 0.0
  /// The same since nodes were lost.
  public internal(set) var failureGPUSeconds = 0.0
  /// Operations of the useful work by GPU time, at 0.33 of the bf16 peak.
  public internal(set) var operations = 0.0
  /// Attempts that ended since GPUs were taken away, and those that ended by failures.
  public internal(set) var preemptions = 0
  /// See ``preemptions``.
  public internal(set) var failures = 0
  /// Checkpoints that were completed.
  public internal(set) var checkpoints = 0
  /// Times that a replica was parked.
  public internal(set) var parkings = 0
  /// From the wish for GPUs until a replica had them.
  public internal(set) var handovers = Samples()

  /// Makes the report of a simulation that has not begun.
  public init() {}

  /// GPU seconds that went into starts, checkpoints and ends.
  public var overheadGPUSeconds: Double { heldGPUSeconds - progressGPUSeconds }
}
