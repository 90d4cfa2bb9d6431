import HearthMessages
import Transcripts

/// The bytes with which a simulated engine answers a request of an OpenAI-compatible API, as real
/// ones do.
struct APIAnswer {
  private enum Format { case chat, completion, message }

  private let format: Format
  private let id: String
  private let model: String
  private let streams: Bool
  private let wantsUsage: Bool
  private var text = ""

  /// Makes the answer to a request; nil for what is not simulated.
  init?(to turn: HearthV1.HTTPTurn, outline: PromptOutline, model: String, number: UInt64) {
    switch turn.path {
    case "/v1/chat/completions": format = .chat
    case "/v1/completions": format = .completion
    case "/v1/messages": format = .message
    default: return nil
    }
    id = (format == .message ? "msg_" : format == .chat ? "chatcmpl-" : "cmpl-") + "\(number)"
    self.model = model
    streams = outline.streams
    wantsUsage = outline.wantsUsage
  }

  /// What comes before the body.
  var head: HearthV1.HTTPHead {
    .init(status: 200, contentType: streams ? "text/event-stream" : "application/json")
  }

  /// What a streamed answer begins with.
  func opening(_ started: HearthV1.Started) -> String {
    guard streams else { return "" }
    switch format {
    case .chat: return chunk(#""delta":{"role":"assistant","content":""},"finish_reason":null"#)
    case .completion: return ""
    case .message:
      let counted = counts(0, started.cachedTokens, 0)
      return event(
        "message_start",
        #""message":{"id":"\#(id)","type":"message","role":"assistant","model":"\#(model)","#
          + #""content":[],"usage":\#(counted)}"#
      )
        + event(
          "content_block_start",
          #""index":0,"content_block":{"type":"text","text":""}"#
        )
    }
  }

  /// More of the answer, whose words need no escapes.
  mutating func more(_ words: String) -> String {
    guard streams else {
      text += words
      return ""
    }
    switch format {
    case .chat: return chunk(#""delta":{"content":"\#(words)"},"finish_reason":null"#)
    case .completion: return chunk(#""text":"\#(words)","finish_reason":null"#)
    case .message:
      return event(
        "content_block_delta",
        #""index":0,"delta":{"type":"text_delta","text":"\#(words)"}"#
      )
    }
  }

  /// The end of the answer.
  func closing(_ end: HearthV1.Finished) -> String {
    let isStop = end.reason == .stop
    let counted = counts(end.promptTokens, end.cachedTokens, end.outputTokens)
    if format == .message {
      let reason = isStop ? "end_turn" : "max_tokens"
      guard streams else {
        return #"{"id":"\#(id)","type":"message","role":"assistant","model":"\#(model)","#
          + #""content":[{"type":"text","text":"\#(text)"}],"stop_reason":"\#(reason)","#
          + #""stop_sequence":null,"usage":\#(counted)}"#
      }
      return event("content_block_stop", #""index":0"#)
        + event(
          "message_delta",
          #""delta":{"stop_reason":"\#(reason)","stop_sequence":null},"usage":\#(counted)"#
        ) + event("message_stop", nil)
    }
    let reason = #""finish_reason":"\#(isStop ? "stop" : "length")""#
    guard streams else {
      let choice =
        format == .chat
        ? #""message":{"role":"assistant","content":"\#(text)"}"# : #""text":"\#(text)""#
      return object(#""choices":[{"index":0,\#(choice),\#(reason)}],"usage":\#(counted)"#)
    }
    let last = format == .chat ? #""delta":{},"# : #""text":"","#
    return chunk(last + reason)
      + (wantsUsage ? "data: \(object(#""choices":[],"usage":\#(counted)"#))\n\n" : "")
      + "data: [DONE]\n\n"
  }

  private func counts(_ prompt: UInt32, _ cached: UInt32, _ output: UInt32) -> String {
    format == .message
      ? #"{"input_tokens":\#(prompt),"output_tokens":\#(output),"#
        + #""cache_read_input_tokens":\#(cached)}"#
      : #"{"prompt_tokens":\#(prompt),"completion_tokens":\#(output),"#
        + #""total_tokens":\#(prompt + output),"#
        + #""prompt_tokens_details":{"cached_tokens":\#(cached)}}"#
  }

  private func object(_ members: String) -> String {
    let kind = (format == .chat ? "chat.completion" : "text_completion")
    let suffix = streams && format == .chat ? ".chunk" : ""
    return
      #"{"id":"\#(id)","object":"\#(kind)\#(suffix)","created":0,"model":"\#(model)",\#(members)}"#
  }

  private func chunk(_ choice: String) -> String {
    "data: \(object(#""choices":[{"index":0,\#(choice)}]"#))\n\n"
  }

  private func event(_ type: String, _ members: String?) -> String {
    let rest = members.map { "," + $0 } ?? ""
    return "event: \(type)\ndata: {\"type\":\"\(type)\"\(rest)}\n\n"
  }
}
