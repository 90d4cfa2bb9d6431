public import Admission
public import Basics
import Capacity
import Dispatching
public import EngineModel
public import FleetSpec
import RivalPolicies
public import Routing
import Traces

/// How a fleet is simulated: what is not in the description of its replicas.
public struct SimulatorSettings: Sendable {
  /// Seed of all random choices.
  public var seed: UInt64 = 1
  /// How replicas are chosen: the name of one of `policies`.
  public var policy = "warm"
  /// The policies to choose from.
  public var policies: [any Policy] = Policies.own + RivalPolicies.all
  /// What the engines' steps take.
  public var timing = StepTiming.roofline
  /// What placements cost.
  public var costs = CostModel()
  /// Whether turns wait in the control plane until there is room, where the policy lets them.
  public var holdsTurns = true
  /// Who may wait, for how long, and have how much.
  public var admission = AdmissionSettings()
  /// Which tenants share cached prompts.
  public var trust = TrustGroups()
  /// Whether figures of replicas and models are corrected by what turns took.
  public var calibrates = true
  /// Whether hot prefixes are computed ahead of need, where the policy lets them.
  public var copiesPrefixes = true
  /// How many times as fast as its figures say an engine is, for those that are not; only of
  /// engines that take the time of their roofline.
  public var speeds: [ReplicaID: Double] = [:]
  /// Round trips between regions; one that is missing is taken as an ocean's.
  public var roundTrips: [(one: RegionID, other: RegionID, time: Duration)] = []
  /// Where the control plane is: reports take half a round trip to it.
  ///
  /// Nil for one that is in every region.
  public var controlRegion: RegionID?
  /// What the steps between a decision and its report take besides the ways between regions.
  public var delays = LoopDelays()
  /// How long a placement counts that no replica reports.
  public var reservationLifetime = Duration.seconds(30)
  /// How long a replica is silent until it gets no turns: 3 s, as in regions and control planes.
  public var suspectAfter = Duration.seconds(3)
  /// How long it is silent until it is given up: 10 s.
  public var lostAfter = Duration.seconds(10)
  /// Most times that a turn goes elsewhere because an engine refused it or could not be reached.
  public var refusalRetriesMax = 3
  /// Most times that a turn is run again because its stream broke.
  public var lossRetriesMax = 1
  /// What is lost, and when.
  public var outages: [Outage] = []
  /// The jobs that share the fleet with the turns; nil for none.
  public var jobs: JobMix?
  /// What turns should be given.
  public var objectives = ServiceObjectives()

  /// Makes settings with the defaults.
  public init() {}

  /// What the dispatcher is made with.
  func dispatching(by policy: any Policy) -> Dispatcher.Settings {
    var dispatching = Dispatcher.Settings(seed: seed)
    dispatching.policies = [policy]
    dispatching.costs = costs
    dispatching.admission = admission
    dispatching.objectives = objectives
    dispatching.reservationTime = reservationLifetime
    dispatching.holdsTurns = holdsTurns
    dispatching.calibrates = calibrates
    dispatching.copiesPrefixes = copiesPrefixes
    dispatching.observes = false
    return dispatching
  }
}

/// What the steps take that lie between a decision and the report of what came of it.
///
/// They make the loop slow in which the dispatcher decides: clients that dawdle, machines with
/// other work, reports that are gathered.
public struct LoopDelays: Sendable, Hashable {
  /// From a placement until its client has sent the turn.
  public var pickUp = Duration.zero
  /// From a turn's arrival at its node until the engine has it.
  public var acceptance = Duration.zero
  /// From a report until the dispatcher has it.
  public var report = Duration.zero
  /// How much each of them varies, evenly about itself: 0 not at all, 1 from nothing to twice.
  public var jitter = 0.0

  /// Makes delays: none by default.
  public init() {}

  /// Makes delays that are all equal.
  public init(each delay: Duration, jitter: Double = 0) {
    (pickUp, acceptance, report, self.jitter) = (delay, delay, delay, jitter)
  }

  /// What a step of some length takes the time that is numbered so; a function of its arguments.
  func length(of delay: Duration, seed: UInt64, number: UInt64) -> Duration {
    guard jitter > 0, delay > .zero else { return delay }
    let draw = Double(PRNG.mix(seed ^ PRNG.mix(number)) >> 11) / Double(1 << 53)
    return Duration(inSeconds: delay.inSeconds * (1 + jitter * (2 * draw - 1)))
  }
}

/// Why a fleet can't be simulated, in words that say what to do.
public struct SimulationError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let description: String
}
