import Accounting
import Admission
import Basics
import Capacity
import Dispatching
import EngineModel
import FleetSpec
import KVIndex
import RivalPolicies
import Routing
import Traces

/// The life of a turn: offered, placed, run, reported.
extension FleetSimulator {
  /// A client asks where a turn runs; it is told once all have asked that do so at this instant.
  mutating func offer(_ number: Int, at now: Instant) {
    deliverReports(at: now)
    if shared != nil { learnShared() }
    var turn = turn(number)
    if !flights.isEmpty { turn.excluded += excludedByOracle(number, at: now) }
    hasOffers = true
    switch dispatcher.offer(turn, at: now, into: &answers) {
    case .waits: break
    case .answered(let answer): answers.append(answer)
    }
    takeAnswers(at: now)
  }

  private func turn(_ number: Int) -> Turn {
    let asked = turns[number]
    var turn = Turn(
      subject: .init(request: "\(number)", tenant: "", model: "", origin: ""),
      tenant: asked.tenant ?? Self.tenant,
      model: asked.model,
      origin: asked.origin,
      promptTokens: asked.promptTokens
    )
    turn.tag = UInt64(number)
    turn.session = asked.session
    turn.blockHashes = asked.blockHashes
    turn.blockTokens = asked.blockTokens
    turn.excluded = progress[number].excluded
    (turn.priority, turn.deadline) = (asked.priority, asked.deadline)
    turn.objective = asked.objective
    turn.makesCopies = true
    return turn
  }

  /// Whose the turns of a trace are that does not say.
  private static let tenant = TenantID("trace")

  /// Tells clients where their turns run, or that they don't.
  mutating func takeAnswers(at now: Instant) {
    guard !answers.isEmpty else { return }
    for answer in answers {
      let number = Int(answer.turn.tag)
      // Turns that are placed with those that came at their instant did not wait.
      if answer.waitedSeconds > 1e-6 {
        result.report.waited(Duration(inSeconds: answer.waitedSeconds))
      }
      switch answer.verdict {
      case .placed(let placement):
        let replica = owners[Int(placement.slot)]
        placements.append((number, replica, now))
        send(number, as: answer.id, to: replica, at: now)
      case .refused(let refusal):
        let retryAfter = Duration(inSeconds: refusal.retryAfterSeconds)
        result.report.refused(
          refusal.word,
          retryAfter: retryAfter,
          from: turns[number].origin?.text
        )
        end(at: now)
      case .waits: preconditionFailure("turn \(number) is answered, and waits")
      }
      if let copy = answer.copy { send(copy, of: number, at: now) }
    }
    answers.removeAll(keepingCapacity: true)
  }

  private mutating func send(_ number: Int, as id: TurnID, to replica: Int, at now: Instant) {
    let arrival = now.advanced(by: dispatchLatency(number, replica))
    events.add(.dispatched(turn: number, replica: replica, id: id), due: arrival)
    if !flights.isEmpty { flights[replica].append(Flight(turn: number, arrival: arrival)) }
  }

  /// Sends the prefix of a turn that was just placed to one more replica.
  private mutating func send(_ copy: Dispatcher.Copy, of number: Int, at now: Instant) {
    let latency = dispatchLatency(number, owners[Int(copy.prefix.slot)])
    events.add(.copied(copies.count), due: now.advanced(by: latency))
    copies.append(copy)
  }

  /// A turn is where it was sent.
  mutating func dispatch(_ number: Int, to replica: Int, id: TurnID, at now: Instant) {
    if !flights.isEmpty { flights[replica].removeAll { $0.turn == number } }
    guard replicas[replica].isUp else {
      return retry(number, after: "unavailable", from: replica, isLoss: false, at: now)
    }
    let request = EngineRequest(turns[number], id: UInt64(number))
    let refusal = submit(request, to: replica, id: id, at: now)
    if let refusal {
      retry(number, after: refusal.reason, from: replica, isLoss: false, at: now)
    } else {
      progress[number].submitted = now
      progress[number].replica = replica
      progress[number].hasStarted = false
    }
  }

  /// The prefix of a turn is where it was sent; nobody waits for what comes of it.
  mutating func dispatchCopy(_ number: Int, at now: Instant) {
    let copy = copies[number]
    let replica = owners[Int(copy.prefix.slot)]
    guard replicas[replica].isUp else { return }
    let request = EngineRequest(
      id: UInt64(turns.count + number),
      blockHashes: copy.prefix.hashes,
      blockTokens: copy.prefix.request.blockTokens,
      promptTokens: copy.prefix.request.promptTokens,
      length: .exactly(1)
    )
    _ = submit(request, to: replica, id: copy.id, at: now)
  }

