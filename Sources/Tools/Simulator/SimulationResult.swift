import Basics
import FleetSpec
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

  /// What jobs did beside conversations; nil without jobs.
  public internal(set) var training: TrainingReport?
  /// Operations of the turns that were completed, counted from the model's dimensions.
  public internal(set) var operations = 0.0
  /// Means over the replicas that served and over time: KV blocks that sequences held, and
  /// sequences over the engines' bounds of the batch.
  public internal(set) var use = UseMeans()
  /// Times to the first token, by the hour in which the turns came.
  public internal(set) var hours: [Samples] = []

  init(policy: String, series: FleetSeries) {
    self.policy = policy
    self.series = series
  }
}

/// How replicas that served were used, on average over time.
public struct UseMeans: Sendable {
  private var blocks = (used: 0.0, all: 0.0)
  private var sequences = (running: 0.0, all: 0.0)

  /// The share of the KV blocks that sequences held.
  public var kv: Double { blocks.all > 0 ? blocks.used / blocks.all : 0 }
  /// The share of the batches' bounds.
  public var batch: Double { sequences.all > 0 ? sequences.running / sequences.all : 0 }

  mutating func record(_ load: ReplicaLoad, of spec: ReplicaSpec) {
    blocks.used += Double(load.blocksUsed)
    blocks.all += Double(spec.blockCount)
    sequences.running += Double(load.running)
    sequences.all += Double(spec.runningMax)
  }
}
