import Basics
import Testing

@testable import Transcripts

/// What a reader makes of a streamed answer that comes in pieces of `size` bytes.
private struct Reading {
  var events: [AnswerReader.Event] = []
  var raw = ""
  var usage = AnswerUsage()
  var reason: String?
  var (isError, isWhole) = (false, false)

  init(stream text: String, size: Int) {
    var splitter = EventSplitter()
    var reader = AnswerReader()
    var (found, joined) = ([AnswerReader.Event](), "")
    let bytes = Array(text.utf8)
    var raws: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
      let end = start + min(size, bytes.count - start)
      splitter.take(bytes.span.extracting(start..<end)) { raws.append([UInt8]($0)) }
      start = end
    }
    splitter.finish { raws.append([UInt8]($0)) }
    for raw in raws {
      joined += String(decoding: raw, as: UTF8.self)
      found.append(reader.take(event: raw.span))
    }
    (events, raw) = (found, joined)
    take(reader)
  }

  init(body text: String, size: Int) {
    var reader = AnswerReader()
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let end = start + min(size, bytes.count - start)
      reader.take(body: bytes.span.extracting(start..<end))
      start = end
    }
    take(reader)
  }

  private mutating func take(_ reader: borrowing AnswerReader) {
    (usage, reason, isError) = (reader.usage, reader.finishReason, reader.isError)
    isWhole = reader.isWhole
  }
}

private func usage(_ prompt: Int?, _ cached: Int?, _ output: Int?) -> AnswerUsage {
  AnswerUsage(promptTokens: prompt, cachedTokens: cached, outputTokens: output)
}

extension [UInt8] {
  fileprivate init(_ span: Span<UInt8>) { self = span.withUnsafeBufferPointer { Array($0) } }
}

