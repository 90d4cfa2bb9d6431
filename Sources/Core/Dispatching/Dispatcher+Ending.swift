import Admission
public import Basics
import Capacity
public import FleetSpec
import KVIndex
public import Routing

/// Where turns are claimed and where they end: all that follows turns is told here.
extension Dispatcher {
  /// How a turn ended that no report of its node ends.
  enum Ending {
    /// Nobody claimed its place in time.
    case expired
    /// Its replica is gone.
    case lost
    /// Its node reports everything again, and did not report it.
    case unlisted
    /// Its client asks again, since its replica did not take it.
    case takenBack
    /// Its client went away while it waited, or before it came for its place.
    case withdrawn
    /// It was not placed.
    case refused
  }

  /// A replica reported that it has a turn.
  public mutating func accepted(_ id: TurnID, by slot: Int32, at now: Instant) {
    let isOnly = ledger.acceptedCount(on: slot) == 0
    resume(id, by: slot, at: now)
    guard ledger.accept(id, by: slot, in: &view),
      let (prediction, inferred, calibration) = ledger.read(
        id,
        { ($0.prediction, $0.inferred, $0.calibration) }
      )
    else { return }
    noteClaim(.claimed, of: id, at: now)
    ledger.update(id) { $0.accepted = now }
    watch.took(on: slot, isOnly: isOnly, at: now)
    if let prediction { audit.accepted(prediction) }
    if var prompt = inferred {
      self.inferred.accepted(&prompt, by: slot, at: now, in: &index)
      ledger.update(id) { $0.inferred = prompt }
    }
    if var sample = calibration {
      calibrator.accepted(&sample, by: slot, in: view)
      ledger.update(id) { $0.calibration = sample }
    }
  }

  /// A replica reported that a turn ended, and what became of it.
  public mutating func ended(
    _ id: TurnID,
    _ outcome: TurnOutcome,
    _ ending: TurnEnding,
    by slot: Int32,
    at now: Instant
  ) {
    guard ledger.isOn(id, slot, view) else { return }
    if ending != .refused { resume(id, by: slot, at: now) }
    noteClaim(.claimed, of: id, at: now)
    guard let record = ledger.close(id, in: &view) else { return }
    judge(record, outcome, ending, at: now)
    let fleetNow = view.fleetTime(now)
    router.inFlight.ended(id, on: record.slot)
    learnMargin(record, outcome)
    if let ticket = record.ticket {
      // What a replica had taken has used its quota.
      if ending == .refused, !record.isReported {
        admission.withdraw(ticket, at: fleetNow)
      } else {
        admission.end(ticket, outcome: outcome, at: fleetNow)
      }
    }
    let blockTokens = learnLength(record, outcome)
    if let prompt = record.inferred {
      let isComputed = outcome.ttftSeconds != nil
      inferred.ended(
        prompt,
        cachedTokens: isComputed ? outcome.cachedTokens : nil,
        blockTokens: blockTokens,
        answer: outcome.answerBlocks,
        by: slot,
        at: now,
        in: &index
      )
    }
    if let sample = record.calibration {
      calibrator.ended(sample, outcome, by: slot, in: &view, at: now)
    }
    guard !record.isCopy else { return replicator.ended(id) }
    if let prediction = record.prediction {
      audit.ended(prediction, outcome, ending, at: now)
      if settings.observes { note(record, prediction, outcome) }
      if settings.observes, let ttft = outcome.ttftSeconds {
        bottlenecks.served(slot, from: prediction.origin, ttftSeconds: ttft, in: view)
      }
    }
    count(record, ending)
  }

  /// Counts what a turn took.
  private mutating func note(
    _ record: TurnRecord,
    _ prediction: Prediction,
    _ outcome: TurnOutcome
  ) {
    let region = view.state(record.slot)?.region ?? -1
    figures.ended(
      prediction,
      outcome,
      at: .init(model: record.turn.model, region: view.regionID(region)),
      earlierSeconds: record.offered.seconds(to: record.placed) * settings.timeScale
        + view.roundTripSeconds(prediction.origin, region)
    )
  }

