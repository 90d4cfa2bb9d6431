import Basics
import EngineModel
import FleetSpec
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct TraceReplayTests {
  @Test func `ten minutes of the trace run through six engines, and every count adds up`() throws {
    let trace = try MooncakeTrace.read()
    #expect(trace.count == 1750)
    let roofline = Roofline(
      gpu: try #require(GPUModel.named("h100-sxm")),
      gpuCount: 4,
      model: try #require(ModelArchitecture.named("llama-3.1-70b"))
    )
    var settings = try #require(
      EngineSettings(roofline: roofline, blockTokens: TraceReader.blockTokens)
    )
    settings.runningMax = 64
    var engines = (0..<6).map { _ in SimulatedEngine(settings: settings) }
    var (report, outputs) = (ReplayReport(), Actions<EngineOutput>())
    for (number, request) in trace.enumerated() {
      report.submitted()
      let refusal = engines[number % 6].submit(
        EngineRequest(
          id: UInt64(number),
          blockHashes: request.blocks,
          blockTokens: TraceReader.blockTokens,
          promptTokens: request.promptTokens,
          length: .exactly(request.outputTokens)
        ),
        at: .zero.advanced(by: request.arrival),
        into: &outputs
      )
      if let refusal { report.refused(refusal.reason) }
      Self.collect(&outputs, into: &report)
    }
    for index in engines.indices {
      engines[index].advance(to: .zero.advanced(by: .seconds(3_600)), into: &outputs)
      Self.collect(&outputs, into: &report)
      #expect(engines[index].deadline == nil && engines[index].load.blocksUsed == 0)
    }
    #expect(report.isComplete && report.completedCount == trace.count)
    #expect(report.promptTokens == trace.reduce(0) { $0 + $1.promptTokens })
    #expect(report.outputTokens == trace.reduce(0) { $0 + $1.outputTokens })
    #expect(report.hitRate > 0.03 && report.hitRate < Self.boundOfHitRate(trace))
    let (median, tail) = (report.ttft.percentile(50), report.ttft.percentile(99))
    #expect(try #require(median) < #require(tail))
  }

  /// The hit rate of one engine that forgets nothing and takes one request after the other.
  private static func boundOfHitRate(_ trace: [TraceRequest]) -> Double {
    var (seen, hits, tokens): (Set<UInt64>, Int, Int) = ([], 0, 0)
    for request in trace {
      let reusable = request.blocks.prefix((request.promptTokens - 1) / TraceReader.blockTokens)
      hits += reusable.prefix { seen.contains($0) }.count * TraceReader.blockTokens
      tokens += request.promptTokens
      seen.formUnion(request.blocks)
    }
    return Double(hits) / Double(tokens)
  }

  private static func collect(
    _ outputs: inout Actions<EngineOutput>,
    into report: inout ReplayReport
  ) {
    for output in outputs.take() {
      guard case .finished(_, let finish) = output, let ttft = finish.ttft else { continue }
      report.completed(
        usage: finish.usage,
        ttft: ttft,
        total: finish.total,
        objective: ServiceObjective(),
        isOutOfRegion: false
      )
    }
  }
}
