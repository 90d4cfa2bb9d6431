import Admission
import Basics
import Capacity
import EngineModel
public import FleetSpec
import KVIndex
import Routing
public import Traces

/// Runs the shipped scheduler and simulated engines on a virtual clock.
///
/// A turn is routed when its client asks, reaches its replica half a round trip later, and its
/// tokens reach the client another half later. The control plane knows of replicas what they have
/// reported, as late as it does in a real fleet, and counts at once what it placed. Turns that an
/// engine refuses go elsewhere, and streams that break are run again, as ``SimulatorSettings``
/// says.
///
/// Only what crosses the network is an event: engines run on when a report of theirs could matter.
/// The same arguments give the same result.
public struct FleetSimulator {
  /// What happens at one instant.
  enum Event {
    /// A turn reaches the replica of a slot.
    case dispatched(turn: Int, slot: Int32, reservation: UInt64)
    /// The beginning of a turn reaches another replica: one of the copies, by its number.
    case copied(Int)
    /// A client asks again, since the place that it was given refused or was lost.
    case repeated(turn: Int)
    case outageBegan(Int)
    case outageEnded(Int)
    /// The control plane misses heartbeats of a replica.
    case silenceNoticed(slot: Int32, incarnation: Int)
    /// A replica that came back greets.
    case greeted(slot: Int32, incarnation: Int)
    /// A step of the series ends.
    case sampled
    /// There may be room for turns that wait.
    case planned
  }

  /// Where a turn is.
  struct Progress {
    var submitted = Instant.zero
    /// The slot of the replica whose engine has it; -1 when none has.
    var slot: Int32 = -1
    var hasStarted = false
    var refusals: Int8 = 0
    var losses: Int8 = 0
    var excluded: [Int32] = []
    /// Its place among the admitted, when there is a queue.
    var ticket: AdmissionTicket?
  }

  let settings: SimulatorSettings
  let reportDelays: [Duration]
  let turns: [SimulatedTurn]

  var view = RoutingView()
  var index: PrefixIndex
  var reservations: Reservations
  var calibrator = Calibrator()
  var router: Router
  var random: PRNG
  /// What is asked for; kept only where prefixes are copied.
  var demand = FleetDemand()
  /// Copies hot prefixes; nil where the policy does not.
  var replicator: PrefixReplicator?
  /// What it asked for: engines know copies by numbers after those of the turns.
  var copies: [PrefixCopy] = []

  /// By slot.
  var replicas: [SimulatedReplica] = []
  /// The number of each one's region among those of the series, by slot.
  var places: [Int] = []
  /// Numbers of regions in the view, by those of the series, and of the turns' origins.
  var regionNumbers: [Int16] = []
  var origins: [Int16] = []
  /// When the control plane may next hear of each, by slot.
  var wakes: [Instant] = []
  var told = SimulatedReplica.Told()
  /// A buffer of ``hear(at:)``.
  var heard = SimulatedReplica.Heard()
  /// What an infinite cache has; nil when there is none.
  var shared: SharedCache?
  /// Turns on their way, by slot; kept for an oracle only.
  var flights: [[Flight]] = []

  var events = TimerHeap<Event>()
  var progress: [Progress] = []
  var endedCount = 0

