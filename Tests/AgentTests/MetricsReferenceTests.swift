import Foundation
import Testing

@testable import ControlPlane
@testable import Daemon
@testable import Gateway
@testable import NodeAgent
@testable import RegionAgent
@testable import Telemetry

/// What is written about metrics, against those that there are.
@Suite(.timeLimit(.minutes(5)))
struct MetricsReferenceTests {
  private static let sections: [(title: String, families: [MetricFamily])] = [
    (
      "Every daemon",
      ProcessFigures.metrics.map(\.family) + DaemonFigures.metrics.map(\.family)
        + SpanExporter.metrics.map(\.family) + MetricsRegistry().page.families
    ),
    (
      "hearth-control",
      ControlFigures.metrics.map(\.family) + LedgerDesk.metrics.map(\.family)
    ),
    ("hearth-region", RegionAgentServer.metrics.map(\.family)),
    ("hearth-node", NodeAgentServer.metrics.map(\.family)),
    ("hearth-gateway", GatewayFigures.metrics.map(\.family)),
  ]

  private static let families = sections.flatMap(\.families)

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  private static var reference: String {
    sections.map { section in
      let rows = section.families.map { family in
        let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
        return "| `\(family.name)` | \(family.kind.rawValue) | \(labels) | \(family.help) |\n"
      }
      return "\n## \(section.title)\n\n| metric | type | labels | what it says |\n"
        + "| --- | --- | --- | --- |\n" + rows.joined()
    }.joined()
  }

  @Test func `the page about metrics lists those that there are`() throws {
    let path = "docs/metrics.md"
    let page = try text(path)
    let start = try #require(page.range(of: "\n## Every daemon\n")?.lowerBound)
    if ProcessInfo.processInfo.environment["HEARTH_REWRITE_DOCS"] != nil {
      let whole = page[..<start] + Self.reference
      try Data(whole.utf8).write(to: Self.root.appending(path: path))
    }
    #expect(
      try text(path)[start...] == Self.reference,
      "write it: HEARTH_REWRITE_DOCS=1 swift test --filter MetricsReferenceTests"
    )
  }

  @Test func `metrics are named as Prometheus' users expect`() {
    #expect(Set(Self.families.map(\.name)).count == Self.families.count)
    let units = ["seconds", "bytes", "ratio"]
    for family in Self.families {
      #expect(family.name.hasPrefix("hearth_") || family.name.hasPrefix("process_"))
      #expect((family.kind == .counter) == family.name.hasSuffix("_total"), "\(family.name)")
      #expect(family.help.hasSuffix(".") && !family.help.contains("\n"), "\(family.name)")
      #expect(!family.labels.contains("le") && Set(family.labels).count == family.labels.count)
      if family.kind == .histogram {
        #expect(units.contains { family.name.hasSuffix("_\($0)") }, "\(family.name)")
      }
    }
  }

  @Test(arguments: [
    "deploy/grafana/hearth.json", "deploy/prometheus/alerts.yml",
    "deploy/prometheus/alerts-test.yml", "docs/operations.md",
  ])
  func `what is asked for exists`(_ path: String) throws {
    let names = Set(Self.families.map(\.name))
    let histograms = Set(Self.families.filter { $0.kind == .histogram }.map(\.name))
    let known = names.subtracting(histograms).union(
      histograms.flatMap { name in ["_bucket", "_sum", "_count"].map { name + $0 } }
    )
    var count = 0
    for match in try text(path).matches(of: /\b(?:hearth|process)_[a-z0-9_]+\b/) {
      count += 1
      #expect(known.contains(String(match.0)), "\(path): \(match.0)")
    }
    #expect(count > 0)
  }

  @Test func `what queries tell series apart by is a label of the metric`() throws {
    var labels = ["instance", "job", "le", "alertname"] + Self.families.flatMap(\.labels)
    labels += ["severity"]
    let query = /(?:by|without|on) \(([a-z_, ]+)\)/
    for path in ["deploy/grafana/hearth.json", "deploy/prometheus/alerts.yml"] {
      for match in try text(path).matches(of: query) {
        for label in match.1.split(separator: ", ") {
          #expect(labels.contains(String(label)), "\(path): \(match.0)")
        }
      }
    }
  }
}
