import Basics

/// One turn, as an engine takes it.
public struct EngineRequest: Sendable {
  /// How long the answer is.
  public enum Length: Sendable {
    /// This many tokens.
    case exactly(Int)
    /// As if the model ended by itself: 16 to 1,015 tokens, mostly short, the same for the same
    /// seed, and at most this many.
    case upTo(Int, seed: UInt64)
  }

  /// The caller's number for the request; unique among those the engine has.
  public var id: UInt64

  /// Chained hashes of the prompt's blocks, from its start; what is past the full blocks is unused.
  public var blockHashes: [UInt64]

  /// Tokens in each of those blocks; must be the engine's.
  public var blockTokens: Int

  /// Length of the prompt; at least 1.
  public var promptTokens: Int

  /// Length of the answer; less than one token counts as one.
  public var length: Length

  /// Requests of a higher priority start first, and are preempted last.
  public var priority: Int

  /// Makes a request.
  public init(
    id: UInt64,
    blockHashes: [UInt64],
    blockTokens: Int,
    promptTokens: Int,
    length: Length,
    priority: Int = 0
  ) {
    self.id = id
    self.blockHashes = blockHashes
    self.blockTokens = blockTokens
    self.promptTokens = promptTokens
    self.length = length
    self.priority = priority
  }

  /// How many tokens the answer has, and whether the model ended it by itself.
  var answer: (tokens: Int, isStopped: Bool) {
    switch length {
    case .exactly(let count): return (max(1, count), false)
    case .upTo(let limit, let seed):
      var random = PRNG(seed: seed, stream: "answer length")
      let unit = random.nextUnit()
      let natural = 16 + Int(unit * unit * 1000)
      return (max(1, min(natural, limit)), natural <= limit)
    }
  }
}

/// Why an engine did not take a request.
public enum EngineRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// As many requests wait as may.
  case queueFull(waiting: Int, limit: Int)
  /// The cache could not hold the prompt, even alone, or the model has no such context.
  case promptTooLong(tokens: Int, limit: Int)
  /// The prompt has no token.
  case promptEmpty
  /// The hashes are of blocks of another size than the engine's.
  case blockSizeDiffers(tokens: Int, engineTokens: Int)
  /// The engine has a request of this number.
  case duplicate(id: UInt64)

  /// What is wrong, with the numbers.
  public var description: String {
    switch self {
    case .queueFull(let waiting, let limit):
      "queue full: \(count(waiting, "request", ("waits", "wait"))), of at most \(limit)"
    case .promptTooLong(let tokens, let limit):
      "prompt too long: \(count(tokens, "token")), and at most \(limit) fit the model's context "
        + "and the KV cache"
    case .promptEmpty:
      "prompt empty: at least one token is needed"
    case .blockSizeDiffers(let tokens, let engineTokens):
      "block size differs: hashes of \(count(tokens, "token")) a block, but the engine's blocks "
        + "have \(engineTokens)"
    case .duplicate(let id):
      "duplicate request: \(id) is already in the engine"
    }
  }

  /// The refusal in one or two words, the same whatever the numbers, for counting.
  public var reason: String { String(description.prefix { $0 != ":" }) }
}
