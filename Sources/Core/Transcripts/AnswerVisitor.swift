import Basics

/// Finds what ``AnswerReader`` looks for, by the keys on the way to it.
struct AnswerVisitor: JSONVisitor {
  private enum Key: String {
    case choices, delta, message, content, text, output, response, usage, timings, error, type
    case function, arguments, reasoning, thinking, signature, status, index, id, name
    case reasoningContent = "reasoning_content"
    case partialJSON = "partial_json"
    case contentBlock = "content_block"
    case toolCalls = "tool_calls"
    case finishReason = "finish_reason"
    case stopReason = "stop_reason"
    case promptTokens = "prompt_tokens"
    case inputTokens = "input_tokens"
    case completionTokens = "completion_tokens"
    case outputTokens = "output_tokens"
    case promptDetails = "prompt_tokens_details"
    case inputDetails = "input_tokens_details"
    case cachedTokens = "cached_tokens"
    case cacheRead = "cache_read_input_tokens"
    case cacheCreation = "cache_creation_input_tokens"
    case cacheCount = "cache_n"
    /// In place of a key: one that means nothing, and an element of an array.
    case other = ""
    case element = "[]"
  }

  private(set) var hasContent = false
  private(set) var usage = AnswerUsage()
  private(set) var finishReason: String?
  private(set) var isError = false
  /// Whether an event said that it is the last one.
  private(set) var isLast = false
  /// What the answer is in its transcript; nil where nobody asks.
  var transcript: AnswerTranscript?

  private var (hasUsage, hasChoice, hasChoices) = (false, false, false)
  /// Tokens that were read from a cache, and put there: Anthropic's format counts the others apart.
  private var (inputTokens, cacheRead, cacheCreation) = (0, 0, 0)
  /// The keys on the way to the value that comes next, and for each container whether it is an
  /// array.
  private var path: [Key] = []
  private var arrays: [Bool] = []
  /// How deep what the transcript is told of as it is begins; nil when that is nothing.
  private var forwardDepth: Int?
  private var word: [UInt8]?
  private var isText = false
  /// A call of a tool, as far as this event tells of it.
  private var callIndex: Int?
  private var (callID, callName, callArguments): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
  private var isToolUse = false

  private static let wordBytesMax = 256
  private static let lastTypes = [
    "message_stop", "response.completed", "response.incomplete", "response.failed",
  ]

  /// An event that says what the answer cost, of no choice.
  var isUsageOnly: Bool { hasUsage && hasChoices && !hasChoice }

  mutating func begin() {
    // What broke off can't be told on.
    if forwardDepth != nil { transcript = nil }
    (hasContent, hasUsage, hasChoice, hasChoices) = (false, false, false, false)
    path.removeAll(keepingCapacity: true)
    arrays.removeAll(keepingCapacity: true)
    forwardDepth = nil
  }

  mutating func began(isObject: Bool) {
    if path == [.choices] { hasChoices = true }
    if path == [.choices, .element] { hasChoice = true }
    if path == [.usage] || path == [.response, .usage] || path == [.message, .usage] {
      hasUsage = true
    }
    if path == [.error], isObject { isError = true }
    if transcript != nil, forwardDepth == nil { beginForwarding(isObject: isObject) }
    arrays.append(!isObject)
    path.append(isObject ? .other : .element)
    if forwardDepth != nil { transcript?.visitor.began(isObject: isObject) }
  }

  private mutating func beginForwarding(isObject: Bool) {
    switch path {
    case [.choices, .element, .message] where isObject,
      [.output, .element] where isObject,
      [.response, .output, .element] where isObject:
      transcript?.beganMessage()
    case [.content] where !isObject: transcript?.beganContent()
    default: return
    }
    forwardDepth = arrays.count
  }

  mutating func key(_ key: Span<UInt8>) {
    let known = unsafe key.withUnsafeBufferPointer {
      unsafe Key(rawValue: String(decoding: $0, as: UTF8.self))
    }
    path[path.count - 1] = known == .element ? .other : known ?? .other
    guard forwardDepth != nil else { return }
    transcript?.visitor.key(key)
  }

