import Basics
import Testing

@testable import Transcripts

private let key = SipHash(key: (3, 4))

private func outline(_ body: String, _ format: PromptFormat) throws -> PromptOutline {
  var scanner = PromptScanner(format, key: key)
  try scanner.take(Array(body.utf8).span)
  return try scanner.finish()
}

/// What an answer adds to its transcript, streamed when it is no JSON.
private func chunks(
  of answer: String,
  after prompt: PromptOutline,
  _ format: PromptFormat,
  size: Int = 7
) throws -> [PromptChunk] {
  var reader = AnswerReader(format, key: key, tail: try #require(prompt.tail))
  if answer.hasPrefix("{") {
    for piece in pieces(Array(answer.utf8), size) { reader.take(body: piece.span) }
  } else {
    for event in events(Array(answer.utf8), size) { _ = reader.take(event: event.span) }
  }
  return reader.finishTranscript()
}

private func stream(_ data: [String]) -> String {
  data.map { "data: \($0)\n\n" }.joined() + "data: [DONE]\n\n"
}

private func delta(_ members: String) -> String {
  #"{"choices":[{"index":0,"delta":{\#(members)},"finish_reason":null}]}"#
}

private let long = String(repeating: "All work and no play. ", count: 40)

struct AnswerTranscriptTests {
  /// Checks that each answer has the chunks which each message has that a client sends back.
  private func check(
    _ format: PromptFormat,
    _ answers: [String],
    _ messages: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let list = format == .responses ? "input" : "messages"
    let user = #"{"role":"user","content":"hi"}"#
    let prompt = try outline(#"{"\#(list)":[\#(user)]}"#, format)
    for message in messages {
      let next = try outline(#"{"\#(list)":[\#(user),\#(message),\#(user)]}"#, format).chunks
      for answer in answers {
        let own = try chunks(of: answer, after: prompt, format)
        #expect(!own.isEmpty, sourceLocation: sourceLocation)
        #expect(
          next == prompt.chunks + own + prompt.chunks,
          "\(answer.prefix(300)) and \(message.prefix(300))",
          sourceLocation: sourceLocation
        )
      }
    }
  }

  @Test func `a chat goes on with what was answered, however clients send it back`() throws {
    let text = #"Hi \"you\"\n"# + long
    let streamed = stream([
      delta(#""role":"assistant","content":"""#), delta(#""content":"Hi \"yo""#),
      delta(#""content":"u\"\u000a""#), delta(#""content":"\#(long)""#), delta(""),
    ])
    let whole =
      #"{"choices":[{"index":0,"message":{"content":"\#(text)","refusal":null,"role":"assistant","#
      + #""annotations":null,"audio":null,"function_call":null,"reasoning":null},"#
      + #""finish_reason":"stop"}]}"#
    try check(
      .chatCompletions,
      [streamed, whole],
      [
        #"{"role":"assistant","content":"\#(text)"}"#,
        #"{"content":"\#(text)","refusal":null,"role":"assistant","annotations":[],"audio":null,"#
          + #""function_call":null,"tool_calls":null,"parsed":null}"#,
        #"{ "role":"assistant", "tool_calls":[], "content":[{"text":"\#(text)","type":"text"}] }"#,
        #"{"role":"assistant","content":[{"type":"text","text":"\#(text)","annotations":[]}]}"#,
      ]
    )
  }

  @Test func `calls of tools go on, however they came`() throws {
    func call(_ members: String) -> String { delta(#""content":null,"tool_calls":[\#(members)]"#) }
    let arguments = #"{\"city\":\"Köln\"}"#
    let streamed = stream([
      delta(#""role":"assistant","content":null"#),
      call(#"{"index":0,"type":"function","id":"a","function":{"name":"f","arguments":""}}"#),
      call(#"{"index":0,"function":{"arguments":"{\"city\":"}}"#),
      call(#"{"index":0,"function":{"arguments":"\"Köln\"}"}}"#),
      call(#"{"function":{"name":"g"},"id":"b","type":"function","index":1}"#),
      call(#"{"function":{"arguments":"{}"},"index":1}"#),
    ])
    let first = #"{"id":"a","type":"function","function":{"name":"f","arguments":"\#(arguments)"}"#
    let second = #"{"function":{"arguments":"{}","name":"g"},"type":"function","id":"b""#
    let whole =
      #"{"choices":[{"message":{"role":"assistant","content":null,"tool_calls":[\#(first)},"#
      + #"\#(second)}]}}]}"#
    try check(
      .chatCompletions,
      [streamed, whole],
      [
        #"{"role":"assistant","content":null,"tool_calls":[\#(first)},\#(second)}]}"#,
        #"{"role":"assistant","content":"","tool_calls":[\#(first),"index":0},\#(second)}]}"#,
      ]
    )
    let parsed = #"{"function":{"arguments":"{}","name":"g","parsed_arguments":{"a":1}},"id":"b","#
    let other = stream([call(#"{"id":"b","function":{"name":"g","arguments":"{}"}}"#)])
    let message = #"{"role":"assistant","tool_calls":[\#(parsed)"type":"function"}]}"#
    try check(.chatCompletions, [other], [message])
  }

  @Test func `thoughts count where clients send them back`() throws {
    let streamed = stream([
      delta(#""role":"assistant""#), delta(#""reasoning_content":"hm, ""#),
      delta(#""reasoning_content":"well""#), delta(#""content":"yes""#),
    ])
    let message = #"{"role":"assistant","content":"yes""#
    try check(.chatCompletions, [streamed], [#"\#(message),"reasoning_content":"hm, well"}"#])
    let prompt = try outline(#"{"messages":[]}"#, .chatCompletions)
    let own = try chunks(of: streamed, after: prompt, .chatCompletions)
    let without = try outline(#"{"messages":[\#(message)}]}"#, .chatCompletions).chunks
    #expect(own.first == without.first && own != without)
  }

  @Test func `Anthropic's messages go on, with thoughts, texts and calls`() throws {
    let streamed = """
      event: message_start
      data: {"type":"message_start","message":{"id":"m","role":"assistant","content":[]}}

      data: {"type":"content_block_start","content_block":{"type":"thinking","thinking":""}}

      data: {"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}}

      data: {"type":"content_block_delta","delta":{"type":"signature_delta","signature":"s"}}

      data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

      data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"o"}}

      data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"k"}}

      data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t",\
      "name":"f","input":{}}}

      data: {"delta":{"type":"input_json_delta","partial_json":"{\\"a\\": "}}

      data: {"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"[1]}"}}

      data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"u",\
      "name":"g","input":{}}}

      data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}


      """
    let content =
      #"[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"ok"},"#
      + #"{"type":"tool_use","id":"t","name":"f","input":{"a":[1]}},"#
      + #"{"type":"tool_use","id":"u","name":"g","input":{}}]"#
    let marked = content.replacing(#""text":"ok""#, with: #""citations":null,"text":"ok""#)
      .replacing(#""name":"g""#, with: #""name":"g","cache_control":{"type":"ephemeral"}"#)
    let whole = #"{"id":"m","type":"message","role":"assistant","content":\#(content),"model":"x"}"#
    try check(
      .messages,
      [streamed, whole],
      [
        #"{"role":"assistant","content":\#(content)}"#,
        #"{"content":\#(marked),"role":"assistant"}"#,
      ]
    )
    let plain = #"{"role":"assistant","content":[{"type":"text","text":"ok"}]}"#
    try check(.messages, [plain], [#"{"role":"assistant","content":"ok"}"#])
  }

  @Test func `responses go on with their items`() throws {
    let item =
      #"{"type":"message","status":"completed","id":"msg_1","content":[{"type":"output_text","#
      + #""annotations":[],"logprobs":[],"text":"\#(long)"}],"role":"assistant","phase":null}"#
    let call = #"{"type":"function_call","call_id":"c","name":"f","arguments":"{}","#
    let output = #"[\#(item),\#(call)"id":"fc_1","status":"completed"}]"#
    let streamed = stream([
      #"{"type":"response.created","response":{"output":[],"status":"in_progress"}}"#,
      #"{"type":"response.output_text.delta","delta":"All work"}"#,
      #"{"type":"response.completed","response":{"status":"completed","output":\#(output)}}"#,
    ])
    try check(
      .responses,
      [streamed, #"{"object":"response","status":"completed","output":\#(output)}"#],
      [
        #"\#(item),\#(call)"id":null}"#,
        #"{"role":"assistant","content":"\#(long)"},\#(call)"x":[]}"#,
      ]
    )
    let text = try outline(#"{"input":"hi"}"#, .responses)
    #expect(text == (try outline(#"{"input":[{"role":"user","content":"hi"}]}"#, .responses)))
  }

  @Test(arguments: [0, 5, 255, 256, 300]) func `a text goes on within its last piece`(
    count: Int
  ) throws {
    let start = String(repeating: "x", count: count)
    let prompt = try outline(#"{"prompt":"\#(start)"}"#, .completions)
    #expect(prompt.tail == Array(start.utf8.suffix(count % 256)))
    let event = #"{"choices":[{"index":0,"text":"\#(long)"}]}"#
    let known = prompt.chunks.prefix(count / 256)
    for answer in [stream([event]), event] {
      let own = try chunks(of: answer, after: prompt, .completions)
      let next = try outline(#"{"prompt":"\#(start)\#(long) and more"}"#, .completions).chunks
      #expect(own.count == (count % 256 + long.utf8.count) / 256)
      #expect(next.starts(with: known + own))
    }
  }

  @Test func `what an answer adds is not known where nothing says what goes on`() throws {
    #expect(try outline(#"{"prompt":["a","b"]}"#, .completions).tail == nil)
    #expect(try outline(#"{"prompt":[1,2]}"#, .completions).tail == nil)
    #expect(try outline(#"{"input":"a"}"#, .embeddings).tail == nil)
    let prompt = try outline(#"{"messages":[]}"#, .messages)
    let broken = stream([
      #"{"content_block":{"type":"tool_use","id":"t","name":"f"}}"#,
      #"{"delta":{"partial_json":"{]"}}"#,
    ])
    #expect(try chunks(of: broken, after: prompt, .messages).isEmpty)
  }
}
