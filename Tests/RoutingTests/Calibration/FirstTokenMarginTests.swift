import Testing

@testable import Routing

struct FirstTokenMarginTests {
  private func margin(_ delays: [Double]) -> FirstTokenMargin {
    var margin = FirstTokenMargin()
    for delay in delays { margin.observe(delay) }
    return margin
  }

  @Test func `it is the mean and two deviations, and none before anything was measured`() {
    #expect(FirstTokenMargin().seconds == 0)
    #expect(abs(margin(.init(repeating: 0.3, count: 400)).seconds - 0.3) < 1e-6)
    // A tenth of a second off, either way.
    let alternating = margin((0..<400).map { $0 % 2 == 0 ? 0.2 : 0.4 })
    #expect(abs(alternating.seconds - 0.5) < 0.05)
    #expect(margin(.init(repeating: -0.3, count: 400)).seconds == 0)
    #expect(margin([.nan, .infinity]).seconds == 0)
    #expect(margin([1e300]).seconds <= 120)
  }

  @Test func `one that is wild hardly moves it, and a change that stays is followed`() {
    let steady = (0..<400).map { $0 % 2 == 0 ? 0.2 : 0.4 }
    let wild = margin(steady + [1_000]).seconds
    #expect(wild < margin(steady).seconds + 0.15)
    let changed = margin(steady + .init(repeating: 2, count: 200)).seconds
    #expect(abs(changed - 2) < 0.1)
  }
}
