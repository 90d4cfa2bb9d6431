/// Everything that is asked for figures when somebody wants those of the process.
///
/// What is counted lies with whoever counts it, so that counting costs an addition, and is read
/// only then.
public final class MetricsRegistry {
  private var families: [MetricFamily] = [MetricsRegistry.leftOut]
  private var sources: [(inout MetricsPage) -> Void] = []

  private static let leftOut = MetricFamily(
    "hearth_metrics_series_left_out",
    .gauge,
    "Series that are not on this page because their metric has too many."
  )

  /// Makes a registry of nothing.
  public init() {}

  /// Has `source` add its figures to each page; all that it may add is declared.
  public func collect(_ declared: [MetricFamily], _ source: @escaping (inout MetricsPage) -> Void) {
    families += declared
    sources.append(source)
  }

  /// The figures of this moment.
  public func page(_ form: MetricsPage.Form) -> String {
    var page = MetricsPage(of: families, as: form)
    for source in sources { source(&page) }
    page.add(Self.leftOut, page.leftOut)
    return page.text
  }
}
