import Admission
public import Basics
import FleetSpec
import Capacity
import Dispatching
public import HearthMessages
import KVIndex
import Routing

/// Where turns go.
extension ControlCore {
  /// Most replicas that one request may exclude.
  public static var excludedMax: Int { 256 }

  /// Most blocks that one request may name: a million tokens in blocks of 16.
  public static var blocksMax: Int { 65_536 }

  /// Decides where a turn runs and reserves its place there, or holds the call until it has one.
  ///
  /// When the request asks to explain, says what each replica would have cost and reserves nothing.
  ///
  /// `peer` is the address and port that asks, empty when unknown. Throws `INVALID_ARGUMENT` for a
  /// request that is malformed.
  public mutating func route(
    _ request: HearthV1.RouteRequest,
    from peer: String = "",
    at now: Instant,
    into actions: inout Actions<Action>
  ) throws(Rejection) -> RouteAnswer {
    if let fault = request.fault { throw Rejection(.invalidArgument, fault) }
    let name = request.policy.isEmpty ? settings.policy : request.policy
    guard let policy = dispatcher.policy(named: name) else {
      let names = dispatcher.policyNames
      let hint = name.nearest(in: names).map { "did you mean \($0)?" }
      throw Rejection(
        .invalidArgument,
        "no policy is named \"\(name.prefix(64))\""
          + " (\(hint ?? "there are " + names.joined(separator: ", ")))"
      )
    }
    var turn = Turn(request, policy: policy, trust: settings.trust)
    // Each connection of a host has a port of its own.
    let host = peer.utf8.lastIndex(of: UInt8(ascii: ":")).map { String(peer[..<$0]) } ?? peer
    turn.peer = host.isEmpty ? 0 : BlockHasher(model: host).hash
    turn.caller = Self.caller(peer)
    turn.firstArrival = retryTokens.firstArrival(
      of: request.retryToken,
      turn,
      at: dispatcher.view.fleetTime(now)
    )
    guard request.explain else { return offer(turn, at: now, into: &actions) }
    let explanation = dispatcher.explain(turn, at: now)
    var response = response(to: turn)
    response.verdict = verdict(explanation.verdict, reservation: 0, waitedSeconds: 0)
    if case .placed(let placement) = explanation.verdict {
      response.choice = .init(
        placement,
        placement.choice,
        other: placement.choice.other.flatMap { dispatcher.view.spec($0)?.id.text }
      )
    }
    response.candidates = explanation.rows.compactMap {
      candidate($0, isChosen: $0.slot == explanation.chosen?.slot)
    }
    return .answered(response)
  }

  /// What stands for the connection of an address and port.
  static func caller(_ peer: String) -> UInt64 {
    peer.isEmpty ? 0 : BlockHasher(model: peer).hash
  }

  private mutating func offer(
    _ turn: Turn,
    at now: Instant,
    into actions: inout Actions<Action>
  ) -> RouteAnswer {
    var answers: [Dispatcher.Answer] = []
    let offer = dispatcher.offer(turn, at: now, into: &answers)
    send(answers, at: now, into: &actions)
    return switch offer {
    case .waits(let id): .held(call: id)
    case .answered(let answer): .answered(response(answer, at: now))
    }
  }

  /// Answers the calls of turns that waited.
  func send(
    _ answers: [Dispatcher.Answer],
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    for answer in answers {
      actions.append(.answerRoute(call: answer.id, response(answer, at: now)))
    }
  }

  private func response(_ answer: Dispatcher.Answer, at now: Instant) -> HearthV1.RouteResponse {
    var response = response(to: answer.turn)
    response.verdict = verdict(
      answer.verdict,
      reservation: answer.id,
      waitedSeconds: answer.waitedSeconds
    )
    if case .refused(var refusal) = response.verdict, refusal.reason == .atCapacity,
      refusal.retryAfterNs > 0
    {
      let waited = Duration.nanoseconds(refusal.waitedNs)
      let arrival = dispatcher.view.fleetTime(now).advanced(by: .zero - waited)
      refusal.retryToken = retryTokens.token(of: answer.turn, arrival: arrival)
      response.verdict = .refused(refusal)
    }
    response.copy = answer.copy.map {
      .init(
        place: message($0.prefix.placement, reservation: $0.id),
        promptTokens: UInt32(clamping: $0.prefix.request.promptTokens)
      )
    }
    return response
  }

