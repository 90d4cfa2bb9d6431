import Admission
public import Basics
import FleetSpec
public import HearthMessages
import KVIndex
import Routing

/// Where turns go.
extension ControlCore {
  /// Most replicas that one request may exclude.
  public static var excludedMax: Int { 256 }

  /// Decides where a turn runs and reserves its place there, or holds the call until it has one; or,
  /// when the request asks to explain, says what each replica would have cost and reserves nothing.
  ///
  /// Throws `INVALID_ARGUMENT` for a request that is malformed.
  public mutating func route(
    _ request: HearthV1.RouteRequest,
    at now: Instant,
    into actions: inout Actions<Action>
  ) throws(Rejection) -> RouteAnswer {
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
    guard request.explain else {
      return admit(request, policy: (policy, name), at: now, into: &actions)
    }
    fleet.timePassed(at: now)
    let explanation = fleet.explain(
      routing(request),
      hashes: request.blockHashes,
      excluding: excluded(request),
      policy: policy
    )
    var response = HearthV1.RouteResponse(policy: name)
    response.verdict = verdict(explanation.verdict, reservation: 0, waitedSeconds: 0)
    response.candidates = explanation.rows.compactMap {
      candidate($0, isChosen: $0.slot == explanation.chosen?.slot)
    }
    return .answered(response)
  }

  /// The turn as the router sees it, by the numbers that hold now.
  func routing(_ request: HearthV1.RouteRequest) -> RoutingRequest {
    let model = ModelID(request.model).flatMap { fleet.view.model($0) } ?? -1
    let told = Int(request.promptTokens)
    var routing = RoutingRequest(
      model: model,
      origin: RegionID(request.originRegion).flatMap { fleet.view.region($0) } ?? -1,
      promptTokens: told,
      outputTokens: Int(request.outputTokens),
      blockTokens: Int(request.blockTokens),
      session: request.session.isEmpty ? 0 : BlockHasher(model: request.session).hash
    )
    if request.promptEstimated {
      let factor = fleet.view.estimates(of: model).promptTokens.value
      routing.estimatedTokens = told
      routing.promptTokens = min(max(1, Int(Double(told) * factor)), 1 << 32)
    }
    return routing
  }

  /// The slots that a request leaves out, as far as they are known.
  func excluded(_ request: HearthV1.RouteRequest) -> [Int32] {
    request.excludedReplicas.compactMap { text in
      ReplicaID(text).flatMap { fleet.view.slot(of: $0) }
    }
  }

  func verdict(
    _ verdict: Verdict,
    reservation: UInt64,
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
    }
  }

  /// Asks who sends a turn that was just placed to send its beginning to one more replica, if that is
  /// wanted.
  mutating func copy(
    of request: HearthV1.RouteRequest,
    on home: Int32,
    policy: Int,
    at now: Instant
  ) -> HearthV1.PrefixCopy? {
    guard request.makesCopies, request.excludedReplicas.isEmpty else { return nil }
    let copy = fleet.copy(
      of: routing(request),
      on: home,
      hashes: request.blockHashes,
      policy: policy,
      at: now
    )
    guard let copy else { return nil }
    return .init(
      place: message(copy.placement, reservation: copy.reservation),
      promptTokens: UInt32(clamping: copy.request.promptTokens)
    )
  }

  private func message(
    _ placement: Placement,
    reservation: UInt64,
    waitedSeconds: Double = 0
  ) -> HearthV1.Placement? {
    guard let spec = fleet.view.spec(placement.slot) else { return nil }
    return .init(
      reservation: reservation,
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
        CostTerm.allCases.map {
          .init(name: $0.rawValue, seconds: cost[$0], weight: cost.weight(of: $0))
        }
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
      reason: admission?.word ?? reason.message,
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
    guard tenant.isEmpty || TenantID(tenant) != nil else {
      return "tenant has at most 128 characters of A-Z a-z 0-9 . _ - / :"
    }
    guard Int(priority) <= AdmissionQueue.priorities.upperBound else {
      return "priority is 0 to \(AdmissionQueue.priorities.upperBound)"
    }
    guard deadlineNs >= 0 else { return "deadline_ns is not negative" }
    guard session.utf8.count <= 1_024 else { return "session has at most 1,024 bytes" }
    guard excludedReplicas.count <= ControlCore.excludedMax else {
      return "at most \(ControlCore.excludedMax) excluded_replicas"
    }
    return nil
  }
}
