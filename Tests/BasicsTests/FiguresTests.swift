import Testing

@testable import Basics

@Suite(.timeLimit(.minutes(5)))
struct FiguresTests {
  @Test func `a value falls into the first bucket whose bound it does not pass`() {
    var histogram = Histogram(bounds: [1, 2, 4])
    for value in [0, 1, 1.5, 2, 3, 4, 5, -1, .infinity, .nan] { histogram.record(value) }
    histogram.record(.milliseconds(2_500))
    #expect(histogram.counts == [3, 2, 3, 1])
    #expect(histogram.count == 9 && histogram.sum == 18)
  }

  @Test func `keys that find no room share one value`() {
    var table = BoundedTable<String, Int>(countMax: 2, initial: 10)
    for key in ["a", "b", "a", "c", "d", "c"] { table.update(key) { $0 += 1 } }
    #expect(table.values == ["a": 12, "b": 11])
    #expect(table.others == 13)
  }
}
