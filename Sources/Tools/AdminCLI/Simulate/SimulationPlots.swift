import Basics
import FleetSpec
import Foundation
import Simulator
import Traces

/// Simulations as pictures, and a page that shows them.
struct SimulationPlots {
  let runs: [SimulationRuns.Run]
  /// What was simulated, in a line.
  let title: String
  /// What a reader needs to make the same again, by name.
  var facts: [(name: String, text: String)] = []
  /// What was lost, and when.
  var outages: [Outage] = []

  /// Name and picture of each.
  var charts: [(file: String, svg: String)] {
    var charts: [(String, String)] = []
    let loads = SimulationTables.distinct(runs.map(\.load))
    if loads.count > 1 { charts.append(("goodput.svg", goodput.svg)) }
    let suffix = { (load: Double) in loads.count > 1 ? "-load-\(load.text())" : "" }
    for load in loads {
      let chart = Self.ttft(runs.filter { $0.load == load }, load: load)
      charts.append(("ttft\(suffix(load)).svg", chart.svg))
    }
    for run in runs {
      let charted = [("warmth", warmth(run)), ("kv", blocks(run))]
      charts += charted.map { ("\($0)-\(run.policy)\(suffix(run.load)).svg", $1.svg) }
    }
    return charts
  }

  /// Words as a shell takes them.
  static func commandLine(_ words: [String]) -> String {
    words.map { word in
      let isPlain = !word.isEmpty && word.wholeMatch(of: /[A-Za-z0-9_@%+=:,.\/-]+/) != nil
      return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }.joined(separator: " ")
  }

  /// Writes all pictures and `index.html` into a folder, which is made if need be.
  func write(to folder: String) throws(Failure) {
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    let charts = charts
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      for (file, svg) in charts {
        try Data(svg.utf8).write(to: url.appendingPathComponent(file))
      }
      let page = page(charts.map(\.file))
      try Data(page.utf8).write(to: url.appendingPathComponent("index.html"))
    } catch {
      throw Failure(.failed, "\(folder) can't be written: \(error.localizedDescription)")
    }
  }

  private func page(_ files: [String]) -> String {
    let pictures = files.map { file in
      "<img src=\"\(LineChart.escape(file))\" alt=\"\(LineChart.escape(file))\">"
    }
    return """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <title>\(LineChart.escape(title))</title>
      <style>
      body { font-family: sans-serif; margin: 2em; }
      main { display: grid; gap: 8px; grid-template-columns: repeat(auto-fit, minmax(min(560px, 100%), 1fr)) }
      img { width: 100%; border: 1px solid #ddd }
      pre { overflow-x: auto }
      dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 1em; align-items: baseline }
      dt { color: #666 }
      dd { margin: 0; font-family: monospace; overflow-wrap: anywhere }
      </style>
      <h1>\(LineChart.escape(title))</h1>
      <dl>\(facts.map(Self.fact).joined())</dl>
      <pre>\(LineChart.escape(SimulationTables(runs: runs).table))</pre>
      <main>
      \(pictures.joined(separator: "\n"))
      </main>
      </html>

      """
  }

  private static func fact(_ fact: (name: String, text: String)) -> String {
    "<dt>\(LineChart.escape(fact.name))</dt><dd>\(LineChart.escape(fact.text))</dd>"
  }

  /// Goodput against load, a line a policy.
  private var goodput: LineChart {
    LineChart(
      title: "Turns a second that met the objective",
      xTitle: "load, times the trace's",
      yTitle: "goodput, turns a second",
      lines: SimulationTables.distinct(runs.map(\.name)).map { policy in
        let runs = runs.filter { $0.name == policy }.sorted { $0.load < $1.load }
        return .init(name: policy, points: runs.map { ($0.load, $0.goodput) })
      }
    )
  }

  /// The share of turns whose first token came within a time, a line a policy.
  private static func ttft(_ runs: [SimulationRuns.Run], load: Double) -> LineChart {
    let percents = (1...200).map { Double($0) / 2 }
    return LineChart(
      title: "Time to the first token, load \(load.text())",
      xTitle: "seconds to the first token",
      yTitle: "% of the turns that were served",
      lines: runs.map { run in
        let times = run.result.report.ttft.percentiles(percents)
        return .init(
          name: run.name,
          points: zip(times, percents).map { ($0.inSeconds, $1) }
        )
      },
      isLogarithmic: true,
      yMax: 100,
      marks: runs.reduce(into: Set<Duration>()) { times, run in
        times.formUnion(run.result.report.objectives.map(\.ttft))
      }.sorted().map { .init(x: $0.inSeconds, name: "objective \($0.text)") }
    )
  }

  /// The hit rate of each region over time, each point over a fiftieth of it.
  private func warmth(_ run: SimulationRuns.Run) -> LineChart {
    chart(run, "Prompt tokens found in the cache", "% of prompt tokens") { points in
      let tokens = points.reduce(0) { $0 + $1.promptTokens }
      guard tokens > 0 else { return nil }
      return 100 * Double(points.reduce(0) { $0 + $1.cachedTokens }) / Double(tokens)
    }
  }

  /// The share of KV blocks that sequences hold, of each region over time.
  private func blocks(_ run: SimulationRuns.Run) -> LineChart {
    chart(run, "KV blocks held by sequences", "% of KV blocks") { points in
      let blocks = points.reduce(0) { $0 + $1.blockCount }
      guard blocks > 0 else { return nil }
      return 100 * Double(points.reduce(0) { $0 + $1.blocksUsed }) / Double(blocks)
    }
  }

  private func chart(
    _ run: SimulationRuns.Run,
    _ title: String,
    _ unit: String,
    _ value: ([FleetSeries.Point]) -> Double?
  ) -> LineChart {
    let series = run.result.series
    let window = max(1, series.points.count / 50)
    return LineChart(
      title: "\(title): \(run.name), load \(run.load.text())",
      xTitle: "seconds since the first turn",
      yTitle: unit,
      lines: series.regions.enumerated().map { index, region in
        let starts = stride(from: 0, to: series.points.count, by: window)
        let points = starts.map { start in
          let end = min(start + window, series.points.count)
          let middle = Double(start + end) / 2 * series.step.inSeconds
          return (x: middle, y: value(series.points[start..<end].map { $0[index] }))
        }
        return .init(name: region.text, points: points)
      },
      yMax: 100,
      bands: outages.map { outage in
        let name =
          switch outage.scope {
          case .region(let region): region.text
          case .node(let node): node.text
          }
        return .init(
          start: outage.start.inSeconds,
          end: outage.length.map { ($0 + outage.start).inSeconds },
          name: "\(name) lost"
        )
      }
    )
  }
}
