import ArgumentParser
import Basics
import Client
import EventLoop
import HearthMessages
import HearthProto
import Synchronization
import Traces

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replay a trace on the running fleet, at the trace's pace, and report.",
    discussion: """
      The trace is a file, - for standard input, in one of these formats: \(TraceReader.formats). A \
      line of JSON may also have a tenant (a name) and a priority (1 to 7). Arrivals count from the \
      first. Times are the fleet's. With several policies the trace is replayed once under each, from \
      empty caches, and the reports stand side by side: --reset-caches allows that in a fleet that \
      `hearth dev` has not started.

      A turn whose stream breaks is run again (--loss-retries). While the control plane is away \
      or no replica is ready, turns are tried again (--retry-time). Turns that find the fleet full \
      wait; the report says how many, for how long, and which were refused. Good turns met their \
      objective. Ctrl-C stops the replay and reports what was measured.

      Exit codes: 0 every request was completed or refused with a reason, 1 some were lost, 3 no \
      such file, region, model or policy, 130 stopped by Ctrl-C.

      Examples:
        hearth replay trace.jsonl
        hearth replay trace.jsonl --requests 500 --load 2 --origins us-east,eu-west
        hearth replay trace.jsonl --policy nearest --policy warm --reset-caches
        zstd -dc trace.jsonl.zst | hearth replay - --by region
        hearth replay trace.jsonl --load 5 --tenant acme --priority 2 --deadline 4s
        hearth replay trace.jsonl --ttft 1s --tpot 40ms
        hearth replay trace.jsonl -o json | jq '.[0].ttftP99Seconds'
      """
  )

  @Argument(help: "The trace.", completion: .file()) var trace: String
  @Option(
    name: .customLong("policy"),
    help: ArgumentHelp("A policy other than the fleet's own; may be repeated.", valueName: "name"),
    completion: FleetNames.policies
  )
  var policies: [String] = []
  @Option(
    help: ArgumentHelp("The model; optional when the fleet serves only one.", valueName: "name"),
    completion: FleetNames.models
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
  @Option(
    help: ArgumentHelp(
      "How many requests to replay, from the first. (default: all)",
      valueName: "count"
    )
  )
  var requests: Int?
  @Option(
    help: ArgumentHelp(
      "How much faster requests arrive than in the trace.",
      valueName: "factor"
    )
  )
  var load = 1.0
  @Flag(help: "Empty every cache of the fleet before each replay, even if others use it.")
  var resetCaches = false
  @Option(
    name: .customLong("by"),
    help: ArgumentHelp(
      "Also report by region or by replica; json and jsonl always do.",
      valueName: "place"
    )
  )
  var split: ReportSplit?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How the report is written; jsonl has one line per policy.",
      valueName: "format"
    )
  )
  var output = ReportFormat.table
  @OptionGroup var traceOptions: TraceOptions
  @OptionGroup var options: TurnOptions
  @OptionGroup var retries: RetryOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    try TraceLoad.check(load, of: "--load")
    if split != nil, output != .table {
      throw ValidationError("--by is about the table: json and jsonl always have both")
    }
    if let requests, requests < 1 { throw ValidationError("--requests is at least 1") }
  }

  func run() async throws {
    let trace = Array(
      try TraceFile.read(trace, blockTokens: traceOptions.blockTokens).prefix(requests ?? .max)
    )
    let measured = ReplayMeasurements(sendingTime: (trace.last?.arrival ?? .zero) / load)
    let scale = Mutex(1.0)
    try await connection.connected(
      interrupted: {
        let table = measured.table(timeScale: scale.withLock { $0 })
        Terminal.progress("")
        if !table.columns.isEmpty { show(table) { Terminal.write($0) } }
        Terminal.interrupted("the replay was stopped; turns still running were abandoned")
      }
    ) { fleet in
      let serving = try await Serving(of: fleet, model: model)
      let (status, clock) = try await fleet.statusAndClock()
      scale.withLock { $0 = status.timeScale }
      let origins = try origins(serving)
      try TraceFile.check(trace, fits: serving.blockTokens)
      // All names are checked before the first replay, which may take long.
      var wanted: [String] = []
      for policy in policies.isEmpty ? [status.policy] : policies {
        wanted.append(try resolve(policy, "policy", among: status.policies))
      }
      guard resetCaches || wanted.count == 1 || status.endsWithParent else {
        throw Failure(
          .failed,
          "several policies are compared from empty caches, and this fleet may serve others: "
            + "--reset-caches empties every cache of it"
        )
      }
      for policy in wanted {
        if resetCaches || wanted.count > 1 { try await emptyCaches(fleet) }
        let run = TurnRequest.runName("replay")
        let turns = trace.enumerated().map { number, request in
          let origin = TraceOrigin.region(of: request, regions: origins)?.text ?? ""
          var turn = TurnRequest(
            request,
            id: "\(run)/\(number + 1)",
            model: serving.model,
            origin: origin,
            policy: policy,
            blockTokens: serving.blockTokens
          )
          options.apply(to: &turn, of: request)
          return turn
        }
        let replay = Replay(
          runner: TurnRunner(fleet: fleet, clock: clock, settings: retries.settings),
          turns: turns,
          arrivals: trace.map { $0.arrival / load }
        )
        let sendingTime = (replay.arrivals.last ?? .zero) / status.timeScale
        let bar = ProgressBar(title: policy, total: turns.count, sendingTime: sendingTime)
        await replay.run(into: measured.begin(policy)) { bar.show($0) }
        measured.end()
        bar.finish()
      }
    }
    let table = measured.table()
    show(table) { print($0, terminator: "") }
    let lost = table.columns.reduce(0) { $0 + $1.report.submittedCount - $1.report.answeredCount }
    if lost > 0 { throw Failure(.failed, "\(count(lost, "request")) lost: the report says why") }
  }

  private func show(_ table: ReplayTable, by write: (String) -> Void) {
    write(table.text(as: output))
    if let split, output == .table { write(table.places(by: split)) }
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
