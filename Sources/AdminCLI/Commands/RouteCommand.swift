import ArgumentParser
import Basics
import HearthMessages
import HearthProto
import Simulation

struct RouteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "route",
    abstract: "Ask where a turn would run, and why there.",
    discussion: """
      Nothing is reserved. The turn is a text (--prompt), a request of a trace (--trace and --line), \
      or any prompt of --prompt-tokens tokens that nobody has cached.
      """
  )

  @OptionGroup var connection: ConnectionOptions
  @Flag(help: "Show every replica with each part of its cost.") var explain = false
  @Option(help: "The model; may be left out when the fleet serves one.") var model: String?
  @Option(help: "The region where the turn comes from.") var origin = ""
  @Option(help: "The policy, if not the fleet's own.") var policy = ""
  @Option(help: "The prompt as text.") var prompt: String?
  @Option(help: "Length of the prompt in tokens.") var promptTokens = 1_000
  @Option(help: "A trace, in Mooncake's format.") var trace: String?
  @Option(help: "Line of the trace, from 1.") var line = 1
  @Option(name: .shortAndLong, help: "table, wide, json, jsonl or name.")
  var output = OutputFormat.table

  func run() async throws {
    try await connection.connected { fleet in
      let serving = try await Serving(of: fleet, model: model)
      let origin = try origin.isEmpty ? "" : resolve(origin, "region", among: serving.regions)
      let turn = try turn(serving, origin)
      let response = try await fleet.ask(HearthV1.Router.route, turn.route(explain: true))
      if explain || output != .table {
        let rows = response.candidates.sorted {
          ($0.excluded.isEmpty ? 0 : 1, $0.totalSeconds) < (
            $1.excluded.isEmpty ? 0 : 1, $1.totalSeconds
          )
        }
        print(Self.listing.text(rows, as: output), terminator: "")
      }
      switch response.verdict {
      case .placed(let place):
        guard output == .table || output == .wide else { return }
        let ttft = Duration.nanoseconds(place.predictedTtftNs).text
        print(
          "\(place.replica) in \(place.region): \(place.cachedTokens) of \(turn.promptTokens) "
            + "tokens cached, first token in about \(ttft) (\(response.policy))"
        )
      case .refused(let refusal): throw Failure(.refused, refusal.message)
      case nil: throw Failure(.failed, "the control plane gave no verdict")
      }
    }
  }

  private func turn(_ serving: Serving, _ origin: String) throws(Failure) -> TurnRequest {
    var turn: TurnRequest
    if let trace {
      let requests = try TraceFile.read(trace)
      guard requests.indices.contains(line - 1) else {
        throw Failure(.notFound, "\(trace) has \(requests.count) requests, and no line \(line)")
      }
      turn = TurnRequest(
        requests[line - 1],
        number: line,
        model: serving.model,
        origin: origin,
        policy: policy
      )
    } else {
      turn = TurnRequest(
        text: prompt ?? "",
        id: "route",
        model: serving.model,
        origin: origin,
        blockTokens: serving.blockTokens,
        outputTokensMax: 0
      )
      if prompt == nil { turn.promptTokens = promptTokens }
      turn.policy = policy
    }
    return turn
  }

  private static var listing: Listing<HearthV1.Candidate> {
    var columns: [Listing<HearthV1.Candidate>.Column] = [
      .init("") { $0.chosen ? "*" : " " },
      .init("REPLICA", \.replica), .init("REGION", \.region),
      .init("CACHED", number: true) { "\($0.cachedTokens)" },
    ]
    for term in ["network", "queue", "place", "prefill", "decode", "stall", "slowdown", "eviction"]
    {
      columns.append(
        .init(term.uppercased(), number: true) { candidate in
          candidate.terms.first { $0.name == term }.map { seconds($0.seconds) } ?? ""
        }
      )
    }
    columns.append(
      .init("TOTAL", number: true) { $0.excluded.isEmpty ? seconds($0.totalSeconds) : "" }
    )
    columns.append(.init("OUT BECAUSE", \.excluded))
    return Listing(name: \.replica, columns: columns) { candidate in
      .object([
        ("replica", .string(candidate.replica)), ("region", .string(candidate.region)),
        ("chosen", .bool(candidate.chosen)), ("excluded", .string(candidate.excluded)),
        ("cachedTokens", .integer(Int64(candidate.cachedTokens))),
        ("seconds", .object(candidate.terms.map { ($0.name, .number($0.seconds)) })),
        ("totalSeconds", .number(candidate.totalSeconds)),
      ])
    }
  }

  private static func seconds(_ value: Double) -> String {
    value == 0 ? "0" : Duration(inSeconds: value).text
  }
}
