import Admission
public import Basics
import Capacity
import FleetSpec
import KVIndex
import Routing

/// Where turns wait: from their offer until they are placed or refused.
extension Dispatcher {
  /// What became of an offer.
  public enum Offer: Sendable {
    /// It waits, if only until all are there that came with it; an ``Answer`` follows.
    case waits(TurnID)
    /// It is placed or refused.
    case answered(Answer)
  }

  /// Takes in a turn, or refuses it.
  ///
  /// Another turn that gives way to it is answered in `answers`. A turn whose policy lets it wait
  /// is not placed before ``advance(at:into:)``, so that the best of those that came together goes
  /// first; others are placed at once unless turns of their model wait.
  public mutating func offer(
    _ turn: Turn,
    at now: Instant,
    into answers: inout [Answer]
  ) -> Offer {
    let fleetNow = view.fleetTime(now)
    view.advance(to: now)
    var turn = turn
    if turn.isEstimated { turn.counted = counted.longest(of: turn.blockHashes) }
    let request = routing(turn)
    takeBack(turn, at: now)
    // What waits only for what comes with it takes nobody's place.
    if admission.isFull(for: turn.tenant ?? .unnamed) { answerNewcomers(at: now, into: &answers) }
    let id = ledger.open(turn, at: now)
    if let excess = claims.excess(of: turn, at: now) {
      let refusal = AdmissionRefusal(
        .unclaimed(open: excess.open, isTenant: excess.key == .tenant(turn.tenant)),
        of: turn.tenant ?? .unnamed,
        retryAfterSeconds: secondsToExpiry(at: now) ?? 1
      )
      return .answered(refuse(id, turn, refusal, at: now))
    }
    var asked = admissionTurn(id, turn)
    asked.deadline = turn.deadline.map { fleetNow.advanced(by: $0) }
    asked.firstArrival = turn.firstArrival
    asked.bytes = turn.memoryBytes
    asked.marginSeconds = margin(of: asked.model, request.model)
    let ticket: AdmissionTicket
    switch admission.offer(asked, at: fleetNow) {
    case .refused(let refusal): return .answered(refuse(id, turn, refusal, at: now))
    case .first(let first):
      ticket = first
      nextScan = min(nextScan, now)
      ledger.update(id) { $0.ticket = ticket }
      if !router.waitsForHeadroom(turn.policy) {
        if case .answered(let answer) = attempt(id, at: now) { return .answered(answer) }
        ledger.update(id) { $0.wasTried = true }
      }
    case .behind(let next):
      ticket = next
      ledger.update(id) { $0.ticket = ticket }
    }
    let seconds = router.prefillSeconds(
      of: request,
      hashes: turn.blockHashes.span,
      in: view,
      index: index
    )
    let answer = admission.wait(
      ticket,
      rank: seconds,
      firstTokenSeconds: seconds,
      mayFit: true,
      at: fleetNow
    )
    switch answer {
    case .refused(let refusal): return .answered(refuse(id, turn, refusal, at: now))
    case .waits(_, let displaced):
      if let displaced { drop(displaced, at: now, into: &answers) }
      newcomers.append(id)
      noteHeadroom(model: request.model)
      return .waits(id)
    }
  }

  /// A turn as the queue counts it.
  func admissionTurn(_ id: TurnID, _ turn: Turn) -> AdmissionTurn {
    let request = routing(turn)
    return AdmissionTurn(
      number: id,
      model: turn.model ?? .unnamed,
      tenant: turn.tenant ?? .unnamed,
      priority: turn.priority,
      promptTokens: request.promptTokens,
      outputTokens: expectedOutput(of: request),
      objective: objective(of: turn)
    )
  }

  /// What a turn of a model should leave for what its first token may well take besides its
  /// prefill, in seconds: the less, the fewer turns are late anyway, since it costs it its place.
  private func margin(of model: ModelID, _ number: Int16) -> Double {
    let share = min(1, admission.lateShare(of: model) / Self.lateShareOfOverload)
    return share * view.estimates(of: number).firstTokenMargin.seconds
  }

  /// Whoever offered a turn is gone before the answer came: it waits no more, and gives the place
  /// back that it was just given.
  public mutating func withdraw(_ id: TurnID, at now: Instant) {
    guard let (stage, slot, model) = ledger.read(id, { ($0.stage, $0.slot, $0.turn.model) })
    else { return }
    switch stage {
    case .waiting: end(id, as: .withdrawn, at: now)
    case .placed:
      watch.gaveBack(id, on: slot, at: now)
      release(id, as: .withdrawn, at: now)
    case .accepted, .unaccounted: return
    }
    noteHeadroom(model: model.flatMap { view.model($0) } ?? -1)
  }

