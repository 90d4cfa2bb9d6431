import func Glibc.exp2
import func Glibc.log2

/// One point of a trend.
public struct TrendPoint: Sendable, Hashable {
  /// When, in months from any start.
  public var months: Double
  /// How much; above 0.
  public var value: Double

  /// Makes a point.
  public init(months: Double, value: Double) {
    self.months = months
    self.value = value
  }
}

/// A line through points on a logarithmic scale, by least squares: how often a quantity doubles.
public struct DoublingFit: Sendable, Hashable {
  /// Points.
  public let count: Int
  /// The first and the last of their times, in months.
  public let span: ClosedRange<Double>
  /// Doublings a month.
  public let slope: Double
  /// The 95 % interval of that.
  public let slopeInterval: ClosedRange<Double>
  /// Share of the variance of the logarithms that the line explains; nil where there is none.
  public let rSquared: Double?

  private let meanMonths: Double
  private let meanLog: Double

  /// Fits a line; nil for fewer than 3 points or a single date, which have no interval.
  public init?(_ points: some Collection<TrendPoint>, interval: CriticalValue = .student) {
    var sums = LineSums()
    for point in points { sums.add(point) }
    let months = points.map(\.months)
    guard sums.isEnough, let first = months.min(), let last = months.max() else { return nil }
    count = sums.count
    span = first...last
    slope = sums.sxy / sums.sxx
    let variance = sums.residual / Double(count - 2) / sums.sxx
    let reach = interval.standardErrors(freedom: count - 2) * variance.squareRoot()
    slopeInterval = (slope - reach)...(slope + reach)
    rSquared = sums.syy > 0 ? 1 - sums.residual / sums.syy : nil
    (meanMonths, meanLog) = (sums.meanX, sums.meanY)
  }

  /// Months in which it doubles; negative where it halves, infinite where it stays.
  public var doublingMonths: Double { 1 / slope }

  /// The 95 % interval of that; nil where it surely does not grow.
  ///
  /// There is no end where not to grow at all, or to shrink, is within the interval.
  public var doublingInterval: (least: Double, most: Double?)? {
    guard slopeInterval.upperBound > 0 else { return nil }
    let most = slopeInterval.lowerBound > 0 ? 1 / slopeInterval.lowerBound : nil
    return (1 / slopeInterval.upperBound, most)
  }

  /// Where the line is at a time.
  public func value(at months: Double) -> Double {
    exp2(meanLog + slope * (months - meanMonths))
  }
}

/// A trend in one era or in several, each with a line of its own.
public enum Eras {
  /// Fits the eras before, between and after `breaks`, which are in order; nil for one with fewer
  /// than 3 points or a single date.
  public static func fit(
    _ points: [TrendPoint],
    breaks: [Double],
    interval: CriticalValue = .student
  ) -> [DoublingFit?] {
    let bounds = [-.infinity] + breaks + [.infinity]
    return zip(bounds, bounds.dropFirst()).map { start, end in
      DoublingFit(points.filter { start <= $0.months && $0.months < end }, interval: interval)
    }
  }

  /// Where a second era begins so that the squares of both are least: the date of its first point;
  /// nil where no break leaves 3 points and two dates on either side.
  public static func bestBreak(_ points: [TrendPoint]) -> Double? {
    let sorted = points.sorted { $0.months < $1.months }
    // After the first points, and after the last ones.
    let (before, after) = (sums(sorted), Array(sums(sorted.reversed()).reversed()))
    var best: (squares: Double, months: Double)?
    for index in sorted.indices.dropFirst()
    where sorted[index].months > sorted[index - 1].months {
      let (left, right) = (before[index - 1], after[index])
      guard left.isEnough, right.isEnough else { continue }
      let squares = left.residual + right.residual
      if squares < best?.squares ?? .infinity { best = (squares, sorted[index].months) }
    }
    return best?.months
  }

  /// The sums of the first point, of the first two, and so on.
  private static func sums(_ points: [TrendPoint]) -> [LineSums] {
    var sums = LineSums()
    return points.map { point in
      sums.add(point)
      return sums
    }
  }
}

/// What a line of log2 values over time is made of, around their means, so that nothing cancels out
/// (Welford, 1962).
private struct LineSums {
  var count = 0
  var meanX = 0.0
  var meanY = 0.0
  var sxx = 0.0
  var sxy = 0.0
  var syy = 0.0

  /// Whether a line has an interval.
  var isEnough: Bool { count >= 3 && sxx > 0 }

  /// The squares that are left beside the line.
  var residual: Double { max(0, syy - sxy * sxy / sxx) }

  mutating func add(_ point: TrendPoint) {
    count += 1
    let (dx, dy) = (point.months - meanX, log2(point.value) - meanY)
    meanX += dx / Double(count)
    meanY += dy / Double(count)
    sxx += dx * (point.months - meanX)
    sxy += dx * (log2(point.value) - meanY)
    syy += dy * (log2(point.value) - meanY)
  }
}

/// What growth by doubling comes to.
public enum Growth {
  /// Months in which Moore's law doubles.
  public static let mooreMonths = 24.0

  /// Doublings that make a factor.
  public static func doublings(of factor: Double) -> Double { log2(factor) }

  /// The factor after a time, at a doubling time in the same unit.
  public static func factor(after time: Double, doubling: Double) -> Double {
    exp2(time / doubling)
  }
}
