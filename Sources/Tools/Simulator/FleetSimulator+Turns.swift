import Basics
import Capacity
import EngineModel
import FleetSpec
import KVIndex
import Routing
import Traces

/// The life of a turn: asked for, placed, run, told.
extension FleetSimulator {
  /// A client asks where a turn runs.
  mutating func route(_ number: Int, at now: Instant) {
    hear(at: now)
    view.advance(to: now)
    _ = reservations.expire(at: now, in: &view)
    if shared != nil { learnShared() }
    guard admission == nil else { return enqueue(number, at: now) }
    switch decide(number, at: now) {
    case .refused(let refusal):
      countDemand(number, request(number), nil, at: now)
      result.report.refused(refusal.reason.word)
      end(at: now)
    case .placed(let placement): send(number, to: placement, at: now)
    }
  }

  /// Decides where a turn runs, by what has been reported until now.
  mutating func decide(
    _ number: Int,
    mayExceedTPOT: Bool = false,
    takesAnyHeadroom: Bool = false,
    at now: Instant
  ) -> Verdict {
    let excluded = flights.isEmpty ? [] : excludedByOracle(number, at: now)
    result.decisionCount += 1
    let turn = turns[number]
    var request = request(number)
    request.mayExceedTPOT = mayExceedTPOT
    view.refresh(for: router.costs)
    return router.route(
      request,
      hashes: turn.blockHashes.span,
      in: view,
      index: index,
      excluding: progress[number].excluded + excluded,
      takesAnyHeadroom: takesAnyHeadroom,
      random: &random
    )
  }

  func request(_ number: Int) -> RoutingRequest {
    let turn = turns[number]
    return RoutingRequest(
      model: view.model(turn.model) ?? -1,
      origin: origins[number],
      promptTokens: turn.promptTokens,
      blockTokens: turn.blockTokens,
      session: turn.session
    )
  }

  /// Sends a turn where it was placed.
  mutating func send(_ number: Int, to placement: Placement, at now: Instant) {
    let reservation = reservations.make(placement, in: &view, at: now)
    if shared == nil {
      router.sent(reservation, turns[number].blockHashes, to: placement.slot, at: now)
    }
    let request = request(number)
    if settings.calibrates {
      let turn = turns[number]
      calibrator.placed(
        placement,
        request,
        hashes: turn.blockHashes.span,
        reservation: reservation,
        in: &view
      )
    }
    let arrival = now.advanced(by: dispatchLatency(number, placement.slot))
    let event = Event.dispatched(turn: number, slot: placement.slot, reservation: reservation)
    events.add(event, due: arrival)
    if !flights.isEmpty {
      flights[Int(placement.slot)].append(Flight(turn: number, arrival: arrival))
    }
    countDemand(number, request, placement, at: now)
    copyPrefix(of: number, request, on: placement.slot, at: now)
  }

  /// Takes in the reports that have arrived, the older of each replica first.
  mutating func hear(at now: Instant) {
    for slot in wakes.indices where wakes[slot] <= now {
      replicas[slot].hear(at: now, told: &told, into: &heard)
      var next = 0
      for index in heard.reports.indices {
        let report = heard.reports[index]
        view.report(Int32(slot), ReplicaLoad(report.load), at: report.arrival)
        if settings.calibrates { calibrator.reported(Int32(slot), in: view, at: report.arrival) }
        guard report.hasEvents else { continue }
        apply(heard.news[next], to: Int32(slot), at: report.arrival)
        next += 1
      }
      heard.removeAll()
      wakes[slot] = replicas[slot].nextArrival()
      tell(slot)
    }
  }

  private mutating func apply(_ news: SimulatedReplica.News, to slot: Int32, at instant: Instant) {
    for event in shared == nil ? news.cache : [] {
      switch event {
      case .stored(let hashes): index.store(slot, hashes.span)
      case .removed(let hashes):
        index.remove(slot, hashes.span)
        if settings.calibrates {
          calibrator.evicted(hashes.span, by: slot, in: &view, at: instant)
        }
      case .cleared:
        index.clear(slot)
        router.inFlight.clear(slot)
        calibrator.cleared(slot, in: &view)
      }
    }
    for id in news.reservations {
      _ = reservations.release(id, by: slot, in: &view)
      replicator?.accepted(id, by: slot)
      if settings.calibrates { calibrator.accepted(id, by: slot, in: view) }
    }
    for (id, outcome) in news.outcomes {
      router.inFlight.ended(id, on: slot)
      _ = replicator?.ended(id, by: slot)
      guard settings.calibrates else { continue }
      calibrator.ended(id, outcome, by: slot, in: &view, at: instant)
    }
  }

