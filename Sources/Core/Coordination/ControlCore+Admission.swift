import Admission
import Basics
import FleetSpec
import HearthMessages
import Routing

/// Whether a turn runs now, waits, or is refused.
///
/// Admission works in the fleet's time, sessions in the wall's.
extension ControlCore {
  /// What is kept of a turn that waits.
  struct HeldTurn: Sendable {
    let ticket: AdmissionTicket
    let request: HearthV1.RouteRequest
    let policy: PolicyChoice
    /// Whether it has waited for more than what came at the same moment.
    var wasTried = false
  }

  /// A policy of the router.
  typealias PolicyChoice = (number: Int, name: String)

  /// Turns whose callers were answered later than they asked, with the answers.
  typealias Answers = [(call: UInt64, response: HearthV1.RouteResponse)]

  /// The fleet's time.
  func fleetTime(_ now: Instant) -> Instant {
    guard settings.timeScale != 1 else { return now }
    return Instant(nanoseconds: Int64(min(9e18, Double(now.nanoseconds) * settings.timeScale)))
  }

  /// The wall's time at which the fleet's is past `instant`.
  private func wallTime(_ instant: Instant) -> Instant {
    guard settings.timeScale != 1 else { return instant }
    let nanoseconds = (Double(instant.nanoseconds) / settings.timeScale).rounded(.up)
    return Instant(nanoseconds: Int64(min(9e18, nanoseconds)) + 1)
  }

  /// When admission next has something to do.
  var admissionDeadline: Instant? {
    let release = admission.waitingCount > 0 && !modelsWithHeadroom.isEmpty ? nextRelease : nil
    return [admission.deadline.map(wallTime), placedTurns.deadline, release].compactMap { $0 }.min()
  }

  /// Takes a turn into the queue, or refuses it; what there is room for is let go when
  /// ``Event/turnsArrived`` says that all have come that came at this moment.
  mutating func admit(
    _ request: HearthV1.RouteRequest,
    policy: PolicyChoice,
    at now: Instant,
    into actions: inout Actions<Action>
  ) -> RouteAnswer {
    let (model, tenant) = (ModelID(request.model) ?? .unnamed, TenantID(request.tenant) ?? .unnamed)
    let fleetNow = fleetTime(now)
    let asked = routing(request)
    takeBack(request, tenant, at: fleetNow)
    calls += 1
    let deadline = Duration.nanoseconds(request.deadlineNs)
    let turn = AdmissionTurn(
      number: calls,
      model: model,
      tenant: tenant,
      priority: request.priority == 0 ? nil : Int(request.priority),
      promptTokens: asked.promptTokens,
      outputTokens: fleet.expectedOutput(of: asked),
      deadline: request.deadlineNs == 0 ? nil : fleetNow.advanced(by: deadline)
    )
    let ticket: AdmissionTicket
    switch admission.offer(turn, at: fleetNow) {
    case .refused(let refusal): return .answered(refuse(refusal, request, policy, at: now))
    case .first(let offered):
      ticket = offered
      nextRelease = min(nextRelease, now)
    case .behind(let offered): ticket = offered
    }
    return hold(.init(ticket: ticket, request: request, policy: policy), turn, at: now, &actions)
  }

  /// The client of a call that was held went away.
  mutating func callerLeft(_ call: UInt64, at now: Instant) {
    guard let held = heldTurns.removeValue(forKey: call) else { return }
    if let turn = admission.turn(held.ticket) { modelsWithHeadroom.insert(turn.model) }
    admission.withdraw(held.ticket, at: fleetTime(now))
  }

  /// Refuses turns that waited in vain and lets those go that have room now.
  mutating func advanceQueue(at now: Instant, into actions: inout Actions<Action>) {
    for ticket in placedTurns.expire(at: now) { admission.withdraw(ticket, at: fleetTime(now)) }
    guard admission.waitingCount > 0 else { return modelsWithHeadroom.removeAll() }
    var answers: Answers = []
    if !modelsWithHeadroom.isEmpty, now >= nextRelease {
      for model in admission.waitingModels where modelsWithHeadroom.contains(model) {
        release(model, at: now, into: &answers)
      }
      modelsWithHeadroom.removeAll()
      let interval = AdmissionQueue.scanInterval(replicas: fleet.view.replicaCount)
      nextRelease = now.advanced(by: interval)
    }
    dropOverdue(at: now, into: &answers)
    for answer in answers { actions.append(.answerRoute(call: answer.call, answer.response)) }
  }

