import Basics
import EngineModel
import FleetSpec
import Testing
import Traces

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct ReplayTests {
  /// Three requests: two completed, one of them far away, and one that ended as `end` says.
  private func report(
    ttft: Duration,
    objective: ServiceObjective = .init(),
    end: (inout ReplayReport) -> Void = { $0.refused("at capacity") }
  ) -> ReplayReport {
    var report = ReplayReport()
    for _ in 0..<3 { report.submitted() }
    for isFar in [false, true] {
      report.completed(
        usage: EngineUsage(promptTokens: 1_000, cachedTokens: 250, outputTokens: 11),
        ttft: ttft,
        total: ttft + .milliseconds(500),
        objective: objective,
        isOutOfRegion: isFar
      )
    }
    end(&report)
    return report
  }

  /// Reports of requests that were sent within 4 s.
  private func table(_ columns: [(String, ReplayReport)]) -> ReplayTable {
    ReplayTable(columns: columns, sendingTime: .seconds(4))
  }

  /// The lines of a table with one space between words.
  private func lines(of table: ReplayTable) -> [String] {
    table.text(as: .table).split(separator: "\n").map {
      $0.split(separator: " ").joined(separator: " ")
    }
  }

  @Test func `one replay is a table of a title and a figure a line`() {
    let table = table([("warm", report(ttft: .milliseconds(80)))])
    let expected = """
                                            warm
      requests                                 3
      completed                                2
      refused                                  1
      failed                                   0
      retried                                  0
      waited                                   0
      KV hit rate (tokens)                 25.0%
      TTFT p50                              80ms
      TTFT p90                              80ms
      TTFT p99                              80ms
      TPOT mean                             50ms
      TPOT p90                              50ms
      cross-region                         50.0%
        refused: at capacity                   1
      good turns (TTFT < 4s, TPOT < 60ms)  66.7%
      goodput, turns a second                0.5

      """
    #expect(table.text(as: .table) == expected)
  }

  @Test func `two replays stand side by side with their ratios, and every reason of either`() {
    let table = table([
      ("nearest", report(ttft: .seconds(2))),
      ("warm", report(ttft: .milliseconds(500)) { $0.failed("unavailable") }),
    ])
    let lines = lines(of: table)
    #expect(lines[0] == "nearest warm warm / nearest")
    #expect(lines.contains("TTFT p50 2s 500ms 0.25 x"))
    #expect(lines.contains("completed 2 2"))
    #expect(lines.contains("refused: at capacity 1 0"))
    #expect(lines.contains("failed: unavailable 0 1"))
    #expect(!table.text(as: .table).contains(" \n"))
  }

  @Test func `replays whose turns have several objectives say so`() {
    var short = ServiceObjective()
    short.ttft = .milliseconds(80)
    let columns = [
      ("a", report(ttft: .milliseconds(80))),
      ("b", report(ttft: .milliseconds(80), objective: short)),
    ]
    #expect(
      lines(of: table(columns)).contains("good turns (each by its own objective) 66.7% 0.0%")
    )
  }

  @Test func `turns that waited, and when those refused should come again, are told`() {
    var waited = report(ttft: .seconds(1)) { report in
      report.refused("quota", retryAfter: .seconds(9))
      for seconds in 1...3 { report.waited(.seconds(seconds)) }
      report.waited(.zero)
    }
    waited.submitted()
    let table = table([("warm", waited)])
    let lines = lines(of: table)
    #expect(lines.contains("waited 3"))
    #expect(lines.contains("wait p50 2s"))
    #expect(lines.contains("retry after p50 9s"))
    #expect(lines.contains("refused: quota 1"))
    let json = table.text(as: .jsonl)
    #expect(json.contains(#""waitP50Seconds":2,"waitP99Seconds":3,"waited":3"#), "\(json)")
    #expect(json.contains(#""retryAfterP50Seconds":9,"#))
  }

  @Test func `a replay of nothing has dashes, and nulls in JSON`() {
    let table = table([("a", ReplayReport()), ("b", ReplayReport())])
    #expect(lines(of: table).contains("TTFT p50 - -"))
    #expect(lines(of: table).contains("good turns 0.0% 0.0%"))
    #expect(table.text(as: .jsonl).contains("\"ttftP50Seconds\":null"))
  }

  @Test func `JSON has whole counts, seconds and the reasons, for each policy`() {
    let columns = ["x", "y"].map { ($0, report(ttft: .milliseconds(80))) }
    let lines = table(columns).text(as: .jsonl).split(separator: "\n")
    #expect(lines.count == 2)
    for field in [
      #"{"completed":2,"failed":0,"failedBecause":{},"#, #""goodShare":0.6666666666666666,"#,
      #""goodput":0.5,"hitRate":0.25,"objectives":[{"tpotSeconds":0.06,"ttftSeconds":4}],"#,
      #""policy":"y","refused":1,"refusedBecause":{"at capacity":1},"#,
      #""ttftP50Seconds":0.08,"#,
    ] {
      #expect(lines[1].contains(field), "\(lines[1])")
    }
    #expect(table(columns).text(as: .json).hasPrefix("[\n  {\n    \"completed\" : 2,\n"))
  }

  @Test func `a replay is also told by region and by replica`() {
    var report = ReplayReport()
    for origin in ["eu", "eu", "us"] { report.submitted(from: origin) }
    report.refused("quota", from: "us")
    for (seconds, region) in [(1, "eu"), (9, "us")] {
      report.completed(
        usage: EngineUsage(promptTokens: 1_000, cachedTokens: 500, outputTokens: 11),
        ttft: .seconds(seconds),
        total: .seconds(seconds) + .milliseconds(500),
        objective: .init(),
        isOutOfRegion: region == "us",
        at: ServingPlace(region: region, replica: "\(region)-1/0")
      )
    }
    let table = table([("warm", report)])
    let regions = """

      REGION  ENTERED  REFUSED  FAILED  SERVED  FROM ELSEWHERE    GOOD  HIT RATE  TTFT P50  P99  TPOT MEAN
      eu            2        0       0       1               0  100.0%     50.0%        1s   1s       50ms
      us            1        1       0       1               1    0.0%     50.0%        9s   9s       50ms

      """
    #expect(table.places(by: .region) == regions)
    #expect(table.places(by: .replica).hasPrefix("\nREPLICA  SERVED"))
    #expect(table.text(as: .jsonl).contains(#""replica":"us-1/0","served":1"#))
    #expect(table.text(as: .jsonl).contains(#""entered":1,"failed":0,"fromElsewhere":1"#))
  }

  @Test func `requests that all came at once have no rate`() {
    var all = ReplayReport()
    all.submitted()
    let table = ReplayTable(columns: [("warm", all)], sendingTime: .zero)
    #expect(lines(of: table).contains("goodput, turns a second -"))
    #expect(lines(of: table).contains("unfinished 1"))
    #expect(table.text(as: .jsonl).contains(#""goodput":null"#))
  }

  @Test func `progress tells counts, rate, and what is left of the trace or at that rate`() {
    let bar = ProgressBar(title: "warm", total: 10, sendingTime: .seconds(30))
    #expect(
      bar.text(of: ReplayReport(), after: .zero) == "[....................] 0/10, 0 running"
    )
    let three = report(ttft: .zero)
    #expect(
      bar.text(of: three, after: .seconds(2))
        == "[######..............] 3/10, 1.5/s, 28s left, 0 running, 1 refused"
    )
    #expect(bar.text(of: three, after: .seconds(40)).contains("3/10, 0.08/s, 1m34s left"))
    var failed = report(ttft: .zero) { $0.failed("internal") }
    failed.submitted()
    #expect(bar.text(of: failed, after: .seconds(2)).hasSuffix("1 running, 1 failed"))
    let small = ProgressBar(title: "", total: 3, sendingTime: .zero)
    #expect(
      small.text(of: three, after: .seconds(3)).hasPrefix("[####################] 3/3, 1/s, 0")
    )
  }
}
