import Basics
import Foundation
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct TraceReaderTests {
  private static let good =
    #"{"timestamp": 27, "input_length": 700, "output_length": 5, "hash_ids": [0, 46]}"#

  private static func swap(_ part: String, _ other: String) -> String {
    good.replacingOccurrences(of: part, with: other)
  }

  private static let damaged: [(String, String)] = [
    (
      "nonsense", "1: this starts as no trace that is known: the formats are \(TraceReader.formats)"
    ),
    (good + "\n" + good.dropLast(), "2: expected `,` or `}` at column 79"),
    (good + " x", "1: text follows the object: split the line"),
    (swap("700", "7e2"), "1: `input_length` is 7e2: it must be whole tokens"),
    (swap("27", "27.5"), "1: `timestamp` is 27.5: it must be whole milliseconds"),
    (swap("27", "\"27\""), "1: expected a number for `timestamp` at column 15"),
    (
      swap("700", "-7"),
      "1: `input_length` is -7: it must be whole tokens"
    ),
    (
      swap("700", "0700"),
      "1: `input_length` starts with a zero, which JSON forbids"
    ),
    (
      swap("700", "0"),
      "1: `input_length` is 0: it must be from 1 to 2097152"
    ),
    (
      swap("46", "99999999999999999999"),
      "1: `hash_ids` is beyond 64 bits"
    ),
    (
      swap("700", "1025"),
      "1: `hash_ids` has 2 blocks, but 1025 tokens are 3 blocks of 512: for a trace in blocks of "
        + "1024 say --block-tokens 1024"
    ),
    (
      swap("output_length", "output"),
      "1: the key `output` is unknown: remove it"
    ),
    (
      swap("output_length", "timestamp"),
      "1: `timestamp` is there twice: keep one"
    ),
    (
      swap(#""output_length": 5, "#, ""),
      "1: `output_length` is missing: add it"
    ),
    (
      swap("27", #"27, "tenant": "a b""#),
      "1: `tenant` is not a name of 1 to 128 of A-Z a-z 0-9 . _ - / :"
    ),
    (swap("27", #"27, "tenant": 7"#), "1: expected a name at column 29"),
    (
      swap("27", #"27, "tenant": "acme"#),
      "1: `tenant` is not a name of 1 to 128 of A-Z a-z 0-9 . _ - / :"
    ),
    (swap("27", #"27, "priority": 8"#), "1: `priority` is 8: it must be from 1 to 7"),
    (
      swap("46", ""),
      "1: expected a number for `hash_ids` at column 76"
    ),
    (
      good + "\n" + swap("27", "26"),
      "2: `timestamp` is before the line above: sort the file by `timestamp`"
    ),
    (
      "{" + String(repeating: "7", count: 5_000_000),
      "1: the line is longer than 4194304 bytes: is this a trace?"
    ),
  ]

  private func read(_ text: String) throws -> [TraceRequest] {
    try TraceReader.read(Array(text.utf8), file: "trace.jsonl").requests
  }

  @Test func `a line is a request, whatever the order of keys and the space between`() throws {
    let request = TraceRequest(
      arrival: .zero,
      promptTokens: 700,
      outputTokens: 5,
      blocks: [0, 46]
    )
    #expect(try read(Self.good) == [request])
    let other =
      "\t{ \"hash_ids\":[0 ,46] ,\"output_length\":5,\"input_length\":700,\"timestamp\":27}\r\n\n"
    #expect(try read(other + Self.good + "\n") == [request, request])
    #expect(try read("") == [])
  }

  @Test func `arrivals count from the first line, wherever the slice begins`() throws {
    let lines = ["1700000000000", "1700000000461"].map { Self.swap("27", $0) }
    let later = try read(lines.joined(separator: "\n"))
    #expect(later.map(\.arrival) == [.zero, .milliseconds(461)])
    #expect(throws: TraceError.self) {
      try read(Self.good + "\n" + Self.swap("27", "1700000000000"))
    }
  }

  @Test func `a trace in other blocks loads when its reader is told, and else says how`() throws {
    let text =
      #"{"timestamp": 0, "input_length": 70, "output_length": 2, "hash_ids": [1, 2, 3, 4, 5]}"#
    let error = #expect(throws: TraceError.self) { try read(text) }
    #expect(error?.message.hasSuffix("say --block-tokens 16") == true)
    let trace = try TraceReader.read(Array(text.utf8), file: "t", blockTokens: 16)
    let request = try #require(trace.requests.first)
    #expect(request.blockTokens == 16 && request.fullBlocks(of: 16) == [1, 2, 3, 4])
    #expect(request.fullBlocks(of: 8).count == 8 && request.fullBlocks(of: 32).count == 2)
    #expect(!request.fits(blockTokens: 24) && !request.fits(blockTokens: 0))
    var other = request
    other.blocks[2] = 9
    #expect(other.fullBlocks(of: 32)[0] == request.fullBlocks(of: 32)[0])
    #expect(other.fullBlocks(of: 32)[1] != request.fullBlocks(of: 32)[1])
    other.blocks = [2, 1, 3, 4, 5]
    #expect(other.fullBlocks(of: 32)[0] != request.fullBlocks(of: 32)[0])
  }

  @Test func `usage traces of Bailian load, and their chats are conversations`() throws {
    let text = """
      {"chat_id": 55, "parent_chat_id": -1, "timestamp": 60.0, "input_length": 33, "output_length": 3, \
      "type": "text", "turn": 1, "hash_ids": [1089, 1090, 6326]}
      {"chat_id": 56, "parent_chat_id": -1, "timestamp": 61e0, "input_length": 33, "output_length": 0, \
      "type": "a \\"]}", "turn": 1, "hash_ids": [1, 2, 3], "more": {"a": [1, "}"]}}
      {"chat_id": 159, "parent_chat_id": 55, "timestamp": 61.114, "input_length": 40, \
      "output_length": 132, "type": "search", "turn": 2, "hash_ids": [1089, 1090]}
      {"chat_id": 160, "parent_chat_id": 159, "timestamp": 61.114, "input_length": 16, \
      "output_length": 1, "type": "file", "turn": 3, "hash_ids": [7]}
      """
    let trace = try TraceReader.read(Array(text.utf8), file: "t")
    #expect(trace.leftOutCount == 1)
    #expect(trace.requests.map(\.arrival) == [.zero, .milliseconds(1_114), .milliseconds(1_114)])
    #expect(trace.requests.allSatisfy { $0.blockTokens == 16 })
    #expect(Set(trace.requests.map(\.session)).count == 1)
    #expect(trace.requests[1].fullBlocks(of: 16) == [1089, 1090])
  }

  @Test func `a line may name a tenant and a priority`() throws {
    let named = Self.swap("27", #"27, "tenant": "acme/a", "priority": 7"#)
    let requests = try read(named + "\n" + Self.good)
    #expect(requests.map { $0.tenant?.text } == ["acme/a", nil])
    #expect(requests.map(\.priority) == [7, nil])
  }

  @Test(arguments: damaged)
  func `what is wrong is told with its place`(text: String, message: String) throws {
    let error = #expect(throws: TraceError.self) { try read(text) }
    #expect(error?.description == "trace.jsonl:" + message)
  }

  @Test(arguments: [1, UInt64.random(in: 2...UInt64.max)])
  func `damaged bytes never trap`(seed: UInt64) {
    print("TraceReaderTests seed \(seed)")
    var random = PRNG(seed: seed)
    var refused = 0
    for _ in 0..<5000 {
      var bytes = Array(Self.good.utf8)
      for _ in 0...Int.random(in: 0...2, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      bytes.removeLast(Int.random(in: 0...3, using: &random))
      do { _ = try TraceReader.read(bytes, file: "damaged") } catch { refused += 1 }
    }
    #expect(refused > 3000)
  }

  @Test func `conversations keep their region, and regions get their shares`() throws {
    let trace = try MooncakeTrace.read()
    let regions = try ["us-east", "eu-west", "ap-south"].map { try #require(RegionID($0)) }
    var counts: [RegionID: Int] = [:]
    var homes: [UInt64: RegionID] = [:]
    for request in trace {
      let region = try #require(TraceOrigin.region(of: request, regions: regions))
      counts[region, default: 0] += 1
      guard request.blocks.count > 1 else { continue }
      #expect(homes.updateValue(region, forKey: request.blocks[1]) ?? region == region)
    }
    #expect(homes.count < trace.count, "some conversations have several turns")
    for (region, share) in zip(regions, TraceOrigin.weights) {
      #expect(abs(Double(counts[region] ?? 0) / Double(trace.count) - share) < 0.05)
    }
    #expect(TraceOrigin.region(of: trace[0], regions: []) == nil)
    #expect(TraceOrigin.region(of: trace[0], regions: regions, weights: [0, 1]) == regions[1])
  }
}

/// The slice of the Mooncake trace that the package ships.
enum MooncakeTrace {
  static func read() throws -> [TraceRequest] {
    let name = "mooncake-conversation-10min.jsonl"
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let bytes = try Data(contentsOf: root.appending(path: "deploy/traces/\(name)"))
    return try TraceReader.read(Array(bytes), file: name).requests
  }
}