  /// A replica's turns may have ended, or its readiness changed: its model may have room.
  mutating func mayHaveHeadroom(_ slots: some Sequence<Int32>) {
    guard admission.waitingCount > 0 else { return }
    for slot in slots {
      if let spec = fleet.view.spec(slot) { modelsWithHeadroom.insert(spec.model) }
    }
  }

  /// Takes in what a replica says of turns that were placed there.
  mutating func hear(_ news: HearthV1.ReplicaUpdate, of slot: Int32, at now: Instant) {
    let fleetNow = fleetTime(now)
    for id in news.accepted { placedTurns.accepted(id, by: slot) }
    for outcome in news.outcomes {
      guard let ticket = placedTurns.ended(outcome.reservation, by: slot) else { continue }
      if outcome.ending == .refused {
        admission.withdraw(ticket, at: fleetNow)
      } else {
        admission.end(ticket, outcome: TurnOutcome(outcome), at: fleetNow)
      }
    }
    for id in news.ended {
      if let ticket = placedTurns.ended(id, by: slot) { admission.end(ticket, at: fleetNow) }
    }
  }

  /// Turns have ended whose nodes can't tell what became of them.
  mutating func endTurns(_ tickets: [AdmissionTicket], at now: Instant) {
    for ticket in tickets { admission.end(ticket, at: fleetTime(now)) }
  }

  // MARK: Turns one by one

  private enum Attempt {
    case answered(HearthV1.RouteResponse)
    /// There is no room; where it would go, unless every replica is full.
    case full(wanted: Placement?)
  }

  /// Asks the router where a turn runs, and starts it there.
  private mutating func attempt(
    _ held: HeldTurn,
    takesAnyHeadroom: Bool = false,
    at now: Instant
  ) -> Attempt {
    let (fleetNow, request) = (fleetTime(now), held.request)
    let hasWaited = held.wasTried
    let waited = hasWaited ? admission.waitedSeconds(held.ticket, at: fleetNow) : 0
    let deadline = admission.turn(held.ticket)?.deadline
    var asked = routing(request)
    asked.mayExceedTPOT = admission.mayExceedTPOT(held.ticket)
    let (outcome, reservation) = fleet.place(
      subject(request),
      asked,
      hashes: request.blockHashes,
      excluding: excluded(request),
      policy: held.policy.number,
      ttftMax: deadline.map { fleetNow.seconds(to: $0) } ?? .infinity,
      hasWaited: hasWaited,
      takesAnyHeadroom: takesAnyHeadroom,
      at: now
    )
    var response = HearthV1.RouteResponse(policy: held.policy.name)
    response.verdict = verdict(outcome, reservation: reservation, waitedSeconds: waited)
    switch outcome {
    case .refused(let refusal) where refusal.reason == .atCapacity:
      admission.hintHeadroom(of: held.ticket, seconds: refusal.retryAfterSeconds)
      return .full(wanted: refusal.wanted)
    case .refused(let refusal) where hasWaited && refusal.mayPass:
      // A turn that has waited bears that its replicas are silent for a while.
      return .full(wanted: nil)
    case .refused:
      countDemand(request, outcome, at: now)
      admission.withdraw(held.ticket, at: fleetNow)
      refused += 1
    case .placed(let placement):
      let late = admission.refuseIfLate(
        held.ticket,
        firstTokenSeconds: placement.ttftSeconds,
        at: fleetNow
      )
      if let late {
        return .answered(
          refuse(late, request, held.policy, waited: waited, withReplicas: true, at: now)
        )
      }
      placed += 1
      if hasWaited { placedAfterWait += 1 }
      countDemand(request, outcome, at: now)
      admission.start(held.ticket, cachedTokens: placement.cachedTokens, at: fleetNow)
      guard reservation != 0 else {
        admission.end(held.ticket, at: fleetNow)
        break
      }
      placedTurns.place(
        held.ticket,
        reservation: reservation,
        on: placement.slot,
        name: admission.turn(held.ticket).flatMap { name(of: request, $0.tenant) },
        at: now
      )
      response.copy = copy(
        of: request,
        on: placement.slot,
        policy: held.policy.number,
        at: now
      )
    }
    return .answered(response)
  }

  /// Lets a turn wait, if only until all that came with it are there, or refuses it.
  private mutating func hold(
    _ held: HeldTurn,
    _ turn: AdmissionTurn,
    at now: Instant,
    _ actions: inout Actions<Action>
  ) -> RouteAnswer {
    let seconds = fleet.prefillSeconds(routing(held.request), hashes: held.request.blockHashes)
    let answer = admission.wait(
      held.ticket,
      rank: seconds,
      firstTokenSeconds: seconds,
      at: fleetTime(now)
    )
    switch answer {
    case .refused(let refusal):
      return .answered(refuse(refusal, held.request, held.policy, at: now))
    case .waits(_, let displaced):
      var answers: Answers = []
      if let displaced { refuse(displaced, at: now, into: &answers) }
      for answer in answers { actions.append(.answerRoute(call: answer.call, answer.response)) }
      heldTurns[turn.number] = held
      modelsWithHeadroom.insert(turn.model)
      return .held(call: turn.number)
    }
  }

