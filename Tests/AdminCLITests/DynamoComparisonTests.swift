import Basics
import EngineModel
import FleetSpec
import Foundation
import Settings
import Simulator
import Testing
import Traces

@testable import AdminCLI

/// Keeps the engine and the policy like Dynamo's: what its own replay gives for the shipped trace.
@Suite(.timeLimit(.minutes(5)))
struct DynamoComparisonTests {
  private func runs(_ policy: String, load: Double) throws -> SimulationRuns.Run {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let fleet = try FleetFile.read(from: root + "/deploy/fleets/dynamo-mocker.yaml")
    var settings = fleet.simulatorSettings()
    settings.timing = .polynomial(.dynamoMocker(attendsToContext: false))
    let runs = SimulationRuns(
      specs: try fleet.specs(),
      settings: settings,
      trace: Array(
        try TraceFile.read(root + "/deploy/traces/mooncake-conversation-10min.jsonl").prefix(600)
      ),
      model: try fleet.model(named: nil),
      origins: fleet.regions.map(\.name),
      blockTokens: 64
    )
    return try runs.all(policies: [policy], loads: [load], showsProgress: false)[0]
  }

  // Dynamo's: ai-dynamo-runtime 1.6.1, eight workers, the same requests; see docs/dynamo.md.
  @Test(arguments: [("round-robin", 6, 0.049, 2.312, 0.03), ("dynamo", 2, 0.111, 0.725, 0.1)])
  func `hit rate and p90 TTFT are near those of Dynamo's own replay`(
    policy: String,
    load: Double,
    hitRate: Double,
    ttft: Double,
    tolerance: Double
  ) throws {
    let report = try runs(policy, load: load).result.report
    let p90 = try #require(report.ttft.percentile(90)).inSeconds
    #expect(report.completedCount == 600)
    #expect(abs(report.hitRate / hitRate - 1) < tolerance, "\(report.hitRate)")
    #expect(abs(p90 / ttft - 1) < tolerance, "\(p90)")
  }

  @Test func `smaller blocks find no less than the trace's own`() throws {
    let request = TraceRequest(
      arrival: .zero,
      promptTokens: 1_100,
      outputTokens: 1,
      blocks: [7, 8, 9]
    )
    let model = try #require(ModelID("m"))
    let small = SimulatedTurn(request, origin: nil, model: model, blockTokens: 64)
    #expect(small.blockHashes.count == 17 && Set(small.blockHashes).count == 17)
    var other = request
    (other.promptTokens, other.blocks) = (1_600, [7, 8, 10, 11])
    let twin = SimulatedTurn(other, origin: nil, model: model, blockTokens: 64)
    #expect(twin.blockHashes.prefix(16) == small.blockHashes.prefix(16))
    #expect(twin.blockHashes[16] != small.blockHashes[16])
    #expect(SimulatedTurn(request, origin: nil, model: model).blockHashes.count == 2)
  }
}
