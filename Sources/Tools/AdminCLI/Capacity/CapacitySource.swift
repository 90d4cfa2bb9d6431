import ArgumentParser
import Basics
import Capacity
import Coordination
import FleetSpec
import HearthMessages
import HearthProto
import Settings
import Simulator
import Traces

/// Where a report of capacity comes from: the control plane, or files.
struct CapacitySource: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("How the report is written: table, wide or json.", valueName: "format")
  )
  var output = CapacityFormat.table
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("A fleet file, instead of a running fleet.", valueName: "fleet.yaml"),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var file: String?
  @Option(
    help: ArgumentHelp(
      "What is asked for, with --file: a trace, or synthetic[:settings].",
      valueName: "trace"
    ),
    completion: .file()
  )
  var trace: String?
  @Option(help: "How much faster requests arrive than in the trace.") var load = 1.0
  @Option(help: "The model that the trace asks for; optional when the fleet serves only one.")
  var model: String?
  @OptionGroup var traceOptions: TraceOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard (file == nil) == (trace == nil) else {
      throw ValidationError("--file and --trace go together")
    }
    try TraceLoad.check(load, of: "--load")
    guard file != nil || (load == 1 && model == nil && traceOptions.blockTokens == nil) else {
      throw ValidationError("--load, --model and --block-tokens are about a --trace")
    }
  }

  /// When what it tells was asked for.
  var window: CapacityWindow { trace == nil ? .lately : .trace }

  /// The report, with one loss when `name` is the beginning of a region's or a node's name.
  func report(losing name: String?) async throws -> HearthV1.CapacityReport {
    if let file, let trace {
      let fleet = try FleetFile.read(from: file, for: .simulation)
      return try Self.report(
        of: fleet,
        trace: try TraceFile.requests(
          trace,
          seed: fleet.scheduling.seed ?? 1,
          blockTokens: traceOptions.blockTokens
        ),
        model: model,
        load: load,
        losing: name
      )
    }
    return try await connection.connected { fleet in
      var request = HearthV1.GetCapacityRequest()
      if let name {
        let regions = try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions
        let nodes = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes
        request.lose = try resolve(
          name,
          "region or node",
          among: regions.map(\.region) + nodes.map(\.node)
        )
      }
      return try await fleet.ask(HearthV1.Admin.getCapacity, request)
    }
  }

  /// Jobs that want GPUs; nil where none are run, or the fleet is a file's.
  func jobs() async throws -> HearthV1.JobList? {
    guard file == nil else { return nil }
    return try await connection.connected { try await $0.jobsIfAny() }
  }

  /// The report of a fleet that exists on paper only, asked for what a trace asks for.
  static func report(
    of fleet: FleetFile,
    trace: [TraceRequest],
    model: String?,
    load: Double,
    losing name: String?,
    showsProgress: Bool = true
  ) throws -> HearthV1.CapacityReport {
    let model = try fleet.model(named: model)
    let specs = try fleet.specs()
    let scope = try name.map { try fleet.scope(named: $0) }
    let runs = SimulationRuns(
      specs: specs,
      settings: fleet.simulatorSettings(),
      trace: trace,
      model: model,
      origins: fleet.origins(of: model),
      blockTokens: try TraceFile.blockTokens(of: specs.filter { $0.model == model }, for: trace)
    )
    let turns = runs.turns(load: load)
    let run = try runs.all(
      policies: [fleet.scheduling.policy.rawValue],
      loads: [load],
      showsProgress: showsProgress
    )
    let cachedTokens = run.reduce(0) { $0 + $1.result.report.cachedTokens }
    let hits = TraceDemand.hitShare(of: turns, cachedTokens: cachedTokens)
    var input = CapacityInput(
      replicas: specs.map { CapacityReplica($0) },
      demand: TraceDemand(turns: turns, hitShare: hits).rows,
      models: fleet.architectures
    )
    input.objectives = fleet.objectives
    return HearthV1.CapacityReport(
      CapacityReport(input),
      losing: scope.map { CapacityReport.loss(of: $0, in: input) },
      prefixes: []
    )
  }
}

extension FleetFile {
  /// The region or node whose name `text` begins.
  fileprivate func scope(named text: String) throws(Failure) -> CapacityLoss.Scope {
    let nodes = regions.flatMap(\.nodes).map(\.name)
    let names = regions.map(\.name.text) + nodes.map(\.text)
    let name = try resolve(text, "region or node", among: names)
    if let region = regions.map(\.name).first(where: { $0.text == name }) {
      return .region(region)
    }
    guard let node = nodes.first(where: { $0.text == name }) else {
      throw Failure(.notFound, "no region or node is named \(text.quoted(limit: 60))")
    }
    return .node(node)
  }
}

extension HearthV1.CapacityLoss {
  /// Whether what is left is enough for every model.
  var isBearable: Bool { models.allSatisfy { $0.offered <= $0.sustainable } }
}
