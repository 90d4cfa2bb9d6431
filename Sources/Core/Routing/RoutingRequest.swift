public import KVIndex

/// One turn, as far as placing it needs; the hashes of its blocks go beside it.
public struct RoutingRequest: Sendable, Hashable {
  /// Number of the model in the view; -1 for one that no replica serves.
  public var model: Int16
  /// Number of the region where the request entered; -1 when it is not known.
  public var origin: Int16
  /// Length of the prompt, in tokens; from 1 to 2^32.
  public var promptTokens: Int
  /// The length as it was estimated from text, which ``promptTokens`` corrects; 0 for one that was
  /// counted.
  public var estimatedTokens = 0
  /// Tokens that the answer is expected to have; 0 when unknown.
  public var outputTokens: Int
  /// Tokens in each block that was hashed; at least 1 when there are hashes.
  ///
  /// Where the length was
  /// estimated so are these, and ``tokenScale`` corrects them.
  public var blockTokens: Int
  /// How many tokens the cache has for one that was estimated.
  public private(set) var tokenScale = 1.0
  /// Tokens in each block that the prompt has a hash for; 0 when it has none.
  public var hashedBlockTokens = 0
  /// The slots of its model that can't run it, for want of its adapter.
  public var slotsWithoutAdapter: [Int32] = []
  /// A hash of the conversation's name; 0 when unknown.
  public var session: UInt64
  /// Tokens of the prompt that the replica holds that holds most of it.
  var cachedTokensMax = 0
  /// What each later token of its own answer may take; counts where it is less than its model's.
  public var tpotSeconds = Double.infinity

  /// Makes a request.
  public init(
    model: Int16,
    origin: Int16 = -1,
    promptTokens: Int,
    outputTokens: Int = 0,
    blockTokens: Int,
    session: UInt64 = 0
  ) {
    self.model = model
    self.origin = origin
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.blockTokens = blockTokens
    self.session = session
  }

  /// Blocks of the prompt that need not be computed when they are held.
  ///
  /// An engine computes at least the last token, so the block that it is in is never taken over.
  public var usableBlocks: Int {
    guard blockTokens > 0 else { return 0 }
    guard estimatedTokens > 0 else { return max(0, promptTokens - 1) / blockTokens }
    return min(max(0, estimatedTokens - 1) / blockTokens, blocks(tokens: max(0, promptTokens - 1)))
  }

  /// Tokens of the prompt that need not be computed when `blocks` of its blocks are held.
  @inline(__always)
  public func cachedTokens(blocks: Int) -> Int {
    Int(Double(min(blocks, usableBlocks)) * blockSize)
  }

  /// How many blocks have so many tokens in the cache.
  public func blocks(tokens: Int) -> Int {
    blockTokens > 0 ? Int((Double(tokens) / blockSize).rounded(.down)) : 0
  }

  /// Tokens of the prompt in a block.
  public var blockSize: Double { Double(blockTokens) * tokenScale }

  /// Takes the length as estimated from text, and corrects it: by a factor, but for the prefix
  /// that was counted.
  public mutating func correctEstimate(by factor: Double, _ counted: CountedPrefixes.Prefix?) {
    estimatedTokens = promptTokens
    let known = Double(min(promptTokens, (counted?.blocks ?? 0) * blockTokens))
    let tokens = (counted?.tokens ?? 0) + (Double(promptTokens) - known) * factor
    promptTokens = min(max(1, Int(min(tokens, 0x1p32))), 1 << 32)
    tokenScale = known > 0 ? (counted?.tokens ?? 0) / known : factor
  }

  /// Takes the length as counted in blocks: a prefix of the prompt, of whole blocks.
  public mutating func takeAsCounted(tokens: Int) {
    (promptTokens, estimatedTokens, tokenScale) = (tokens, 0, 1)
  }
}
