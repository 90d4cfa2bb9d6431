import Basics
import HearthMessages

/// Anthropic's messages.
struct MessageAnswer: AnswerShape {
  let id: UInt64
  let model: String
  /// The tool that is called instead of an answer in words.
  let tool: String?

  func opening(_ usage: HearthV1.Finished) -> String {
    let message = message(#""content":[]"#, reason: "null", usage)
    let block = block("", isEmpty: true)
    return namedEvent("message_start", #""message":\#(message)"#)
      + namedEvent("content_block_start", #""index":0,"content_block":\#(block)"#)
      + (tool == nil ? "" : more(#"{\"text\":\""#))
  }

  func more(_ words: String) -> String {
    let delta =
      tool == nil
      ? #"{"type":"text_delta","text":"\#(words)"}"#
      : #"{"type":"input_json_delta","partial_json":"\#(words)"}"#
    return namedEvent("content_block_delta", #""index":0,"delta":\#(delta)"#)
  }

  func closing(_ words: String, _ end: HearthV1.Finished) -> String {
    (tool == nil ? "" : more(#"\"}"#)) + namedEvent("content_block_stop", #""index":0"#)
      + namedEvent(
        "message_delta",
        #""delta":{"stop_reason":\#(reason(end)),"stop_sequence":null},\#(usage(end))"#
      ) + namedEvent("message_stop", "")
  }

  func whole(_ words: String, _ end: HearthV1.Finished) -> String {
    message(#""content":[\#(block(words, isEmpty: false))]"#, reason: reason(end), end)
  }

  private func block(_ words: String, isEmpty: Bool) -> String {
    guard let tool else { return #"{"type":"text","text":"\#(words)"}"# }
    return #"{"type":"tool_use","id":"toolu_\#(id)","name":\#(tool.quoted()),"#
      + #""input":\#(isEmpty ? "{}" : #"{"text":"\#(words)"}"#)}"#
  }

  private func reason(_ end: HearthV1.Finished) -> String {
    guard end.reason == .stop else { return #""max_tokens""# }
    return tool == nil ? #""end_turn""# : #""tool_use""#
  }

  private func message(_ content: String, reason: String, _ end: HearthV1.Finished) -> String {
    #"{"id":"msg_\#(id)","type":"message","role":"assistant","model":\#(model.quoted()),"#
      + #"\#(content),"stop_reason":\#(reason),"stop_sequence":null,\#(usage(end))}"#
  }

  /// Tokens from the cache are counted apart.
  private func usage(_ end: HearthV1.Finished) -> String {
    let input = Int(end.promptTokens) - Int(end.cachedTokens)
    return #""usage":{"input_tokens":\#(max(0, input)),"output_tokens":\#(end.outputTokens),"#
      + #""cache_creation_input_tokens":0,"cache_read_input_tokens":\#(end.cachedTokens)}"#
  }
}
