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
  public var blockTokens: Int
  /// Tokens in each block that the prompt has a hash for; 0 when it has none.
  public var hashedBlockTokens = 0
  /// The slots of its model that can't run it, for want of its adapter.
  public var slotsWithoutAdapter: [Int32] = []
  /// A hash of the conversation's name; 0 when unknown.
  public var session: UInt64
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
    blockTokens > 0 ? max(0, promptTokens - 1) / blockTokens : 0
  }

  /// Tokens of the prompt that need not be computed when `blocks` of its blocks are held.
  @inline(__always)
  public func cachedTokens(blocks: Int) -> Int { min(blocks, usableBlocks) * blockTokens }
}
