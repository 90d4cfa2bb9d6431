import Admission
import Basics
import Capacity
import Dispatching
import EngineModel
public import FleetSpec
import Jobs
import KVIndex
import RivalPolicies
import Routing
import Sharing
public import Traces

/// Runs the shipped dispatcher and simulated engines on a virtual clock.
///
/// A turn is offered when its client asks, reaches its replica half a round trip after it is
/// placed, and its tokens reach the client another half later. The dispatcher knows of replicas
/// what they have reported, as late as it does in a real fleet, and counts at once what it placed.
/// Turns that an engine refuses go elsewhere, and streams that break are retried, as
/// ``SimulatorSettings`` says.
///
/// Only what crosses the network is an event: engines run on when a report of theirs could matter.
/// The same arguments give the same result.
public struct FleetSimulator {
  /// What happens at one instant; replicas are named by their numbers.
  enum Event {
    /// A turn reaches a replica.
    case dispatched(turn: Int, replica: Int, id: TurnID)
    /// The prefix of a turn reaches another replica: one of the copies, by its number.
    case copied(Int)
    /// A client asks again, since the place that it was given refused or was lost.
    case repeated(turn: Int)
    case outageBegan(Int)
    case outageEnded(Int)
    /// Heartbeats of a replica are missed: first it gets no turns, then it is given up.
    case suspected(replica: Int, incarnation: Int)
    case lost(replica: Int, incarnation: Int)
    /// A replica that came back greets, and then reports for the first time.
    case greeted(replica: Int, incarnation: Int)
    case synchronised(replica: Int, incarnation: Int)
    /// A step of the series ends.
    case sampled
    /// A job is submitted.
    case submitted(Int)
    /// It is time to look at who has which GPUs.
    case shared
    /// An engine is off its GPUs, or on them again.
    case unloaded(replica: Int, incarnation: Int)
    case loaded(replica: Int, incarnation: Int)
    /// What the control plane finds out about a node that was lost, and hears of one that is back.
    case nodeSuspected(NodeID, session: Int)
    case nodeLost(NodeID, session: Int)
    case nodeBack(NodeID, session: Int)
  }

  /// Where a turn is.
  struct Progress {
    var submitted = Instant.zero
    /// The replica whose engine has it; -1 when none has.
    var replica = -1
    var hasStarted = false
    var refusals: Int8 = 0
    var losses: Int8 = 0
    var excluded: [ReplicaID] = []
  }

  let settings: SimulatorSettings
  let reportDelays: [Duration]
  let turns: [SimulatedTurn]

  var dispatcher: Dispatcher
  /// What is answered at one instant.
  var answers: [Dispatcher.Answer] = []
  /// Whether turns were offered that have not been looked at.
  var hasOffers = false
  /// Where turns were placed, in the order of the decisions.
  var placements: [(turn: Int, replica: Int, at: Instant)] = []
  /// Copies that were asked for: engines know them by numbers after those of the turns.
  var copies: [Dispatcher.Copy] = []

  var replicas: [SimulatedReplica] = []
  /// The number of each one's region among those of the series.
  var places: [Int] = []
  /// The replica in each of the dispatcher's slots.
  var owners: [Int] = []
  /// Numbers of regions in the view, by those of the series, and of the turns' origins.
  var regionNumbers: [Int16] = []
  var origins: [Int16] = []
  /// When a report of each may next arrive.
  var wakes: [Instant] = []
  var output = SimulatedReplica.ClientOutput()
  /// A buffer of ``deliverReports(at:)``.
  var arrived = SimulatedReplica.Reports()
  /// The slots that its reports come from.
  var reporters: [Int32] = []
  /// What an infinite cache has; nil when there is none.
  var shared: SharedCache?
  /// Turns on their way, by replica; kept for an oracle only.
  var flights: [[Flight]] = []

  /// The jobs beside the turns.
  var training: Training?
  var jobActions = Actions<JobAction>()
  var sharingActions = Actions<SharingAction>()

  var events = TimerHeap<Event>()
  var progress: [Progress] = []
  var endedCount = 0
  var result: SimulationResult