  private mutating func submit(
    _ request: EngineRequest,
    to replica: Int,
    id: TurnID,
    at now: Instant
  ) -> EngineRefusal? {
    let refusal = replicas[replica].submit(request, turn: id, at: now, output: &output)
    wakes[replica] = replicas[replica].nextArrival()
    tellClients(replica)
    return refusal
  }

  /// A replica did not run a turn to its end: its client hears it and asks again, unless it has
  /// done so as often as it may.
  mutating func retry(
    _ number: Int,
    after reason: String,
    from replica: Int,
    isLoss: Bool,
    at now: Instant
  ) {
    progress[number].replica = -1
    let arrival = now.advanced(by: halfRoundTrip(number, replica))
    if isLoss, Int(progress[number].losses) < settings.lossRetriesMax {
      progress[number].losses += 1
    } else if !isLoss, Int(progress[number].refusals) < settings.refusalRetriesMax {
      progress[number].refusals += 1
    } else {
      result.report.failed(reason, from: turns[number].origin?.text)
      return end(at: arrival)
    }
    progress[number].excluded.append(replicas[replica].spec.id)
    result.report.retried()
    events.add(.repeated(turn: number), due: arrival)
  }

  /// Tells clients what their replica made since it was last looked at.
  mutating func tellClients(_ replica: Int) {
    guard !output.pieces.isEmpty else { return }
    for piece in output.pieces {
      switch piece {
      case .started(let number, _, _) where number >= turns.count: break
      case .finished(let number, _) where number >= turns.count: break
      case .started(let number, let cachedTokens, let instant):
        progress[number].hasStarted = true
        result.series.withPoint(places[replica], at: instant) { point in
          point.promptTokens += turns[number].promptTokens
          point.cachedTokens += cachedTokens
        }
      case .finished(let number, let finish): complete(number, finish, on: replica)
      }
    }
    output.pieces.removeAll(keepingCapacity: true)
  }

  private mutating func complete(_ number: Int, _ finish: EngineFinish, on replica: Int) {
    let turn = turns[number]
    let submitted = Instant.zero.duration(to: progress[number].submitted)
    let before = submitted - turn.arrival + halfRoundTrip(number, replica)
    let total = before + finish.total
    let ttft = before + (finish.ttft ?? finish.total)
    progress[number].replica = -1
    guard finish.usage.outputTokens >= turn.outputTokens else {
      result.report.failed(ReplayReport.cutAnswer, from: turn.origin?.text)
      return end(at: Instant.zero.advanced(by: turn.arrival + total))
    }
    let roofline = replicas[replica].spec.roofline
    result.operations +=
      ComputeUsage(of: TurnOutcome(finish), busySeconds: 0, on: roofline).forwardOperations
    let hour = Int(turn.arrival.inSeconds / 3600)
    while result.hours.count <= hour { result.hours.append(Samples()) }
    result.hours[hour].add(ttft)
    let region = result.series.regions[places[replica]]
    let isGood = result.report.completed(
      usage: finish.usage,
      ttft: ttft,
      total: total,
      objective: settings.objectives.objective(
        model: turn.model,
        tenant: turn.tenant ?? Self.tenant,
        request: turn.objective
      ),
      isOutOfRegion: turn.origin.map { $0 != region } ?? false,
      at: ServingPlace(region: region.text, replica: replicas[replica].spec.id.text)
    )
    let arrival = Instant.zero.advanced(by: turn.arrival + total)
    result.series.withPoint(places[replica], at: arrival) { point in
      point.completed += 1
      if isGood { point.good += 1 }
    }
    end(at: arrival)
  }

  private mutating func end(at instant: Instant) {
    endedCount += 1
    result.duration = max(result.duration, Instant.zero.duration(to: instant))
  }

  /// What a turn takes until the engine of its replica has it.
  func dispatchLatency(_ number: Int, _ replica: Int) -> Duration {
    let (delays, draw) = (settings.delays, UInt64(number) << 32 | UInt64(replica) << 1)
    return halfRoundTrip(number, replica)
      + delays.length(of: delays.pickUp, seed: settings.seed, number: draw)
      + delays.length(of: delays.acceptance, seed: settings.seed, number: draw | 1)
  }

  func halfRoundTrip(_ number: Int, _ replica: Int) -> Duration {
    let region = regionNumbers[places[replica]]
    return Duration(inSeconds: dispatcher.view.roundTripSeconds(origins[number], region) / 2)
  }
}

extension Refusal {
  /// The reason in few words, without numbers.
  fileprivate var word: String {
    switch reason {
    case .notAdmitted(let refusal):
      switch refusal.reason {
      case .requestQuota, .tokenQuota, .concurrency: "quota"
      case .deadline, .deadlinePassed: "deadline"
      default: "at capacity"
      }
    case .noReplica: "no replica"
    case .noneReady: "none ready"
    case .tooLong: "prompt too long"
    case .allExcluded: "all excluded"
    }
  }
}
