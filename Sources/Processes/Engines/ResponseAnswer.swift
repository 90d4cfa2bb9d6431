import Basics
import HearthMessages

/// OpenAI's responses: one message, in words.
struct ResponseAnswer: AnswerShape {
  let id: UInt64
  let model: String

  private var item: String { #""item_id":"msg_\#(id)","output_index":0,"content_index":0"# }

  func opening(_ usage: HearthV1.Finished) -> String {
    let response = #""response":\#(response("in_progress", "", nil))"#
    let part = #""part":\#(part(""))"#
    return event("created", 0, response) + event("in_progress", 1, response)
      + event("output_item.added", 2, #""output_index":0,"item":\#(message("in_progress", ""))"#)
      + event("content_part.added", 3, "\(item),\(part)")
  }

  func more(_ words: String) -> String {
    event("output_text.delta", 4, #"\#(item),"delta":"\#(words)","logprobs":[]"#)
  }

  func closing(_ words: String, _ end: HearthV1.Finished) -> String {
    let state = state(end)
    let message = message(state, part(words))
    return event("output_text.done", 5, #"\#(item),"text":"\#(words)","logprobs":[]"#)
      + event("content_part.done", 6, #"\#(item),"part":\#(part(words))"#)
      + event("output_item.done", 7, #""output_index":0,"item":\#(message)"#)
      + event(state, 8, #""response":\#(response(state, message, end))"#)
  }

  func whole(_ words: String, _ end: HearthV1.Finished) -> String {
    let state = state(end)
    return response(state, message(state, part(words)), end)
  }

  private func state(_ end: HearthV1.Finished) -> String {
    end.reason == .stop ? "completed" : "incomplete"
  }

  private func part(_ words: String) -> String {
    #"{"type":"output_text","annotations":[],"logprobs":[],"text":"\#(words)"}"#
  }

  private func message(_ state: String, _ part: String) -> String {
    #"{"id":"msg_\#(id)","type":"message","role":"assistant","status":"\#(state)","#
      + #""content":[\#(part)]}"#
  }

  private func response(_ state: String, _ output: String, _ end: HearthV1.Finished?) -> String {
    let why = state == "incomplete" ? #"{"reason":"max_output_tokens"}"# : "null"
    var usage = "null"
    if let end {
      usage =
        #"{"input_tokens":\#(end.promptTokens),"input_tokens_details":{"cached_tokens":"#
        + #"\#(end.cachedTokens),"cache_write_tokens":0},"output_tokens":\#(end.outputTokens),"#
        + #""output_tokens_details":{"reasoning_tokens":0},"#
        + #""total_tokens":\#(Int(end.promptTokens) + Int(end.outputTokens))}"#
    }
    return #"{"id":"resp_\#(id)","object":"response","created_at":0,"status":"\#(state)","#
      + #""model":\#(model.quoted()),"output":[\#(output)],"parallel_tool_calls":true,"#
      + #""tool_choice":"auto","tools":[],"incomplete_details":\#(why),"error":null,"#
      + #""usage":\#(usage)}"#
  }

  private func event(_ type: String, _ number: Int, _ members: String) -> String {
    namedEvent("response.\(type)", #""sequence_number":\#(number),\#(members)"#)
  }
}
