public import Basics

/// What an answer cost, as its engine says.
public struct AnswerUsage: Sendable, Hashable {
  /// Tokens of the prompt; nil where the engine does not say.
  public internal(set) var promptTokens: Int?
  /// Those of them that were in its cache.
  public internal(set) var cachedTokens: Int?
  /// Tokens of the answer.
  public internal(set) var outputTokens: Int?
}

/// Reads what an engine answers, in any of the formats of ``PromptFormat``, whole or as it is made.
///
/// It looks for few things and takes all else for granted: an answer that it can't read passes as
/// one that says nothing.
public struct AnswerReader: ~Copyable {
  /// What one event says.
  public struct Event: Sendable, Hashable {
    /// Whether it has a part of the answer: text, thoughts or calls of tools, not the role alone.
    public internal(set) var hasContent = false
    /// Whether it is about usage and nothing else.
    public internal(set) var isUsageOnly = false
  }

  /// Whether a part of the answer came.
  public private(set) var hasContent = false
  /// What it cost, as far as the engine has said.
  public private(set) var usage = AnswerUsage()
  /// Why it ended, in the engine's words; nil while it goes on.
  public private(set) var finishReason: String?
  /// Whether the engine says that something went wrong.
  public private(set) var isError = false

  /// Whether the answer is whole: nothing that means something follows.
  public private(set) var isWhole = false

  private var whole = JSONScanner()
  private var visitor = AnswerVisitor()
  private var isBroken = false

  /// Makes a reader that takes no part in a transcript.
  public init() {}

  /// Makes a reader of what goes on after a prompt whose scanner had `key` and found `tail`.
  public init(_ format: PromptFormat, key: SipHash, tail: [UInt8]) {
    visitor.transcript = AnswerTranscript(format, key, tail: tail)
  }

  /// The chunks that the answer, which is complete, has in its transcript; none where they are not
  /// known.
  public mutating func finishTranscript() -> [PromptChunk] {
    visitor.transcript?.finish() ?? []
  }

  /// Reads an event of a streamed answer, as ``EventSplitter`` cuts them.
  public mutating func take(event: Span<UInt8>) -> Event {
    var (scanner, isRead) = (JSONScanner(), true)
    visitor.begin()
    EventData.forEachLine(of: event) { line in
      do throws(JSONFault) {
        try scanner.take(line, &visitor)
      } catch {
        isRead = false
      }
    }
    guard isRead, scanner.isComplete else {
      // What ends OpenAI's streams is no JSON.
      isWhole = isWhole || event.starts(with: "data: [DONE]") || event.starts(with: "data:[DONE]")
      return Event()
    }
    isWhole = isWhole || visitor.isLast
    note()
    return Event(hasContent: visitor.hasContent, isUsageOnly: visitor.isUsageOnly)
  }

  /// Reads on in an answer that comes as one JSON text.
  public mutating func take(body: Span<UInt8>) {
    guard !isBroken else { return }
    do throws(JSONFault) {
      try whole.take(body, &visitor)
    } catch {
      isBroken = true
    }
    isWhole = whole.isComplete
    note()
  }

  private mutating func note() {
    hasContent = hasContent || visitor.hasContent
    finishReason = visitor.finishReason ?? finishReason
    isError = isError || visitor.isError
    usage.promptTokens = visitor.usage.promptTokens ?? usage.promptTokens
    usage.cachedTokens = visitor.usage.cachedTokens ?? usage.cachedTokens
    usage.outputTokens = visitor.usage.outputTokens ?? usage.outputTokens
  }
}
