public import Basics

/// How jobs of a fleet are run.
public struct JobSettings: Sendable, Hashable {
  /// How long workers go on while their node can't reach the control plane.
  public var cutOffMax: Duration = .seconds(60)
  /// What clocks may be apart over that time.
  public var clockMargin: Duration = .seconds(1)
  /// How long the workers of an attempt may take to start.
  public var startMax: Duration = .seconds(600)
  /// The pause after the first failure; it doubles with each, up to the most.
  public var backoff: Duration = .seconds(10)
  /// The longest pause after a failure.
  public var backoffMax: Duration = .seconds(600)
  /// The longest notice that a job may have.
  public var noticeMax: Duration = .seconds(3600)
  /// The longest that a job may ask to run before others may preempt it.
  public var minimumRunMax: Duration = .seconds(86_400)
  /// How long a job stays away from a node where it was lost.
  public var avoidFor: Duration = .seconds(300)
  /// How long an elastic job keeps its size before it grows.
  public var growInterval: Duration = .seconds(300)
  /// How long the workers of a broken gang have to end.
  public var brokenGrace: Duration = .seconds(5)
  /// How often one that should be gone is killed again.
  public var killInterval: Duration = .seconds(10)
  /// The share of a notice in which a transparent checkpoint must be done.
  public var checkpointShare = 0.8
  /// Over how long what a tenant has had counts beside what it has, so that one with a long queue
  /// does not go before one with a short one each time that its last job ends.
  public var shareMemory: Duration = .seconds(3600)
  /// How a tenant's share counts against others'; 1 for those that are not here.
  public var weights: [TenantID: Double] = [:]
  /// How many jobs look for others to preempt, and how many in vain for a place in the future, each
  /// time that jobs are placed.
  public var preemptionSearchesMax = 32
  /// How many jobs there may be, those that ended included.
  public var jobsMax = 100_000
  /// How many that ended are kept.
  public var endedMax = 1_000
  /// How many jobs in front are taken into account when a start is predicted.
  public var forecastDepth = 256

  /// Makes the defaults.
  public init() {}

  /// From the last heartbeat of a node to the end of its workers, as it looks from here.
  var lease: Duration { cutOffMax + clockMargin }
}
