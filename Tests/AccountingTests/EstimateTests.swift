import FleetSpec
import Testing

@testable import Accounting

@Suite(.timeLimit(.minutes(1)))
struct EstimateTests {
  @Test func `operations are counted twice for a multiply-add and three times for training`() {
    var counted = CountedOperations(multiplyAdds: 10, examples: 100)
    #expect(counted.operations == 10 * 2 * 3 * 100)
    (counted.passes, counted.epochs, counted.factor) = (1, 2, 5)
    #expect(counted.operations == 10 * 2 * 1 * 100 * 2 * 5)
    counted.examples = 8.64e19 / 200
    #expect(abs(counted.petaflopDays - 1) < 1e-12)
  }

  @Test func `a petaflop a second for a day is one, at full use`() {
    let day = GPUTime(devices: 10, days: 1, peakFLOPs: 1e14, utilisation: 1)
    #expect(abs(day.petaflopDays - 1) < 1e-12)
    #expect(GPUTime(devices: 10, days: 1, peakFLOPs: 1e14).operations == 0.33 * day.operations)
  }

  @Test func `two methods check each other`() throws {
    let counted = CountedOperations(multiplyAdds: 0.75e9, examples: 1.2e6 * 90)
    let gpuTime = GPUTime(devices: 2, days: 5.5, peakFLOPs: 1.58e12)
    let both = ComputeEstimate(counted: counted, gpuTime: gpuTime)
    let (ratio, share) = try (#require(both.ratio), #require(both.modelFLOPsUtilisation))
    #expect(abs(ratio - 0.9808) < 1e-3)
    #expect(abs(share - ratio * 0.33) < 1e-12)
    #expect(ComputeEstimate(counted: counted, gpuTime: nil).ratio == nil)
    #expect(ComputeEstimate(counted: nil, gpuTime: gpuTime).modelFLOPsUtilisation == nil)
  }

  @Test func `layers count what the article counts for DQN`() {
    func square(_ size: Int) -> Extent { Extent(height: size, width: size) }
    var first = ConvolutionLayer(input: square(84), channels: 3, filters: 16, kernel: square(8))
    first.stride = square(4)
    #expect(first.output == square(20) && first.multiplyAdds == 1_228_800)
    var second = ConvolutionLayer(input: square(20), channels: 16, filters: 32, kernel: square(4))
    second.stride = square(2)
    #expect(second.output == square(9) && second.multiplyAdds == 663_552)
    #expect(DenseLayer(inputs: 9 * 9 * 32, outputs: 256).multiplyAdds == 663_552)
  }

  @Test func `padding, groups and large filters count`() {
    let one = Extent(height: 1, width: 1)
    let three = Extent(height: 3, width: 3)
    var layer = ConvolutionLayer(
      input: Extent(height: 10, width: 6),
      channels: 8,
      filters: 8,
      kernel: three
    )
    #expect(layer.output == Extent(height: 8, width: 4))
    layer.padding = one
    #expect(layer.output == layer.input)
    layer.groups = 8
    #expect(layer.multiplyAdds == 60 * 9 * 8)
    layer.kernel = Extent(height: 13, width: 3)
    #expect(layer.output.height == 0 && layer.multiplyAdds == 0)
  }

  @Test(arguments: [(RecurrentLayer.Cell.elman, 1.0), (.gru, 3), (.lstm, 4)])
  func `a recurrent layer has matrices of input and state`(
    cell: RecurrentLayer.Cell,
    matrices: Double
  ) {
    var layer = RecurrentLayer(inputs: 3, hidden: 5)
    layer.cell = cell
    #expect(layer.multiplyAdds == matrices * 5 * (3 + 5))
    (layer.steps, layer.isBidirectional) = (7, true)
    #expect(layer.multiplyAdds == matrices * 5 * (3 + 5) * 7 * 2)
  }

  @Test func `a transformer takes a multiply-add for each weight, and attention`() {
    let model = ModelArchitecture(
      name: "m",
      parameters: 1000,
      activeParameters: 600,
      layers: 2,
      heads: 3,
      kvHeads: 1,
      headSize: 4,
      contextTokensMax: 100
    )
    // Each of 5 tokens attends to 1 to 5: 15 scores and 15 sums of values, for each element.
    let attention = 2.0 * 15 * 2 * 3 * 4
    #expect(model.multiplyAdds(tokens: 5) == 3_000 + attention)
  }
}
