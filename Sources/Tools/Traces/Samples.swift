import Basics

/// Measurements kept whole, so that their percentiles are exact: eight bytes each.
public struct Samples: Sendable {
  private var values: [Int64] = []

  /// Makes an empty collection.
  public init() {}

  /// How many measurements there are.
  public var count: Int { values.count }

  /// Adds a measurement; kept in whole nanoseconds.
  public mutating func add(_ value: Duration) {
    values.append(value.nanoseconds)
  }

  /// The smallest measurement that is no smaller than `percent` of all, by nearest rank; nil
  /// when there is none.
  ///
  /// `percent` is in 0 ... 100. Sorts all measurements: O(n log n).
  public func percentile(_ percent: Double) -> Duration? {
    percentiles([percent]).first
  }

  /// The percentiles at each of `percents`, as ``percentile(_:)`` has them but sorting once; empty
  /// when there is no measurement.
  public func percentiles(_ percents: [Double]) -> [Duration] {
    guard !values.isEmpty else { return [] }
    let sorted = values.sorted()
    return percents.map { percent in
      let rank = (percent * Double(sorted.count) / 100).rounded(.up)
      return .nanoseconds(sorted[max(1, min(sorted.count, Int(rank))) - 1])
    }
  }

  /// The mean, or nil when there is no measurement.
  public var mean: Duration? {
    guard !values.isEmpty else { return nil }
    return Duration(inSeconds: values.reduce(0) { $0 + Double($1) } / Double(values.count) * 1e-9)
  }
}
