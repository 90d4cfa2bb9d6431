import Basics
import Testing

@testable import Sharing

@Suite struct PeakWindowTests {
  @Test func `the highest figure of a time is found`() {
    var window = PeakWindow()
    let figures: [(Double, Double)] = [(0, 3), (10, 5), (20, 2), (30, 1), (71, 0), (200, 0.5)]
    let peaks = figures.map { at, value in
      window.record(value, over: .seconds(60), at: .zero.advanced(by: Duration(inSeconds: at)))
    }
    #expect(peaks == [3, 5, 5, 5, 2, 0.5])
  }
}
