import Basics
import Testing

@testable import Telemetry

@Suite(.timeLimit(.minutes(5)))
struct MetricsTests {
  private func page(_ metrics: [Metric<Int>]) -> MetricsPage {
    let registry = MetricsRegistry()
    registry.add(metrics) { 3 }
    return registry.page
  }

  private let leftOut = """
    # HELP hearth_metrics_series_left_out Series that are not on this page because their metric has \
    too many.
    # TYPE hearth_metrics_series_left_out gauge

    """

  @Test func `a page has every metric once, with its series`() {
    let page = page([
      .init("a_total", .counter, ["x", "y"], "What a is.") {
        $1.add($0, "1", "\"two\"\nlines \\ é")
        $1.add(0.25, "2", "")
      },
      .init("b", .gauge, "What b is.") { Double($0) * 1e300 },
      .init("c", .gauge, ["z"], "What c is.") { _, _ in },
    ])
    #expect(
      page.text(.prometheus) == """
        # HELP a_total What a is.
        # TYPE a_total counter
        a_total{x="1",y="\\"two\\"\\nlines \\\\ é"} 3
        a_total{x="2",y=""} 0.25
        # HELP b What b is.
        # TYPE b gauge
        b 3e+300
        # HELP c What c is.
        # TYPE c gauge
        \(leftOut)hearth_metrics_series_left_out 0

        """
    )
    #expect(page.text(.openMetrics).hasPrefix("# HELP a What a is.\n# TYPE a counter\na_total{"))
    #expect(page.text(.openMetrics).hasSuffix("_left_out 0\n# EOF\n"))
    #expect(page.families.map(\.name).prefix(3) == ["a_total", "b", "c"])
  }

  @Test func `buckets of a histogram are those up to their bound`() {
    var histogram = Histogram(bounds: [0.5, 1])
    for value in [0.25, 0.5, 0.75, 8] { histogram.record(value) }
    let filled = histogram
    let page = page([.init("h", .histogram, ["m"], "What h is.") { $1.add(filled, "x") }])
    #expect(
      page.text(.prometheus).hasPrefix(
        """
        # HELP h What h is.
        # TYPE h histogram
        h_bucket{m="x",le="0.5"} 2
        h_bucket{m="x",le="1.0"} 3
        h_bucket{m="x",le="+Inf"} 4
        h_sum{m="x"} 9.5
        h_count{m="x"} 4

        """
      )
    )
  }

  @Test func `figures that are none are written as Prometheus names them`() {
    for (figure, text) in [(Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf")] {
      let page = page([.init("a", .gauge, "What a is.") { _ in figure }])
      #expect(page.text(.prometheus).contains("\na \(text)\n"))
    }
  }

  @Test func `series beyond the bound are left out and counted`() {
    let page = page([
      .init("a", .gauge, ["x"], "What a is.") { _, series in
        for number in 0..<(MetricSeries.countMax + 7) { series.add(1, "\(number)") }
      }
    ])
    #expect(page.text(.prometheus).hasSuffix("\nhearth_metrics_series_left_out 7\n"))
  }

  @Test(
    arguments: [
      (nil, MetricsPage.Form.prometheus), ("", .prometheus), ("*/*", .prometheus),
      ("text/plain;version=0.0.4", .prometheus),
      (
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
          + "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
      ),
      ("application/openmetrics-text; version=1.0.0; charset=utf-8", .openMetrics),
      ("Application/OpenMetrics-Text", .openMetrics),
      ("application/openmetrics-text;version=0.0.1", .prometheus),
      ("application/openmetrics-text;version=1.0.0;q=0", .prometheus),
      (";;,;q", .prometheus),
    ] as [(String?, MetricsPage.Form)]
  )
  func `who asks gets the form that it wants`(_ accept: String?, _ form: MetricsPage.Form) {
    #expect(MetricsPage.Form(accept: accept) == form)
  }

  @Test func `a process knows its memory, its descriptors and its processor time`() {
    let registry = MetricsRegistry()
    let figures = ProcessFigures(of: "test")
    registry.add(ProcessFigures.metrics) { figures }
    let text = registry.page.text(.prometheus)
    #expect(
      text.contains("\nhearth_build_info{version=\"\(HearthVersion.text)\",program=\"test\"} 1\n")
    )
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let value = line.split(separator: " ").last.flatMap { Double($0) } ?? .nan
      #expect(value > 0 || line == "hearth_metrics_series_left_out 0", "\(line)")
    }
  }
}
