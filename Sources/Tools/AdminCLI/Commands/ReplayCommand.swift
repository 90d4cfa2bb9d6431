import ArgumentParser
import Basics
import Client
import EventLoop
import HearthMessages
import HearthProto
import Traces

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replay a trace on the running fleet, at the trace's pace, and report.",
    discussion: """
      The trace is in Mooncake's format: one JSON object per line with timestamp (ms), input_length \
      and output_length (tokens) and hash_ids (one per 512 tokens). A line may also have a tenant (a \
      name) and a priority (1 to 7). Times are the fleet's. With several policies the trace is \
      replayed once under each, from empty caches, and the reports stand side by side.

      A turn whose stream breaks is retried once (--loss-retries). While the control plane is away \
      or no replica is ready, turns are tried again (--retry-time). Turns that find the fleet full wait; the report \
      says how many, for how long, and which were refused. Good turns met their objective.

      Exit codes: 0 every request was completed or refused with a reason, 1 some were lost, 3 no \
      such file, region, model or policy, 130 stopped by Ctrl-C.

      Examples:
        hearth replay trace.jsonl
        hearth replay trace.jsonl --requests 500 --load 2 --origins us-east,eu-west
        hearth replay trace.jsonl --policy nearest --policy warm
        hearth replay trace.jsonl --load 5 --tenant acme --priority 2 --deadline 4s
        hearth replay trace.jsonl --ttft 1s --tpot 40ms
        hearth replay trace.jsonl -o json | jq '.[0].ttftP99Seconds'
      """
  )

  @Argument(help: "The trace.", completion: .file()) var trace: String
  @Option(
    name: .customLong("policy"),
    help: ArgumentHelp("A policy other than the fleet's own; may be repeated.", valueName: "name")
  )
  var policies: [String] = []
  @Option(
    help: ArgumentHelp("The model; optional when the fleet serves only one.", valueName: "name")
  )
  var model: String?
  @Option(
    help: ArgumentHelp(
      "Where conversations start: half in the first region, three in ten in the second, two in ten "
        + "in the third. (default: the regions by name)",
      valueName: "regions"
    )
  )
  var origins: String?
  @Option(help: ArgumentHelp("Replay only the first so many requests.", valueName: "count"))
  var requests: Int?
  @Option(
    help: ArgumentHelp(
      "How much faster requests arrive than in the trace.",
      valueName: "factor"
    )
  )
  var load = 1.0
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How the report is written; jsonl has one line per policy.",
      valueName: "format"
    )
  )
  var output = ReportFormat.table
  @OptionGroup var options: TurnOptions
  @OptionGroup var retries: RetryOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard load > 0, load <= 1_000 else {
      throw ValidationError("--load is above 0 and at most 1000")
    }
    if let requests, requests < 1 { throw ValidationError("--requests is at least 1") }
  }

  func run() async throws {
    let trace = Array(try TraceFile.read(trace).prefix(requests ?? .max))
    try await connection.connected(
      interrupted: { Terminal.interrupted("the replay was stopped; turns that ran were abandoned") }
    ) { fleet in
      let serving = try await Serving(of: fleet, model: model)
      let status = try await fleet.ask(HearthV1.Admin.getStatus, .init())
      let origins = try origins(serving)
      guard serving.blockTokens == TraceReader.blockTokens else {
        throw Failure(
          .failed,
          "replicas keep blocks of \(serving.blockTokens) tokens, and the trace counts blocks of "
            + "\(TraceReader.blockTokens): set kvBlockTokens: \(TraceReader.blockTokens)"
        )
      }
      var columns: [(String, ReplayReport)] = []
      // All names are checked before the first replay, which may take long.
      var wanted: [String] = []
      for policy in policies.isEmpty ? [status.policy] : policies {
        wanted.append(try resolve(policy, "policy", among: status.policies))
      }
      for policy in wanted {
        if policies.count > 1 { try await emptyCaches(fleet) }
        let run = TurnRequest.runName("replay")
        let turns = trace.enumerated().map { number, request in
          let origin = TraceOrigin.region(of: request, regions: origins)?.text ?? ""
          var turn = TurnRequest(
            request,
            id: "\(run)/\(number + 1)",
            model: serving.model,
            origin: origin,
            policy: policy
          )
          options.apply(to: &turn, of: request)
          return turn
        }
        let replay = Replay(
          runner: TurnRunner(
            fleet: fleet,
            clock: LoopClock(rate: status.timeScale),
            settings: retries.settings
          ),
          turns: turns,
          arrivals: trace.map { $0.arrival / load }
        )
        let sendingTime = (replay.arrivals.last ?? .zero) / status.timeScale
        let bar = ProgressBar(title: policy, total: turns.count, sendingTime: sendingTime)
        columns.append((policy, await replay.run { bar.show($0) }))
        bar.finish()
      }
      let table = ReplayTable(
        columns: columns,
        sendingTime: (trace.last?.arrival ?? .zero) / load
      )
      print(table.text(as: output), terminator: "")
      let lost = columns.reduce(0) { $0 + $1.1.submittedCount - $1.1.answeredCount }
      if lost > 0 { throw Failure(.failed, "\(count(lost, "request")) lost: the report says why") }
    }
  }

  private func origins(_ serving: Serving) throws -> [RegionID] {
    let names = try origins.map { list in
      try list.split(separator: ",").map {
        try resolve(String($0), "region", among: serving.regions)
      }
    }
    return (names ?? serving.regions).compactMap { RegionID($0) }
  }

  /// Drops all caches and waits until the index knows.
  private func emptyCaches(_ fleet: FleetClient) async throws {
    _ = try await fleet.ask(HearthV1.Admin.resetCaches, .init())
    let end = ContinuousClock.now + .seconds(30)
    while try await fleet.ask(HearthV1.Admin.getStatus, .init()).blocksIndexed > 0 {
      guard ContinuousClock.now < end else {
        throw Failure(.failed, "the caches are not empty after 30 s: does something else use them?")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
