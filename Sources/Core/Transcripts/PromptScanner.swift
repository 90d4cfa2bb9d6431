public import Basics

/// The request formats that carry prompts.
public enum PromptFormat: Sendable {
  /// OpenAI's chat completions.
  case chatCompletions
  /// OpenAI's completions: a prompt without turns.
  case completions
  /// OpenAI's responses.
  case responses
  /// Anthropic's messages.
  case messages
  /// OpenAI's embeddings.
  case embeddings

  /// The format of the requests at a path; nil where there are none.
  public init?(path: String) {
    switch path {
    case "/v1/chat/completions": self = .chatCompletions
    case "/v1/completions": self = .completions
    case "/v1/responses": self = .responses
    case "/v1/messages": self = .messages
    case "/v1/embeddings": self = .embeddings
    default: return nil
    }
  }
}

/// A part of a prompt that is the same wherever it stands: a message without its text, a piece of
/// text, a list of tools.
public struct PromptChunk: Sendable, Hashable {
  /// What it is, keyed: equal for equal values, whatever their white space, escapes and order of
  /// keys.
  public let digest: UInt64
  /// How long it is: about four for a token, see ``length(of:)``.
  public let length: Int
}

/// What a request says besides its prompt; all that is not here passes through unread.
public struct PromptOutline: Sendable, Hashable {
  /// The model or adapter that is asked; nil where none is named.
  public internal(set) var model: String?
  /// Whether the answer is to come as it is made.
  public internal(set) var streams = false
  /// Whether the client wants the usage at the end of a streamed answer.
  public internal(set) var wantsUsage = false
  /// Most tokens of the answer; nil where the client names none.
  public internal(set) var outputTokensMax: Int?
  /// What the client calls its user.
  public internal(set) var user: String?
  /// What the client says is common to prompts that begin alike.
  public internal(set) var cacheKey: String?
  /// Answers to one prompt.
  public internal(set) var answers = 1
  /// Messages, items or prompts; nil where the prompt is missing or of another type.
  public internal(set) var messageCount: Int?
  /// The prompt, in the order in which engines read it: tools, system prompt, messages.
  public internal(set) var chunks: [PromptChunk] = []
  /// What an answer goes on from within the last chunk, which is part of a text then: empty where
  /// an answer is a message of its own, nil where it is not known what goes on.
  public internal(set) var tail: [UInt8]?

  /// Makes the outline of a request that says nothing.
  public init() {}
}

/// Reads a request's body as it comes, and keeps its outline alone.
public struct PromptScanner: ~Copyable {
  private var scanner = JSONScanner()
  private var visitor: PromptVisitor

  /// Makes a scanner; `key` is the secret of the fleet, so that nobody else can make two prompts
  /// with the same digests.
  public init(_ format: PromptFormat, key: SipHash) {
    visitor = PromptVisitor(format, key)
    visitor.makeRoom()
  }

  /// Reads on.
  public mutating func take(_ bytes: Span<UInt8>) throws(JSONFault) {
    try scanner.take(bytes, &visitor)
  }

  /// There is no more: what the request says.
  public mutating func finish() throws(JSONFault) -> PromptOutline {
    try scanner.finish(&visitor)
    guard visitor.isObject else { throw JSONFault(reason: "the body is no object", offset: 0) }
    return visitor.finish()
  }
}
