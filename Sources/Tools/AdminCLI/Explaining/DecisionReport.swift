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
    for (index, decision) in decisions.enumerated() {
      text += "\n"
      if decisions.count > 1 { text += "Attempt \(index + 1) of \(decisions.count). " }
      text += Self.table(decision, isLast: index == decisions.count - 1, isWide: isWide)
    }
    return text
  }

  private static func table(
    _ decision: HearthV1.Decision,
    isLast: Bool,
    isWide: Bool
  ) -> String {
    let age = Duration.nanoseconds(decision.ageNs).text
    var text: String
    switch decision.verdict {
    case .placed(let place):
      text = "Placed \(age) ago by \(decision.policy) on \(place.replica) in \(place.region)"
      text += decision.candidates.isEmpty ? "\n" : ":\n"
      if !decision.candidates.isEmpty {
        text += "\(decision.candidates.reason(promptTokens: Int(decision.promptTokens)))\n"
      }
    case .refused(let refusal):
      // A turn that was placed later had waited, or asked again.
      text = "\(isLast ? "Refused" : "Not placed") \(age) ago: \(refusal.message)\n"
    case nil: text = "Decided \(age) ago\n"
    }
    text = Terminal.safe(text, lines: true)
    let rows = decision.candidates.byRank
    if rows.isEmpty {
      text +=
        decision.undetailed
        ? "The candidates were not kept: too many turns were placed in that second.\n"
        : "No replica serves the model.\n"
    } else {
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
    case nil: break
    }
    if let outcome = decision.outcome { fields["happened"] = outcome.json }
    guard isWhole else { return fields }
    let rows = decision.candidates.byRank
    if case .placed = decision.verdict, !rows.isEmpty {
      fields["why"] = rows.reason(promptTokens: Int(decision.promptTokens))
    }
    fields.add([
      "candidates": rows.map(CandidateListing.json),
      "others": JSONObject(decision.others.map { ($0.what, $0.count) }),
      "candidatesKept": !decision.undetailed,
    ])
    return fields
  }
}

extension HearthV1.Decision {
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
    return "kept are the latest \(latest) decisions, back to \(age) ago\(older)"
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
    default: "unknown"
    }
  }

  fileprivate var words: String {
    switch self {
    case .completed: "was completed"
    case .cancelled: "was taken back by its client"
    case .aborted: "was ended by its node or engine"
    case .refused: "was not taken by its node"
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
