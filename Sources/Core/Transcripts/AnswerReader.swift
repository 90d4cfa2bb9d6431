import Basics

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
  /// The text of the first answer, as far as it came: bounded.
  public private(set) var text: [UInt8] = []

  private var whole = JSONScanner()
  private var visitor = AnswerVisitor()
  private var isBroken = false

  private static let textBytesMax = 1 << 20

  /// Makes a reader.
  public init() {}

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
    // `[DONE]` is no JSON.
    guard isRead, scanner.isComplete else { return Event() }
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
    note()
  }

  private mutating func note() {
    hasContent = hasContent || visitor.hasContent
    finishReason = visitor.finishReason ?? finishReason
    isError = isError || visitor.isError
    usage.promptTokens = visitor.usage.promptTokens ?? usage.promptTokens
    usage.cachedTokens = visitor.usage.cachedTokens ?? usage.cachedTokens
    usage.outputTokens = visitor.usage.outputTokens ?? usage.outputTokens
    text += visitor.takeText().prefix(Self.textBytesMax - text.count)
  }
}

/// Finds what ``AnswerReader`` looks for, by the keys on the way to it.
struct AnswerVisitor: JSONVisitor {
  private enum Key: String {
    case choices, delta, message, content, text, output, response, usage, error, type, item, part
    case arguments, reasoning
    case reasoningContent = "reasoning_content"
    case partialJSON = "partial_json"
    case thinking
    case toolCalls = "tool_calls"
    case finishReason = "finish_reason"
    case stopReason = "stop_reason"
    case status
    case promptTokens = "prompt_tokens"
    case inputTokens = "input_tokens"
    case completionTokens = "completion_tokens"
    case outputTokens = "output_tokens"
    case promptDetails = "prompt_tokens_details"
    case inputDetails = "input_tokens_details"
    case cachedTokens = "cached_tokens"
    case cacheRead = "cache_read_input_tokens"
    /// In place of a key: one that means nothing, and an element of an array.
    case other = ""
    case element = "[]"
  }

  private(set) var hasContent = false
  private(set) var usage = AnswerUsage()
  private(set) var finishReason: String?
  private(set) var isError = false
  private var (hasUsage, hasChoice, hasChoices) = (false, false, false)
  private var text: [UInt8] = []
  /// The keys on the way to the value that comes next, and for each container whether it is an
  /// array.
  private var path: [Key] = []
  private var arrays: [Bool] = []
  private var word: [UInt8]?
  private var isText = false

  /// An event that says what the answer cost, of no choice.
  var isUsageOnly: Bool { hasUsage && hasChoices && !hasChoice }

  mutating func begin() {
    (hasContent, hasUsage, hasChoice, hasChoices) = (false, false, false, false)
    path.removeAll(keepingCapacity: true)
    arrays.removeAll(keepingCapacity: true)
  }

  mutating func takeText() -> [UInt8] {
    defer { text.removeAll(keepingCapacity: true) }
    return text
  }

  mutating func began(isObject: Bool) {
    if path == [.choices] { hasChoices = true }
    if path == [.choices, .element] { hasChoice = true }
    if path == [.usage] || path == [.response, .usage] || path == [.message, .usage] {
      hasUsage = true
    }
    if path == [.error], isObject { isError = true }
    arrays.append(!isObject)
    path.append(isObject ? .other : .element)
  }

  mutating func key(_ key: Span<UInt8>) {
    let known = unsafe key.withUnsafeBufferPointer {
      unsafe Key(rawValue: String(decoding: $0, as: UTF8.self))
    }
    path[path.count - 1] = known == .element ? .other : known ?? .other
  }

  mutating func ended() {
    arrays.removeLast()
    path.removeLast()
  }

  mutating func beganString() {
    switch path.last {
    case .finishReason, .stopReason, .status, .type: word = []
    default: word = nil
    }
    isText = isAnswerText
  }

  mutating func part(_ bytes: Span<UInt8>) {
    if isText || isOtherContent { hasContent = true }
    guard word != nil || isText else { return }
    for index in bytes.indices {
      if isText { text.append(bytes[index]) }
      if let count = word?.count, count < 64 { word?.append(bytes[index]) }
    }
  }

  mutating func endedString() {
    guard let word else { return }
    let value = String(decoding: word, as: UTF8.self)
    switch path {
    case [.choices, .element, .finishReason], [.delta, .stopReason], [.stopReason],
      [.response, .status]:
      finishReason = value
    case [.type]: isError = isError || value == "error"
    default: break
    }
    self.word = nil
  }

  mutating func scalar(_ text: Span<UInt8>) {
    guard let key = path.last, text.count < 12,
      let number = unsafe text.withUnsafeBufferPointer({
        unsafe Int(String(decoding: $0, as: UTF8.self))
      })
    else { return }
    switch (path.dropLast().last, key) {
    case (.usage, .promptTokens), (.usage, .inputTokens): usage.promptTokens = number
    case (.usage, .completionTokens), (.usage, .outputTokens): usage.outputTokens = number
    case (.promptDetails, .cachedTokens), (.inputDetails, .cachedTokens), (.usage, .cacheRead):
      usage.cachedTokens = number
    default: break
    }
  }

  /// Where the text of the answer is, by format: chat, completions, Anthropic's messages streamed
  /// and whole, responses streamed and whole.
  private var isAnswerText: Bool {
    switch path {
    case [.choices, .element, .delta, .content], [.choices, .element, .message, .content],
      [.choices, .element, .text], [.delta, .text], [.content, .element, .text], [.delta],
      [.output, .element, .content, .element, .text]:
      true
    default: false
    }
  }

  /// Where else an answer has something to show: thoughts, and what tools are called with.
  private var isOtherContent: Bool {
    switch path.last {
    case .arguments, .reasoning, .reasoningContent, .partialJSON, .thinking: true
    default: path.contains(.toolCalls)
    }
  }
}