  /// Lets turns of a model go that have room, in their order, until so many stay as may be looked at;
  /// what one wants that stays is kept from those behind it.
  private mutating func release(_ model: ModelID, at now: Instant, into answers: inout Answers) {
    var holds = ShadowReservations()
    defer { fleet.release(&holds) }
    let fleetNow = fleetTime(now)
    var look = QueueScan(at: model)
    while let ticket = look.next(in: &admission, at: fleetNow),
      let turn = admission.turn(ticket)
    {
      guard let held = heldTurns[turn.number] else {
        preconditionFailure("turn \(turn.number) waits, and nobody for it")
      }
      switch attempt(held, at: now) {
      case .answered(let response):
        heldTurns[turn.number] = nil
        answers.append((turn.number, response))
      case .full(let wanted):
        heldTurns[turn.number]?.wasTried = true
        guard let wanted else { return }
        fleet.hold(wanted, in: &holds)
      }
    }
  }

  /// Refuses turns that waited in vain, unless there is room where they would rather not go.
  private mutating func dropOverdue(at now: Instant, into answers: inout Answers) {
    while true {
      if let ticket = admission.nextTimedOut(at: fleetTime(now)),
        let number = admission.turn(ticket)?.number, let held = heldTurns[number],
        case .answered(let response) = attempt(held, takesAnyHeadroom: true, at: now)
      {
        heldTurns[number] = nil
        answers.append((number, response))
      } else if let late = admission.popOverdue(at: fleetTime(now)) {
        refuse(late, at: now, into: &answers)
      } else {
        return
      }
    }
  }

  private mutating func refuse(
    _ dropped: DroppedTurn,
    at now: Instant,
    into answers: inout Answers
  ) {
    guard let held = heldTurns.removeValue(forKey: dropped.turn.number) else { return }
    modelsWithHeadroom.insert(dropped.turn.model)
    let response = refuse(
      dropped.refusal,
      held.request,
      held.policy,
      waited: dropped.waitedSeconds,
      at: now
    )
    answers.append((dropped.turn.number, response))
  }

  private mutating func refuse(
    _ refusal: AdmissionRefusal,
    _ request: HearthV1.RouteRequest,
    _ policy: PolicyChoice,
    waited: Double = 0,
    withReplicas: Bool = false,
    at now: Instant
  ) -> HearthV1.RouteResponse {
    refused += 1
    fleet.refused(
      subject(request),
      routing(request),
      refusal,
      policy: policy.number,
      withReplicas: withReplicas,
      at: now
    )
    let outcome = Verdict.refused(Refusal(refusal, promptTokens: Int(request.promptTokens)))
    countDemand(request, outcome, at: now)
    let message = verdict(outcome, reservation: 0, waitedSeconds: waited)
    return .init(verdict: message, policy: policy.name)
  }

  private func subject(_ request: HearthV1.RouteRequest) -> DecisionSubject {
    DecisionSubject(
      request: request.requestId,
      tenant: request.tenant,
      model: request.model,
      origin: request.originRegion
    )
  }

  /// A client that asks anew because a replica did not take its turn has not begun another.
  private mutating func takeBack(
    _ request: HearthV1.RouteRequest,
    _ tenant: TenantID,
    at fleetNow: Instant
  ) {
    guard !request.excludedReplicas.isEmpty, let name = name(of: request, tenant),
      let ticket = placedTurns.retake(name, excluding: excluded(request))
    else { return }
    admission.withdraw(ticket, at: fleetNow)
  }

  private func name(of request: HearthV1.RouteRequest, _ tenant: TenantID) -> PlacedTurns.Name? {
    request.requestId.isEmpty ? nil : .init(tenant: tenant, request: request.requestId)
  }
}

extension Identifier {
  /// Stands for a name that a request does not give, or that none can have.
  fileprivate static var unnamed: Self {
    guard let name = Self("-") else { preconditionFailure("a dash is a name") }
    return name
  }
}

extension AdmissionRefusal {
  /// The refusal in a word.
  var word: HearthV1.RefusalReason {
    switch reason {
    case .requestQuota, .tokenQuota, .concurrency: .quota
    case .deadline, .deadlinePassed: .deadline
    default: .atCapacity
    }
  }
}
