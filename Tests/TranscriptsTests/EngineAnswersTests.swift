import Basics
import Foundation
import Testing

@testable import Transcripts

/// What real engines answered, and what of it is read.
struct EngineAnswersTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Answers")

  /// One line: a file, tokens of the prompt, from the cache and of the answer, why it ended, events
  /// with content, events about usage alone.
  private static let lines: [[String]] = {
    let table = try? String(contentsOf: folder.appending(path: "expected.tsv"), encoding: .utf8)
    return (table ?? "").split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
  }()

  @Test func `there are answers of three engines`() {
    #expect(Set(Self.lines.map { $0[0].prefix(4) }) == ["vllm", "llam", "dyna"])
  }

  @Test(arguments: lines) func `an engine's answer says what it cost`(line: [String]) throws {
    let bytes = Array(try Data(contentsOf: Self.folder.appending(path: line[0])))
    for size in [1, 7, 1 << 20] {
      var reader = AnswerReader()
      var (contents, usages) = (0, 0)
      if line[0].hasSuffix(".sse") {
        for event in events(bytes, size) {
          let found = reader.take(event: event.span)
          contents += found.hasContent ? 1 : 0
          usages += found.isUsageOnly ? 1 : 0
        }
      } else {
        for piece in pieces(bytes, size) { reader.take(body: piece.span) }
        contents = reader.hasContent ? 1 : 0
      }
      let usage = reader.usage
      let found =
        [usage.promptTokens, usage.cachedTokens, usage.outputTokens].map { $0?.description ?? "-" }
        + [reader.finishReason ?? "-", "\(contents)", "\(usages)"]
      #expect(found == Array(line.dropFirst()))
      let isError = reader.isError
      #expect(!isError)
    }
  }
}

func pieces(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
  stride(from: 0, to: bytes.count, by: size).map {
    Array(bytes[$0..<min(bytes.count, $0 + size)])
  }
}

func events(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
  var splitter = EventSplitter()
  var events: [[UInt8]] = []
  for piece in pieces(bytes, size) {
    splitter.take(piece.span) { events.append($0.withUnsafeBufferPointer { Array($0) }) }
  }
  splitter.finish { events.append($0.withUnsafeBufferPointer { Array($0) }) }
  return events
}
