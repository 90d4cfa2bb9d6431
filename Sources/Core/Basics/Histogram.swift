/// How often values fell between fixed bounds, and their sum.
public struct Histogram: Sendable, Hashable {
  /// The highest value of each bucket but the last, which has none; ascending.
  public let bounds: [Double]
  /// Values in each bucket: one more than there are bounds.
  public private(set) var counts: [Int]
  /// The sum of all values.
  public private(set) var sum = 0.0

  /// Makes a histogram of nothing.
  public init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  /// Values in all buckets.
  public var count: Int { counts.reduce(0, +) }

  /// Counts a value, `times` times; what is no number is left out.
  public mutating func record(_ value: Double, times: Int = 1) {
    guard value.isFinite else { return }
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < value { low = middle + 1 } else { high = middle }
    }
    counts[low] += times
    sum += value * Double(times)
  }

  /// Counts a length of time in seconds.
  public mutating func record(_ duration: Duration) { record(duration / .seconds(1)) }
}
