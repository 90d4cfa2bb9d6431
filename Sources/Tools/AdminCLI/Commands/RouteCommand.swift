import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto
import Routing

struct RouteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "route",
    abstract: "Ask where a turn would run, and why there.",
    discussion: """
      Nothing is reserved and nothing runs. The turn is a text (--prompt), a request of a trace \
      (--trace and --line), or a prompt of --prompt-tokens tokens that no cache holds.

      With --explain, each replica is listed with what the turn costs there in seconds, part by \
      part, the cheapest first. Parts that are zero for all are in -o wide and json only:

      \(CostTerms.help)

      Exit codes: 0 placed, 2 refused or would wait, 3 no such region, model or policy.

      Examples:
        hearth route --explain --origin eu-west
        hearth route --explain --trace trace.jsonl --line 120 -o wide
        hearth route --prompt 'Tell me a story.' -o name
      """
  )

  @Flag(help: "Show every replica with each part of its cost.") var explain = false
  @Option(
    help: ArgumentHelp("The region where the turn comes from.", valueName: "region"),
    completion: FleetNames.regions
  )
  var origin: String?
  @Option(
    help: ArgumentHelp("The policy, if not the fleet's own.", valueName: "name"),
    completion: FleetNames.policies
  )
  var policy: String?
  @Option(
    help: ArgumentHelp("The model; may be left out when there is only one.", valueName: "name"),
    completion: FleetNames.models
  )
  var model: String?
  @Option(help: ArgumentHelp("The prompt as text.", valueName: "text")) var prompt: String?
  @Option(
    help: ArgumentHelp(
      "How long a prompt is that no cache holds. (default: 1000)",
      valueName: "count"
    )
  )
  var promptTokens: Int?
  @Option(
    help: ArgumentHelp("A trace, as `hearth replay` reads it.", valueName: "file"),
    completion: .file()
  )
  var trace: String?
  @Option(help: ArgumentHelp("Line of the trace. (default: 1)", valueName: "number"))
  var line: Int?
  @OptionGroup var traceOptions: TraceOptions
  @OptionGroup var options: ListOptions

  func validate() throws {
    guard prompt == nil || trace == nil else {
      throw ValidationError("--prompt and --trace are two different turns: give one")
    }
    guard trace != nil || traceOptions.blockTokens == nil else {
      throw ValidationError("--block-tokens needs --trace")
    }
    guard trace != nil || line == nil else { throw ValidationError("--line needs --trace") }
    if let line, line < 1 { throw ValidationError("--line is at least 1") }
    if let promptTokens {
      guard prompt == nil, trace == nil else {
        throw ValidationError("--prompt-tokens is about a turn without --prompt and --trace")
      }
      guard (1...Int(UInt32.max)).contains(promptTokens) else {
        throw ValidationError("--prompt-tokens is from 1 to \(UInt32.max)")
      }
    }
  }

  func run() async throws {
    try await options.connection.connected { fleet in
      let serving = try await Serving(of: fleet, model: model)
      let turn = try await turn(serving, fleet)
      let response = try await fleet.ask(HearthV1.Router.route, turn.route(explain: true))
      let rows = response.candidates.byRank
      let output = options.output
      switch output {
      case .json:
        print(RouteListing.json(response, turn, explain ? rows : nil).jsonText(isPretty: true))
      case .jsonl where !explain: print(RouteListing.json(response, turn, nil).jsonText())
      case _ where explain:
        let listing = CandidateListing.listing(rows, isWide: output == .wide)
        print(listing.text(rows, as: output), terminator: "")
      default: break
      }
      switch response.verdict {
      case .placed(let place):
        if output == .name, !explain { print(Terminal.safe(place.replica)) }
        guard output == .table || output == .wide else { return }
        if explain { print() }
        print(RouteListing.words(response, place, turn, isExplained: explain))
      case .waits(let wait): throw Failure(.refused, "the turn would wait: \(wait.words)")
      case .refused(let refusal): throw Failure(.refused, refusal.message)
      case nil: throw Failure(.failed, "the control plane gave no verdict")
      }
    }
  }

  private func turn(_ serving: Serving, _ fleet: FleetClient) async throws -> TurnRequest {
    var from = ""
    if let origin { from = try await fleet.region(origin) }
    var policyName = ""
    if let policy {
      let known = try await fleet.ask(HearthV1.Admin.getStatus, .init()).policies
      policyName = try resolve(policy, "policy", among: known)
    }
    var turn: TurnRequest
    if let trace {
      let requests = try TraceFile.read(trace, blockTokens: traceOptions.blockTokens)
      let line = line ?? 1
      guard requests.indices.contains(line - 1) else {
        throw Failure(
          .notFound,
          "\(trace) has \(count(requests.count, "request")), and no line \(line)"
        )
      }
      try TraceFile.check(requests, fits: serving.blockTokens)
      turn = TurnRequest(
        requests[line - 1],
        id: "route",
        model: serving.model,
        origin: from,
        policy: policyName,
        blockTokens: serving.blockTokens
      )
    } else {
      turn = TurnRequest(
        text: prompt ?? "",
        id: "route",
        model: serving.model,
        tenant: "chat",
        origin: from,
        blockTokens: serving.blockTokens,
        outputTokensMax: 0
      )
      if prompt == nil { turn.promptTokens = promptTokens ?? 1_000 }
      turn.policy = policyName
    }
    return turn
  }
}