  /// The beginning of an answer: who decides, and what the turn should be given.
  private func response(to turn: Turn) -> HearthV1.RouteResponse {
    let objective = dispatcher.objective(of: turn)
    return .init(
      policy: dispatcher.policyNames[turn.policy],
      ttftNs: objective.ttft.nanoseconds,
      tpotNs: objective.tpot.nanoseconds
    )
  }

  private func verdict(
    _ verdict: Verdict,
    reservation: TurnID,
    waitedSeconds: Double
  ) -> HearthV1.RouteResponse.Verdict? {
    switch verdict {
    case .refused(let refusal):
      var message = refusal.message
      message.waitedNs = Duration(inSeconds: waitedSeconds).nanoseconds
      return .refused(message)
    case .placed(let placement):
      return message(placement, reservation: reservation, waitedSeconds: waitedSeconds)
        .map { .placed($0) }
    case .waits(let wait):
      let preferred = wait.preferred.flatMap { dispatcher.view.spec($0.slot)?.id.text }
      return .waits(.init(wait, preferred: preferred))
    }
  }

  private func message(
    _ placement: Placement,
    reservation: TurnID,
    waitedSeconds: Double = 0
  ) -> HearthV1.Placement? {
    guard let spec = dispatcher.view.spec(placement.slot) else { return nil }
    return .init(
      reservation: bound(reservation, to: spec.id),
      replica: spec.id.text,
      node: spec.node.text,
      region: spec.region.text,
      nodeAddress: nodes[spec.node.text]?.hello.address ?? "",
      regionAddress: regions[spec.region.text]?.hello.address ?? "",
      cachedTokens: UInt32(clamping: placement.cachedTokens),
      predictedTtftNs: Duration(inSeconds: placement.ttftSeconds).nanoseconds,
      waitedNs: Duration(inSeconds: waitedSeconds).nanoseconds
    )
  }

  /// The name of a turn as its client and its replica have it, and back; 0 where nothing is
  /// reserved.
  func bound(_ reservation: TurnID, to replica: ReplicaID) -> TurnID {
    guard reservation != 0 else { return 0 }
    return dispatcher.reservationKey.bound(reservation, to: replica.text)
  }

  private func candidate(_ row: Explanation.Row, isChosen: Bool) -> HearthV1.Candidate? {
    guard let spec = dispatcher.view.spec(row.slot) else { return nil }
    return HearthV1.Candidate(
      replica: spec.id.text,
      region: spec.region.text,
      exclusion: row.exclusion,
      cost: row.cost,
      cachedTokens: row.cachedTokens,
      isChosen: isChosen
    )
  }
}

extension Turn {
  /// The turn that a client asks to place; `policy` is the number of the one that decides.
  init(_ request: HearthV1.RouteRequest, policy: Int, trust: TrustGroups) {
    self.init(
      subject: DecisionSubject(
        request: request.requestId,
        tenant: request.tenant,
        model: request.model,
        origin: request.originRegion
      ),
      tenant: TenantID(request.tenant),
      model: ModelID(canonical: request.model),
      origin: RegionID(request.originRegion),
      promptTokens: Int(request.promptTokens)
    )
    adapter = AdapterID(request.adapter)
    session = request.session.isEmpty ? 0 : BlockHasher(model: request.session).hash
    isEstimated = request.promptEstimated
    outputTokens = Int(request.outputTokens)
    blockHashes = request.blockHashes.under(
      adapter: request.adapter,
      trustGroup: trust.group(of: tenant)
    )
    blockTokens = Int(request.blockTokens)
    excluded = request.excludedReplicas.compactMap { ReplicaID($0) }
    self.policy = policy
    priority = request.priority == 0 ? nil : Int(request.priority)
    deadline = request.deadlineNs == 0 ? nil : .nanoseconds(request.deadlineNs)
    makesCopies = request.makesCopies
    objective = ObjectiveOverride(request)
  }
}

