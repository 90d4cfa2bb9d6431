/// Everything that is asked for figures when somebody wants those of the process.
///
/// What is counted lies with whoever counts it, so that counting costs an addition, and is read
/// only then.
public final class MetricsRegistry {
  private var sources: [() -> [MetricSeries]] = []

  /// Makes a registry of nothing.
  public init() {}

  /// Has metrics read of what `source` gives at the moment when they are wanted.
  public func add<Source>(_ metrics: [Metric<Source>], of source: @escaping () -> Source) {
    sources.append {
      let now = source()
      return metrics.map { metric in
        var series = MetricSeries(of: metric.family)
        metric.read(now, &series)
        return series
      }
    }
  }

  /// The figures of this moment.
  public var page: MetricsPage { MetricsPage(sources.flatMap { $0() }) }
}