/// How the answer to a question where a turn runs is written.
enum RouteListing {
  /// Why a turn would be placed where it would, if that is wanted, and what is expected there.
  static func words(
    _ response: HearthV1.RouteResponse,
    _ place: HearthV1.Placement,
    _ turn: TurnRequest,
    isExplained: Bool
  ) -> String {
    let ttft = Duration.nanoseconds(place.predictedTtftNs).text
    let reason = isExplained ? Terminal.safe(response.reason(turn).text) + "\n" : ""
    return reason + Terminal.safe("\(place.replica) in \(place.region): \(place.cachedTokens) of ")
      + "\(count(turn.promptTokens, "token")) cached, first token after about \(ttft) "
      + Terminal.safe("(policy \(response.policy))")
  }

  /// The verdict, with the candidates where they are wanted.
  static func json(
    _ response: HearthV1.RouteResponse,
    _ turn: TurnRequest,
    _ candidates: [HearthV1.Candidate]?
  ) -> JSONObject {
    var fields: JSONObject = ["policy": response.policy]
    switch response.verdict {
    case .placed(let place):
      fields.add([
        "replica": place.replica, "node": place.node, "region": place.region,
        "promptTokens": turn.promptTokens, "cachedTokens": place.cachedTokens,
        "predictedTtftSeconds": seconds(place.predictedTtftNs),
      ])
    case .refused(let refusal):
      fields.add(["refused": refusal.reason.word, "message": refusal.message])
    case .waits(let wait): fields["waits"] = wait.json
    case nil: break
    }
    if let candidates {
      if response.choice != nil { fields.add(response.reason(turn).json) }
      fields["candidates"] = candidates.map(CandidateListing.json)
    }
    return fields
  }
}

extension HearthV1.RouteResponse {
  /// Why the turn would be placed there.
  fileprivate func reason(_ turn: TurnRequest) -> Reason {
    Reason(
      choice: choice ?? .init(),
      policy: policy,
      rows: candidates,
      promptTokens: turn.promptTokens
    )
  }
}

extension CostTerms {
  /// All parts of the cost in few words, a line each.
  fileprivate static var help: String {
    words.map { term in
      let gap = String(repeating: " ", count: max(1, 20 - term.name.count))
      return "  \(term.name)\(gap)\(term.meaning)"
    }.joined(separator: "\n")
  }
}
