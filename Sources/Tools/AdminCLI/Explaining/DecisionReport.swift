import Basics
import HearthMessages

/// What is known of one request: its decisions, what was predicted and what happened.
struct DecisionReport {
  let decisions: [HearthV1.Decision]
  let reach: HearthV1.DecisionReach

  init(_ list: HearthV1.DecisionList) {
    (decisions, reach) = (list.decisions, list.reach ?? .init())
  }

  /// The report for people.
  func table(isWide: Bool) -> String {
    guard let last = decisions.last else { return "" }
    let origin = last.originRegion.isEmpty ? "" : ", from \(last.originRegion)"
    let tenant = last.tenant.isEmpty ? "" : ", of \(last.tenant)"
    var text =
      Terminal.safe(
        "\(last.requestId): \(count(Int(last.promptTokens), "prompt token")) for \(last.model)"
          + origin + tenant
      ) + "\n"
    let attempts = decisions.filter { !$0.waits }.count
    var attempt = 0
    for decision in decisions {
      text += "\n"
      if !decision.waits { attempt += 1 }
      if attempts > 1, !decision.waits { text += "Attempt \(attempt) of \(attempts). " }
      text += Self.table(decision, isWide: isWide)
    }
    return text
  }

  private static func table(_ decision: HearthV1.Decision, isWide: Bool) -> String {
    let age = Duration.nanoseconds(decision.ageNs).text
    var text: String
    switch decision.verdict {
    case .placed(let place):
      text =
        "Placed \(age) ago by \(decision.policy) on \(place.replica) in \(place.region):\n"
        + "\(decision.reason.text)\n"
    case .waits(let wait) where decision.state == .waiting:
      text =
        "It has waited for \(age), now as number \(decision.position) of those that wait for the "
        + "model. Nothing was decided about it yet; that should take about "
        + "\(Duration.nanoseconds(wait.estimateNs).text) more of the fleet's time\n"
    case .waits(let wait): text = "It had to wait \(age) ago: \(wait.words)\n"
    case .refused(let refusal): text = "Refused \(age) ago: \(refusal.message)\n"
    case nil: text = "Decided \(age) ago\n"
    }
    text = Terminal.safe(text, lines: true)
    let rows = decision.candidates.byRank
    if decision.undetailed {
      text += "The candidates were not kept: too many turns were placed in that second.\n"
    } else if !rows.isEmpty {
      let listing = CandidateListing.listing(rows, isWide: isWide)
      text += "\n" + listing.text(rows, as: isWide ? .wide : .table)
    }
    if !decision.others.isEmpty {
      let others = decision.others.map { "\($0.count) \($0.what)" }.joined(separator: ", ")
      text += Terminal.safe("and others without a line: \(others)") + "\n"
    }
    if case .placed(let place) = decision.verdict {
      text += "\n" + happened(decision, place)
    }
    return text
  }

  private static func happened(
    _ decision: HearthV1.Decision,
    _ place: HearthV1.Placement
  ) -> String {
    let network = Duration.nanoseconds(decision.networkNs)
    let predicted = Duration.nanoseconds(place.predictedTtftNs) - network
    let outcome = decision.outcome
    let ttft = outcome.map { $0.ttftNs > 0 ? Duration.nanoseconds($0.ttftNs).text : "none" }
    var lines = [
      Line(
        title: "cached tokens",
        predicted: "\(place.cachedTokens)",
        happened: outcome.map { "\($0.cachedTokens)" }
      ),
      Line(title: "first token at the engine", predicted: predicted.text, happened: ttft),
    ]
    if network > .zero {
      lines.append(Line(title: "and on the network", predicted: network.text, happened: ""))
    }
    if let outcome {
      lines += [
        Line(title: "in the batch", happened: Duration.nanoseconds(outcome.queuedNs).text),
        Line(title: "end", happened: Duration.nanoseconds(outcome.totalNs).text),
        Line(title: "output tokens", happened: "\(outcome.outputTokens)"),
      ]
    }
    let listing = Listing<Line>(
      name: \.title,
      columns: [
        .init("", \.title), .init("PREDICTED", number: true, \.predicted),
        .init("HAPPENED", number: true) { $0.happened ?? "" },
      ],
      fields: { _ in [:] }
    )
    return listing.text(lines, as: .table) + decision.stateWords + "\n"
  }

  private struct Line {
    var title: String
    var predicted = ""
    var happened: String?
  }

