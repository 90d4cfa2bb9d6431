public import Admission
public import Basics
public import Capacity
public import FleetSpec
public import KVIndex
public import Routing

/// Places turns on replicas: the one driver of the scheduler, for control planes, simulations and
/// benchmarks.
///
/// It takes in replicas (``attach(_:blockLimit:)`` to ``detach(_:at:)``), what they report
/// (``reported(_:by:at:)``, ``stored(_:by:)``, ``removed(_:by:at:)``, ``accepted(_:by:at:)``,
/// ``ended(_:_:_:by:at:)``), and turns that somebody wants placed (``offer(_:at:into:)``). Once it
/// has all that happened at one moment, ``advance(at:into:)`` places what has headroom. It has no
/// wire, no session and no clock. Instants are the wall clock's; waits and predictions are in the
/// fleet's time, which may run faster.
public struct Dispatcher: Sendable {
  /// How turns are placed.
  public struct Settings: Sendable {
    /// The policies to choose from, by number; the first is the default.
    public var policies: [any Policy] = Policies.own
    /// What placements cost.
    public var costs = CostModel()
    /// Who may wait, and have how much; in the fleet's time.
    public var admission = AdmissionSettings()
    /// What turns should be given.
    public var objectives = ServiceObjectives()
    /// How long a place waits at most for its replica to report the turn, in wall time.
    public var reservationTime = Duration.seconds(30)
    /// How long that is thought to take until it is measured.
    ///
    /// A place that waits for longer, and a margin, counts less and less and expires. Nil for
    /// places that all live equally long.
    public var claimTime: Duration? = .milliseconds(500)
    /// How much faster than the wall's the fleet's time runs.
    public var timeScale = 1.0
    /// Seeds the choice among equals.
    public var seed: UInt64
    /// Draws the ids of turns, which then hold for one turn each; without one the seed draws them.
    public var secret: UInt64?
    /// Whether turns wait here for headroom, where the policy lets them; else they wait in engines.
    public var holdsTurns = true
    /// Whether figures of replicas and models are corrected by what turns took.
    public var calibrates = true
    /// Whether hot prefixes are computed ahead of need, where the policy lets them.
    public var copiesPrefixes = true
    /// Whether decisions and bottlenecks are kept for people who ask about them.
    public var observes = true

    /// Makes settings with the defaults.
    public init(seed: UInt64) { self.seed = seed }
  }

  /// What became of an offer.
  public struct Answer: Sendable {
    /// The turn's name in the ledger; of a placed turn also its reservation.
    public let id: TurnID
    /// What was asked for.
    public let turn: Turn
    /// Where it runs, or why nowhere now.
    public let verdict: Verdict
    /// How long it waited for more than what came at the same moment, in the fleet's time.
    public let waitedSeconds: Double
    /// What whoever sends the turn is asked to send to one more replica.
    public let copy: Copy?
  }

  /// The prefix of a turn that is to be computed on one more replica, as a turn of one token.
  public struct Copy: Sendable {
    /// Its name in the ledger, and its reservation.
    public let id: TurnID
    /// The prefix and its place.
    public let prefix: PrefixCopy
  }

  /// How many turns came to what, since the start; copies are none.
  ///
  /// Each that was placed runs, or counts for one of completed, cut short and not taken, for good.
  public struct Counts: Sendable, Hashable {
    /// Decisions that were asked of the router.
    public internal(set) var decisions = 0
    /// Placed.
    public internal(set) var placed: UInt64 = 0
    /// Of those, the ones that waited for more than what came at the same moment.
    public internal(set) var placedAfterWait: UInt64 = 0
    /// Refused, once for each time that one is asked for.
    public internal(set) var refused: UInt64 = 0
    /// Of those, the ones that were told that trying again will not help.
    public internal(set) var refusedForGood: UInt64 = 0
    /// Completed, as their nodes reported, or found wrong by their engines.
    public internal(set) var completed: UInt64 = 0
    /// Ended otherwise by their clients, nodes or engines, or lost with their replicas.
    public internal(set) var cutShort: UInt64 = 0
    /// Never begun: refused by their nodes, claimed by nobody in time, or taken back.
    public internal(set) var notTaken: UInt64 = 0

    /// Counts a turn that was placed and ended.
    mutating func add(_ ending: TurnEnding) {
      switch ending {
      case .completed, .rejected: completed += 1
      case .cancelled, .aborted: cutShort += 1
      case .refused: notTaken += 1
      }
    }

    /// Placed, and as far as is known not ended: also those that were just lost sight of, as long
    /// as their nodes may tell what became of them.
    public var running: UInt64 { placed &- completed &- cutShort &- notTaken }
  }

  /// What it was made with.
  public let settings: Settings
  /// The fleet as decisions read it.
  public internal(set) var view: RoutingView
  /// Which replica holds which blocks.
  public internal(set) var index: PrefixIndex
  /// Every turn that has not ended.
  public internal(set) var ledger: TurnLedger
  /// The turns that wait, and who may have how much.
  public internal(set) var admission: AdmissionQueue
  /// What is asked for.
  public internal(set) var demand = FleetDemand()
  /// What is kept of decisions.
  public internal(set) var audit: PredictionAudit
  /// What binds the replicas.
  public internal(set) var bottlenecks = BottleneckMonitor()
  /// What became of turns.
  public internal(set) var counts = Counts()
  /// What became of turns, in figures; nothing unless settings say that it observes.
  public internal(set) var figures = ServingFigures()
  /// Copies of prefixes that were asked for, since the start.
  public var copyCount: Int { replicator.count }

