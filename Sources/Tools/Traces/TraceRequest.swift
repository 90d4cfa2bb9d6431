public import Basics

/// One request of a recorded trace.
public struct TraceRequest: Equatable, Sendable {
  /// When it arrived, since the start of the trace.
  public var arrival: Duration

  /// Length of the prompt; from 1 to ``TraceReader/tokensMax``.
  public var promptTokens: Int

  /// Length of the answer; from 1 to ``TraceReader/tokensMax``.
  public var outputTokens: Int

  /// One id for each ``blockTokens`` tokens of the prompt, in order; the last block may be partial.
  ///
  /// Equal ids after equal ids mean an equal prefix.
  public var blocks: [UInt64]

  /// Tokens in each of those blocks.
  public var blockTokens: Int

  /// The conversation that it is a turn of.
  ///
  /// A trace in Mooncake's format names none. There every prompt starts with the same system
  /// prompt, and the second block is the first that tells conversations apart.
  public var session: UInt64

  /// Whose request it is; nil where the trace does not say.
  public var tenant: TenantID?

  /// Its priority, from 1 to 7; nil for its tenant's.
  public var priority: Int?

  /// Makes a request of a trace; its second block stands for the conversation, or the first of a
  /// one-block prompt, unless that is given.
  public init(
    arrival: Duration,
    promptTokens: Int,
    outputTokens: Int,
    blocks: [UInt64],
    blockTokens: Int = TraceReader.blockTokens,
    session: UInt64? = nil
  ) {
    self.arrival = arrival
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.blocks = blocks
    self.blockTokens = blockTokens
    self.session = session ?? blocks.dropFirst().first ?? blocks.first ?? 0
  }
}

extension TraceRequest {
  /// Whether the prompt can be told in blocks of `size` tokens: one size must be a multiple of the
  /// other.
  public func fits(blockTokens size: Int) -> Bool {
    size > 0 && (blockTokens % size == 0 || size % blockTokens == 0)
  }

  /// Ids of the prompt's full blocks of `size` tokens, which must fit: several of its own blocks
  /// make one, or one makes several.
  public func fullBlocks(of size: Int) -> [UInt64] {
    precondition(fits(blockTokens: size), "blocks of \(size) tokens for \(blockTokens)")
    let parts = blockTokens / size
    if parts > 0 {
      let count = min(promptTokens / size, blocks.count * parts)
      return (0..<count).map { number in
        blocks[number / parts] &+ UInt64(number % parts) &* 0x9e37_79b9_7f4a_7c15
      }
    }
    let own = size / blockTokens
    return (0..<min(promptTokens / size, blocks.count / own)).map { number in
      blocks[number * own..<(number + 1) * own].reduce(0) { PRNG.mix($0 ^ $1) }
    }
  }
}

/// Where the users of a trace are, which no trace tells.
public enum TraceOrigin {
  /// The shares of the first regions: half of the conversations start in the first, three in ten
  /// in the second, two in ten in the third, none elsewhere.
  public static let weights = [0.5, 0.3, 0.2]

  /// The region of origin of a request, out of `regions`, drawn by `weights` of the same order;
  /// nil when there is no region.
  ///
  /// It is derived from the conversation, so that all its turns come from one region. Regions
  /// beyond the weights get none; weights need not add up to 1.
  public static func region(
    of request: TraceRequest,
    regions: [RegionID],
    weights: [Double] = weights
  ) -> RegionID? {
    let shares = zip(regions, weights)
    var random = PRNG(seed: request.session, stream: "trace origin")
    var left = random.nextUnit() * shares.reduce(0) { $0 + $1.1 }
    for (region, weight) in shares {
      left -= weight
      if left < 0 { return region }
    }
    return regions.first
  }
}
