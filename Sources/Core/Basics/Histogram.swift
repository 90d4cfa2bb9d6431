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

  /// The values that came after those of `earlier`, which is an older state of this histogram.
  public func since(_ earlier: Histogram?) -> Histogram {
    guard let earlier, earlier.bounds == bounds else { return self }
    var rest = self
    for index in counts.indices { rest.counts[index] -= earlier.counts[index] }
    rest.sum -= earlier.sum
    return rest
  }

  /// Adds the values of another with the same bounds.
  public mutating func add(_ other: Histogram) {
    precondition(bounds == other.bounds, "histograms of other bounds can't be added")
    for index in counts.indices { counts[index] += other.counts[index] }
    sum += other.sum
  }

  /// The value that this share of all values is below; nil where there are none.
  ///
  /// Those of a bucket are taken as spread evenly, and those past the last bound as at it.
  public func quantile(_ share: Double) -> Double? {
    let total = count
    guard total > 0, let last = bounds.last else { return nil }
    var (below, low) = (0.0, 0.0)
    for (bound, count) in zip(bounds, counts) {
      let reached = below + Double(count)
      if count > 0, reached >= share * Double(total) {
        return low + (bound - low) * max(0, share * Double(total) - below) / Double(count)
      }
      (below, low) = (reached, bound)
    }
    return last
  }
}
