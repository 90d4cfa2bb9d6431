public import Basics

/// One request of a recorded trace.
public struct TraceRequest: Equatable, Sendable {
  /// When it arrived, since the start of the trace.
  public var arrival: Duration

  /// Length of the prompt; from 1 to ``TraceReader/tokensMax``.
  public var promptTokens: Int

  /// Length of the answer; from 1 to ``TraceReader/tokensMax``.
  public var outputTokens: Int

  /// One id for each ``TraceReader/blockTokens`` tokens of the prompt, in order; the last block may
  /// be partial.
  ///
  /// Equal ids after equal ids mean an equal prefix.
  public var blocks: [UInt64]

  /// Makes a request of a trace.
  public init(arrival: Duration, promptTokens: Int, outputTokens: Int, blocks: [UInt64]) {
    self.arrival = arrival
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.blocks = blocks
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
  /// It is derived from the second block id, or the first of a one-block prompt: in the Mooncake
  /// trace every prompt starts with the same system prompt, and the second block is the first that
  /// tells conversations apart. So all turns of a conversation come from one region. Regions beyond
  /// the weights get none; weights need not add up to 1.
  public static func region(
    of request: TraceRequest,
    regions: [RegionID],
    weights: [Double] = weights
  ) -> RegionID? {
    let shares = zip(regions, weights)
    guard let id = request.blocks.dropFirst().first ?? request.blocks.first else {
      return regions.first
    }
    var random = PRNG(seed: id, stream: "trace origin")
    var left = random.nextUnit() * shares.reduce(0) { $0 + $1.1 }
    for (region, weight) in shares {
      left -= weight
      if left < 0 { return region }
    }
    return regions.first
  }
}