  /// Turns that wait for room; nil when the policy sends them at once.
  var admission: AdmissionQueue?
  /// When the next plan is due.
  var planned = Instant.distantFuture
  /// Turns that come while others wait are not looked at before.
  var notBefore = Instant.zero
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
    self.turns = turns
    index = PrefixIndex(seed: settings.seed)
    reservations = Reservations(
      limit: 1 << 20,
      lifetime: settings.reservationLifetime,
      seed: settings.seed
    )
    router = Router(policies: [policy])
    router.costs = settings.costs
    router.costs.objective = settings.objective
    if policy.waitsForHeadroom, settings.holdsTurns, bound == nil {
      var rules = settings.admission
      rules.ttft = settings.objective.ttft
      admission = AdmissionQueue(settings: rules)
      router.hasQueue = true
    }
    if policy.copiesPrefixes, settings.copiesPrefixes, bound == nil {
      replicator = PrefixReplicator()
    }
    if bound == .infiniteCache { shared = SharedCache() }
    if bound == .oracle { flights = Array(repeating: [], count: specs.count) }
    random = PRNG(seed: settings.seed, stream: "ties")
    for (one, other, time) in settings.roundTrips {
      view.setRoundTrip(one, other, seconds: time.inSeconds)
    }
    let control = settings.controlRegion
    let topology = view
    reportDelays = regions.map { region in
      guard let one = topology.region(region), let other = control.flatMap(topology.region) else {
        return settings.reportDelay + Duration(inSeconds: RegionTopology.localSeconds / 2)
      }
      return settings.reportDelay + Duration(inSeconds: topology.roundTripSeconds(one, other) / 2)
    }
    let lastArrival = turns.last?.arrival ?? .zero
    result = SimulationResult(
      policy: settings.policy,
      series: FleetSeries(regions: regions, until: lastArrival)
    )
    progress = Array(repeating: Progress(), count: turns.count)
    try attach(specs, regions)
    regionNumbers = regions.map { view.region($0) ?? -1 }
    origins = turns.map { $0.origin.flatMap { view.region($0) } ?? -1 }
    try schedule(settings.outages, regions)
  }

  /// Runs to the end of the last turn; `show` sees the report once each simulated second.
  ///
  /// A simulator runs once.
  public mutating func run(show: (ReplayReport) -> Void = { _ in }) -> SimulationResult {
    var (next, now) = (0, Instant.zero)
    let end = result.series.step - .nanoseconds(1)
    if !turns.isEmpty { events.add(.sampled, due: .zero.advanced(by: end)) }
    while endedCount < turns.count {
      let arrival = next < turns.count ? Instant.zero.advanced(by: turns[next].arrival) : nil
      if let due = events.deadline, due <= arrival ?? .distantFuture {
        now = due
        if shared != nil { advanceTogether(through: now.advanced(by: .nanoseconds(-1))) }
        while let event = events.popDue(at: due) {
          if case .sampled = event { show(result.report) }
          handle(event, at: due)
        }
      } else if let arrival {
        now = max(now, arrival)
        if shared != nil { advanceTogether(through: now.advanced(by: .nanoseconds(-1))) }
        result.report.submitted()
        route(next, at: now)
        next += 1
      }
    }
    show(result.report)
    result.stepCount += replicas.reduce(0) { $0 + $1.engine.stepCount }
    result.preemptionCount += replicas.reduce(0) { $0 + $1.engine.preemptionCount }
    result.expiredReservationCount = reservations.expiredCount
    result.copyCount = copies.count
    result.calibrations = replicas.indices.compactMap { view.calibration(Int32($0)) }
    return result
  }

  private mutating func attach(
    _ specs: [ReplicaSpec],
    _ regions: [RegionID]
  ) throws(SimulationError) {
    for spec in specs {
      guard let slot = view.attach(spec), Int(slot) == replicas.count,
        let region = regions.firstIndex(of: spec.region),
        let replica = SimulatedReplica(
          spec,
          slot: slot,
          timing: settings.timing,
          speed: settings.speeds[spec.id] ?? 1,
          interval: settings.updateInterval,
          delay: reportDelays[region]
        )
      else {
        let why = spec.faults().first.map { ": \($0.field): \($0.message)" } ?? ""
        throw SimulationError(description: "\(spec.id) can't be simulated\(why)")
      }
      attachToIndex(slot, blockLimit: spec.blockCount)
      view.setReadiness(slot, .ready)
      replicas.append(replica)
      replicas[Int(slot)].sharedBlocks = shared?.blocks
      places.append(region)
      wakes.append(.distantFuture)
    }
  }

  private mutating func handle(_ event: Event, at now: Instant) {
    switch event {
    case .dispatched(let turn, let slot, let reservation):
      dispatch(turn, to: slot, reservation: reservation, at: now)
    case .copied(let number): dispatchCopy(number, at: now)
    case .repeated(let turn): route(turn, at: now)
    case .outageBegan(let outage): lose(outage, at: now)
    case .outageEnded(let outage): giveBack(outage, at: now)
    case .silenceNoticed(let slot, let incarnation): giveUp(slot, incarnation)
    case .greeted(let slot, let incarnation): greet(slot, incarnation, at: now)
    case .sampled: sample(at: now)
    case .planned: plan(at: now)
    }
  }

  private mutating func sample(at now: Instant) {
    for slot in replicas.indices where replicas[slot].isUp {
      replicas[slot].advance(through: now, told: &told)
      wakes[slot] = replicas[slot].nextArrival()
      let (load, blocks) = (replicas[slot].load, replicas[slot].spec.blockCount)
      result.series.withPoint(places[slot], at: now) { point in
        point.running += load.running
        point.waiting += load.waiting
        point.blocksUsed += load.blocksUsed
        point.blocksCached += load.blocksCached
        point.blockCount += blocks
      }
      tell(slot)
    }
    if endedCount < turns.count {
      events.add(.sampled, due: now.advanced(by: result.series.step))
    }
  }
}
