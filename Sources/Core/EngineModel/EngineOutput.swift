/// What an engine tells of its requests and its cache, in the order of time.
///
/// A request is started once, then has tokens, and is finished once.
public enum EngineOutput: Equatable, Sendable {
  /// The request is in the batch, at the start of a step: how many of its prompt tokens were found
  /// in the cache, and how long it waited.
  case started(id: UInt64, cachedTokens: Int, queued: Duration)
  /// The step that made `count` tokens of the answer, from the one at `first` on, has ended.
  case tokens(id: UInt64, first: Int, count: Int)
  /// The request is over.
  indirect case finished(id: UInt64, EngineFinish)
  /// The reusable blocks changed.
  case cache(KVEvent)
}

/// How a request ended.
public struct EngineFinish: Equatable, Sendable {
  /// Why an answer ends.
  public enum Reason: Equatable, Sendable {
    /// The model ended its answer.
    case stop
    /// The most tokens allowed, or that context and cache have room for, were made.
    case length
    /// The caller took the request back.
    case cancelled
  }

  /// Why the answer ended.
  public let reason: Reason
  /// How many tokens were read, reused and made.
  public let usage: EngineUsage
  /// From submission until the request was in the batch; until the end when it never was.
  public let queued: Duration
  /// From submission until the first token; nil when there was none.
  public let ttft: Duration?
  /// From submission until the end.
  public let total: Duration
}

/// Tokens of one request.
public struct EngineUsage: Equatable, Sendable {
  /// Length of the prompt.
  public var promptTokens: Int
  /// Prompt tokens found in the cache when the request first started.
  public var cachedTokens: Int
  /// Tokens made.
  public var outputTokens: Int

  /// Makes a usage.
  public init(promptTokens: Int, cachedTokens: Int, outputTokens: Int) {
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.outputTokens = outputTokens
  }
}
