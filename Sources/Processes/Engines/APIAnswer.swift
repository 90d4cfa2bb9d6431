import Basics
import HearthMessages
import Transcripts

/// The bytes with which a simulated engine answers a request of an HTTP API, as real ones do.
struct APIAnswer {
  private let shape: any AnswerShape
  private let streams: Bool
  private var words = ""

  /// Makes the answer to a request.
  init(
    _ format: PromptFormat,
    _ outline: PromptOutline,
    _ options: RequestOptions,
    model: String,
    number: UInt64
  ) {
    let model = outline.model ?? model
    shape =
      switch format {
      case .chatCompletions, .completions:
        CompletionAnswer(
          isChat: format == .chatCompletions,
          id: number,
          model: model,
          count: max(1, min(outline.answers, 128)),
          tool: options.calledTool,
          wantsUsage: outline.wantsUsage
        )
      case .messages: MessageAnswer(id: number, model: model, tool: options.calledTool)
      case .responses: ResponseAnswer(id: number, model: model)
      case .embeddings: EmbeddingAnswer(model: model, count: min(options.inputs, 2_048))
      }
    streams = outline.streams
  }

  /// What comes before the body.
  var head: HearthV1.HTTPHead {
    .init(status: 200, contentType: streams ? "text/event-stream" : "application/json")
  }

  /// What a streamed answer begins with.
  func opening(_ started: HearthV1.Started, promptTokens: UInt32) -> String {
    let usage = HearthV1.Finished(promptTokens: promptTokens, cachedTokens: started.cachedTokens)
    return streams ? shape.opening(usage) : ""
  }

  /// More of the answer, whose words need no escapes.
  mutating func more(_ words: String) -> String {
    self.words += words
    return streams ? shape.more(words) : ""
  }

  /// The end of the answer.
  func closing(_ end: HearthV1.Finished) -> String {
    streams ? shape.closing(words, end) : shape.whole(words, end)
  }
}

/// How one API shapes an answer of words, which need no escapes.
protocol AnswerShape: Sendable {
  /// What a streamed answer begins with.
  func opening(_ usage: HearthV1.Finished) -> String
  /// More of it.
  func more(_ words: String) -> String
  /// Its end.
  func closing(_ words: String, _ end: HearthV1.Finished) -> String
  /// An answer that comes whole.
  func whole(_ words: String, _ end: HearthV1.Finished) -> String
}

/// An event of a stream whose events have names.
func namedEvent(_ type: String, _ members: String) -> String {
  let rest = members.isEmpty ? "" : "," + members
  return "event: \(type)\ndata: {\"type\":\"\(type)\"\(rest)}\n\n"
}

/// A vector for each text.
struct EmbeddingAnswer: AnswerShape {
  let model: String
  let count: Int

  private static let vector = (0..<16).map { "\(Double(1 + $0) / 64)" }.joined(separator: ",")

  func opening(_ usage: HearthV1.Finished) -> String { "" }
  func more(_ words: String) -> String { "" }
  func closing(_ words: String, _ end: HearthV1.Finished) -> String { "" }

  func whole(_ words: String, _ end: HearthV1.Finished) -> String {
    let data = (0..<count).map {
      #"{"object":"embedding","index":\#($0),"embedding":[\#(Self.vector)]}"#
    }
    return #"{"object":"list","model":\#(model.quoted()),"data":[\#(data.joined(separator: ","))],"#
      + #""usage":{"prompt_tokens":\#(end.promptTokens),"total_tokens":\#(end.promptTokens),"#
      + #""prompt_tokens_details":{"cached_tokens":\#(end.cachedTokens)}}}"#
  }
}