  /// Places the turns that wait where there is headroom, and refuses those that waited in vain.
  mutating func answerWaiting(at now: Instant, into answers: inout [Answer]) {
    guard admission.waitingCount > 0 else {
      newcomers.removeAll(keepingCapacity: true)
      return forgetHeadroom()
    }
    let isRescan = now >= rescanDue
    if isScanDue && now >= nextScan || isRescan {
      for model in admission.waitingModels where isRescan || hasNoted(model) {
        scan(model, at: now, into: &answers)
      }
      forgetHeadroom()
      nextScan = now.advanced(by: AdmissionQueue.scanInterval(replicas: view.replicaCount))
    }
    answerNewcomers(at: now, into: &answers)
    answerOverdue(at: now, into: &answers)
  }

  private func hasNoted(_ model: ModelID) -> Bool {
    let place = Int(view.model(model) ?? -1) + 1
    return mayHaveHeadroom.indices.contains(place) && mayHaveHeadroom[place]
  }

  private mutating func forgetHeadroom() {
    guard isScanDue else { return }
    isScanDue = false
    for place in mayHaveHeadroom.indices { mayHaveHeadroom[place] = false }
  }

  /// Places turns of a model in their order, until as many find no headroom as are looked at; the
  /// place that one prefers which stays is kept from those behind it.
  private mutating func scan(_ model: ModelID, at now: Instant, into answers: inout [Answer]) {
    var shadows = ShadowReservations()
    defer { shadows.release(in: &view) }
    var scan = QueueScan(at: model)
    while let ticket = scan.next(in: &admission, at: view.fleetTime(now)),
      let id = admission.turn(ticket)?.number
    {
      switch attempt(id, behind: shadows, at: now) {
      case .answered(let answer): answers.append(answer)
      case .stays(let preferred):
        stays(id, preferred)
        if let preferred { shadows.add(preferred, in: &view) }
      }
    }
  }

  /// Places the turns that have just come and whose replica has headroom for which no other waits:
  /// they need not wait until all are looked at again.
  private mutating func answerNewcomers(at now: Instant, into answers: inout [Answer]) {
    guard !newcomers.isEmpty else { return }
    let tickets = newcomers.compactMap { id in
      ledger.read(id) { $0.stage == .waiting && !$0.wasTried ? $0.ticket : nil } ?? nil
    }
    newcomers.removeAll(keepingCapacity: true)
    for ticket in admission.inOrder(tickets) {
      guard let id = admission.turn(ticket)?.number else { continue }
      switch attempt(id, isNewcomer: true, at: now) {
      case .answered(let answer): answers.append(answer)
      case .stays(let preferred): stays(id, preferred)
      }
    }
  }

  /// A turn waits on, for headroom of the replica that it prefers.
  private mutating func stays(_ id: TurnID, _ preferred: Placement?) {
    ledger.update(id) { $0.wasTried = true }
    ledger.want(preferred?.slot, for: id, in: &view)
  }

  /// Refuses turns that waited in vain, unless there is headroom where they would rather not go.
  private mutating func answerOverdue(at now: Instant, into answers: inout [Answer]) {
    while true {
      if let ticket = admission.nextTimedOut(at: view.fleetTime(now)),
        let id = admission.turn(ticket)?.number,
        case .answered(let answer) = attempt(id, takesAnyHeadroom: true, at: now)
      {
        answers.append(answer)
      } else if let overdue = admission.popOverdue(at: view.fleetTime(now)) {
        drop(overdue, at: now, into: &answers)
      } else {
        return
      }
    }
  }

  /// Answers a turn that the queue has dropped.
  private mutating func drop(
    _ dropped: DroppedTurn,
    at now: Instant,
    into answers: inout [Answer]
  ) {
    let id = dropped.turn.number
    guard let turn = ledger.read(id, { $0.turn }) else {
      preconditionFailure("turn \(id) waited, and is not in the ledger")
    }
    noteHeadroom(model: view.model(dropped.turn.model) ?? -1)
    ledger.update(id) { $0.ticket = nil }
    let waited = dropped.waitedSeconds
    let request = routing(turn)
    if case .waitedTooLong = dropped.refusal.reason,
      case .refused(let refusal) = decide(turn, request, excludedSlots(turn)),
      refusal.reason == .noneReady
    {
      let verdict = Verdict.refused(refusal)
      answers.append(refused(id, turn, request, verdict, waitedSeconds: waited, at: now))
    } else {
      answers.append(refuse(id, turn, dropped.refusal, waitedSeconds: waited, at: now))
    }
  }

  /// Ends a turn that admission refuses.
  mutating func refuse(
    _ id: TurnID,
    _ turn: Turn,
    _ refusal: AdmissionRefusal,
    waitedSeconds: Double = 0,
    withReplicas: Bool = false,
    at now: Instant
  ) -> Answer {
    let request = routing(turn)
    let verdict = Verdict.refused(Refusal(refusal, promptTokens: request.promptTokens))
    if settings.observes {
      _ = audit.log.record(
        turn.subject,
        request,
        verdict,
        policy: router.policyName(turn.policy),
        by: router,
        in: view,
        withReplicas: withReplicas,
        at: now
      )
    }
    return refused(id, turn, request, verdict, waitedSeconds: waitedSeconds, at: now)
  }