  /// What became of a turn was told of a replica that may be gone by now.
  public mutating func ended(
    _ id: TurnID,
    _ outcome: TurnOutcome,
    _ ending: TurnEnding,
    by replica: ReplicaID,
    at now: Instant
  ) {
    if let slot = view.slot(of: replica) { return ended(id, outcome, ending, by: slot, at: now) }
    guard ledger.read(id, { $0.replica == replica && $0.stage == .unaccounted }) == true,
      let record = ledger.close(id, in: &view), !record.isCopy
    else { return }
    count(record, ending)
  }

  /// Learns how much later than its prefill takes the first token of a turn came that could wait.
  private mutating func learnMargin(_ record: TurnRecord, _ outcome: TurnOutcome) {
    guard settings.calibrates, router.waitsForHeadroom(record.turn.policy),
      let turn = record.ticket.flatMap({ admission.turn($0) }), let ttft = outcome.ttftSeconds,
      record.accepted >= record.placed, let model = view.model(turn.model)
    else { return }
    let way = record.placed.seconds(to: record.accepted) * settings.timeScale
    view.observe(firstTokenDelay: way + ttft - turn.rank, of: model)
  }

  /// Learns how many tokens the transcript of a turn has whose prompt was estimated; returns how
  /// many a block of it had.
  private mutating func learnLength(_ record: TurnRecord, _ outcome: TurnOutcome) -> Double? {
    guard let marks = record.marks, outcome.promptTokens > 0, record.turn.promptTokens > 0
    else { return nil }
    let scale = Double(outcome.promptTokens) / Double(record.turn.promptTokens)
    let blockTokens = Double(record.turn.blockTokens) * scale
    counted.note(marks, blockTokens: blockTokens)
    if outcome.isComplete, let last = outcome.answerBlocks.last {
      counted.note(last, tokens: Double(outcome.promptTokens + outcome.outputTokens))
    }
    return blockTokens
  }

  private mutating func count(_ record: TurnRecord, _ ending: TurnEnding) {
    if !record.isPresumed { counts.add(ending) }
  }

  /// A turn was released, and its node had its time to tell what became of it.
  private mutating func presume(_ id: TurnID) {
    let ending = ledger.update(id) { (record) -> TurnEnding? in
      guard !record.isPresumed, let ending = record.presumed else { return nil }
      record.isPresumed = true
      return ending
    }
    if let ending = ending ?? nil { counts.add(ending) }
  }

  /// A replica reported that it has a turn no more; what became of it may still be reported.
  public mutating func left(_ id: TurnID, by slot: Int32, at now: Instant) {
    if ledger.isOn(id, slot, view) { release(id, as: .unlisted, at: now) }
  }

  /// A turn that its replica has counts, and is charged, though its place had lapsed.
  private mutating func resume(_ id: TurnID, by slot: Int32, at now: Instant) {
    guard ledger.mayResume(id, by: slot, in: view), let turn = ledger.read(id, { $0.turn }),
      let ticket = admission.resume(admissionTurn(id, turn), at: view.fleetTime(now))
    else { return }
    ledger.resume(id)
    ledger.update(id) { ($0.ticket, $0.presumed) = (ticket, nil) }
  }

  /// What became of a place is known, once.
  mutating func noteClaim(_ change: ClaimTable.Change, of id: TurnID, at now: Instant) {
    let turn = ledger.update(id) { record in
      defer { record.isOpen = false }
      return record.isOpen ? record.turn : nil
    }
    guard let turn = turn ?? nil else { return }
    claims.note(change, of: turn, at: now)
    callers.settled(id, of: turn.caller)
  }

  /// Longest time that places are waited for whose caller left.
  private static let leaveMax = Duration.milliseconds(500)