  mutating func ended() {
    arrays.removeLast()
    path.removeLast()
    guard let depth = forwardDepth else { return endCall() }
    transcript?.visitor.ended()
    if arrays.count == depth { forwardDepth = nil }
  }

  private mutating func endCall() {
    switch path {
    case [.choices, .element, .delta, .toolCalls, .element]:
      transcript?.call(callIndex, id: callID, name: callName, arguments: callArguments)
    case [.contentBlock] where isToolUse: transcript?.beganInput(id: callID, name: callName)
    default: return
    }
    (callIndex, callID, callName, callArguments) = (nil, [], [], [])
    isToolUse = false
  }

  mutating func beganString() {
    switch path.last {
    case .finishReason, .stopReason, .status, .type, .id, .name, .signature: word = []
    default: word = nil
    }
    isText = isAnswerText
    if forwardDepth != nil { transcript?.visitor.beganString() }
  }

  mutating func part(_ bytes: Span<UInt8>) {
    if isText || isOtherContent { hasContent = true }
    if let count = word?.count, count + bytes.count <= Self.wordBytesMax || path.last == .signature
    {
      for index in bytes.indices { word?.append(bytes[index]) }
    }
    guard transcript != nil else { return }
    if forwardDepth != nil {
      transcript?.visitor.part(bytes)
    } else if isText, path != [.delta] {
      transcript?.text(bytes)
    } else {
      partOfOther(bytes)
    }
  }

  private mutating func partOfOther(_ bytes: Span<UInt8>) {
    switch path {
    case [.choices, .element, .delta, .reasoningContent],
      [.choices, .element, .delta, .reasoning], [.delta, .thinking]:
      transcript?.thought(bytes)
    case [.choices, .element, .delta, .toolCalls, .element, .function, .arguments]:
      for index in bytes.indices { callArguments.append(bytes[index]) }
    case [.delta, .partialJSON]: transcript?.input(bytes)
    default: break
    }
  }

  mutating func endedString() {
    if forwardDepth != nil { transcript?.visitor.endedString() }
    guard let word else { return }
    self.word = nil
    let value = String(decoding: word, as: UTF8.self)
    switch path {
    case [.choices, .element, .finishReason], [.delta, .stopReason], [.stopReason],
      [.response, .status], [.status]:
      finishReason = value
    case [.type]:
      isError = isError || value == "error"
      isLast = isLast || Self.lastTypes.contains(value)
    case [.contentBlock, .type]: isToolUse = value == "tool_use"
    case [.contentBlock, .id], [.choices, .element, .delta, .toolCalls, .element, .id]:
      callID = word
    case [.contentBlock, .name],
      [.choices, .element, .delta, .toolCalls, .element, .function, .name]:
      callName = word
    case [.delta, .signature]: transcript?.signature(word)
    default: break
    }
  }

  mutating func scalar(_ text: Span<UInt8>) {
    if forwardDepth != nil { transcript?.visitor.scalar(text) }
    guard let key = path.last, text.count < 12,
      let number = unsafe text.withUnsafeBufferPointer({
        unsafe Int(String(decoding: $0, as: UTF8.self))
      })
    else { return }
    switch (path.dropLast().last, key) {
    case (.usage, .promptTokens): usage.promptTokens = number
    case (.usage, .inputTokens): count(\.inputTokens, number)
    case (.usage, .completionTokens), (.usage, .outputTokens): usage.outputTokens = number
    case (.promptDetails, .cachedTokens), (.inputDetails, .cachedTokens):
      usage.cachedTokens = number
    case (.usage, .cacheRead):
      usage.cachedTokens = number
      count(\.cacheRead, number)
    case (.usage, .cacheCreation): count(\.cacheCreation, number)
    case (.timings, .cacheCount): usage.cachedTokens = usage.cachedTokens ?? number
    case (.element, .index) where path.dropLast(2).last == .toolCalls: callIndex = number
    default: break
    }
  }

  private mutating func count(_ part: WritableKeyPath<Self, Int>, _ number: Int) {
    self[keyPath: part] = number
    usage.promptTokens = inputTokens + cacheRead + cacheCreation
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
