import Admission
public import Basics
import FleetSpec
import Dispatching
public import HearthMessages
import Routing

/// What is remembered of decisions, for those who ask why.
extension ControlCore {
  /// Most decisions that are listed at once.
  public static var listedMax: Int { 1_000 }

  /// All decisions that are kept about one request, the oldest first; last that it waits, where
  /// nothing has been decided about it yet.
  ///
  /// The beginning of its name is enough when no other begins so. Throws `INVALID_ARGUMENT` when
  /// others do, `NOT_FOUND` when nothing is known of it, with how far back the memory goes.
  public func explain(
    _ request: HearthV1.ExplainRequest,
    at now: Instant
  ) throws(Rejection) -> HearthV1.DecisionList {
    let log = dispatcher.audit.log
    let wanted = String(request.requestId.prefix(RequestID.lengthMax))
    guard !wanted.isEmpty else { throw Rejection(.invalidArgument, "request_id must be given") }
    let undecided = undecided(beginning: wanted, at: now)
    let kept = log.ids(beginning: wanted, limit: 5)
    let waiting = Set(undecided.map(\.requestId)).subtracting(kept).sorted()
    // A whole name is one, whatever others begin so.
    let names = waiting.contains(wanted) ? [wanted] : Array((waiting + kept).prefix(5))
    guard let name = names.first else {
      throw Rejection(
        .notFound,
        "no decision about request \"\(wanted)\" is kept; \(reachWords(at: now))"
      )
    }
    guard names.count == 1 else {
      throw Rejection(
        .notFound,
        "request \"\(wanted)\" is ambiguous: \(names.joined(separator: ", "))"
          + (names.count == 5 ? ", ..." : "")
      )
    }
    return .init(
      decisions: log.decisions(on: name).map { message($0, isWhole: true, at: now) }
        + undecided.filter { $0.requestId == name },
      reach: reach(at: now)
    )
  }

  /// The turns that wait and that nobody has looked at yet, whose names begin so.
  private func undecided(beginning wanted: String, at now: Instant) -> [HearthV1.Decision] {
    var decided: [String: Instant] = [:]
    for decision in dispatcher.audit.log.newest(.max) where decision.id.hasPrefix(wanted) {
      decided[decision.id] = max(decided[decision.id] ?? .zero, decision.instant)
    }
    var positions: [ModelID: UInt32] = [:]
    return dispatcher.admission.waiting(at: dispatcher.view.fleetTime(now)).compactMap { row in
      positions[row.turn.model, default: 0] += 1
      guard let held = dispatcher.ledger[row.turn.number],
        held.turn.subject.request.hasPrefix(wanted),
        decided[held.turn.subject.request].map({ $0 < held.offered }) ?? true
      else { return nil }
      let subject = held.turn.subject
      return HearthV1.Decision(
        requestId: subject.request,
        tenant: subject.tenant,
        model: subject.model,
        originRegion: subject.origin,
        promptTokens: UInt32(clamping: row.turn.promptTokens),
        ageNs: max(.zero, held.offered.duration(to: now)).nanoseconds,
        policy: dispatcher.policyNames[held.turn.policy],
        verdict: .waits(.init(estimateNs: Duration(inSeconds: row.estimateSeconds).nanoseconds)),
        state: .waiting,
        position: positions[row.turn.model] ?? 0
      )
    }
  }

  /// The latest decisions, the newest first, without their candidates.
  public func decisions(
    _ request: HearthV1.ListDecisionsRequest,
    at now: Instant
  ) -> HearthV1.DecisionList {
    let limit = request.limit == 0 ? 20 : min(Int(request.limit), Self.listedMax)
    let newest = dispatcher.audit.log.newest(limit)
    return .init(
      decisions: newest.map { message($0, isWhole: false, at: now) },
      reach: reach(at: now)
    )
  }

  private func reach(at now: Instant) -> HearthV1.DecisionReach {
    let reach = dispatcher.audit.log.reach
    return .init(
      latest: UInt64(reach.latestCount),
      oldestAgeNs: reach.oldest.map { max(.zero, $0.duration(to: now)).nanoseconds } ?? 0,
      sampled: UInt64(reach.sampleCount),
      sampledFrom: reach.sampledFrom,
      undetailed: reach.undetailedCount
    )
  }

