import Admission
public import Basics
import Capacity
import FleetSpec
import KVIndex
public import Routing

/// Where turns are placed.
extension Dispatcher {
  /// What came of asking where a turn could run.
  enum Attempt {
    case answered(Answer)
    /// There is no headroom; where it would go, unless every replica is full.
    case stays(preferred: Placement?)
  }

  /// Asks the router where a turn that waits runs, and places it there; `shadows` are kept for
  /// those before it.
  ///
  /// A newcomer leaves the headroom of a replica to those that already wait for it.
  mutating func attempt(
    _ id: TurnID,
    behind shadows: ShadowReservations = .init(),
    takesAnyHeadroom: Bool = false,
    isNewcomer: Bool = false,
    at now: Instant
  ) -> Attempt {
    guard let (turn, ticket, hasWaited) = ledger.read(id, { ($0.turn, $0.ticket, $0.wasTried) }),
      let ticket
    else { preconditionFailure("turn \(id) waits, and is not in the ledger") }
    let fleetNow = view.fleetTime(now)
    let waited = hasWaited ? admission.waitedSeconds(ticket, at: fleetNow) : 0
    let request = routing(turn)
    let excluded = turn.excluded.isEmpty ? [] : excludedSlots(turn)
    counts.decisions += 1
    ledger.wantNothing(id, in: &view)
    let verdict = decide(turn, request, excluded, takesAnyHeadroom: takesAnyHeadroom)
    switch verdict {
    case .waits(let wait):
      if !hasWaited { keep(turn, request, verdict, excluded, at: now) }
      admission.hintHeadroom(of: ticket, seconds: wait.seconds)
      return .stays(preferred: wait.preferred)
    // A turn that has waited bears that its replicas are silent for a while.
    case .refused(let refusal) where hasWaited && refusal.reason == .noneReady:
      return .stays(preferred: nil)
    case .refused:
      keep(turn, request, verdict, excluded, at: now)
      return .answered(refused(id, turn, request, verdict, waitedSeconds: waited, at: now))
    case .placed(let placement)
    where isNewcomer && ledger.isWanted(placement.slot, by: turn.model, in: view):
      return .stays(preferred: placement)
    case .placed(let placement):
      let late = admission.refuseIfLate(
        ticket,
        firstTokenSeconds: placement.ttftSeconds,
        at: fleetNow
      )
      if let late {
        return .answered(
          refuse(id, turn, late, waitedSeconds: waited, withReplicas: true, at: now)
        )
      }
      let decision = keep(turn, request, verdict, excluded, behind: shadows, at: now)
      place(id, turn, request, placement, decision: decision, at: now)
      counts.placed += 1
      if settings.observes { figures.placed(turn.model, waitedSeconds: waited) }
      if hasWaited { counts.placedAfterWait += 1 }
      countDemand(turn, request, cachedTokens: placement.cachedTokens, at: now)
      admission.start(ticket, cachedTokens: placement.cachedTokens, at: fleetNow)
      let copy = copy(of: turn, request, on: placement.slot, at: now)
      return .answered(
        Answer(id: id, turn: turn, verdict: verdict, waitedSeconds: waited, copy: copy)
      )
    }
  }

  /// Decides as ``advance(at:into:)`` would, changes nothing and says why.
  public mutating func explain(_ turn: Turn, at now: Instant) -> Explanation {
    expire(at: now)
    var turn = turn
    if turn.isEstimated { turn.counted = counted.longest(of: turn.blockHashes) }
    var twin = self
    var explanation = twin.withSuspectsIfRefused({ $0.verdict }) { twin in
      twin.router.explain(
        twin.routing(turn),
        hashes: turn.blockHashes.span,
        in: twin.view,
        index: twin.index,
        excluding: twin.excludedSlots(turn),
        policy: turn.policy,
        random: twin.random
      )
    }
    explanation.verdict = hopeful(explanation.verdict, of: turn)
    return explanation
  }

  /// Where a turn would run, or why nowhere.
  mutating func decide(
    _ turn: Turn,
    _ request: RoutingRequest,
    _ excluded: [Int32],
    takesAnyHeadroom: Bool = false
  ) -> Verdict {
    let verdict = withSuspectsIfRefused({ $0 }) {
      $0.route(turn, request, excluded, takesAnyHeadroom)
    }
    return hopeful(verdict, of: turn)
  }

  /// What `decide` comes to; where that is a refusal, what it comes to with suspect replicas:
  /// better one that may be sick than none.
  @inline(__always)
  private mutating func withSuspectsIfRefused<Result>(
    _ verdict: (Result) -> Verdict,
    _ decide: (inout Self) -> Result
  ) -> Result {
    let result = decide(&self)
    guard case .refused = verdict(result), liftSuspicion() else { return result }
    defer { applyHealth() }
    return decide(&self)
  }

  private mutating func route(
    _ turn: Turn,
    _ request: RoutingRequest,
    _ excluded: [Int32],
    _ takesAnyHeadroom: Bool
  ) -> Verdict {
    view.refresh(for: router.costs)
    return router.route(
      request,
      hashes: turn.blockHashes.span,
      in: view,
      index: index,
      excluding: excluded,
      policy: turn.policy,
      takesAnyHeadroom: takesAnyHeadroom,
      random: &random
    )
  }

