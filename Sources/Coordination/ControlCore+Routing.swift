public import Basics
import Fleet
public import HearthMessages
import Scheduling

/// Where turns go.
extension ControlCore {
  /// Most replicas that one request may exclude.
  public static var excludedMax: Int { 256 }

  /// Decides where a turn runs and reserves its place there, or, when the request asks to explain,
  /// says what each replica would have cost and reserves nothing.
  ///
  /// Throws `INVALID_ARGUMENT` for a request that is malformed.
  public mutating func route(
    _ request: HearthV1.RouteRequest,
    at now: Instant
  ) throws(Rejection) -> HearthV1.RouteResponse {
    if let fault = request.fault { throw Rejection(.invalidArgument, fault) }
    let name = request.policy.isEmpty ? settings.policy : request.policy
    guard let policy = fleet.policy(named: name) else {
      let names = fleet.policyNames
      let hint = name.nearest(in: names).map { "did you mean \($0)?" }
      throw Rejection(
        .invalidArgument,
        "no policy is named \"\(name.prefix(64))\""
          + " (\(hint ?? "there are " + names.joined(separator: ", ")))"
      )
    }
    let turn = RoutingRequest(
      model: ModelID(request.model).flatMap { fleet.view.model($0) } ?? -1,
      origin: RegionID(request.originRegion).flatMap { fleet.view.region($0) } ?? -1,
      promptTokens: Int(request.promptTokens),
      outputTokens: Int(request.outputTokens),
      blockTokens: Int(request.blockTokens),
      session: request.session.isEmpty ? 0 : BlockHasher(model: request.session).hash
    )
    let excluding = request.excludedReplicas.compactMap { text in
      ReplicaID(text).flatMap { fleet.view.slot(of: $0) }
    }
    var response = HearthV1.RouteResponse(policy: name)
    guard !request.explain else {
      fleet.timePassed(at: now)
      let explanation = fleet.explain(
        turn,
        hashes: request.blockHashes,
        excluding: excluding,
        policy: policy
      )
      response.verdict = verdict(explanation.verdict, reservation: 0)
      response.candidates = explanation.rows.compactMap {
        candidate($0, isChosen: $0.slot == explanation.chosen?.slot)
      }
      return response
    }
    let (outcome, reservation) = fleet.place(
      DecisionSubject(
        request: request.requestId,
        tenant: request.tenant,
        model: request.model,
        origin: request.originRegion
      ),
      turn,
      hashes: request.blockHashes,
      excluding: excluding,
      policy: policy,
      at: now
    )
    fleet.demand.record(request, turn, outcome, at: now)
    response.verdict = verdict(outcome, reservation: reservation)
    if case .placed = outcome { placed += 1 } else { refused += 1 }
    return response
  }

  private func verdict(
    _ verdict: Verdict,
    reservation: UInt64
  ) -> HearthV1.RouteResponse.Verdict? {
    switch verdict {
    case .refused(let refusal): return .refused(refusal.message)
    case .placed(let placement):
      guard let spec = fleet.view.spec(placement.slot) else { return nil }
      return .placed(
        .init(
          reservation: reservation,
          replica: spec.id.text,
          node: spec.node.text,
          region: spec.region.text,
          nodeAddress: nodes[spec.node.text]?.hello.address ?? "",
          regionAddress: regions[spec.region.text]?.hello.address ?? "",
          cachedTokens: UInt32(clamping: placement.cachedTokens),
          predictedTtftNs: Duration(inSeconds: placement.ttftSeconds).nanoseconds
        )
      )
    }
  }

  private func candidate(_ row: Explanation.Row, isChosen: Bool) -> HearthV1.Candidate? {
    guard let spec = fleet.view.spec(row.slot) else { return nil }
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
        CostTerm.allCases.map { .init(name: $0.rawValue, seconds: cost[$0]) }
      } ?? [],
      totalSeconds: cost?.totalSeconds ?? 0,
      chosen: isChosen
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
    case .atCapacity: .atCapacity
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
      return "\(blockHashes.count) block_hashes of \(blockTokens) tokens are more than the "
        + "\(promptTokens) prompt_tokens"
    }
    guard requestId.isEmpty || RequestID(requestId) != nil else {
      return "request_id has at most 128 characters of A-Z a-z 0-9 . _ - / :"
    }
    guard session.utf8.count <= 1_024 else { return "session has at most 1,024 bytes" }
    guard excludedReplicas.count <= ControlCore.excludedMax else {
      return "at most \(ControlCore.excludedMax) excluded_replicas"
    }
    return nil
  }
}
