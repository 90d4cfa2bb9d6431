import Basics

/// The figures of a process at one moment, as Prometheus reads them.
public struct MetricsPage: Sendable {
  /// How figures are written.
  public enum Form: Sendable {
    /// Prometheus text 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// The form that whoever sends such an `Accept` wants.
    public init(accept: String?) {
      let isOpen = (accept ?? "").split(separator: ",").contains { range in
        let words = range.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
        return words.first == "application/openmetrics-text"
          && (words.contains("version=1.0.0") || !words.contains { $0.hasPrefix("version=") })
          && !words.contains { ["q=0", "q=0.0"].contains($0) }
      }
      self = isOpen ? .openMetrics : .prometheus
    }

    /// What the page is called in a response.
    public var contentType: String {
      switch self {
      case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
      case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
      }
    }
  }

  private static let leftOut = MetricFamily(
    "hearth_metrics_series_left_out",
    .gauge,
    "Series that are not on this page because their metric has too many."
  )
  private var series: [MetricSeries]

  init(_ series: [MetricSeries]) {
    var leftOut = MetricSeries(of: Self.leftOut)
    leftOut.add(series.reduce(0) { $0 + $1.leftOut })
    self.series = series + [leftOut]
  }

  /// What is on it, those metrics included that have no series.
  var families: [MetricFamily] { series.map(\.family) }

  /// The page in a form.
  public func text(_ form: Form) -> String {
    var page = ""
    for series in series {
      let family = series.family
      let isTotal = form == .openMetrics && family.kind == .counter
      let name = isTotal ? String(family.name.dropLast("_total".utf8.count)) : family.name
      page += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
      for one in series.all {
        let labels = zip(family.labels, one.labels).map { "\($0)=\"\(Self.escaped($1))\"" }
        Self.write(one.value, family.name, labels, to: &page)
      }
    }
    return form == .openMetrics ? page + "# EOF\n" : page
  }

  private static func write(
    _ value: MetricSeries.Value,
    _ name: String,
    _ labels: [String],
    to page: inout String
  ) {
    switch value {
    case .number(let number): page += "\(name)\(braced(labels)) \(text(number))\n"
    case .histogram(let histogram):
      var count = 0
      for (bound, inside) in zip(histogram.bounds + [.infinity], histogram.counts) {
        count += inside
        // The same text in both forms, so that a change of form begins no other series.
        let most = bound == .infinity ? "+Inf" : "\(bound)"
        page += "\(name)_bucket\(braced(labels + ["le=\"\(most)\""])) \(count)\n"
      }
      page += "\(name)_sum\(braced(labels)) \(text(histogram.sum))\n"
      page += "\(name)_count\(braced(labels)) \(count)\n"
    }
  }

  private static func braced(_ labels: [String]) -> String {
    labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
  }

  /// Both forms escape these three, and take anything else.
  private static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { [0x22, 0x5c, 0x0a].contains($0) }) else { return value }
    var text = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func text(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    guard number.isFinite else { return number > 0 ? "+Inf" : "-Inf" }
    return Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }
}
