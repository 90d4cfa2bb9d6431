import Accounting
import ArgumentParser
import Foundation
import Settings
import TestSupport
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(1)))
struct ComputeTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func example(_ name: String) throws -> ComputeEstimate {
    let file = Self.root.appending(path: "examples/compute/\(name).yaml")
    return try EstimateCommand.estimate(file.path).estimate
  }

  /// OpenAI, "AI and compute", appendix; those that its own factors give.
  private static let published: [(name: String, counted: Double?, gpuTime: Double?)] = [
    ("alexnet", 0.0054, 0.0058), ("dropout", nil, 0.0021), ("visualizing-convnets", nil, 0.0062),
    ("dqn", 2.7e-5, nil), ("seq2seq", nil, 0.093), ("vgg", 0.098, nil),
    ("deepspeech2", 0.30, 0.25), ("xception", nil, 5.0), ("neural-architecture-search", 22, 31),
    ("neural-machine-translation", nil, 79), ("resnet", 0.117, nil),
  ]

  @Test(arguments: published)
  func `published estimates come from their own factors within 5 %`(
    name: String,
    counted: Double?,
    gpuTime: Double?
  ) throws {
    let estimate = try example(name)
    if let counted {
      let found = try #require(estimate.counted).petaflopDays
      #expect(abs(found / counted - 1) < 0.05, "\(found)")
    }
    if let gpuTime {
      let found = try #require(estimate.gpuTime).petaflopDays
      #expect(abs(found / gpuTime - 1) < 0.05, "\(found)")
    }
  }

  @Test func `two published estimates are not what their factors give`() throws {
    var words = try #require(try example("seq2seq").counted)
    #expect(abs(words.petaflopDays - 0.129) < 5e-4)
    words.epochs = 5
    #expect(abs(words.petaflopDays - 0.086) < 5e-4)
    #expect(abs(try #require(try example("vgg").gpuTime).petaflopDays - 0.101) < 5e-4)
  }

  @Test func `layers give what their products give`() throws {
    #expect(try #require(try example("dqn-layers").counted).multiplyAdds == 2_555_904)
    #expect(try #require(try example("deepspeech2").counted).multiplyAdds == 1_280 * 1_280 * 30)
    // 8192 tokens, 8.03e9 weights; each attends to 4096.5 on average, in 32 layers of 4096.
    let model = try #require(try example("llama-8b").counted)
    let tokens = 8_192.0
    let expected = tokens * (8_030_261_248 + 2 * 4_096.5 * 32 * 4_096)
    #expect(abs(model.multiplyAdds / expected - 1) < 1e-12)
  }

  @Test func `every example is estimated, in every format`() throws {
    let folder = Self.root.appending(path: "examples/compute").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .filter { $0.hasSuffix(".yaml") }
    #expect(files.count > 11)
    let report = EstimateReport(
      estimates: try files.map { try EstimateCommand.estimate("\(folder)/\($0)") }
    )
    #expect(report.text(as: .csv).split(separator: "\n").count == 1 + files.count)
    let table = report.text(as: .table)
    #expect(table.contains("AlexNet                      0.00562   0.00574  0.981  32%\n"))
    let json = try JSONDecoder().decode([Row].self, from: Data(report.text(as: .json).utf8))
    #expect(json.map(\.name).contains("AlexNet") && json.count == files.count)
    #expect(json.first { $0.name == "AlexNet" }?.ratio ?? 0 > 0.98)
  }

  private struct Row: Decodable {
    let name: String
    let ratio: Double?
  }

  @Test func `options count before a file, and stand alone`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("gpuTime: {gpus: 2, days: 3, gpu: H100}", as: "run.yaml")
    let flags = [ComputeDescription.Flag("--days", key: "gpuTime.days", text: "6")]
    let found = try EstimateCommand.estimate(file, flags)
    #expect(found.name == "run" && found.estimate.gpuTime?.days == 6)
    #expect(found.estimate.gpuTime?.peakFLOPs == 989.4e12)
    let command = try EstimateCommand.parse(["--gpus", "8", "--days", "1", "--peak", "1 PFLOP/s"])
    #expect(command.gpus == "8")
    #expect(throws: (any Error).self) { try EstimateCommand.parse([]) }
  }

  @Test func `estimates that contradict each other are told`() throws {
    func notes(_ days: Double) -> String {
      let estimate = ComputeEstimate(
        counted: CountedOperations(multiplyAdds: 1e9, examples: 1e9),
        gpuTime: GPUTime(devices: 1, days: days, peakFLOPs: 1e14)
      )
      return EstimateReport(estimates: [.init(name: "a\u{1b}[2J", estimate: estimate)])
        .text(as: .table)
    }
    #expect(notes(0.5).contains("more was counted than the GPUs can do at their peak (139%)"))
    #expect(notes(5).contains("differ by more than a factor of 2"))
    #expect(!notes(2).contains("check") && !notes(5).contains("\u{1b}"))
  }

  @Test func `values with commas or quotes stand in quotes`() {
    #expect(CSVText.line(["a,b", "c\"d", "e", "f\ng"]) == "\"a,b\",\"c\"\"d\",e,\"f\ng\"\n")
  }
}
