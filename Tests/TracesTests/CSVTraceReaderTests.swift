import Basics
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct CSVTraceReaderTests {
  private static let heading = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
  private static let good = "2023-11-16 18:15:46.6805900,374,44"

  private func read(_ text: String) throws(TraceError) -> [TraceRequest] {
    try TraceReader.read(Array(text.utf8), file: "t.csv").requests
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
  }

  @Test(arguments: [
    "2024-05-10 00:00:00.009930+00:00", "2024-05-10T00:00:00.00993Z", "2024-05-10T00:00:00.00993",
    "2024-05-10 02:00:00.00993+02:00", "2024-05-09T20:30:00.00993-0330",
    "2024-05-10T05:00:00.00993+05",
  ])
  func `a date may be of any zone and as ISO writes it`(_ date: String) throws {
    let requests = try read(
      Self.heading + "2024-05-10 00:00:00+00:00,2162,5\n\(date),2399,6\n"
    )
    #expect(requests[1].arrival == .microseconds(9_930))
  }

  @Test func `the columns of Azure's traces with images are found, and failures left out`() throws {
    let text = """
      \u{feff}TIMESTAMP,NumImages,ContextTokens,GeneratedTokens
      2024-10-15 00:00:01,2,100,10
      2024-10-15 00:00:02,0,100,0
      2024-10-15 00:00:03,0,0,10
      2024-10-15 00:00:04,0,7,8
      """
    let trace = try TraceReader.read(Array(text.utf8), file: "t.csv")
    #expect(trace.requests.map(\.promptTokens) == [100, 7])
    #expect(trace.requests.map(\.arrival) == [.zero, .seconds(3)])
    #expect(trace.leftOutCount == 2)
  }

  @Test func `traces of BurstGPT load, with sessions and without`() throws {
    let old = """
      Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
      5,ChatGPT,472,18,490,Conversation log
      45,ChatGPT,1087,0,1087,Conversation log
      118,GPT-4,417,276,693,Conversation log
      """
    let trace = try TraceReader.read(Array(old.utf8), file: "t.csv")
    #expect(trace.requests.map(\.arrival) == [.zero, .seconds(113)])
    #expect(trace.requests.map(\.outputTokens) == [18, 276] && trace.leftOutCount == 1)
    let new = """
      Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
      19440110.0,1722ac82-0a46,43,GPT-4,906,446,1352,Conversation log
      19440161.25,,2,ChatGPT,36,29,65,API log
      19440192.0,1722ac82-0a46,9,GPT-4,1400,10,1410,Conversation log
      19440193.0,,2,ChatGPT,36,29,65,API log
      """
    let requests = try read(new)
    #expect(requests[1].arrival == .milliseconds(51_250))
    #expect(requests[0].session == requests[2].session)
    #expect(Set(requests.map(\.session)).count == 3)
    #expect(Set(requests.flatMap(\.blocks)).count == 7)
  }

  private static func noTime(_ text: String) -> String {
    "2: `TIMESTAMP` is \"\(text)\", not a time such as 2023-11-16 18:15:46.6805900 or "
      + "2024-05-10T00:00:00.01+00:00"
  }

  private static let damaged: [(String, String)] = [
    (
      "TIMESTAMP,Tokens\n",
      "1: this starts as no trace that is known: the formats are \(TraceReader.formats)"
    ),
    (
      "\n1,2,3\n",
      "2: this starts as no trace that is known: the formats are \(TraceReader.formats)"
    ),
    (heading + "a,b", "2: expected 3 values with commas between, found 2"),
    (heading + good + ",", "2: expected 3 values with commas between, found 4"),
    (
      heading + "2023-13-16 18:15:46,1,1",
      noTime("2023-13-16 18:15:46")
    ),
    (
      heading + "2023-11-16 18:15:46.1234567890,1,1",
      noTime("2023-11-16 18:15:46.1234567890")
    ),
    (
      heading + "-2023-11-16 18:15:46,1,1",
      noTime("-2023-11-16 18:15:46")
    ),
    (
      heading + "99999999999999999999-11-16 18:15:46,1,1",
      noTime("99999999999999999999-11-16 18:15:46")
    ),
    (
      heading + good + "\n2023-11-16 18:15:45,1,1",
      "3: `timestamp` is before the line above: sort the file by `timestamp`"
    ),
    (
      heading + good + "\n2026-11-16 18:15:45,1,1",
      "3: `timestamp` is more than a year after the first"
    ),
    (
      heading + "2023-11-16 18:15:45,1.5,1",
      "2: `ContextTokens` is \"1.5\", not a whole number of tokens up to 2097152"
    ),
    (
      heading + "2023-11-16 18:15:45,1,3000000",
      "2: `GeneratedTokens` is \"3000000\", not a whole number of tokens up to 2097152"
    ),
    (
      heading + String(repeating: "x", count: 5_000_000),
      "2: the line is longer than 4194304 bytes: is this a trace?"
    ),
    (
      "Timestamp,Request tokens,Response tokens\n2024-05-10,1,1",
      "2: `Timestamp` is \"2024-05-10\", not a number of seconds"
    ),
    (
      "Timestamp,Request tokens,Response tokens\n-1,1,1",
      "2: `Timestamp` is \"-1\", not a number of seconds"
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
