import ArgumentParser
import HearthMessages
import HearthProto

struct CapacityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capacity",
    abstract:
      "How much the fleet can take, what it could lose, and what would serve better elsewhere.",
    discussion: """
      What is asked for comes from the turns that were routed, refused ones included; what is \
      sustained from the hardware, for the present mix of turns, so that 95 in 100 of those that can \
      keep to the objective of their model: the first token within 4s and each later one within 60ms, \
      unless the settings say otherwise. Prompts that take longer than that on an idle replica can't; \
      the lines below the tables say how many those are, which objective holds, and what the mix is. \
      Both are in turns a second.

      With --file and --trace nothing has to run: the fleet is the file's, and what is asked for is \
      what the busiest five minutes of the trace do (LAST HOUR is all of it). How much of it is \
      cached comes from a simulation of the trace on that fleet.

      Exit codes: 0 there is headroom, 1 some model is asked for more than is sustained (with --lose: \
      than what is left sustains), 3 no such region, node, model or file, 4 no control plane.

      Examples:
        hearth capacity
        hearth capacity --lose eu-west -o wide
        hearth capacity plan
        hearth capacity --file fleet.yaml --trace trace.jsonl --load 2
      """,
    subcommands: [Show.self, Plan.self],
    defaultSubcommand: Show.self
  )

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Headroom of each model and region, and what losing one would mean.",
      discussion: """
        A region's row has the turns that enter there and what its replicas sustain; turns may run \
        elsewhere. BOUND BY is the resource of which a tenth more would help most. UNMET counts \
        turns that were not placed when they were first asked for. The fleet's headroom is its \
        GPUs' headroom. Jobs train on GPUs \
        that conversations leave idle, and give them back.

        Exit codes: 0 there is headroom, 1 some model is asked for more than is sustained (with \
        --lose: than what is left sustains), 3 no such thing, 4 no control plane.

        Example:
          hearth capacity show --lose eu-west
        """
    )

    @Option(
      help: ArgumentHelp("Only what losing this region or node would mean.", valueName: "name"),
      completion: FleetNames.places
    )
    var lose: String?
    @OptionGroup var source: CapacitySource

    func run() async throws {
      let report = try await source.report(losing: lose)
      let jobs = lose == nil ? try await source.jobs() : nil
      switch source.output {
      case .json:
        var fields = CapacityJSON.report(report)
        if lose == nil { fields["jobs"] = jobs.map(CapacityJSON.jobs) }
        print(fields.jsonText(isPretty: true))
      case .table, .wide:
        let tables = CapacityTables(
          report: report,
          isWide: source.output == .wide,
          window: source.window
        )
        print(lose == nil ? tables.figures + "\n" + tables.losses : tables.losses, terminator: "")
        if lose == nil {
          let words = jobs.map { CapacityTables.words($0) + "\n" } ?? ""
          print("\n" + tables.summary + words + "\n" + tables.notes, terminator: "")
        }
      }
      let isShort = lose == nil ? report.exceeded : !report.losses.allSatisfy(\.isBearable)
      if isShort { throw ExitCode(Failure.Code.failed.rawValue) }
    }
  }

  struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "plan",
      abstract: "Which replica should have which model, adapter and hot prefix.",
      discussion: """
        A move is proposed when the GPU time that it gains over an hour is 1.5 times what it costs \
        to drain the replica, to load the weights (at 2 GB/s) and to compute again what it held. \
        Hearth carries no move out: the moves are advice on how to use the GPUs that there are. \
        Under the policy warm, hot prefixes are computed where the plan says, with \
        turns that begin with them.

        Exit codes: 0 there is headroom, 1 some model is asked for more than is sustained, 3 no such \
        model or file, 4 no control plane.

        Example:
          hearth capacity plan -o json | jq '.moves'
        """
    )

    @OptionGroup var source: CapacitySource

    func run() async throws {
      let report = try await source.report(losing: nil)
      switch source.output {
      case .json: print(CapacityJSON.report(report).jsonText(isPretty: true))
      case .table, .wide:
        let tables = CapacityTables(
          report: report,
          isWide: source.output == .wide,
          window: source.window
        )
        print(tables.plan, terminator: "")
      }
      if report.exceeded { throw ExitCode(Failure.Code.failed.rawValue) }
    }
  }
}

/// How a report of capacity is written.
enum CapacityFormat: String, CaseIterable, ExpressibleByArgument {
  /// Aligned columns; the default.
  case table
  /// Aligned columns, all of them.
  case wide
  /// One JSON document with all that is known.
  case json
}
