import Accounting
import Testing

@testable import Settings

@Suite(.timeLimit(.minutes(1)))
struct ComputeDescriptionTests {
  private func faults(_ text: String, _ flags: [ComputeDescription.Flag] = []) -> [String] {
    do throws(SettingsError) {
      _ = try ComputeDescription.read(Array(text.utf8), name: "c.yaml", flags: flags)
      return []
    } catch {
      return error.faults.map(\.description)
    }
  }

  private func read(_ text: String) throws -> ComputeEstimate {
    try ComputeDescription.read(Array(text.utf8), name: "c.yaml").estimate
  }

  @Test func `amounts and rates have prefixes of a thousand`() throws {
    let estimate = try read(
      "counted: {operations: 3 G, examples: 1.5k, epochs: 2, passes: 1}\n"
        + "gpuTime: {cpus: 1e3, days: 0.5, peak: 0.7TFLOP/s, factor: 2}"
    )
    #expect(estimate.counted?.operations == 3e9 * 1500 * 2)
    #expect(estimate.gpuTime?.operations == 1e3 * 43_200 * 0.7e12 * 2 * 0.17)
  }

  @Test func `a GPU that is known says its peak`() throws {
    let time = "gpuTime: {gpus: 1, days: 1, gpu: h100, "
    #expect(try read(time + "precision: fp8}").gpuTime?.peakFLOPs == 1978.9e12)
    let plain = try read(time + "}").gpuTime
    #expect(plain?.peakFLOPs == 989.4e12 && plain?.utilisation == 0.33)
  }

  @Test func `a model that is described is counted`() throws {
    let estimate = try read(
      """
      models:
        tiny: {parameters: 100, layers: 1, heads: 1, kvHeads: 1, headSize: 2, contextTokensMax: 8}
      counted:
        model: tiny
        tokens: 3
        layers: [{dense: {inputs: 5, outputs: 7}, times: 2}]
        examples: 10
      """
    )
    #expect(estimate.counted?.multiplyAdds == 394.0)
  }

  @Test(arguments: [
    (
      "name: x",
      [
        "c.yaml:1: says neither what is counted (multiplyAdds, examples) nor the GPU time (gpus, "
          + "days, peak)"
      ]
    ),
    (
      "counted: {multiplyAdds: 1G, exampels: 3}",
      [
        "c.yaml:1: counted.exampels: is not a setting (did you mean examples?)",
        "c.yaml:1: counted.examples: is missing: how many an epoch has, such as 1.2M",
      ]
    ),
    (
      "counted:\n  multiplyAdds: 1 GFLOP\n  examples: 3",
      [
        #"c.yaml:2: counted.multiplyAdds: "1 GFLOP" is not an amount (try 1.2M or 1200000: k, "#
          + "M, G, T, P and E are powers of 1000)"
      ]
    ),
    (
      "counted: {examples: 3}",
      ["c.yaml:1: counted.multiplyAdds: is missing: say it, operations, layers or a model"]
    ),
    (
      "counted: {examples: 3, multiplyAdds: 1, operations: 2}",
      ["c.yaml:1: counted.operations: is not needed beside multiplyAdds"]
    ),
    (
      "counted: {examples: 3, model: lama-3.1-8b, tokens: 4}",
      [
        #"c.yaml:1: counted.model: "lama-3.1-8b" is not known, and not under models (did you mean "#
          + "llama-3.1-8b?)"
      ]
    ),
    (
      "counted: {examples: 3, model: llama-3.1-8b}",
      ["c.yaml:1: counted.tokens: is missing: how many an example has, such as 8192"]
    ),
    (
      "counted: {examples: 3, layers: [{}, {dense: {inputs: 1, outputs: 1}, recurrent: {inputs: 1, "
        + "hidden: 1}}]}",
      [
        "c.yaml:1: counted.layers[0]: has none of convolution, dense, recurrent",
        "c.yaml:1: counted.layers[1]: has more than one of convolution, dense, recurrent",
      ]
    ),
    (
      "counted: {examples: 3, layers: [{convolution: {input: 4, channels: 3, filters: 4, kernel: "
        + "5x1, groups: 2}}]}",
      [
        "c.yaml:1: counted.layers[0].convolution.kernel: is larger than the picture",
        "c.yaml:1: counted.layers[0].convolution.groups: does not divide both channels and filters",
      ]
    ),
    (
      "counted: {examples: 3, layers: [{convolution: {input: 4x, channels: 3, filters: 4, kernel: "
        + "0}}]}",
      [
        #"c.yaml:1: counted.layers[0].convolution.input: "4x" is not an extent (try 84x84)"#,
        #"c.yaml:1: counted.layers[0].convolution.kernel: "0" is not between 1 and 1048576"#,
      ]
    ),
    (
      "gpuTime: {gpus: 1, cpus: 1, days: 1, peak: 1 TFLOPS}",
      [
        #"c.yaml:1: gpuTime.peak: "1 TFLOPS" is not a rate (try 312 TFLOP/s)"#,
        "c.yaml:1: gpuTime.gpus: is not needed beside cpus",
      ]
    ),
    (
      "gpuTime: {gpus: 1, gpu: h100, peak: 1 TFLOP/s, utilisation: 33}",
      [
        #"c.yaml:1: gpuTime.utilisation: "33" is not between 0.001 and 1"#,
        "c.yaml:1: gpuTime.days: is missing: how long, such as 5.5",
        "c.yaml:1: gpuTime.peak: is not needed beside gpu",
      ]
    ),
    (
      "gpuTime:\n  gpus: 1\n  days: 1\n  peak: # TFLOP/s",
      ["c.yaml:4: gpuTime.peak: is missing: such as 312 TFLOP/s, or say which gpu"]
    ),
    (
      "counted: {examples: , operations: 1}",
      ["c.yaml:1: counted.examples: is missing: how many an epoch has, such as 1.2M"]
    ),
    (
      "counted: {examples: 3, layers: [{dense: }]}",
      ["c.yaml:1: counted.layers[0]: has none of convolution, dense, recurrent"]
    ),
    (
      "gpuTime: {cpus: 1, days: 1, gpu: h100}",
      ["c.yaml:1: gpuTime.gpu: is not for cpus"]
    ),
    (
      "gpuTime: {days: nan, gpus: 1, peak: 1e400 TFLOP/s}",
      [
        #"c.yaml:1: gpuTime.days: "nan" is not an amount (try 1.2M or 1200000: k, M, G, T, P and "#
          + "E are powers of 1000)",
        #"c.yaml:1: gpuTime.peak: "1e400 TFLOP/s" is not a rate (try 312 TFLOP/s)"#,
      ]
    ),
  ])
  func `what is wrong is said with its place and what to do`(text: String, words: [String]) {
    #expect(faults(text) == words)
  }

  @Test func `a flag is named where it is wrong`() {
    let flag = ComputeDescription.Flag("--gpus", key: "gpuTime.gpus", text: "many")
    #expect(
      faults("gpuTime: {gpus: 1, days: 1, gpu: h100}", [flag]) == [
        #"--gpus: "many" is not an amount (try 1.2M or 1200000: k, M, G, T, P and E are powers of "#
          + "1000)"
      ]
    )
  }
}