extension ObjectiveOverride {
  /// What a request sets.
  fileprivate init(_ request: HearthV1.RouteRequest) {
    self.init(
      ttft: request.ttftNs == 0 ? nil : .nanoseconds(request.ttftNs),
      tpot: request.tpotNs == 0 ? nil : .nanoseconds(request.tpotNs)
    )
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

extension HearthV1.Candidate {
  /// A replica as a decision weighed it.
  init(
    replica: String,
    region: String,
    exclusion: Exclusion?,
    cost: Cost?,
    cachedTokens: Int,
    isChosen: Bool
  ) {
    self.init(
      replica: replica,
      region: region,
      excluded: exclusion.map { "\($0)" } ?? "",
      cachedTokens: UInt32(clamping: cachedTokens),
      terms: cost.map { cost in
        CostTerms.words.enumerated().map {
          .init(name: $1.name, seconds: cost.seconds[$0], weight: cost.weights[$0])
        }
      } ?? [],
      totalSeconds: cost?.totalSeconds ?? 0,
      chosen: isChosen
    )
  }
}

extension HearthV1.Choice {
  /// A choice whose other replica is named.
  init(_ placement: Placement, _ choice: Choice, other: String?) {
    let reason: HearthV1.ChoiceReason =
      switch choice {
      case .onlyCandidate: .onlyCandidate
      case .cheapest: .cheapest
      case .otherKept: .otherKept
      case .otherWithoutHeadroom: .otherWithoutHeadroom
      case .otherRecomputes: .otherRecomputes
      case .notByCost: .notByCost
      }
    self.init(
      reason: reason,
      otherReplica: other ?? "",
      candidates: UInt32(clamping: placement.candidateCount),
      replicas: UInt32(clamping: placement.servingCount)
    )
  }
}

extension HearthV1.Wait {
  /// A wait for a replica of this name.
  init(_ wait: Wait, preferred: String?) {
    self.init(
      preferredReplica: preferred ?? "",
      estimateNs: Duration(inSeconds: wait.seconds).nanoseconds
    )
  }
}

extension Refusal {
  /// The refusal as a message.
  var message: HearthV1.Refusal {
    .init(
      reason: reason.message,
      message: description,
      retryAfterNs: Duration(inSeconds: retryAfterSeconds).nanoseconds
    )
  }
}

extension Refusal.Reason {
  fileprivate var message: HearthV1.RefusalReason {
    switch self {
    case .notAdmitted(let refusal): refusal.word
    case .noReplica: .noReplica
    case .noneReady: .noneReady
    case .tooLong: .tooLong
    case .allExcluded: .allExcluded
    }
  }
}

extension HearthV1.RouteRequest {
  /// What is wrong with the request, in words for its sender; nil when nothing is.
  var fault: String? {
    guard promptTokens > 0 else { return "prompt_tokens must be at least 1" }
    guard blockHashes.isEmpty || blockTokens > 0 else {
      return "block_tokens must be at least 1 when there are block_hashes"
    }
    guard blockHashes.count <= Int(promptTokens) / max(1, Int(blockTokens)) else {
      return "block_hashes has \(count(blockHashes.count, "block")) of \(blockTokens), more than "
        + "the \(promptTokens) prompt_tokens"
    }
    guard blockHashes.count <= ControlCore.blocksMax else {
      return "block_hashes has at most \(ControlCore.blocksMax) blocks: name the first ones only"
    }
    guard requestId.isEmpty || RequestID(requestId) != nil else {
      return "request_id must have at most 128 characters of A-Z a-z 0-9 . _ - / :"
    }
    guard tenant.isEmpty || TenantID(tenant) != nil else {
      return "tenant must have at most 128 characters of A-Z a-z 0-9 . _ - / :"
    }
    guard Int(priority) <= AdmissionQueue.priorities.upperBound else {
      return "priority must be from 0 to \(AdmissionQueue.priorities.upperBound)"
    }
    guard deadlineNs >= 0 else { return "deadline_ns must not be negative" }
    let objective = ObjectiveOverride(self)
    guard objective.ttft.map(ServiceObjective.ttftRange.contains) ?? true else {
      return "ttft_ns must be 0, or from 10 ms to an hour"
    }
    guard objective.tpot.map(ServiceObjective.tpotRange.contains) ?? true else {
      return "tpot_ns must be 0, or from 1 ms to a minute"
    }
    guard session.utf8.count <= 1_024 else { return "session must have at most 1,024 bytes" }
    guard excludedReplicas.count <= ControlCore.excludedMax else {
      return "excluded_replicas has at most \(ControlCore.excludedMax) names"
    }
    return nil
  }
}
