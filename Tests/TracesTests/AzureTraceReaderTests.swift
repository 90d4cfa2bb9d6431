import Basics
import Testing
import Traces

@Suite(.timeLimit(.minutes(1)))
struct AzureTraceReaderTests {
  private static let heading = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
  private static let good = "2023-11-16 18:15:46.6805900,374,44"

  private func read(_ text: String) throws(TraceError) -> [TraceRequest] {
    try AzureTraceReader.read(Array(text.utf8), file: "t.csv")
  }

  @Test func `lines are requests without a common block, and arrivals count from the first`() throws
  {
    let lines = [
      Self.good, "2023-11-16 18:15:50.9951690,1025,109\r", "", "2023-11-17 00:00:00,1,2",
      "2024-02-29 00:00:00.5,3,4", "2024-03-01 00:00:00.5,3,4",
    ]
    let requests = try read(Self.heading + lines.joined(separator: "\n"))
    #expect(requests.map(\.promptTokens) == [374, 1025, 1, 3, 3])
    #expect(requests.map(\.outputTokens) == [44, 109, 2, 4, 4])
    #expect(requests.map(\.blocks.count) == [1, 3, 1, 1, 1])
    #expect(Set(requests.flatMap(\.blocks)).count == 7 && Set(requests.map(\.session)).count == 5)
    #expect(requests[0].arrival == .zero)
    #expect(requests[1].arrival == .nanoseconds(4_314_579_000))
    #expect(requests[2].arrival == .nanoseconds(20_653_319_410_000))
    // From 17 November to 29 February are 104 days.
    #expect(
      requests[3].arrival - requests[2].arrival == .seconds(104 * 86_400) + .milliseconds(500)
    )
    #expect(requests[4].arrival - requests[3].arrival == .seconds(86_400))
    #expect(AzureTraceReader.recognises(Array(Self.heading.utf8)))
    #expect(!AzureTraceReader.recognises(Array("{}".utf8)))
  }

  private static let damaged: [(String, String)] = [
    ("TIMESTAMP,Tokens\n", "1: the heading is not `TIMESTAMP,ContextTokens,GeneratedTokens`"),
    (heading + "a,b", "2: expected 3 values with commas between, found 2"),
    (heading + good + ",", "2: expected 3 values with commas between, found 4"),
    (
      heading + "2023-13-16 18:15:46,1,1",
      "2: `TIMESTAMP` is not a time such as 2023-11-16 18:15:46.6805900"
    ),
    (
      heading + "2023-11-16 18:15:46.1234567890,1,1",
      "2: `TIMESTAMP` is not a time such as 2023-11-16 18:15:46.6805900"
    ),
    (
      heading + "-2023-11-16 18:15:46,1,1",
      "2: `TIMESTAMP` is not a time such as 2023-11-16 18:15:46.6805900"
    ),
    (
      heading + "99999999999999999999-11-16 18:15:46,1,1",
      "2: `TIMESTAMP` is not a time such as 2023-11-16 18:15:46.6805900"
    ),
    (
      heading + good + "\n2023-11-16 18:15:45,1,1",
      "3: `timestamp` is before the line above: sort the file by `timestamp`"
    ),
    (
      heading + good + "\n2026-11-16 18:15:45,1,1",
      "3: `TIMESTAMP` is more than a year after the first"
    ),
    (
      heading + "2023-11-16 18:15:45,0,1",
      "2: `ContextTokens` is not a whole number from 1 to 2097152"
    ),
    (
      heading + "2023-11-16 18:15:45,1,3000000",
      "2: `GeneratedTokens` is not a whole number from 1 to 2097152"
    ),
    (
      heading + String(repeating: "x", count: 70_000),
      "2: the line is longer than 65536 bytes: is this a trace?"
    ),
  ]

  @Test(arguments: damaged)
  func `what is wrong is told with its line`(text: String, message: String) {
    #expect {
      try read(text)
    } throws: {
      "\($0)" == "t.csv:" + message
    }
  }
}