  /// Prepares the simulation of `turns`, in the order of their arrival, on a fleet of `replicas`.
  ///
  /// Throws for replicas with faults, for policies and for outages of what does not exist.
  public init(
    replicas specs: [ReplicaSpec],
    turns: [SimulatedTurn],
    settings: SimulatorSettings
  ) throws(SimulationError) {
    let bound = Bound(rawValue: settings.policy)
    let named = settings.policies.first { $0.name == settings.policy }
    guard let policy = bound?.policy ?? named else {
      let names = settings.policies.map(\.name).joined(separator: ", ")
      throw SimulationError(
        description: "no policy is named \"\(settings.policy)\" (there are \(names))"
      )
    }
    var regions: [RegionID] = []
    for spec in specs where !regions.contains(spec.region) { regions.append(spec.region) }
    self.settings = settings
    self.turns = turns.map { turn in
      var own = turn
      let group = turn.tenant.map(settings.trust.group(of:)) ?? ""
      own.blockHashes = turn.blockHashes.under(trustGroup: group)
      return own
    }
    dispatcher = Dispatcher(settings: settings.dispatching(by: policy))
    if bound == .infiniteCache { shared = SharedCache() }
    if bound == .oracle { flights = Array(repeating: [], count: specs.count) }
    for (one, other, time) in settings.roundTrips { dispatcher.setRoundTrip(one, other, time) }
    let (control, topology) = (settings.controlRegion, dispatcher.view)
    reportDelays = regions.map { region in
      guard let one = topology.region(region), let other = control.flatMap(topology.region) else {
        return settings.delays.report + Duration(inSeconds: RegionTopology.localSeconds / 2)
      }
      return settings.delays.report + Duration(inSeconds: topology.roundTripSeconds(one, other) / 2)
    }
    let lastArrival = turns.last?.arrival ?? .zero
    result = SimulationResult(
      policy: settings.policy,
      series: FleetSeries(regions: regions, until: lastArrival)
    )
    progress = Array(repeating: Progress(), count: turns.count)
    try attach(specs, regions)
    regionNumbers = regions.map { dispatcher.view.region($0) ?? -1 }
    let view = dispatcher.view
    origins = turns.map { $0.origin.flatMap { view.region($0) } ?? -1 }
    try schedule(settings.outages)
    if let mix = settings.jobs { try begin(mix, regions) }
  }

  /// Runs to the end of the last turn; `show` sees the report once each simulated second.
  ///
  /// A simulator runs once.
  public mutating func run(show: (ReplayReport) -> Void = { _ in }) -> SimulationResult {
    var (next, now) = (0, Instant.zero)
    let (end, turns) = (result.series.step - .nanoseconds(1), turns)
    if !turns.isEmpty { events.add(.sampled, due: .zero.advanced(by: end)) }
    func arrival(_ number: Int) -> Instant {
      number < turns.count ? .zero.advanced(by: turns[number].arrival) : .distantFuture
    }
    while endedCount < turns.count {
      let others = [events.deadline, nextLook, training?.deadline].compactMap { $0 }
      let due = others.reduce(arrival(next)) { min($0, $1) }
      precondition(due != .distantFuture, "\(turns.count - endedCount) turns never end")
      now = max(now, due)
      if shared != nil { advanceTogether(through: now.advanced(by: .nanoseconds(-1))) }
      while let event = events.popDue(at: now) {
        if case .sampled = event { show(result.report) }
        handle(event, at: now)
      }
      advanceJobs(at: now)
      while arrival(next) <= now {
        result.report.submitted(from: turns[next].origin?.text)
        offer(next, at: now)
        next += 1
      }
      look(at: now)
    }
    show(result.report)
    result.stepCount += replicas.reduce(0) { $0 + $1.engine.stepCount }
    result.preemptionCount += replicas.reduce(0) { $0 + $1.engine.preemptionCount }
    result.decisionCount = dispatcher.counts.decisions
    result.expiredReservationCount = dispatcher.ledger.expiredCount
    result.copyCount = copies.count
    closeJobs(at: now)
    result.calibrations = replicas.compactMap { dispatcher.view.calibration($0.slot) }
    return result
  }