  /// Ends a turn that is not placed.
  mutating func refused(
    _ id: TurnID,
    _ turn: Turn,
    _ request: RoutingRequest,
    _ verdict: Verdict,
    waitedSeconds: Double,
    at now: Instant
  ) -> Answer {
    countDemand(turn, request, cachedTokens: nil, at: now)
    end(id, as: .refused, at: now)
    let verdict = honest(verdict, model: request.model, at: now)
    counts.refused += 1
    if case .refused(let refusal) = verdict {
      if refusal.retryAfterSeconds == 0 { counts.refusedForGood += 1 }
      if settings.observes { figures.refused(refusal) }
    }
    return Answer(id: id, turn: turn, verdict: verdict, waitedSeconds: waitedSeconds, copy: nil)
  }

  /// The refusal with a time that is not beyond the next place's expiry, where nothing but places
  /// that nobody has claimed is in the way.
  private func honest(_ verdict: Verdict, model: Int16, at now: Instant) -> Verdict {
    guard case .refused(let refusal) = verdict, let admission = refusal.admission,
      !admission.isOfQuota, isIdle(model)
    else { return verdict }
    let sooner = AdmissionRefusal(
      admission.reason,
      of: admission.tenant,
      retryAfterSeconds: min(admission.retryAfterSeconds, secondsToExpiry(at: now) ?? 1)
    )
    return .refused(Refusal(sooner, promptTokens: refusal.promptTokens))
  }

  /// Whether no replica of a model reports work.
  private func isIdle(_ model: Int16) -> Bool {
    !(0..<Int32(view.slotCount)).contains { slot in
      guard let state = view.state(slot), state.model == model else { return false }
      return state.load.running + state.load.waiting > 0
    }
  }

  /// Until the next place expires, in the fleet's time; nil when there is none.
  private func secondsToExpiry(at now: Instant) -> Double? {
    ledger.deadline.map { max(0, now.seconds(to: $0)) * settings.timeScale }
  }

  /// A client that asks again because a replica did not take its turn has not begun another; where
  /// the replica has the turn, its answer failed to come.
  private mutating func takeBack(_ turn: Turn, at now: Instant) {
    guard !turn.excluded.isEmpty, let name = turn.name else { return }
    if let id = ledger.takeNamed(name, on: excludedSlots(turn)),
      let (stage, slot) = ledger.read(id, { ($0.stage, $0.slot) })
    {
      if stage == .placed {
        watch.missed(on: slot, at: now)
        release(id, as: .takenBack, at: now)
      } else if isWatched(slot) {
        watch.failed(on: slot, at: now)
      }
    } else if let slot = givenUp.take(turn, at: now).flatMap({ view.slot(of: $0) }), isWatched(slot)
    {
      watch.failed(on: slot, at: now)
    }
    applyHealth()
  }

  /// No answer is expected to be longer, whatever its client says: it would keep all others out.
  static let outputTokensMax = 1 << 17

  /// Tokens that an answer is expected to have.
  func expectedOutput(of request: RoutingRequest) -> Int {
    request.outputTokens > 0
      ? request.outputTokens : Int(view.estimates(of: request.model).outputTokens)
  }

  /// The turn as the router sees it, by the numbers that hold now.
  func routing(_ turn: Turn) -> RoutingRequest {
    let model = turn.model.flatMap { view.model($0) } ?? -1
    var request = RoutingRequest(
      model: model,
      origin: turn.origin.flatMap { view.region($0) } ?? -1,
      promptTokens: turn.promptTokens,
      outputTokens: min(turn.outputTokens, Self.outputTokensMax),
      blockTokens: turn.blockTokens,
      session: turn.session
    )
    request.tpotSeconds = objective(of: turn).tpot.inSeconds
    if !turn.blockHashes.isEmpty { request.hashedBlockTokens = turn.blockTokens }
    if let adapter = turn.adapter {
      request.slotsWithoutAdapter = view.slots(of: request.model, without: adapter)
    }
    if turn.isEstimated {
      request.correctEstimate(
        by: view.estimates(of: model).promptTokens.value,
        turn.counted
      )
    }
    return request
  }

  /// The slots that a turn leaves out, as far as they are known.
  func excludedSlots(_ turn: Turn) -> [Int32] { turn.excluded.compactMap { view.slot(of: $0) } }
}

extension Identifier {
  /// Stands for a name that a turn does not give, or that none can have.
  fileprivate static var unnamed: Self {
    guard let name = Self("-") else { preconditionFailure("a dash is a name") }
    return name
  }
}
