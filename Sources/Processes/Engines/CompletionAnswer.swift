import Basics
import HearthMessages

/// OpenAI's chat completions, and completions.
struct CompletionAnswer: AnswerShape {
  let isChat: Bool
  let id: UInt64
  let model: String
  /// Answers to the one prompt, all alike.
  let count: Int
  /// The tool that is called instead of an answer in words.
  let tool: String?
  let wantsUsage: Bool

  func opening(_ usage: HearthV1.Finished) -> String {
    guard isChat else { return "" }
    guard let tool else { return chunks(#""delta":{"role":"assistant","content":""}"#) }
    return chunks(#""delta":{"role":"assistant","content":null}"#)
      + chunks(#""delta":{"tool_calls":[{"index":0,\#(call(tool, #"{\"text\":\""#))}]}"#)
  }

  func more(_ words: String) -> String {
    guard isChat else { return chunks(#""text":"\#(words)""#) }
    guard tool != nil else { return chunks(#""delta":{"content":"\#(words)"}"#) }
    return chunks(#""delta":{"tool_calls":[{"index":0,"function":{"arguments":"\#(words)"}}]}"#)
  }

  func closing(_ words: String, _ end: HearthV1.Finished) -> String {
    let usage = wantsUsage ? "data: \(object(#""choices":[],\#(usage(end))"#, ".chunk"))\n\n" : ""
    let last = isChat && tool != nil ? more(#"\"}"#) : ""
    return last + chunks(isChat ? #""delta":{}"# : #""text":"""#, reason(end)) + usage
      + "data: [DONE]\n\n"
  }

  func whole(_ words: String, _ end: HearthV1.Finished) -> String {
    var answer = #""text":"\#(words)""#
    if isChat, let tool {
      let call = call(tool, #"{\"text\":\"\#(words)\"}"#)
      answer = #""message":{"role":"assistant","content":null,"tool_calls":[{\#(call)}]}"#
    } else if isChat {
      answer = #""message":{"role":"assistant","content":"\#(words)","refusal":null}"#
    }
    let choices = (0..<count).map { choice($0, answer, reason(end)) }.joined(separator: ",")
    return object(#""choices":[\#(choices)],\#(usage(end))"#, "")
  }

  private func call(_ name: String, _ arguments: String) -> String {
    #""id":"call_\#(id)","type":"function","function":{"name":\#(name.quoted()),"#
      + #""arguments":"\#(arguments)"}"#
  }

  private func reason(_ end: HearthV1.Finished) -> String {
    guard end.reason == .stop else { return #""length""# }
    return isChat && tool != nil ? #""tool_calls""# : #""stop""#
  }

  private func usage(_ end: HearthV1.Finished) -> String {
    let output = Int(end.outputTokens) * count
    return #""usage":{"prompt_tokens":\#(end.promptTokens),"completion_tokens":\#(output),"#
      + #""total_tokens":\#(Int(end.promptTokens) + output),"#
      + #""prompt_tokens_details":{"cached_tokens":\#(end.cachedTokens)}}"#
  }

  private func choice(_ index: Int, _ answer: String, _ reason: String) -> String {
    #"{"index":\#(index),\#(answer),"logprobs":null,"finish_reason":\#(reason)}"#
  }

  /// The same for each of the answers.
  private func chunks(_ answer: String, _ reason: String = "null") -> String {
    (0..<count).map {
      "data: \(object(#""choices":[\#(choice($0, answer, reason))]"#, ".chunk"))\n\n"
    }.joined()
  }

  private func object(_ members: String, _ suffix: String) -> String {
    let (kind, prefix) =
      isChat ? ("chat.completion\(suffix)", "chatcmpl") : ("text_completion", "cmpl")
    return #"{"id":"\#(prefix)-\#(id)","object":"\#(kind)","created":0,"#
      + #""model":\#(model.quoted()),\#(members)}"#
  }
}
