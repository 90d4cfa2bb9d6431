import Accounting
import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(1)))
struct ComputeTrendTests {
  private func article(_ interval: CriticalValue = .student) throws -> ComputeTrend {
    try ComputeTrend(try TrendCommand.table(nil, .init()), interval: interval)
  }

  @Test func `the article's systems double in 3.5 months`() throws {
    let table = TrendReport(trend: try article()).text(as: .table)
    #expect(
      table == """
        ERA                 SYSTEMS  DOUBLES IN  95 % INTERVAL        R²
        2012-07 to 2016-11       11  3.5 months  2.4 to 6.8 months  0.71

        """
    )
    // As the normal distribution has it, which knows nothing of how few they are.
    let normal = TrendReport(trend: try article(.normal)).text(as: .table)
    #expect(normal.contains("3.5 months  2.5 to 6.0 months  0.71"))
  }

  @Test func `growth is said as the article's figures give it`() throws {
    let trend = try article()
    let report = TrendReport(trend: trend, growth: 300_000, doubling: 3.4).text(as: .table)
    #expect(
      report.hasSuffix(
        "\n300000x is 18.2 doublings: 61.9 months at a doubling in 3.4, over which a doubling in 2 "
          + "years gives 6.0x.\n"
      )
    )
    let slow = TrendReport(trend: trend, growth: 7, doubling: 24)
    #expect(slow.arithmetic(of: 7).hasPrefix("7x is 2.8 doublings: 67.4 months"))
    let own = TrendReport(trend: trend, growth: 2)
    #expect(
      own.arithmetic(of: 2).hasPrefix("2x is 1.0 doublings: 3.5 months at a doubling in 3.51")
    )
  }

  @Test func `eras begin where they are said to, or where squares are least`() throws {
    let table = try TrendCommand.table(nil, .init())
    let given = try ComputeTrend(table, breaks: ["2014-06"])
    #expect(given.eras.map(\.words) == ["2012-07 to 2013-12", "2014-09 to 2016-11"])
    let found = try ComputeTrend(table, breaks: ["auto"])
    #expect(found.eras.map(\.words) == given.eras.map(\.words))
    let text = TrendReport(trend: found).text(as: .table)
    #expect(text.contains("halves in 4.8 months  1.0 months to no growth"))
    // A break is the first day of its date.
    #expect(try ComputeTrend(table, breaks: ["2014-09"]).eras.map(\.fit.count) == [4, 7])
    #expect {
      try ComputeTrend(table, breaks: ["2012-10"])
    } throws: { error in
      (error as? Failure)?.message
        == "--break: the era before 2012-10 has 1 system of 1 date, and takes 3 of two dates: move "
        + "the break"
    }
  }

  @Test func `what is written as values reads back as the same table`() throws {
    let folder = try TemporaryFolder()
    let trend = try article()
    let file = try folder.write(TrendReport(trend: trend).text(as: .csv), as: "t.csv")
    #expect(try TrendCommand.table(file, .init()) == trend.table)
    let json = TrendReport(trend: trend, growth: 3).text(as: .json)
    let decoded = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((decoded?["systems"] as? [Any])?.count == 11 && decoded?["growth"] != nil)
    #expect(throws: Failure.self) { try TrendCommand.table(folder.path("no.csv"), .init()) }
  }

  @Test(arguments: [
    ["--growth", "1"], ["--growth", "2", "--doubling", "0"], ["--doubling", "3"],
    ["--break", "soon"], ["--break", "auto", "--break", "2014"],
  ])
  func `options that make no sense are refused`(arguments: [String]) {
    #expect(throws: (any Error).self) { try TrendCommand.parse(arguments) }
  }

  @Test func `a picture has a point for each system, a line for each era, and Moore's law`() throws
  {
    let trend = try ComputeTrend(try TrendCommand.table(nil, .init()), breaks: ["auto"])
    let svg = TrendChart(trend: trend).svg
    #expect(svg.components(separatedBy: "<circle").count == 1 + 11)
    #expect(svg.components(separatedBy: "<path clip-path").count == 1 + 3)
    #expect(svg.contains(">Neural Machine Translation</text>"))
    #expect(svg.contains(">Moore's law: doubles in 2 years</text>"))
    #expect(svg.contains(">2014-09 to 2016-11: doubles in 3.2 months (95 %: 1.8 to 12.2 months)<"))
    #expect(svg.utf8.count < 10_000 && !svg.contains("<script") && !svg.contains("nan"))
  }

  @Test func `names of strangers are text in a picture, and long ones are cut`() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "x", count: 100)
    let file = try folder.write(
      #"system,date,"a <b> & ""c"""\#n"#
        + "\"<script>&\"\"\u{7}\u{202e}\n\",2012,1\n\(long),2013,1e-9\n,2014,1e300\n",
      as: "t.csv"
    )
    var columns = SystemTable.Columns()
    columns.value = "a <b> & \"c\""
    let trend = try ComputeTrend(try TrendCommand.table(file, columns))
    let svg = TrendChart(trend: trend).svg
    #expect(svg.contains(">&lt;script&gt;&amp;&quot;   </text>") && !svg.contains("<script"))
    #expect(svg.contains(">a &lt;b&gt; &amp; &quot;c&quot;</text>"))
    #expect(svg.contains(">" + String(repeating: "x", count: 31) + "…</text>"))
    #expect(svg.components(separatedBy: "<circle").count == 1 + 3)
    for tag in ["text", "title", "circle"] {
      #expect(
        svg.components(separatedBy: "<\(tag)").count
          == svg.components(separatedBy: "</\(tag)>").count
      )
    }
  }

  @Test func `labels keep off each other, off points and inside`() {
    let frame = Box(x: 0, y: 0, width: 400, height: 300)
    let points = (0..<12).map { index -> (x: Double, y: Double) in
      (30 + 30 * Double(index), 40 + 18 * Double(index))
    }
    var placer = LabelPlacer(frame: frame, points: points, lines: [])
    let boxes = points.map { placer.place($0, width: 80).box }
    for (index, box) in boxes.enumerated() {
      #expect(abs(box.overlap(frame) - box.width * box.height) < 1e-9)
      for other in boxes[(index + 1)...] { #expect(box.overlap(other) == 0) }
    }
    let line = LabelPlacer.Line(start: (0, 0), end: (100, 100))
    #expect(line.crosses(Box(x: 40, y: 45, width: 10, height: 10)))
    #expect(!line.crosses(Box(x: 40, y: 80, width: 10, height: 10)))
  }
}