  /// A refusal is not for good while what the turn needs may come, or come back.
  private func hopeful(_ verdict: Verdict, of turn: Turn) -> Verdict {
    guard case .refused(let refusal) = verdict,
      refusal.reason == .noReplica || refusal.reason == .tooLong
    else { return verdict }
    let wasServed =
      refusal.rejections.serving == 0 && turn.model.map(servedModels.contains) ?? false
    guard view.now < replicasDueBy || wasServed else { return verdict }
    return .refused(refusal.untilReady(in: view))
  }

  /// Gives a turn its place, and tells all who follow turns.
  private mutating func place(
    _ id: TurnID,
    _ turn: Turn,
    _ request: RoutingRequest,
    _ placement: Placement,
    decision: UInt64,
    at now: Instant
  ) {
    guard let state = view.state(placement.slot) else {
      preconditionFailure("turn \(id) is placed on slot \(placement.slot), which is free")
    }
    let network = view.roundTripSeconds(request.origin, state.region)
    ledger.place(
      id,
      on: placement,
      claimChance: claims.chance(of: turn, at: now),
      in: &view,
      at: now
    )
    claims.note(.opened, of: turn, at: now)
    callers.opened(id, by: turn.caller)
    watch.placed(id, on: placement.slot)
    applyHealth()
    router.sent(id, turn.blockHashes, to: placement.slot, at: view.fleetNow)
    let sample =
      settings.calibrates
      ? calibrator.placed(placement, request, hashes: turn.blockHashes.span, in: &view) : nil
    let prompt = inferred.placed(
      turn.blockHashes,
      blockTokens: request.blockSize,
      isEstimated: request.estimatedTokens > 0,
      usable: min(turn.blockHashes.count, request.usableBlocks),
      on: placement.slot
    )
    let prediction = Prediction(
      decision: decision,
      slot: placement.slot,
      generation: state.generation,
      origin: request.origin,
      promptTokens: request.promptTokens,
      cachedTokens: placement.cachedTokens,
      ttftSeconds: placement.ttftSeconds - network
    )
    ledger.update(id) {
      ($0.calibration, $0.inferred, $0.prediction) = (sample, prompt, prediction)
      if turn.isEstimated { $0.marks = CountedPrefixes.Marks(turn.blockHashes) }
      $0.isOpen = true
    }
  }

  /// Asks for a copy of the prefix of a turn that was just placed, if one is wanted.
  private mutating func copy(
    of turn: Turn,
    _ request: RoutingRequest,
    on home: Int32,
    at now: Instant
  ) -> Copy? {
    guard turn.makesCopies, turn.excluded.isEmpty, settings.copiesPrefixes,
      router.copiesPrefixes(turn.policy),
      let copy = replicator.copy(
        of: request,
        on: home,
        hashes: turn.blockHashes,
        demand: demand,
        by: router,
        in: view,
        index: index
      )
    else { return nil }
    var prefix = turn
    prefix.promptTokens = min(turn.promptTokens, copy.request.promptTokens)
    prefix.blockHashes = copy.hashes
    let id = ledger.open(prefix, isCopy: true, at: now)
    ledger.place(id, on: copy.placement, in: &view, at: now)
    router.sent(id, copy.hashes, to: copy.slot, at: view.fleetNow)
    let sample =
      settings.calibrates ? calibrator.placedCopy(copy.placement, copy.request, in: view) : nil
    let prompt = inferred.placed(
      copy.hashes,
      blockTokens: copy.request.blockSize,
      usable: min(copy.hashes.count, copy.request.usableBlocks),
      on: copy.slot
    )
    ledger.update(id) { ($0.calibration, $0.inferred) = (sample, prompt) }
    replicator.sent(copy, as: id)
    return Copy(id: id, prefix: copy)
  }

  /// Keeps a decision for those who ask about it; returns its number, 0 where none is kept.
  @discardableResult
  private mutating func keep(
    _ turn: Turn,
    _ request: RoutingRequest,
    _ verdict: Verdict,
    _ excluded: [Int32],
    behind shadows: ShadowReservations = .init(),
    at now: Instant
  ) -> UInt64 {
    guard settings.observes else { return 0 }
    var choice: Choice?
    if case .placed(let placement) = verdict {
      choice =
        router.keptReplica(
          from: request,
          placedOn: placement,
          by: shadows,
          in: view,
          excluding: excluded,
          policy: turn.policy
        ).map { .otherKept($0) } ?? placement.choice
      figures.chose(choice ?? placement.choice, policy: turn.policy)
    }
    return audit.log.record(
      turn.subject,
      request,
      verdict,
      choice: choice,
      policy: router.policyName(turn.policy),
      by: router,
      in: view,
      excluding: excluded,
      at: now
    )
  }

  /// Counts a turn that is placed or refused, when it is first asked for.
  mutating func countDemand(
    _ turn: Turn,
    _ request: RoutingRequest,
    cachedTokens: Int?,
    at now: Instant
  ) {
    guard turn.excluded.isEmpty, let model = turn.model else { return }
    demand.record(
      request,
      of: DemandKey(
        model: model,
        adapter: turn.adapter,
        origin: request.origin >= 0 ? turn.origin : nil
      ),
      hashes: turn.blockHashes.span,
      cachedTokens: cachedTokens,
      outputTokens: Double(expectedOutput(of: request)),
      request: turn.subject.request.isEmpty ? 0 : BlockHasher(model: turn.subject.request).hash,
      example: .init(tenant: turn.subject.tenant, request: turn.subject.request),
      at: view.fleetTime(now)
    )
  }
}
