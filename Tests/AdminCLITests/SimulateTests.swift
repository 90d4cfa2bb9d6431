import ArgumentParser
import Basics
import FleetSpec
import Foundation
import Jobs
import Settings
import Simulator
import TestSupport
import Testing
import Traces

@testable import AdminCLI

@Suite(.timeLimit(.minutes(15)))
struct SimulateTests {
  @Test func `turns of a trace start in the regions that serve its model, by name`() throws {
    let text = """
      replica: {model: llama-3.1-8b, gpu: h100-sxm}
      regions:
        - {name: us, rtt: {eu: 80ms, none: 80ms}, nodes: [{name: a}]}
        - name: eu
          rtt: {none: 80ms}
          nodes: [{name: b}, {name: c, replicas: [{model: qwen2.5-7b}]}]
        - {name: none}
      """
    let fleet = try FleetFile.read(Array(text.utf8), name: "f.yaml")
    let origins = try ["llama-3.1-8b", "qwen2.5-7b"].map { name in
      fleet.origins(of: try #require(ModelID(name))).map(\.text)
    }
    #expect(origins == [["eu", "us"], ["eu"]])
  }

  @Test func `the shipped fleets have an effect with all that they say`() throws {
    for file in ["fleet", "fleets/one-region", "fleets/three-regions", "fleets/dynamo-mocker"] {
      let fleet = try FleetFile.read(from: SimulationRuns.root + "/deploy/\(file).yaml")
      #expect(fleet.keysWithoutEffect().isEmpty, "\(file)")
    }
  }

  private func all(_ runs: SimulationRuns, _ policies: [String], _ loads: [Double] = [1]) throws
    -> [SimulationRuns.Run]
  {
    try runs.all(policies: policies, loads: loads, showsProgress: false)
  }

  @Test func `on the shipped fleet and trace warm is sooner than nearest`() throws {
    let runs = try all(.shipped(), ["warm", "nearest"])
    let tails = try runs.map { try #require($0.result.report.ttft.percentile(90)) }
    #expect(tails[0] < tails[1] * 0.8, "\(tails)")
    let completed = runs.map { $0.result.report.completedCount }
    #expect(completed[0] >= 1740 && completed[1] == 1750, "\(completed)")
    #expect(runs[0].result.report.hitRate > runs[1].result.report.hitRate)
    #expect(
      runs[1].result.report.outOfRegionCount == 0 && (runs[0].goodput ?? 0) > (runs[1].goodput ?? 0)
    )
  }

  @Test func `the same seed gives the same text, and a table has what there is`() throws {
    let runs = try SimulationRuns.shipped(requests: 200)
    let one = try SimulationTables(runs: all(runs, ["warm", "llm-d"], [1, 2]))
    let other = try SimulationTables(runs: all(runs, ["warm", "llm-d"], [1, 2]))
    for format in ReportFormat.allCases {
      #expect(one.text(as: format) == other.text(as: format))
    }
    let lines = one.table.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("load ") } == ["load 1", "load 2"])
    #expect(lines.filter { $0.hasPrefix("good turns (TTFT < 4s, TPOT < 60ms) ") }.count == 2)
    let objects = try #require(
      try JSONSerialization.jsonObject(with: Data(one.text(as: .json).utf8)) as? [[String: Any]]
    )
    #expect(objects.map { $0["policy"] as? String } == ["warm", "llm-d", "warm", "llm-d"])
    #expect(objects.map { $0["load"] as? Double } == [1, 1, 2, 2])
    #expect(
      objects.allSatisfy {
        let ended = [$0["completed"], $0["refused"]].compactMap { $0 as? Int }
        return ended.reduce(0, +) == 200 && ended[0] >= 190 && $0["goodput"] is Double
      }
    )
  }

  @Test func `each key of the queue, the tenants, objectives and retries has an effect`()
    throws
  {
    let plain = """
      replica: {model: llama-3.1-8b, gpu: l40s, kvBlockTokens: 512}
      regions: [{name: eu, nodes: [{name: eu-1, replicas: [{}, {}]}, {name: eu-2}]}]

      """
    let trace = try TraceFile.requests(
      "synthetic:rate=8,duration=8s,turns=2,think=1s,prompt=9000,output=200",
      seed: 1
    )
    func text(_ more: String, _ options: [String] = []) throws -> String {
      let fleet = try FleetFile.read(Array((plain + more).utf8), name: "f.yaml")
      var settings = fleet.simulatorSettings()
      // So early that few turns are lost there: it is not suspect yet, and turns still go there.
      settings.outages = try fleet.outages(["eu-1 at 300ms for 6s"])
      let runs = SimulationRuns(
        specs: try fleet.specs(),
        settings: settings,
        trace: trace,
        model: try fleet.model(named: nil),
        origins: fleet.regions.map(\.name),
        options: try TurnOptions.parse(options)
      )
      return try SimulationTables(runs: all(runs, ["warm"])).text(as: .json)
    }
    var seen = ["": try text("")]
    for change in [
      "queue: {waitMax: 100ms, max: 1}", "queue: {waitMax: 60s}", "queue: {max: 9}",
      "queue: {tenantShare: 0.002}", "queue: {backlogMax: 1s}",
      "tenants: {trace: {concurrentTurns: 1}}", "tenants: {trace: {requestsPerMinute: 60}}",
      "tenant: {tokensPerMinute: 300000}", "objective: {ttft: 1s}", "objective: {tpot: 8ms}",
      "tenants: {trace: {objective: {ttft: 500ms}}}",
      "models: {llama-3.1-8b: {objective: {ttft: 2s}}}", "suspectAfter: 1100ms",
      "retries: {lossMax: 0}", "retries: {refusalMax: 0}",
      "seed: 9",
    ] {
      let figures = try text(change)
      let same = seen.first { $0.value == figures }
      #expect(same == nil, "\(change) is as if there were \(same?.key ?? "")")
      seen[change] = figures
    }
    let few = "tenants: {few: {concurrentTurns: 1}}"
    #expect(try text(few) == seen[""])
    #expect(try text(few, ["--tenant", "few"]) != seen[""])
    #expect(try text("", ["--ttft", "1s"]) == seen["objective: {ttft: 1s}"])
  }

  @Test func `a mix of jobs runs beside the same trace without it`() throws {
    let text = """
      replica: {model: llama-3.1-8b, gpu: h100-sxm, kvBlockTokens: 512}
      sharing: {quiet: 30s, loadTime: 5s}
      regions: [{name: eu, nodes: [{name: eu-1, gpuCount: 4, replicas: [{}, {}]}, {name: eu-2}]}]

      """
    let fleet = try FleetFile.read(Array(text.utf8), name: "f.yaml")
    let jobs = """
      jobs:
        - {name: a, tenant: acme, gpus: 2, work: 10m}
        - {name: b, tenant: acme, count: 3, every: 1m, random: true, work: 2m, startTime: 5s}
      losses: {every: 5m, last: 30s}
      """
    let mix = try JobMixFile.read(Array(jobs.utf8), name: "m.yaml", on: fleet.topology)
    var settings = fleet.simulatorSettings()
    let built = mix.mix(on: fleet, seed: 1)
    #expect(built.jobs.map(\.spec.name.text) == ["a", "b-1", "b-2", "b-3"])
    #expect(built.jobs[1].arrival == .zero && built.jobs[3].arrival > built.jobs[2].arrival)
    #expect(Set(built.jobs.map(\.gpuSeconds)).count == 4)
    #expect(built.nodes.map(\.place.gpuCount) == [4, 1] && built.sharing == fleet.sharing)
    settings.jobs = built
    settings.outages = mix.outages(on: fleet, seed: 1, until: .seconds(900))
    #expect(settings.outages == mix.outages(on: fleet, seed: 1, until: .seconds(900)))
    #expect(!settings.outages.isEmpty && settings.outages.allSatisfy { $0.length == .seconds(30) })
    let runs = SimulationRuns(
      specs: try fleet.specs(),
      settings: settings,
      trace: try TraceFile.requests("synthetic:rate=0.3,duration=15m", seed: 1),
      model: try fleet.model(named: nil),
      origins: fleet.regions.map(\.name)
    )
    let found = try all(runs, ["warm"])
    #expect(found.map(\.name) == ["warm", "warm + jobs"])
    let report = try #require(found[1].result.training)
    #expect(found[0].result.training == nil && report.submitted == 4 && report.completed == 4)
    let tables = SimulationTables(runs: found)
    let lines = tables.table.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.contains { $0 == ["jobs", "4"] } && lines.contains { $0 == ["completed", "4"] })
    let objects = try #require(
      try JSONSerialization.jsonObject(with: Data(tables.text(as: .json).utf8)) as? [[String: Any]]
    )
    let fields = try #require(objects[1]["jobs"] as? [String: Any])
    #expect(objects[0]["jobs"] is NSNull && fields["completed"] as? Int == 4)
  }

  @Test func `copies are users of their own`() throws {
    var runs = try SimulationRuns.shipped(requests: 100)
    let one = try all(runs, ["least-loaded"])[0].result.report
    runs.copies = 3
    let three = try all(runs, ["least-loaded"])[0].result.report
    #expect(three.completedCount == 300 && three.promptTokens == 3 * one.promptTokens)
    #expect(three.hitRate < one.hitRate * 1.5)
  }

  @Test func `what is lost is named as people write it`() throws {
    let fleet = try FleetFile.read(from: SimulationRuns.root + "/deploy/fleet.yaml")
    let outages = try fleet.outages(["eu-west at 300s for 120s", "us-east-2 at 5m"])
    #expect(outages.count == 2 && outages[0].length == .seconds(120))
    #expect {
      try fleet.outages(["eu-wset at 3s"])
    } throws: {
      ($0 as? Failure)?.message
        == "--lose: \"eu-wset at 3s\" is no region or node and a time, such as "
        + "\"us-east at 300s for 2m\""
    }
    #expect {
      try fleet.model(named: "gpt")
    } throws: {
      ($0 as? Failure)?.message == "no replica serves \"gpt\" (there are qwen2.5-32b)"
    }
  }

  @Test func `a replica on the host's GPU can't be simulated`() throws {
    let text = """
      replica: {model: llama-3.1-8b, kvBlockCount: 100}
      regions: [{name: eu, nodes: [{name: eu-1, replicas: [{}]}]}]
      """
    let fleet = try FleetFile.read(Array(text.utf8), name: "f.yaml")
    #expect {
      try fleet.specs()
    } throws: {
      ($0 as? Failure)?.message.hasPrefix("eu-1/0 says no gpu: ") == true
    }
  }

  @Test(arguments: [
    (["t", "--load", "0"], false), (["t", "--sweep", "1,x"], false),
    (["t", "--sweep", ""], false), (["t", "--load", "1", "--sweep", "2"], false),
    (["t", "--copies", "0"], false), (["t", "--requests", "0"], false),
    (["t", "--sweep", "0.5,2", "--policy", "warm", "--policy", "nearest"], true),
  ])
  func `options are checked`(arguments: [String], isRight: Bool) {
    #expect(((try? SimulateCommand.parse(arguments)) != nil) == isRight)
  }

  @Test func `a trace of Azure's is known by its heading`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,600,44\n",
      as: "azure.csv"
    )
    let requests = try TraceFile.read(file)
    #expect(requests.map(\.promptTokens) == [600])
  }
}

extension SimulationRuns {
  /// Where the sources are.
  static var root: String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
  }

  /// The shipped fleet and the first requests of the shipped ten minutes.
  static func shipped(
    requests: Int = .max,
    ttft: Duration? = nil
  ) throws -> SimulationRuns {
    let fleet = try FleetFile.read(from: root + "/deploy/fleet.yaml")
    let trace = try TraceFile.read(root + "/deploy/traces/mooncake-conversation-10min.jsonl")
    var settings = fleet.simulatorSettings()
    if let ttft { settings.objectives.fleet.ttft = ttft }
    return SimulationRuns(
      specs: try fleet.specs(),
      settings: settings,
      trace: Array(trace.prefix(requests)),
      model: try fleet.model(named: nil),
      origins: fleet.regions.map(\.name)
    )
  }
}