struct AnswerReaderTests {
  @Test(arguments: ["\n", "\r\n", "\r"]) func `a streamed chat is read, whatever ends its lines`(
    end: String
  ) {
    let lines = [
      #"data: {"choices":[{"finish_reason":null,"delta":{"role":"assistant","content":null}}]}"#,
      "", #"data: {"choices":[{"index":0,"delta":{"content":"He\u0079"}}]}"#, "",
      ": a comment", "", #"data:{"choices":[{"index":0,"#, #"data: "delta":{"content":" you"}}]}"#,
      "", #"data: {"choices":[{"delta":{},"finish_reason":"length"}]}"#, "",
      #"data: {"choices":[],"usage":{"prompt_tokens":241,"completion_tokens":6,"#
        + #""prompt_tokens_details":{"cached_tokens":224}},"timings":{"cache_n":1}}"#,
      "", "data: [DONE]", "", "",
    ]
    let text = lines.joined(separator: end)
    for size in [1, 2, 5, 64, .max] {
      let reading = Reading(stream: text, size: size)
      #expect(reading.raw == text)
      // The last half of a line's end may come too late for its event.
      let events = reading.events.prefix(7)
      #expect(events.map(\.hasContent) == [false, true, false, true, false, false, false])
      #expect(
        events.map(\.isUsageOnly) == [false, false, false, false, false, true, false]
      )
      #expect(reading.reason == "length" && !reading.isError)
      #expect(reading.usage == usage(241, 224, 6))
    }
  }

  @Test(arguments: [
    ("data: [DONE]\n\n", true), ("data:[DONE]\r\n\r\n", true), ("data: [DON\n\n", false),
    ("data: {\"type\":\"message_stop\"}\n\n", true),
    ("event: x\ndata: {\"type\":\"response.incomplete\"}\n\n", true),
    ("data: {\"choices\":[{\"finish_reason\":\"stop\",\"type\":\"message_stop\"}]}\n\n", false),
  ]) func `a stream is whole when its format says so`(text: String, isWhole: Bool) {
    for size in [1, 9, .max] {
      #expect(Reading(stream: text, size: size).isWhole == isWhole, "\(text)")
    }
  }

  @Test func `an answer of one JSON text is whole with its last byte`() {
    #expect(Reading(body: #"{"a":{}}"#, size: 3).isWhole)
    #expect(!Reading(body: #"{"a":{}"#, size: 3).isWhole)
  }

  @Test(arguments: [
    (#"{"error":{"code":400,"message":"too long"}}"#, "too long"), (#"{"error":"no"}"#, "no"),
    (#"{"object":"error","message":"what?"}"#, "what?"), (#"{"detail":"Not Found"}"#, "Not Found"),
    (
      #"{"detail":[{"type":"missing","loc":["body","messages",0,"role"],"msg":"Field required","#
        + #""input":{"msg":"x","loc":["y"]},"ctx":{"error":"z"}}]}"#,
      "body.messages.0.role: Field required"
    ),
    (#"{"detail":[{"msg":"first","loc":["body","n"]},{"msg":"second"}]}"#, "body.n: first; second"),
    (#"{"detail":[{"loc":["body","n"]},1,[],{}]}"#, "body.n"), (#"{"detail":[]}"#, nil),
    (#"{"detail":[{"msg":"cut off"},{"#, "cut off"), (#"{"error":{"message":"cut o"#, "cut o"),
    ("<html>", nil),
  ]) func `what an engine finds wrong is found in every shape`(text: String, words: String?) {
    var (reader, other) = (ErrorReader(), ErrorReader())
    #expect(reader.message(in: Array(text.utf8).span) == words)
    #expect(other.message(inEvent: Array("event: error\ndata: \(text)\n\n".utf8).span) == words)
  }

  @Test func `answers that come whole are read in every format`() {
    let chat = #"""
      {"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"a\"b"}}],
       "usage":{"completion_tokens":8,"prompt_tokens":219,"prompt_tokens_details":{"cached_tokens":3}}}
      """#
    let completion =
      #"{"choices":[{"text":"ab","finish_reason":"stop"}],"usage":{"prompt_tokens":3}}"#
    let message = #"""
      {"content":[{"type":"text","text":"ab"}],"stop_reason":"max_tokens",
       "usage":{"input_tokens":9,"output_tokens":3,"cache_read_input_tokens":2}}
      """#
    let response = #"""
      {"output":[{"content":[{"text":"ab","type":"output_text"}],"type":"message"}],"usage":
       {"input_tokens":11,"input_tokens_details":{"cached_tokens":1},"output_tokens":4}}
      """#
    for size in [1, 7, .max] {
      let readings = [chat, completion, message, response].map { Reading(body: $0, size: size) }
      #expect(
        readings.map(\.usage)
          == [usage(219, 3, 8), usage(3, nil, nil), usage(11, 2, 3), usage(11, 1, 4)]
      )
      #expect(readings.map(\.reason) == ["stop", "stop", "max_tokens", nil])
    }
  }

  @Test func `streams of messages and of responses are read`() {
    let messages = """
      event: message_start
      data: {"type":"message_start","message":{"usage":{"input_tokens":9,"cache_read_input_tokens":4}}}

      event: content_block_delta
      data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"ab"}}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}


      """
    let found = Reading(stream: messages, size: 9)
    #expect(found.reason == "end_turn" && found.usage == usage(13, 4, 2))
    let responses = """
      event: response.output_text.delta
      data: {"type":"response.output_text.delta","delta":"ab"}

      event: response.completed
      data: {"response":{"status":"completed","output":[{"content":[{"text":"ab"}]}],"usage":\
      {"input_tokens":11,"input_tokens_details":{"cached_tokens":1},"output_tokens":2}}}


      """
    let other = Reading(stream: responses, size: 9)
    #expect(other.reason == "completed" && other.usage == usage(11, 1, 2))
  }

  @Test func `thoughts and calls of tools are content, errors are errors`() {
    func event(_ data: String) -> Reading { Reading(stream: "data: \(data)\n\n", size: .max) }
    let thought = event(#"{"choices":[{"delta":{"reasoning_content":"hm"}}]}"#)
    #expect(thought.events[0].hasContent)
    let call = event(#"{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{"}}]}}]}"#)
    #expect(call.events[0].hasContent)
    #expect(event(#"{"error":{"message":"no"}}"#).isError)
    #expect(event(#"{"type":"error","error":{}}"#).isError)
    #expect(!event(#"{"error":null,"choices":[]}"#).isError)
  }

  @Test func `what is no answer says nothing`() {
    for text in ["", "data: {", "data: [1,", "id: 7\n\n", "\n\n\n", "data: nul\n\n", "\u{0}\r\r"] {
      let reading = Reading(stream: text, size: 1)
      #expect(reading.raw == text && reading.usage == AnswerUsage())
    }
    #expect(Reading(body: "<html>", size: 2).usage == AnswerUsage())
  }

  @Test func `an event without end is handed on in pieces`() {
    var splitter = EventSplitter(eventBytesMax: 1_000)
    var (count, longest) = (0, 0)
    let bytes = [UInt8](repeating: 0x61, count: 300)
    for _ in 0..<100 {
      splitter.take(bytes.span) {
        count += $0.count
        longest = max(longest, $0.count)
      }
      #expect(splitter.heldBytes <= 1_000)
    }
    #expect(count + splitter.heldBytes == 30_000 && longest <= 1_300)
  }
}