  /// The report for scripts.
  var json: JSONObject {
    [
      "request": decisions.last?.requestId ?? "",
      "decisions": decisions.map { Self.json($0, isWhole: true) },
      "retained": reach.json,
    ]
  }

  /// One decision; with what was weighed where it is `isWhole`.
  static func json(_ decision: HearthV1.Decision, isWhole: Bool) -> JSONObject {
    var fields: JSONObject = [
      "request": decision.requestId, "tenant": decision.tenant,
      "model": decision.model, "origin": decision.originRegion,
      "promptTokens": decision.promptTokens,
      "ageSeconds": seconds(decision.ageNs), "policy": decision.policy,
      "state": decision.state.word,
    ]
    switch decision.verdict {
    case .placed(let place):
      let network = Duration.nanoseconds(decision.networkNs)
      fields.add([
        "replica": place.replica, "node": place.node, "region": place.region,
        "predicted": [
          "cachedTokens": place.cachedTokens,
          "engineTtftSeconds": seconds((.nanoseconds(place.predictedTtftNs) - network).nanoseconds),
          "networkSeconds": seconds(decision.networkNs),
        ] as JSONObject,
      ])
    case .refused(let refusal):
      fields.add(["refused": refusal.reason.word, "message": refusal.message])
    case .waits(let wait):
      fields["waits"] = wait.json
      if decision.state == .waiting { fields["position"] = decision.position }
    case nil: break
    }
    if let outcome = decision.outcome { fields["happened"] = outcome.json }
    guard isWhole else { return fields }
    if case .placed = decision.verdict { fields.add(decision.reason.json) }
    fields.add([
      "candidates": decision.candidates.byRank.map(CandidateListing.json),
      "others": JSONObject(decision.others.map { ($0.what, $0.count) }),
      "candidatesKept": !decision.undetailed,
    ])
    return fields
  }
}

extension HearthV1.Decision {
  /// Whether the turn had to wait.
  fileprivate var waits: Bool { if case .waits = verdict { true } else { false } }

  /// Why the turn was placed there.
  fileprivate var reason: Reason {
    Reason(
      choice: choice ?? .init(),
      policy: policy,
      rows: candidates,
      promptTokens: Int(promptTokens)
    )
  }

  /// How far the turn has come, in a sentence.
  fileprivate var stateWords: String {
    switch state {
    case .ended: "It \(outcome?.ending.words ?? "ended")."
    case .accepted: "Its node has it, and has not reported its end."
    default: "Its node has not said that it has it."
    }
  }
}

extension HearthV1.DecisionReach {
  /// How far back decisions are kept, in a sentence.
  var words: String {
    let age = Duration.nanoseconds(oldestAgeNs).text
    let older = sampledFrom > 0 ? ", and \(sampled) of \(sampledFrom) older ones" : ""
    let kept = count(latest, "decision", ("is", "are"))
    return "the latest \(kept) kept, back to \(age) ago\(older)"
  }

  fileprivate var json: JSONObject {
    [
      "latest": latest,
      "oldestAgeSeconds": seconds(oldestAgeNs),
      "sampled": sampled,
      "sampledFrom": sampledFrom,
      "withoutCandidates": undetailed,
    ]
  }
}

extension HearthV1.DecisionState {
  /// The state in one word.
  var word: String {
    switch self {
    case .refused: "refused"
    case .waited: "waited"
    case .waiting: "waiting"
    case .placed: "placed"
    case .accepted: "accepted"
    case .ended: "ended"
    default: "unknown"
    }
  }
}

extension HearthV1.TurnEnding {
  /// The ending in one word.
  var word: String {
    switch self {
    case .completed: "completed"
    case .cancelled: "cancelled"
    case .aborted: "aborted"
    case .refused: "refused"
    case .rejected: "rejected"
    default: "unknown"
    }
  }

  fileprivate var words: String {
    switch self {
    case .completed: "was completed"
    case .cancelled: "was taken back by its client"
    case .aborted: "was ended by its node or engine"
    case .refused: "was not taken by its node"
    case .rejected: "was found wrong by its engine"
    default: "ended"
    }
  }
}

extension HearthV1.TurnOutcome {
  fileprivate var json: JSONObject {
    [
      "ending": ending.word, "cachedTokens": cachedTokens,
      "queuedSeconds": seconds(queuedNs),
      "engineTtftSeconds": ttftNs > 0 ? seconds(ttftNs) : nil,
      "totalSeconds": seconds(totalNs),
      "outputTokens": outputTokens,
    ]
  }
}