  /// Who comes for the places that it asks for.
  var claims = ClaimTable()
  /// Over which connections.
  var callers = CallerTable()
  /// Which replicas are sick.
  var watch = HealthWatch()
  /// Whose end may have been their fault.
  var givenUp = GivenUpTurns()
  /// The readiness of each slot as sessions and nodes report it, whatever became of turns there.
  var announced: [Readiness] = []
  /// The slots that were suspect when readiness was set last.
  var heldBack: [Int32] = []
  /// Until then replicas that are not known yet may still come, as after a start: no turn is
  /// refused for good for want of one.
  public var replicasDueBy = Instant.zero
  /// Models that a replica served at some time.
  var servedModels: Set<ModelID> = []

  var router: Router
  var random: PRNG
  var calibrator = Calibrator()
  var inferred: InferredResidency
  /// What is known of the lengths of transcripts.
  var counted = CountedPrefixes()
  var replicator = PrefixReplicator()
  /// Whether a model may have headroom for turns that wait, by its number in the view; the first is
  /// for models that have none.
  var mayHaveHeadroom: [Bool] = [false]
  var isScanDue = false
  /// Turns that wait are not looked at again before.
  public internal(set) var nextScan = Instant.zero
  /// Turns that have not been looked at.
  var newcomers: [TurnID] = []
  /// Turns that were released, and until when what became of them may be told: then they count as
  /// what it looks like, so that no count ever goes down.
  var untold: ArraySlice<(id: TurnID, due: Instant)> = []
  /// When the index may be swept on.
  private var sweepDue = Instant.zero

  /// How often the index is swept on, and through how many of its places: some 0.3 ms of each 10.
  private static let sweepInterval = Duration.milliseconds(10)
  private static let sweptPlaces = 65_536
  /// How long a node that was lost, or a client that is late, has until its turn counts as ended.
  static let tellTime = Duration.seconds(10)
  /// In the fleet's time.
  private static let rescanInterval = Duration.milliseconds(250)
  /// Most models that are remembered once nobody serves them.
  static let servedModelsMax = 4_096

  /// Where so many of the turns that could be in time are late before they begin, only those are
  /// begun in time that surely are.
  static let lateShareOfOverload = 0.2

  /// Makes a dispatcher of no replicas.
  public init(settings: Settings) {
    self.settings = settings
    view = RoutingView(timeScale: settings.timeScale, objectives: settings.objectives)
    router = Router(policies: settings.policies)
    router.costs = settings.costs
    router.hasQueue = settings.holdsTurns
    index = PrefixIndex(seed: settings.seed)
    inferred = InferredResidency()
    ledger = TurnLedger(
      lifetime: settings.reservationTime,
      expected: settings.claimTime,
      secret: settings.secret ?? settings.seed,
      bindsTurns: settings.secret != nil
    )
    admission = AdmissionQueue(settings: settings.admission)
    random = PRNG(seed: settings.seed, stream: "ties")
    audit = PredictionAudit(seed: settings.seed)
  }

  /// What tells for which turn an id was made.
  public var reservationKey: ReservationKey { ledger.key }

  /// Names of the policies, the default first.
  public var policyNames: [String] { router.policyNames }

  /// The number of a policy; nil when none has the name.
  public func policy(named name: String) -> Int? { router.policy(named: name) }

  /// What a turn should be given.
  public func objective(of turn: Turn) -> ServiceObjective {
    settings.objectives.objective(
      model: turn.model,
      tenant: turn.tenant,
      request: turn.objective
    )
  }

  /// When ``advance(at:into:)`` is wanted at the latest.
  public var deadline: Instant? {
    ledger.deadline.earlier(ledger.fadeDeadline).earlier(index.isSweeping ? sweepDue : nil)
      .earlier(waitDeadline).earlier(watch.deadline).earlier(callers.deadline)
      .earlier(settings.observes ? untold.first?.due : nil)
  }

  /// When ``advance(at:into:)`` is wanted for a turn that waits; nil while none does.
  public var waitDeadline: Instant? {
    guard admission.waitingCount > 0 else { return nil }
    return admission.deadline.map(wallTime).earlier(isScanDue ? nextScan : rescanDue)
  }

  /// When turns that wait are looked at though nothing was reported: shares of prefill decay,
  /// windows grow, and old reports are believed less.
  var rescanDue: Instant {
    nextScan.advanced(by: Duration(inSeconds: Self.rescanInterval.inSeconds / settings.timeScale))
  }

  /// Answers the turns that can be placed now, and those that waited in vain.
  public mutating func advance(at now: Instant, into answers: inout [Answer]) {
    expire(at: now)
    judgeHealth(at: now)
    inferred.expire(at: now, in: &index)
    sweep(at: now)
    answerWaiting(at: now, into: &answers)
  }

  /// Takes out the alarms about hit rates that were raised and cleared.
  public mutating func takeHitRateChanges() -> [HitRateMonitor.Change] { audit.takeChanges() }

  private mutating func sweep(at now: Instant) {
    guard index.isSweeping, now >= sweepDue else { return }
    index.sweep(places: Self.sweptPlaces)
    sweepDue = now.advanced(by: Self.sweepInterval)
  }

  /// The wall's time at which the fleet's is past `instant`.
  private func wallTime(_ instant: Instant) -> Instant {
    guard settings.timeScale != 1 else { return instant }
    let nanoseconds = (Double(instant.nanoseconds) / settings.timeScale).rounded(.up)
    return Instant(nanoseconds: Int64(min(9e18, nanoseconds)) + 1)
  }
}