  /// A connection closed over which places may have been given: those that are not claimed in the
  /// time that claims usually take are given back, though their turns may still come another way.
  public mutating func callerLeft(_ caller: UInt64, at now: Instant) {
    let time = min(Self.leaveMax, ledger.usualClaimTime ?? Self.leaveMax)
    callers.closed(caller, until: now.advanced(by: time))
  }

  /// Nobody came for a place.
  private mutating func lapse(_ id: TurnID, at now: Instant) {
    guard let record = ledger[id] else { return }
    // Whoever often does not come says nothing of the replica.
    if claims.chance(of: record.turn, at: now) == 1 {
      watch.missed(on: record.slot, at: now)
    } else {
      watch.gaveBack(id, on: record.slot, at: now)
    }
    if view.state(record.slot)?.generation == record.generation {
      view.takePrefill(record.demand, from: record.slot, placed: record.placed)
    }
    noteClaim(.lapsed, of: id, at: now)
    release(id, as: .expired, at: now)
  }

  /// Ends what nobody claimed in time.
  mutating func expire(at now: Instant) {
    view.advance(to: now)
    while let places = callers.popLeft(at: now) {
      for id in places { withdraw(id, at: now) }
    }
    let before = ledger.expiredCount
    var hasFaded = false
    while ledger.fadeNext(at: view.now, in: &view) { hasFaded = true }
    while let id = ledger.popExpired(at: view.now) { lapse(id, at: now) }
    if ledger.expiredCount > before || hasFaded {
      for model in admission.waitingModels { noteHeadroom(model: view.model(model) ?? -1) }
    }
    while let first = untold.first, first.due <= view.now {
      untold.removeFirst()
      presume(first.id)
    }
    while let id = ledger.surplus { end(id, as: .lost, at: now) }
  }

  /// A turn counts nowhere from now on; what its node may still report of it is waited for.
  mutating func release(_ id: TurnID, as ending: Ending, at now: Instant) {
    noteClaim(.givenBack, of: id, at: now)
    settle(id, ending, at: now)
    if ledger.read(id, { !$0.isCopy && $0.presumed == nil && $0.stage != .waiting }) == true {
      ledger.update(id) { record in
        record.presumed =
          switch ending {
          case .lost, .unlisted: .aborted
          default: .refused
          }
      }
      untold.append((id, view.now.advanced(by: Self.tellTime)))
    }
    if ending == .expired || ending == .withdrawn { ledger.update(id) { $0.isLapsed = true } }
    ledger.release(id, in: &view)
    forget(id, at: now)
  }

  /// A turn ends of which nothing more will be heard.
  mutating func end(_ id: TurnID, as ending: Ending, at now: Instant) {
    noteClaim(.givenBack, of: id, at: now)
    settle(id, ending, at: now)
    forget(id, at: now)
    presume(id)
    _ = ledger.close(id, in: &view)
  }

  /// What is bounded by the turns that count is kept of a turn no longer.
  private mutating func forget(_ id: TurnID, at now: Instant) {
    guard let record = ledger[id], record.slot >= 0 else { return }
    router.inFlight.ended(id, on: record.slot)
    if let prompt = record.inferred {
      inferred.ended(prompt, cachedTokens: nil, by: record.slot, at: now, in: &index)
      ledger.update(id) { $0.inferred = nil }
    }
    if record.isCopy { replicator.ended(id) }
  }

  /// Settles a turn's account in the queue: it is charged only for what it may have used.
  private mutating func settle(_ id: TurnID, _ ending: Ending, at now: Instant) {
    guard let ticket = ledger.update(id, { $0.ticket.take() }) ?? nil else { return }
    switch ending {
    case .lost, .unlisted: admission.end(ticket, at: view.fleetTime(now))
    case .expired, .takenBack, .withdrawn, .refused:
      admission.withdraw(ticket, at: view.fleetTime(now))
    }
  }
}
