import Basics
public import Routing
public import Traces

/// What came of simulating a fleet under one policy.
public struct SimulationResult: Sendable {
  /// The policy.
  public let policy: String
  /// Counts, cache reuse and latency, as clients saw them.
  public internal(set) var report = ReplayReport()
  /// Streams that broke because their replica was lost.
  public internal(set) var lostStreamCount = 0
  /// What was done over time.
  public internal(set) var series: FleetSeries
  /// When the last turn ended, since the start.
  public internal(set) var duration = Duration.zero
  /// Steps that the engines ran.
  public internal(set) var stepCount = 0
  /// Decisions that were asked of the router.
  public internal(set) var decisionCount = 0
  /// Times that an engine took a sequence's blocks for another.
  public internal(set) var preemptionCount = 0
  /// Reservations that no report ended.
  public internal(set) var expiredReservationCount = 0
  /// Copies of beginnings of prompts that were asked for, ahead of need.
  public internal(set) var copyCount = 0
  /// How fast each replica was found to be, in the order of the replicas.
  public internal(set) var calibrations: [ReplicaCalibration] = []

  init(policy: String, series: FleetSeries) {
    self.policy = policy
    self.series = series
  }
}
