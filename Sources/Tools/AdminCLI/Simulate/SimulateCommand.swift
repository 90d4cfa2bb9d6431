import ArgumentParser
import Basics
import EngineModel
import FleetSpec
import Foundation
import RivalPolicies
import Routing
import Settings
import Simulator
import Traces

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run a trace through a simulated fleet, without processes, and report.",
    discussion: """
      The scheduler is the one that fleets run, the engines are simulated, and time passes as fast \
      as it can be computed. With several policies the reports stand side by side. The same seed \
      gives the same figures. The file's queue, tenants, objectives and failure times hold as they do \
      for a fleet that runs; failure times count in the fleet's time.

      Beside the policies of fleets there are two bounds to measure them against: infinite-cache \
      (every block that any replica has computed is found by every replica, at no cost) and oracle \
      (each turn goes where its first token truly is soonest; slow).

      The trace is a file, - for standard input, in one of these formats: \(TraceReader.formats). A \
      line of JSON may also have a tenant (a name) and a priority (1 to 7). Arrivals count from the \
      first. Or it is made up: synthetic:rate=2,duration=30m,turns=5,think=30s with, after more commas, \
      systems=4, system=1024, prompt=600, output=346, burst=1, swing=0 and day=24h (conversations a \
      second, for how long, means of turns, time to think and tokens; burst is 1 for Poisson arrivals; \
      swing=0.8 makes nights of a fifth of the mean rate and noons of 1.8 times).

      With --jobs each policy is simulated twice: without jobs, and with those of a mix, which train on \
      GPUs that conversations leave idle (docs/jobs.md).

      For experiments --set gives the cost model of `warm` other figures than those that fleets run \
      with; docs/cost-model.md says what each does. They are \
      \(CostModel.figureNames.map { "costs." + $0 }.joined(separator: ", ")).

      Examples:
        hearth simulate trace.jsonl -f fleet.yaml --policy nearest --policy warm
        hearth simulate trace.jsonl --sweep 0.5,1,2 --lose 'eu-west at 300s for 2m' --plots plots
        hearth simulate synthetic:rate=1,duration=24h,swing=0.8 --jobs deploy/mixes/night.yaml
        hearth simulate synthetic:rate=2,duration=30m -o json | jq '.[0].goodput'
      """
  )

  @Argument(help: "The trace, or synthetic[:settings].", completion: .file()) var trace: String
  @Option(
    name: .shortAndLong,
    help: "The fleet file.",
    completion: .file(extensions: ["yaml", "yml"])
  )
  var file = "fleet.yaml"
  @Option(
    name: .customLong("policy"),
    help: ArgumentHelp("A policy other than the file's; may be repeated.", valueName: "name"),
    completion: .list(
      (Policies.own + RivalPolicies.all).map(\.name) + Bound.allCases.map(\.rawValue)
    )
  )
  var policies: [String] = []
  @Option(
    help: ArgumentHelp(
      "How much faster requests arrive than in the trace. (default: 1)",
      valueName: "factor"
    )
  )
  var load: Double?
  @Option(help: ArgumentHelp("Several loads, in place of --load: 0.5,1,2.", valueName: "factors"))
  var sweep: String?
  @Option(
    help: ArgumentHelp(
      "What an engine's steps take: roofline, dynamo-mocker or dynamo-mocker-attention.",
      valueName: "model"
    ),
    completion: .list(StepTiming.named.map(\.key))
  )
  var engine = "roofline"
  @Option(
    help: ArgumentHelp("The seed of all random choices, if not the file's.", valueName: "number")
  )
  var seed: UInt64?
  @Option(
    help: ArgumentHelp(
      "Lose a region or node: \"eu-west at 300s for 120s\"; may be repeated.",
      valueName: "outage"
    )
  )
  var lose: [String] = []
  @Option(
    help: ArgumentHelp("The model; optional when the fleet serves only one.", valueName: "name")
  )
  var model: String?
  @Option(
    help: ArgumentHelp(
      "Where conversations start: half in the first region, three in ten in the second, two in ten "
        + "in the third. (default: the file's order)",
      valueName: "regions"
    )
  )
  var origins: String?
  @Option(
    help: ArgumentHelp(
      "How many requests to simulate, from the first. (default: all)",
      valueName: "count"
    )
  )
  var requests: Int?
  @Option(
    help: ArgumentHelp(
      "How many users do the same as each of the trace, with prompts of their own.",
      valueName: "count"
    )
  )
  var copies = 1
  @Option(
    help: ArgumentHelp(
      "Change a figure of the cost model: costs.stallWeight=0.035; may be repeated.",
      valueName: "figure"
    )
  )
  var set: [String] = []
  @Option(
    help: ArgumentHelp(
      "What each step between a decision and its report takes: the client's pick-up, the node's "
        + "acceptance, the report of it.",
      valueName: "time"
    )
  )
  var loopDelay: String?
  @Option(
    help: ArgumentHelp(
      "How much those steps vary: 0 not at all, 1 from nothing to twice as long. (default: 0.5)",
      valueName: "share"
    )
  )
  var loopJitter: Double?
  @Option(
    help: ArgumentHelp(
      "A mix of jobs that share the fleet, beside the same without them (hearth config keys "
        + "mix.yaml).",
      valueName: "file"
    ),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var jobs: String?
  @Flag(help: "No turn waits at the control plane, whatever the policy.") var noQueue = false
  @OptionGroup var traceOptions: TraceOptions
  @OptionGroup var options: TurnOptions
  @Option(
    name: .customLong("by"),
    help: ArgumentHelp(
      "Also report by region or by replica; json and jsonl always do.",
      valueName: "place"
    )
  )
  var split: ReportSplit?
  @Option(
    help: ArgumentHelp(
      "A folder for plots and index.html, a page that shows them.",
      valueName: "folder"
    ),
    completion: .directory
  )
  var plots: String?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How the report is written; jsonl has one line per load and policy.",
      valueName: "format"
    )
  )
  var output = ReportFormat.table

  func validate() throws {
    guard load == nil || sweep == nil else {
      throw ValidationError("--load and --sweep exclude each other")
    }
    guard let loads else {
      throw ValidationError("--sweep has numbers with commas between, such as 0.5,1,2")
    }
    for load in loads { try TraceLoad.check(load, of: sweep == nil ? "--load" : "--sweep") }
    if split != nil, output != .table {
      throw ValidationError("--by is about the table: json and jsonl always have both")
    }
    if let requests, requests < 1 { throw ValidationError("--requests is at least 1") }
    guard (1...1_000).contains(copies) else {
      throw ValidationError("--copies is from 1 to 1000")
    }
    if let loopJitter {
      guard loopDelay != nil else {
        throw ValidationError("--loop-jitter is about --loop-delay: give both")
      }
      guard (0...1).contains(loopJitter) else {
        throw ValidationError("--loop-jitter is from 0 to 1")
      }
    }
  }

  func run() throws {
    let fleet = try FleetFile.read(from: file, for: .simulation)
    let model = try fleet.model(named: model)
    var settings = fleet.simulatorSettings()
    if let seed { settings.seed = seed }
    settings.timing = try timing()
    settings.costs = try costs(over: settings.costs)
    settings.outages = try fleet.outages(lose)
    settings.delays = try delays()
    settings.holdsTurns = !noQueue
    let specs = try fleet.specs()
    let trace = Array(
      try TraceFile.requests(trace, seed: settings.seed, blockTokens: traceOptions.blockTokens)
        .prefix(requests ?? .max)
    )
    let served = specs.filter { $0.model == model }
    let blockTokens = try TraceFile.blockTokens(of: served, for: trace)
    if let jobs {
      let mix = try JobMixFile.read(from: jobs, on: fleet)
      settings.jobs = mix.mix(on: fleet, seed: settings.seed)
      settings.outages += mix.outages(on: fleet, seed: settings.seed, until: trace.last?.arrival)
    }
    let runs = try SimulationRuns(
      specs: specs,
      settings: settings,
      trace: trace,
      model: model,
      origins: try regions(of: fleet, for: model),
      blockTokens: blockTokens,
      copies: copies,
      options: options
    ).all(policies: try names(of: fleet), loads: loads ?? [1])
    let tables = SimulationTables(runs: runs)
    print(tables.text(as: output), terminator: "")
    if let split, output == .table { print(tables.places(by: split), terminator: "") }
    if let plots {
      let title = "\(self.trace) on \(count(specs.count, "replica")) of \(file)"
      let facts = [
        ("command", SimulationPlots.commandLine(CommandLine.arguments)),
        ("seed", "\(settings.seed)"),
        ("version", HearthVersion.text), ("date", Date().formatted(.iso8601)),
      ]
      try SimulationPlots(runs: runs, title: title, facts: facts, outages: settings.outages)
        .write(to: plots)
    }
  }

  /// Nil when it can't be read.
  private var loads: [Double]? {
    guard let sweep else { return [load ?? 1] }
    let loads = sweep.split(separator: ",").map { Double($0) }
    return loads.isEmpty || loads.contains(nil) ? nil : loads.compactMap { $0 }
  }

  private func names(of fleet: FleetFile) throws -> [String] {
    let known =
      (Policies.own + RivalPolicies.all).map(\.name) + Bound.allCases.map(\.rawValue)
    return try (policies.isEmpty ? [fleet.scheduling.policy.rawValue] : policies).map {
      try resolve($0, "policy", among: known)
    }
  }

  /// The cost model of a fleet, with the figures that are to be others.
  func costs(over costs: CostModel) throws -> CostModel {
    let prefix = "costs."
    var costs = costs
    for text in set {
      let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let value = Double(parts[1]), value >= 0,
        value.isFinite
      else {
        throw Failure(
          .failed,
          "--set \(text): give a figure and its value from 0, such as \(prefix)stallWeight=0.035"
        )
      }
      let names = CostModel.figureNames.map { prefix + $0 }
      guard names.contains(parts[0]) else {
        let hint = parts[0].nearest(in: names).map { "did you mean \($0)?" }
        throw Failure(
          .notFound,
          "--set: no figure is named \(parts[0]) (\(hint ?? names.joined(separator: ", ")))"
        )
      }
      _ = costs.set(String(parts[0].dropFirst(prefix.count)), to: value)
    }
    return costs
  }

  private func delays() throws -> LoopDelays {
    guard let loopDelay else { return .init() }
    guard let delay = Duration(text: loopDelay), (.zero ... .seconds(60)).contains(delay) else {
      throw Failure(
        .failed,
        "--loop-delay: \(loopDelay.quoted(limit: 60)) is no time up to a minute, such as 250ms"
      )
    }
    return LoopDelays(each: delay, jitter: loopJitter ?? 0.5)
  }

  private func timing() throws -> StepTiming {
    let known = StepTiming.named
    let name = try resolve(engine, "engine", among: known.map(\.key))
    return known.first { $0.key == name }?.value ?? .roofline
  }

  private func regions(of fleet: FleetFile, for model: ModelID) throws -> [RegionID] {
    guard let origins else { return fleet.origins(of: model) }
    let known = fleet.regions.map(\.name.text)
    return try origins.split(separator: ",").compactMap {
      RegionID(try resolve(String($0), "region", among: known))
    }
  }
}