  private func reachWords(at now: Instant) -> String {
    let reach = dispatcher.audit.log.reach
    guard let oldest = reach.oldest else { return "no decision has been made since the start" }
    let age = max(.zero, oldest.duration(to: now)).text
    let older =
      reach.sampledFrom == 0
      ? "all since the start" : "and \(reach.sampleCount) of \(reach.sampledFrom) older ones"
    let kept = count(reach.latestCount, "decision", ("is", "are"))
    return "the latest \(kept) kept, back to \(age) ago, \(older)"
  }

  private func message(
    _ decision: Decision,
    isWhole: Bool,
    at now: Instant
  ) -> HearthV1.Decision {
    let log = dispatcher.audit.log
    var message = HearthV1.Decision(
      requestId: decision.id,
      tenant: decision.subject.tenant,
      model: decision.subject.model,
      originRegion: decision.subject.origin,
      promptTokens: UInt32(clamping: decision.promptTokens),
      ageNs: max(.zero, decision.instant.duration(to: now)).nanoseconds,
      policy: decision.policy,
      networkNs: Duration(inSeconds: decision.networkSeconds).nanoseconds,
      undetailed: !decision.isDetailed
    )
    switch decision.verdict {
    case .placed(let placement):
      let name = log.name(of: decision.chosen)
      message.verdict = .placed(
        .init(
          replica: name?.replica.text ?? "",
          node: name?.node.text ?? "",
          region: name?.region.text ?? "",
          cachedTokens: UInt32(clamping: placement.cachedTokens),
          predictedTtftNs: Duration(inSeconds: placement.ttftSeconds).nanoseconds
        )
      )
      message.state = .placed
      message.choice = decision.choice.map {
        .init(placement, $0, other: log.name(of: decision.other)?.replica.text)
      }
    case .waits(let wait):
      let preferred = log.name(of: decision.other)?.replica.text
      message.verdict = .waits(.init(wait, preferred: preferred))
      message.state = .waited
    case .refused(let refusal):
      message.verdict = .refused(refusal.message)
      message.state = .refused
    case nil: break
    }
    switch decision.fate {
    case .open: break
    case .accepted: message.state = .accepted
    case .ended(let outcome, let ending):
      message.state = .ended
      message.outcome = outcome.message(ending)
    }
    guard isWhole else { return message }
    message.candidates = decision.rows.compactMap { row in
      guard let name = log.name(of: row.generation) else { return nil }
      return HearthV1.Candidate(
        replica: name.replica.text,
        region: name.region.text,
        exclusion: row.exclusion,
        cost: row.exclusion == nil ? row.cost : nil,
        cachedTokens: Int(row.cachedTokens),
        isChosen: row.generation == decision.chosen
      )
    }
    message.others = decision.others.messages
    return message
  }
}

extension Decision.Others {
  fileprivate var messages: [HearthV1.CandidateCount] {
    [
      ("cost more", costlier), ("not ready", notReady), ("excluded by the caller", excluded),
      ("too small", tooSmall), ("with other blocks", otherBlocks),
      ("without the adapter", noAdapter), ("full", full),
    ].compactMap { $1 > 0 ? .init(what: $0, count: UInt32(clamping: $1)) : nil }
  }
}

extension TurnOutcome {
  fileprivate func message(_ ending: TurnEnding) -> HearthV1.TurnOutcome {
    HearthV1.TurnOutcome(
      cachedTokens: UInt32(clamping: cachedTokens),
      outputTokens: UInt32(clamping: outputTokens),
      queuedNs: Duration(inSeconds: queueSeconds).nanoseconds,
      ttftNs: Duration(inSeconds: ttftSeconds ?? 0).nanoseconds,
      totalNs: Duration(inSeconds: totalSeconds).nanoseconds,
      ending: ending.message,
      promptTokens: UInt32(clamping: promptTokens)
    )
  }
}
