import Basics
import FleetSpec
import Foundation
import RivalPolicies
import Routing
import Simulator
import TestSupport
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct PlotTests {
  @Test func `plots are written with a page that shows them all`() throws {
    let folder = try TemporaryFolder()
    let runs = try SimulationRuns.shipped(requests: 100).all(
      policies: ["warm", "nearest"],
      loads: [1, 4],
      showsProgress: false
    )
    try SimulationPlots(
      runs: runs,
      title: "a <fleet>",
      facts: [("command", "hearth simulate <x>")],
      outages: [Outage(.region(try #require(RegionID("eu-west"))), at: .seconds(3))]
    ).write(to: folder.url.path)
    let page = try String(contentsOf: folder.url.appending(path: "index.html"), encoding: .utf8)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(files.count == 12 && files.contains("goodput.svg"))
    for file in files where file != "index.html" {
      #expect(page.contains("src=\"\(file)\""))
      let svg = try String(contentsOf: folder.url.appending(path: file), encoding: .utf8)
      #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n") && !svg.contains("nan"))
      let opened = svg.split(separator: "<text", omittingEmptySubsequences: false).count
      #expect(opened == svg.split(separator: "</text>", omittingEmptySubsequences: false).count)
    }
    #expect(page.contains("<dt>command</dt><dd>hearth simulate &lt;x&gt;</dd>"))
    let kv = try String(
      contentsOf: folder.url.appending(path: "kv-warm-load-1.svg"),
      encoding: .utf8
    )
    #expect(kv.contains("eu-west lost</text>"))
    let ttft = try String(
      contentsOf: folder.url.appending(path: "ttft-load-4.svg"),
      encoding: .utf8
    )
    #expect(ttft.contains("objective 4s</text>"))
    #expect(page.contains("a &lt;fleet&gt;") && !page.contains("<fleet>"))
    #expect(throws: Failure.self) {
      try SimulationPlots(runs: runs, title: "").write(to: "/dev/null/x")
    }
  }

  @Test func `a line goes where its points are, and is broken where there is none`() {
    let chart = LineChart(
      title: "a & b",
      xTitle: "x",
      yTitle: "y",
      lines: [.init(name: "<one>", points: [(0, 0), (5, 10), (7, nil), (10, 5)])],
      yMax: 10
    )
    #expect(chart.svg.contains("d=\"M64 340L382 40M700 190\""))
    #expect(chart.svg.contains("a &amp; b") && chart.svg.contains("&lt;one&gt;"))
    let many = LineChart(
      title: "",
      xTitle: "x",
      yTitle: "y",
      lines: (0..<16).map { .init(name: "policy \($0)", points: [(0, 0), (10, Double($0))]) },
      marks: [.init(x: 5, name: "objective"), .init(x: 50, name: "far away")],
      bands: [.init(start: 2, end: nil, name: "eu lost")]
    ).svg
    #expect(many.contains("viewBox=\"0 0 720 448\""))
    #expect(many.contains("objective</text>") && many.contains("eu lost</text>"))
    #expect(!many.contains("far away"))
    #expect(many.components(separatedBy: "stroke-dasharray=\"7 3\"").count == 1 + 2 * 8)
    let points = (0..<30).map { (x: Double($0), y: [3, 29].contains($0) ? 1.0 : nil) }
    let alone = LineChart(
      title: "",
      xTitle: "",
      yTitle: "",
      lines: [.init(name: "", points: points)]
    )
    #expect(alone.svg.components(separatedBy: "<circle").count == 3)
    let empty = LineChart(title: "", xTitle: "", yTitle: "", lines: [], isLogarithmic: true)
    #expect(empty.svg.hasSuffix("</svg>\n"))
  }

  @Test func `the command on the page can be pasted into a shell`() {
    let words = ["./hearth", "simulate", "a trace", "--lose", "eu at 3s", "--by=it's", "~x", ""]
    #expect(
      SimulationPlots.commandLine(words)
        == "./hearth simulate 'a trace' --lose 'eu at 3s' '--by=it'\\''s' '~x' ''"
    )
  }

  @Test func `axes have few round ticks`() {
    #expect(Axis([0, 7.3], isLogarithmic: false).ticks == [0, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(Axis([0, 0], isLogarithmic: false).ticks == [0, 1])
    #expect(
      Axis([0.07, 3], isLogarithmic: true).ticks.map(Axis.text) == ["0.1", "0.2", "0.5", "1", "2"]
    )
    let axis = Axis([0.1, 10], isLogarithmic: true)
    #expect(abs(axis.share(1) - 0.5) < 1e-9 && axis.share(0.01) == 0 && axis.share(99) == 1)
  }

  @Test(
    .enabled(if: Browser.isInstalled, "Chromium is not installed: apt-get install chromium"),
    arguments: [1_280, 2_560]
  )
  func `in a browser each picture loads, and no text covers another or leaves its picture`(
    width: Int
  ) throws {
    let folder = try TemporaryFolder()
    let known = (Policies.own + RivalPolicies.all).map(\.name) + Bound.allCases.map(\.rawValue)
    let regions = ["eu-west", "ap-south"].compactMap { RegionID($0) }
    var runs: [SimulationRuns.Run] = []
    for (time, policies) in [(4_000, known.dropLast()), (4_300, known.suffix(1))] {
      runs += try SimulationRuns.shipped(requests: 40, ttft: .milliseconds(time))
        .all(policies: Array(policies), loads: [1, 4], showsProgress: false)
    }
    let plots = SimulationPlots(
      runs: runs,
      title: "a fleet",
      outages: regions.enumerated().map { index, region in
        Outage(.region(region), at: .seconds(2 + index), for: .seconds(4))
      }
    )
    try plots.write(to: folder.url.path)
    let found = try Browser.look(at: plots, in: folder, width: width)
    #expect(found.faults == [])
    #expect(found.columns == width / 640)
    // Each picture has a title, two axes with ticks and a legend.
    #expect(found.texts > 10 * plots.charts.count)
  }
}

