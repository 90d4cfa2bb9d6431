import Admission
import Basics
import Capacity
import FleetSpec
import HearthMessages
import KVIndex
import Routing

/// All that routing knows of the fleet: who holds what, who carries what, what was promised.
///
/// It keeps the parts of the scheduler in step, by one slot a replica.
struct FleetTable: Sendable {
  private(set) var view: RoutingView
  private(set) var index: PrefixIndex
  private(set) var reservations: Reservations
  /// Turns whose nodes told that the answer is complete, and those that ended otherwise.
  private(set) var (completedCount, cutShortCount): (UInt64, UInt64) = (0, 0)
  /// What is asked for.
  var demand = FleetDemand()
  /// Copies hot prefixes to where they will be missed.
  private(set) var replicator = PrefixReplicator()
  private var router: Router
  private var random: PRNG
  private(set) var audit: PredictionAudit
  private var calibrator = Calibrator()
  /// What the replicas are bound by.
  private(set) var monitor = BottleneckMonitor()
  /// What the replicas hold whose engines don't tell.
  private(set) var inferred = InferredResidency()
  /// When the index is swept on; nil while there is nothing to sweep.
  private var sweepDue: Instant?

  /// How often the index is swept on, and through how many of its places: some 0.3 ms of each 10.
  private static let sweepInterval = Duration.milliseconds(10)
  private static let sweptPlaces = 65_536

  init(policies: [any Policy], reservationTime: Duration, timeScale: Double, seed: UInt64) {
    router = Router(policies: policies)
    view = RoutingView(timeScale: timeScale)
    router.hasQueue = true
    index = PrefixIndex(seed: seed)
    reservations = Reservations(lifetime: reservationTime, seed: seed)
    random = PRNG(seed: seed, stream: "ties")
    audit = PredictionAudit(seed: seed)
  }

  var deadline: Instant? { [reservations.deadline, sweepDue].compactMap { $0 }.min() }

  var policyNames: [String] { router.policyNames }

  func policy(named name: String) -> Int? { router.policy(named: name) }

  /// Takes in a replica, not ready; nil when there is no room for more.
  mutating func attach(_ spec: ReplicaSpec) -> Int32? {
    guard let slot = view.attach(spec) else { return nil }
    index.attach(slot, blockLimit: spec.blockCount)
    if spec.publishesEvents {
      inferred.detach(slot)
    } else {
      inferred.attach(slot, blockCount: spec.blockCount, blockTokens: spec.blockTokens)
    }
    return slot
  }

  mutating func detach(_ slot: Int32) {
    view.detach(slot)
    index.clear(slot)
    inferred.detach(slot)
    router.inFlight.clear(slot)
    replicator.forget(slot)
  }

  /// Forgets what a replica holds and carries: a resynchronisation starts.
  ///
  /// What was inferred stays: the node can't tell it again, and its engine has not restarted.
  mutating func reset(_ slot: Int32) {
    if !inferred.covers(slot) { index.clear(slot) }
    view.report(slot, ReplicaLoad())
    calibrator.resynchronised(slot, in: &view)
    replicator.forget(slot)
    monitor.resynchronised(slot)
  }

  mutating func setReadiness(_ slot: Int32, _ readiness: Readiness) {
    view.setReadiness(slot, readiness)
  }

  mutating func setRoundTrip(_ one: RegionID, _ other: RegionID, _ time: Duration) {
    view.setRoundTrip(one, other, seconds: time.inSeconds)
  }

  /// Forgets a region that is lost, once its replicas are detached.
  mutating func forget(_ region: RegionID) { view.forget(region) }

  /// Takes in a replica's news: its load first, then what it keeps and dropped, then its turns.
  ///
  /// Reservations that the replica reports end here: its load shows their requests from now on.
  mutating func apply(_ news: HearthV1.ReplicaUpdate, to slot: Int32, at now: Instant) {
    view.advance(to: now)
    if let load = news.load { view.report(slot, ReplicaLoad(load), at: now) }
    calibrator.reported(slot, in: view, at: now)
    monitor.reported(slot, in: view, at: now)
    if news.cleared {
      index.clear(slot)
      inferred.clear(slot)
      router.inFlight.clear(slot)
      calibrator.cleared(slot, in: &view)
    }
    index.remove(slot, news.removed.span)
    index.store(slot, news.stored.span)
    calibrator.evicted(news.removed.span, by: slot, in: &view, at: now)
    for id in news.accepted {
      inferred.accepted(id, by: slot, at: now, in: &index)
      _ = reservations.release(id, by: slot, in: &view)
      replicator.accepted(id, by: slot)
      audit.accepted(id, by: slot, in: view)
      calibrator.accepted(id, by: slot, in: view)
    }
    for id in news.ended { _ = reservations.release(id, by: slot, in: &view) }
    for outcome in news.outcomes { note(outcome, by: slot, at: now) }
  }

  /// Takes in what became of a turn, also of one whose reservation is long released.
  private mutating func note(
    _ outcome: HearthV1.TurnOutcome,
    by slot: Int32,
    at now: Instant
  ) {
    let told = TurnOutcome(outcome)
    _ = reservations.release(outcome.reservation, by: slot, in: &view)
    router.inFlight.ended(outcome.reservation, on: slot)
    let prediction = audit.ended(
      outcome.reservation,
      told,
      TurnEnding(outcome.ending),
      by: slot,
      in: view,
      at: now
    )
    calibrator.ended(outcome.reservation, told, by: slot, in: &view, at: now)
    if let prediction, let ttft = told.ttftSeconds {
      monitor.served(slot, from: prediction.origin, ttftSeconds: ttft, in: view)
    }
    let isComputed = outcome.ttftNs > 0
    inferred.ended(
      outcome.reservation,
      cachedTokens: isComputed ? Int(outcome.cachedTokens) : nil,
      by: slot,
      at: now,
      in: &index
    )
    guard !replicator.ended(outcome.reservation, by: slot) else { return }
    switch outcome.ending {
    case .completed: completedCount += 1
    case .refused: break
    default: cutShortCount += 1
    }
  }

