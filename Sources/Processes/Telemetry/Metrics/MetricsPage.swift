public import Basics

/// The figures of a process at one moment, in a form that Prometheus reads.
public struct MetricsPage {
  /// How figures are written.
  public enum Form: Sendable {
    /// Prometheus text 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// The form that whoever sends such an `Accept` wants.
    public init(accept: String?) {
      let wanted = accept?.split(separator: ",").map { $0.split(separator: ";")[...] } ?? []
      let isOpen = wanted.contains { parts in
        let words = parts.map { $0.filter { $0 != " " }.lowercased() }
        return words.first == "application/openmetrics-text"
          && (words.contains("version=1.0.0") || !words.contains { $0.hasPrefix("version=") })
          && !words.contains("q=0")
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

  /// Most series of one metric; what is beyond is left out and counted.
  public static let seriesMax = 20_000

  /// Series that found no room.
  public private(set) var leftOut = 0
  private let form: Form
  private let families: [MetricFamily]
  private var texts: [String: (text: String, series: Int)] = [:]

  /// Makes a page of these metrics, each of which is declared even where it has no series.
  public init(of families: [MetricFamily], as form: Form) {
    (self.families, self.form) = (families, form)
  }

  /// Adds a series of a counter or a gauge.
  public mutating func add(_ family: MetricFamily, _ value: Double, _ labels: [String] = []) {
    add(family, labels) { text, labels in
      text += "\(family.name)\(Self.braced(labels)) \(Self.number(value))\n"
    }
  }

  /// Adds a series of a counter or a gauge.
  public mutating func add(_ family: MetricFamily, _ value: Int, _ labels: [String] = []) {
    add(family, Double(value), labels)
  }

  /// Adds a series of a histogram.
  public mutating func add(_ family: MetricFamily, _ value: Histogram, _ labels: [String] = []) {
    add(family, labels) { text, labels in
      var count = 0
      for (bound, inside) in zip(value.bounds + [.infinity], value.counts) {
        count += inside
        let bounded = labels + ["le=\"\(bound == .infinity ? "+Inf" : "\(bound)")\""]
        text += "\(family.name)_bucket\(Self.braced(bounded)) \(count)\n"
      }
      text += "\(family.name)_sum\(Self.braced(labels)) \(Self.number(value.sum))\n"
      text += "\(family.name)_count\(Self.braced(labels)) \(count)\n"
    }
  }

  /// The page.
  public var text: String {
    var page = ""
    for family in families {
      let isTotal = form == .openMetrics && family.kind == .counter
      let name = isTotal ? String(family.name.dropLast("_total".count)) : family.name
      page += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
      page += texts[family.name]?.text ?? ""
    }
    return form == .openMetrics ? page + "# EOF\n" : page
  }

  private mutating func add(
    _ family: MetricFamily,
    _ values: [String],
    _ write: (inout String, [String]) -> Void
  ) {
    precondition(values.count == family.labels.count, "\(family.name) has other labels")
    let labels = zip(family.labels, values).map { "\($0)=\"\(Self.escaped($1))\"" }
    if texts[family.name, default: ("", 0)].series == Self.seriesMax { return leftOut += 1 }
    texts[family.name, default: ("", 0)].series += 1
    write(&texts[family.name, default: ("", 0)].text, labels)
  }

  private static func braced(_ labels: [String]) -> String {
    labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
  }

  /// Both forms escape these three, and take anything else of UTF-8.
  private static func escaped(_ value: String) -> String {
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

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    guard value.isFinite else { return value > 0 ? "+Inf" : "-Inf" }
    return Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}
