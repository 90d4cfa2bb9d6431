import Admission
import Basics
import FleetSpec
import Routing
import Traces

/// Turns that wait in the control plane until there is room for them.
extension FleetSimulator {
  /// Lets a turn wait; where it goes is decided together with all that come at the same instant.
  mutating func enqueue(_ number: Int, at now: Instant) {
    // Taken out, since it would be copied whole where two hold it.
    guard let tenant = TenantID("trace"), var queue = admission.take() else { return }
    defer { admission = queue }
    let turn = turns[number]
    let asked = AdmissionTurn(
      number: UInt64(number),
      model: turn.model,
      tenant: tenant,
      promptTokens: turn.promptTokens,
      outputTokens: Int(view.state(0)?.outputTokens ?? 1)
    )
    let (ticket, isFirst): (AdmissionTicket, Bool)
    switch queue.offer(asked, at: now) {
    case .refused(let refusal): return refuse(number, refusal, at: now)
    case .first(let first): (ticket, isFirst) = (first, true)
    case .behind(let next): (ticket, isFirst) = (next, false)
    }
    let seconds = router.prefillSeconds(
      of: request(number),
      hashes: turn.blockHashes.span,
      in: view,
      index: index
    )
    switch queue.wait(ticket, rank: seconds, firstTokenSeconds: seconds, at: now) {
    case .refused(let refusal): refuse(number, refusal, at: now)
    case .waits(_, let displaced):
      if let displaced { refuse(Int(displaced.turn.number), displaced.refusal, at: now) }
      let soon = now.advanced(nanoseconds: 1)
      schedulePlan(at: isFirst ? soon : max(soon, notBefore))
    }
  }

  /// Sends what has room, and looks again when the next report may have made some.
  mutating func plan(at now: Instant) {
    // A sooner plan may have taken this one's place.
    guard planned <= now else { return }
    planned = .distantFuture
    guard let waitingCount = admission?.waitingCount, waitingCount > 0 else { return }
    // Turns may end that it counts.
    hear(at: now)
    guard var queue = admission.take() else { return }
    _ = reservations.expire(at: now, in: &view)
    if shared != nil { learnShared() }
    var holds = ShadowReservations()
    for model in queue.waitingModels { look(at: model, in: &queue, &holds, at: now) }
    holds.release(in: &view)
    dropOverdue(in: &queue, at: now)
    if queue.waitingCount > 0 { schedulePlan(at: nextLook(queue, after: now)) }
    admission = queue
    // The few looks of a small fleet take no time that would count.
    let pause = AdmissionQueue.scanInterval(replicas: view.replicaCount)
    if pause > .milliseconds(1) { notBefore = now.advanced(by: pause) }
  }

  /// Looks where turns of a model could go, in their order, until so many stay as may be looked at.
  private mutating func look(
    at model: ModelID,
    in queue: inout AdmissionQueue,
    _ holds: inout ShadowReservations,
    at now: Instant
  ) {
    var look = QueueScan(at: model)
    while let ticket = look.next(in: &queue, at: now),
      let number = queue.turn(ticket).map({ Int($0.number) })
    {
      switch decide(number, mayExceedTPOT: queue.mayExceedTPOT(ticket), at: now) {
      case .placed(let placement): start(ticket, number, placement, in: &queue, at: now)
      case .refused(let refusal) where refusal.reason == .atCapacity:
        queue.hintHeadroom(of: ticket, seconds: refusal.retryAfterSeconds)
        if let wanted = refusal.wanted { holds.add(wanted, in: &view) }
      case .refused(let refusal):
        queue.withdraw(ticket, at: now)
        countDemand(number, request(number), nil, at: now)
        result.report.refused(refusal.reason.word)
        end(at: now)
      }
    }
  }

  /// Refuses turns that waited in vain, unless there is room where they would rather not go.
  private mutating func dropOverdue(in queue: inout AdmissionQueue, at now: Instant) {
    while true {
      if let ticket = queue.nextTimedOut(at: now),
        let number = queue.turn(ticket).map({ Int($0.number) }),
        case .placed(let placement) = decide(
          number,
          mayExceedTPOT: queue.mayExceedTPOT(ticket),
          takesAnyHeadroom: true,
          at: now
        )
      {
        start(ticket, number, placement, in: &queue, at: now)
      } else if let overdue = queue.popOverdue(at: now) {
        count(waitedSeconds: overdue.waitedSeconds)
        refuse(Int(overdue.turn.number), overdue.refusal, at: now)
      } else {
        return
      }
    }
  }

  private mutating func start(
    _ ticket: AdmissionTicket,
    _ number: Int,
    _ placement: Placement,
    in queue: inout AdmissionQueue,
    at now: Instant
  ) {
    count(waitedSeconds: queue.waitedSeconds(ticket, at: now))
    queue.start(ticket, cachedTokens: placement.cachedTokens, at: now)
    progress[number].ticket = ticket
    send(number, to: placement, at: now)
  }

  /// Turns that are placed with those that came at their instant did not wait.
  private mutating func count(waitedSeconds: Double) {
    if waitedSeconds > 1e-6 { result.report.waited(Duration(inSeconds: waitedSeconds)) }
  }

  /// A turn runs no more where it ran, or never did.
  mutating func leaveQueue(_ number: Int, hasRun: Bool, at now: Instant) {
    guard let ticket = progress[number].ticket else { return }
    progress[number].ticket = nil
    if hasRun { admission?.end(ticket, at: now) } else { admission?.withdraw(ticket, at: now) }
  }

  /// Plans at an instant, unless it will anyway before.
  private mutating func schedulePlan(at due: Instant) {
    guard due < planned else { return }
    planned = due
    events.add(.planned, due: due)
  }

  /// When the next report may have made room, or a turn has waited in vain.
  private func nextLook(_ queue: AdmissionQueue, after now: Instant) -> Instant {
    // What a lost replica had to tell never comes.
    let report = wakes.lazy.filter { $0 > now }.min() ?? .distantFuture
    let next = min(report, queue.deadline ?? .distantFuture)
    let pause = AdmissionQueue.scanInterval(replicas: view.replicaCount)
    return max(
      now.advanced(by: max(.milliseconds(1), pause)),
      min(next, now.advanced(by: .seconds(1)))
    )
  }

  private mutating func refuse(_ number: Int, _ refusal: AdmissionRefusal, at now: Instant) {
    countDemand(number, request(number), nil, at: now)
    result.report.refused("at capacity")
    end(at: now)
  }
}