/// Chromium, asked what it makes of a page.
private enum Browser {
  static let path = "/usr/bin/chromium"

  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  struct Found: Decodable {
    let faults: [String]
    let columns: Int
    let texts: Int
  }

  /// Lays the page out with its pictures also in place, where a script sees their texts.
  static func look(
    at plots: SimulationPlots,
    in folder: TestSupport.TemporaryFolder,
    width: Int
  ) throws -> Found {
    let page = try String(contentsOfFile: folder.path("index.html"), encoding: .utf8)
    let figures = plots.charts.map { "<figure title=\"\($0.file)\">\($0.svg)</figure>" }.joined()
    let probe = try folder.write(page + figures + script, as: "probe.html")
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments = [
      "120", path, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
      "--user-data-dir=\(folder.path("profile"))", "--window-size=\(width),1200",
      "--virtual-time-budget=60000", "--dump-dom", "file://\(probe)",
    ]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let dump = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let result = try #require(
      dump.firstMatch(of: /<code id="found">(.*?)<\/code>/),
      "\(dump.suffix(500))"
    )
    let json = result.1.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&amp;", with: "&")
    return try JSONDecoder().decode(Found.self, from: Data(json.utf8))
  }

  private static let script = """
    <script>
    addEventListener("load", () => {
      const faults = [], images = [...document.images]
      for (const image of images)
        if (!image.naturalWidth) faults.push(image.alt + " does not load")
      if (document.documentElement.scrollWidth > innerWidth) faults.push("the page is too wide")
      let texts = 0
      for (const figure of document.querySelectorAll("figure")) {
        const frame = figure.firstChild.getBoundingClientRect()
        const boxes = [...figure.querySelectorAll("text")].filter(text => text.textContent)
          .map(text => [text.textContent, text.getBoundingClientRect()])
        texts += boxes.length
        boxes.forEach(([text, box], index) => {
          if (box.left < frame.left || box.right > frame.right || box.top < frame.top
            || box.bottom > frame.bottom) faults.push(`${figure.title}: ${text} is cut off`)
          for (const [other, its] of boxes.slice(index + 1))
            if (box.left < its.right && its.left < box.right && box.top < its.bottom - 1
              && its.top < box.bottom - 1) faults.push(`${figure.title}: ${text} covers ${other}`)
        })
      }
      const columns = new Set(images.map(image => image.getBoundingClientRect().left)).size
      const found = document.createElement("code")
      found.id = "found"
      found.textContent = JSON.stringify({ faults, columns, texts })
      document.body.append(found)
    })
    </script>
    """
}
