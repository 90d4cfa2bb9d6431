import Basics
import HearthMessages
import Testing
import Wire

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct WordsTests {
  private func failure(_ name: String, among names: [String]) -> Failure? {
    #expect(throws: Failure.self) { _ = try resolve(name, "node", among: names) }
  }

  @Test func `a name is found by itself or by a beginning that no other has`() throws {
    let names = ["us-1", "us-10", "us-2", "eu-1"]
    #expect(try resolve("us-1", "node", among: names) == "us-1")
    #expect(try resolve("us-2", "node", among: names) == "us-2")
    #expect(try resolve("e", "node", among: names) == "eu-1")
  }

  @Test func `a name that is not found is answered with what there is`() {
    let several = failure("us", among: ["us-1", "us-2", "eu-1"])
    #expect(several?.message == "node \"us\" is ambiguous: us-1, us-2")
    #expect(several?.code == .notFound)
    #expect(failure("us-7", among: ["us-1"])?.message.hasSuffix("(did you mean us-1?)") == true)
    let none = failure("zz", among: ["us-1", "eu-1"])
    #expect(none?.message == "no node is named \"zz\" (there are us-1, eu-1)")
    #expect(failure("a", among: [])?.message == "no node is named \"a\" (there are none)")
    #expect(failure("", among: ["us-1"])?.code == .notFound)
  }

  @Test func `of many names a dozen are listed`() {
    let message = failure("zzzz", among: (1...100).map { "n\($0)" })?.message
    #expect(message?.hasSuffix("n11, n12 and 88 more)") == true)
  }

  @Test(arguments: [
    (GRPCStatus.Code.unavailable, Failure.Code.unreachable), (.deadlineExceeded, .unreachable),
    (.notFound, .notFound), (.invalidArgument, .failed), (.internal, .failed),
    (.permissionDenied, .failed),
  ])
  func `what the control plane answers becomes an exit code`(
    _ code: GRPCStatus.Code,
    _ expected: Failure.Code
  ) {
    let failure = Failure(GRPCStatus(code, "the reason"), from: "h:1")
    #expect(failure.code == expected)
    #expect(failure.message.contains("the reason"))
  }

  @Test func `UNAVAILABLE says how to start a fleet, unless the control plane itself says it`() {
    let status = GRPCStatus(.unavailable, "the agent of region a is away")
    #expect(Failure(status, from: "h:1").message.contains("`hearth dev`"))
    let connected = Failure(status, from: "h:1", isConnected: true)
    #expect(connected.message == "the agent of region a is away")
    #expect(connected.code == .unreachable)
  }

  @Test func `text of peers can't move the cursor, colour, or hide what is there`() {
    #expect(Terminal.safe("a\u{1b}[2Jb\r\u{7}\u{9b}1mc\nd") == "a [2Jb   1mc d")
    #expect(Terminal.safe("a\nb\tc\u{202e}d\u{2028}e", lines: true) == "a\nb c d e")
    #expect(Terminal.safe("zürich 東京 🔥") == "zürich 東京 🔥")
    #expect(Terminal.safe("e\u{301}") == "e\u{301}")
  }

  @Test func `a command that does not exist is answered with the one that was meant`() {
    let known = [
      [], ["node"], ["nodes", "ls"], ["node", "drain", "x"], ["help", "node"], ["-h"],
      ["node", "--region", "a"], ["replay", "file"],
    ]
    for words in known { #expect(HearthCommand.unknownCommand(in: words) == nil) }
    #expect(
      HearthCommand.unknownCommand(in: ["nod"])
        == "hearth has no command \"nod\" (did you mean node?)"
    )
    #expect(
      HearthCommand.unknownCommand(in: ["node", "lst", "-o", "json"])
        == "hearth node has no command \"lst\" (did you mean list?)"
    )
    #expect(
      HearthCommand.unknownCommand(in: ["explode\u{1b}"])
        == "hearth has no command \"explode\\u001b\" (`hearth --help` lists them)"
    )
  }

  @Test func `counts, and times that run down, are written as people read them`() {
    #expect(count(1, "node") == "1 node" && count(0, "node") == "0 nodes")
    #expect(Duration.zero.wholeSeconds == "0s")
    #expect(Duration.milliseconds(1).wholeSeconds == "1s")
    #expect(Duration.milliseconds(61_001).wholeSeconds == "1m2s")
    #expect((1.0).text() == "1" && (0.256).text() == "0.26")
  }

  private func candidate(_ name: String, _ terms: [(String, Double)], excluded: String = "")
    -> HearthV1.Candidate
  {
    HearthV1.Candidate(
      replica: name,
      region: "r",
      excluded: excluded,
      terms: terms.map { .init(name: $0.0, seconds: $0.1, weight: 1) },
      totalSeconds: terms.reduce(0) { $0 + $1.1 }
    )
  }

  @Test func `a table of candidates has the costs that differ from zero, in order`() {
    var rows = [
      candidate("a/0", [("prefill", 0.5), ("queue", 0), ("network", 0)]),
      candidate("b/0", [("prefill", 0), ("queue", 0), ("network", 0.08)]),
    ]
    let few = CandidateListing.listing(rows, isWide: false).text(rows, as: .table)
    #expect(
      few.hasPrefix("   REPLICA  REGION  CACHED  NETWORK  PREFILL  TOTAL\n")
    )
    #expect(!few.contains("OUT BECAUSE"))
    let all = CandidateListing.listing(rows, isWide: true).text(rows, as: .wide)
    #expect(all.contains("NETWORK  QUEUE  PREFILL"))
    for row in rows.indices { rows[row].terms[0].weight = 0.05 }
    let weighted = CandidateListing.listing(rows, isWide: false).text(rows, as: .table)
    #expect(weighted.contains("  PREFILL  ") && weighted.contains("  25ms  "))
    rows.append(candidate("c/0", [], excluded: "drained"))
    let out = CandidateListing.listing(rows, isWide: false).text(rows, as: .table)
    #expect(out.contains("TOTAL  OUT BECAUSE\n") && out.contains("-  drained\n"))
  }
}
