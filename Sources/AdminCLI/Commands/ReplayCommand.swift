import ArgumentParser
import Basics
import EventLoop
import HearthMessages
import HearthProto
import Simulation

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Send the requests of a trace to the running fleet, at their times, and report.",
    discussion: """
      The trace is Mooncake's format: a JSON object a line with timestamp, input_length, \
      output_length and hash_ids. Time runs as fast as the fleet's. With several policies the trace \
      is replayed under one after another, each from empty caches, and the reports stand side by \
      side. A turn whose stream breaks is run again once.

      Exit code 1 when a request was lost: neither completed nor refused.
      """
  )

  @OptionGroup var connection: ConnectionOptions
  @Argument(help: "The trace.") var trace: String
  @Option(name: .customLong("policy"), help: "A policy, if not the fleet's own; may be repeated.")
  var policies: [String] = []
  @Option(help: "The model; may be left out when the fleet serves one.") var model: String?
  @Option(help: "Regions where conversations start, most of them in the first: a,b,c.")
  var origins: String?
  @Option(help: "Only so many requests, from the first.") var requests: Int?
  @Option(help: "How many times denser the requests come than in the trace.") var load = 1.0
  @Option(name: .shortAndLong, help: "table or json.") var output = OutputFormat.table

  func validate() throws {
    guard load > 0, load <= 1_000 else { throw ValidationError("--load is from 0 to 1000") }
    if let requests, requests < 1 { throw ValidationError("--requests is at least 1") }
  }

  func run() async throws {
    let trace = Array(try TraceFile.read(trace).prefix(requests ?? .max))
    try await connection.connected { fleet in
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
      for policy in policies.isEmpty ? [status.policy] : policies {
        guard status.policies.contains(policy) else {
          let known = status.policies.joined(separator: ", ")
          throw Failure(.notFound, "no policy is named \"\(policy)\" (there are \(known))")
        }
        if policies.count > 1 { try await emptyCaches(fleet) }
        let turns = trace.enumerated().map { number, request in
          let origin = TraceOrigin.region(of: request, regions: origins)?.text ?? ""
          return TurnRequest(
            request,
            number: number + 1,
            model: serving.model,
            origin: origin,
            policy: policy
          )
        }
        let replay = Replay(
          runner: TurnRunner(fleet: fleet, clock: LoopClock(rate: status.timeScale)),
          turns: turns,
          arrivals: trace.map { $0.arrival / load }
        )
        let bar = ProgressBar(title: policy, total: turns.count)
        columns.append((policy, await replay.run { bar.show($0) }))
        bar.finish()
      }
      let table = ReplayTable(columns: columns)
      print(output == .json ? table.json.text(pretty: true) + "\n" : table.text, terminator: "")
      let lost = columns.contains { $0.1.failedCount > 0 || !$0.1.isComplete }
      if lost { throw Failure(.failed, "requests were lost: see the rows that say why") }
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