  /// Takes out the alarms about hit rates that were raised and cleared.
  mutating func takeHitRateChanges() -> [HitRateMonitor.Change] { audit.takeChanges() }

  mutating func timePassed(at now: Instant) {
    _ = reservations.expire(at: now, in: &view)
    inferred.expire(at: now, in: &index)
    if let due = sweepDue, due <= now {
      index.sweep(places: Self.sweptPlaces)
      sweepDue = nil
    }
    guard index.isSweeping else { return sweepDue = nil }
    sweepDue = sweepDue ?? now.advanced(by: Self.sweepInterval)
  }

  /// Decides where a turn runs and reserves the place; 0 stands for no reservation.
  ///
  /// A place where the first token comes later than `ttftMax` seconds is not reserved. A turn that
  /// has waited and still finds no room is no new decision.
  mutating func place(
    _ subject: DecisionSubject,
    _ request: RoutingRequest,
    hashes: [BlockHash],
    excluding: [Int32],
    policy: Int,
    ttftMax: Double = .infinity,
    hasWaited: Bool = false,
    takesAnyHeadroom: Bool = false,
    at now: Instant
  ) -> (verdict: Verdict, reservation: UInt64) {
    _ = reservations.expire(at: now, in: &view)
    view.refresh(for: router.costs)
    let verdict = router.route(
      request,
      hashes: hashes.span,
      in: view,
      index: index,
      excluding: excluding,
      policy: policy,
      takesAnyHeadroom: takesAnyHeadroom,
      random: &random
    )
    switch verdict {
    case .placed(let placement) where placement.ttftSeconds > ttftMax: return (verdict, 0)
    case .refused(let refusal) where hasWaited && refusal.mayPass: return (verdict, 0)
    default: break
    }
    let decision = audit.decided(
      subject,
      request,
      verdict,
      policy: router.policyName(policy),
      by: router,
      in: view,
      excluding: excluding,
      at: now
    )
    guard case .placed(let placement) = verdict else { return (verdict, 0) }
    let reservation = reservations.make(placement, in: &view, at: now)
    router.sent(reservation, hashes, to: placement.slot, at: view.fleetNow)
    audit.reserved(reservation, for: decision, placement, of: request, in: view)
    calibrator.placed(
      placement,
      request,
      hashes: hashes.span,
      reservation: reservation,
      in: &view
    )
    inferred.placed(
      reservation,
      hashes: hashes,
      blockTokens: request.blockTokens,
      usableBlocks: request.usableBlocks,
      on: placement.slot
    )
    return (verdict, reservation)
  }

  /// Asks for a copy of the beginning of a turn that ``place`` has just placed, if one is wanted.
  mutating func copy(
    of request: RoutingRequest,
    on home: Int32,
    hashes: [BlockHash],
    policy: Int,
    at now: Instant
  ) -> PrefixCopy? {
    guard router.copiesPrefixes(policy) else { return nil }
    let copy = replicator.copy(
      of: request,
      on: home,
      hashes: hashes,
      demand: demand,
      by: &router,
      in: &view,
      index: index,
      reservations: &reservations,
      at: now
    )
    if let copy {
      calibrator.placed(copy, in: view)
      inferred.placed(
        copy.reservation,
        hashes: copy.hashes,
        blockTokens: copy.request.blockTokens,
        usableBlocks: copy.request.usableBlocks,
        on: copy.slot
      )
    }
    return copy
  }

  /// Records that a turn was not admitted; with its replicas, if ``place`` has just been asked about
  /// it.
  mutating func refused(
    _ subject: DecisionSubject,
    _ request: RoutingRequest,
    _ refusal: AdmissionRefusal,
    policy: Int,
    withReplicas: Bool,
    at now: Instant
  ) {
    _ = audit.decided(
      subject,
      request,
      .refused(Refusal(refusal, promptTokens: request.promptTokens)),
      policy: router.policyName(policy),
      by: router,
      in: view,
      withReplicas: withReplicas,
      at: now
    )
  }

  /// Tokens that an answer is expected to have.
  func expectedOutput(of request: RoutingRequest) -> Int {
    request.outputTokens > 0
      ? request.outputTokens : Int(view.estimates(of: request.model).outputTokens)
  }

  /// Seconds of a turn's prefill on the replica that holds most of its prompt, if it had nothing else
  /// to do; 0 when no replica is there for it.
  mutating func prefillSeconds(_ request: RoutingRequest, hashes: [BlockHash]) -> Double {
    router.prefillSeconds(of: request, hashes: hashes.span, in: view, index: index)
  }

  /// Keeps what a turn wants that waits from those that come after it, until ``release(_:)``.
  mutating func hold(_ placement: Placement, in holds: inout ShadowReservations) {
    holds.add(placement, in: &view)
  }

  mutating func release(_ holds: inout ShadowReservations) { holds.release(in: &view) }

  /// Decides as ``place(_:_:hashes:excluding:policy:at:)`` would, changes nothing and tells why.
  func explain(
    _ request: RoutingRequest,
    hashes: [BlockHash],
    excluding: [Int32],
    policy: Int
  ) -> Explanation {
    router.explain(
      request,
      hashes: hashes.span,
      in: view,
      index: index,
      excluding: excluding,
      policy: policy,
      random: random
    )
  }
}