  /// A turn is where it was sent.
  mutating func dispatch(
    _ number: Int,
    to slot: Int32,
    reservation: UInt64,
    at now: Instant
  ) {
    if !flights.isEmpty { flights[Int(slot)].removeAll { $0.turn == number } }
    guard replicas[Int(slot)].isUp else {
      return retry(number, after: "unavailable", from: slot, isLoss: false, at: now)
    }
    let refusal = replicas[Int(slot)].submit(
      EngineRequest(turns[number], id: UInt64(number)),
      reservation: reservation,
      at: now,
      told: &told
    )
    wakes[Int(slot)] = replicas[Int(slot)].nextArrival()
    tell(Int(slot))
    if let refusal {
      retry(number, after: refusal.reason, from: slot, isLoss: false, at: now)
    } else {
      progress[number].submitted = now
      progress[number].slot = slot
      progress[number].hasStarted = false
    }
  }

  /// A replica did not run a turn to its end: its client hears it and asks again, unless it has
  /// done so as often as it may.
  mutating func retry(
    _ number: Int,
    after reason: String,
    from slot: Int32,
    isLoss: Bool,
    at now: Instant
  ) {
    progress[number].slot = -1
    leaveQueue(number, hasRun: isLoss, at: now)
    let heard = now.advanced(by: halfRoundTrip(number, slot))
    if isLoss, Int(progress[number].losses) < settings.lossRetriesMax {
      progress[number].losses += 1
    } else if !isLoss, Int(progress[number].refusals) < settings.refusalRetriesMax {
      progress[number].refusals += 1
    } else {
      result.report.failed(reason)
      return end(at: heard)
    }
    progress[number].excluded.append(slot)
    result.report.retried()
    events.add(.repeated(turn: number), due: heard)
  }

  /// Tells clients what their replica made since it was last looked at.
  mutating func tell(_ slot: Int) {
    guard !told.pieces.isEmpty else { return }
    let region = places[slot]
    for piece in told.pieces {
      switch piece {
      case .started(let number, _, _) where number >= turns.count: break
      case .finished(let number, _) where number >= turns.count: break
      case .started(let number, let cachedTokens, let instant):
        progress[number].hasStarted = true
        result.series.withPoint(region, at: instant) { point in
          point.promptTokens += turns[number].promptTokens
          point.cachedTokens += cachedTokens
        }
      case .finished(let number, let finish): complete(number, finish, slot: slot)
      }
    }
    told.pieces.removeAll(keepingCapacity: true)
  }

  private mutating func complete(_ number: Int, _ finish: EngineFinish, slot: Int) {
    let turn = turns[number]
    leaveQueue(number, hasRun: true, at: view.now)
    let submitted = Instant.zero.duration(to: progress[number].submitted)
    let before = submitted - turn.arrival + halfRoundTrip(number, Int32(slot))
    let total = before + finish.total
    let ttft = before + (finish.ttft ?? finish.total)
    progress[number].slot = -1
    result.report.completed(
      usage: finish.usage,
      ttft: ttft,
      total: total,
      isOutOfRegion: turn.origin.map { $0 != result.series.regions[places[slot]] } ?? false
    )
    let isGood = settings.objective.isMet(
      ttft: ttft,
      total: total,
      outputTokens: finish.usage.outputTokens
    )
    if isGood { result.goodCount += 1 }
    let heard = Instant.zero.advanced(by: turn.arrival + total)
    result.series.withPoint(places[slot], at: heard) { point in
      point.completed += 1
      if isGood { point.good += 1 }
    }
    end(at: heard)
  }

  mutating func end(at instant: Instant) {
    endedCount += 1
    result.duration = max(result.duration, Instant.zero.duration(to: instant))
  }

  /// What a turn takes to its replica.
  func dispatchLatency(_ number: Int, _ slot: Int32) -> Duration {
    halfRoundTrip(number, slot) + settings.dispatchDelay
  }

  func halfRoundTrip(_ number: Int, _ slot: Int32) -> Duration {
    let region = regionNumbers[places[Int(slot)]]
    return Duration(inSeconds: view.roundTripSeconds(origins[number], region) / 2)
  }
}

extension ReplicaLoad {
  fileprivate init(_ load: EngineLoad) {
    self.init(
      blocksUsed: load.blocksUsed,
      blocksCached: load.blocksCached,
      running: load.running,
      waiting: load.waiting,
      prefillTokensQueued: load.prefillTokensQueued,
      decoding: load.decoding,
      contextTokens: load.contextTokens
    )
  }
}

extension Refusal.Reason {
  /// The reason in few words, without numbers.
  var word: String {
    switch self {
    case .atCapacity: "at capacity"
    case .noReplica: "no replica"
    case .noneReady: "none ready"
    case .tooLong: "prompt too long"
    case .allExcluded: "all excluded"
    }
  }
}
