public import Basics

/// A metric and how its figures are read of a source when somebody wants them.
public struct Metric<Source>: Sendable {
  /// What it is called and says.
  public let family: MetricFamily
  let read: @Sendable (Source, inout MetricSeries) -> Void

  /// Declares a metric of one figure.
  public init(
    _ name: String,
    _ kind: MetricFamily.Kind,
    _ help: String,
    _ figure: @escaping @Sendable (Source) -> Double
  ) {
    family = MetricFamily(name, kind, help)
    read = { source, series in series.add(figure(source)) }
  }

  /// Declares a metric of several series, one for each value of the labels.
  public init(
    _ name: String,
    _ kind: MetricFamily.Kind,
    _ labels: [String],
    _ help: String,
    _ read: @escaping @Sendable (Source, inout MetricSeries) -> Void
  ) {
    family = MetricFamily(name, kind, labels: labels, help)
    self.read = read
  }
}

/// The series of one metric at one moment.
public struct MetricSeries: Sendable {
  /// A figure, or how often values fell between bounds.
  enum Value: Sendable {
    case number(Double)
    case histogram(Histogram)
  }

  /// Most series of one metric; what is beyond is left out and counted.
  static let countMax = 20_000

  let family: MetricFamily
  private(set) var all: [(labels: [String], value: Value)] = []
  private(set) var leftOut = 0

  init(of family: MetricFamily) { self.family = family }

  /// Adds the series with these values of the labels, in the order in which those are declared.
  public mutating func add(_ figure: Double, _ labels: String...) { add(.number(figure), labels) }

  /// Adds a series of a whole number.
  public mutating func add(_ count: some BinaryInteger, _ labels: String...) {
    add(.number(Double(count)), labels)
  }

  /// Adds a series of a histogram.
  public mutating func add(_ histogram: Histogram, _ labels: String...) {
    add(.histogram(histogram), labels)
  }

  private mutating func add(_ value: Value, _ labels: [String]) {
    precondition(labels.count == family.labels.count, "\(family.name) has other labels")
    if all.count < Self.countMax { all.append((labels, value)) } else { leftOut += 1 }
  }
}