  /// When turns that wait are to be looked at: at a report that may mean headroom, or when one
  /// has waited in vain; nil while none waits.
  private var nextLook: Instant? {
    guard dispatcher.admission.waitingCount > 0 else { return nil }
    // What a lost replica had to report never comes.
    let report = max(wakes.min() ?? .distantFuture, dispatcher.nextScan)
    return min(report, dispatcher.deadline ?? .distantFuture)
  }

  /// Lets the dispatcher place what it can.
  private mutating func look(at now: Instant) {
    guard hasOffers || nextLook.map({ $0 <= now }) == true else { return }
    hasOffers = false
    deliverReports(at: now)
    dispatcher.advance(at: now, into: &answers)
    takeAnswers(at: now)
  }

  private mutating func attach(
    _ specs: [ReplicaSpec],
    _ regions: [RegionID]
  ) throws(SimulationError) {
    for spec in specs {
      guard spec.faults().isEmpty, let region = regions.firstIndex(of: spec.region),
        let replica = SimulatedReplica(
          spec,
          timing: settings.timing,
          speed: settings.speeds[spec.id] ?? 1,
          delay: .init(
            mean: reportDelays[region],
            of: settings.delays,
            seed: PRNG.mix(settings.seed) ^ UInt64(replicas.count)
          )
        )
      else {
        let why = spec.faults().first.map { ": \($0.field): \($0.message)" } ?? ""
        throw SimulationError(description: "\(spec.id) can't be simulated\(why)")
      }
      replicas.append(replica)
      replicas[replicas.count - 1].sharedBlocks = shared?.blocks
      places.append(region)
      wakes.append(.distantFuture)
      guard attach(replicas.count - 1) else {
        throw SimulationError(description: "\(spec.id) is one replica more than a fleet may have")
      }
      dispatcher.setReadiness(replicas[replicas.count - 1].slot, .ready)
    }
  }

  private mutating func handle(_ event: Event, at now: Instant) {
    switch event {
    case .dispatched(let turn, let replica, let id):
      dispatch(turn, to: replica, id: id, at: now)
    case .copied(let number): dispatchCopy(number, at: now)
    case .repeated(let turn): offer(turn, at: now)
    case .outageBegan(let outage): lose(outage, at: now)
    case .outageEnded(let outage): giveBack(outage, at: now)
    case .suspected(let replica, let incarnation): suspect(replica, incarnation)
    case .lost(let replica, let incarnation): giveUp(replica, incarnation, at: now)
    case .greeted(let replica, let incarnation): greet(replica, incarnation, at: now)
    case .synchronised(let replica, let incarnation): synchronise(replica, incarnation, at: now)
    case .sampled: sample(at: now)
    case .submitted(let job): submit(job, at: now)
    case .shared: share(at: now)
    case .unloaded(let replica, let incarnation): unloaded(replica, incarnation, at: now)
    case .loaded(let replica, let incarnation): loaded(replica, incarnation, at: now)
    case .nodeSuspected(let node, let session):
      if training?.workers.nodes[node]?.session == session {
        tellJobs(.nodeSuspected(node), at: now)
      }
    case .nodeLost(let node, let session):
      if training?.workers.nodes[node]?.session == session { tellJobs(.nodeLost(node), at: now) }
    case .nodeBack(let node, let session): nodeBack(node, session, at: now)
    }
  }

  private mutating func sample(at now: Instant) {
    for number in replicas.indices where replicas[number].isUp {
      replicas[number].advance(through: now, output: &output)
      wakes[number] = replicas[number].nextArrival()
      let (load, blocks) = (replicas[number].load, replicas[number].spec.blockCount)
      result.use.record(load, of: replicas[number].spec)
      result.series.withPoint(places[number], at: now) { point in
        point.running += load.running
        point.waiting += load.waiting
        point.blocksUsed += load.blocksUsed
        point.blocksCached += load.blocksCached
        point.blockCount += blocks
      }
      tellClients(number)
    }
    if endedCount < turns.count {
      events.add(.sampled, due: now.advanced(by: result.series.step))
    }
  }
}
