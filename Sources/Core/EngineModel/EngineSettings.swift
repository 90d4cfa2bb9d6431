public import FleetSpec

/// The hardware, the model and the limits of a simulated engine.
public struct EngineSettings: Sendable, Hashable {
  /// The most KV blocks of one engine, some 100 MB of bookkeeping.
  public static let blockCountMax = 4_194_304

  /// The hardware and the model.
  public var roofline: Roofline
  /// What its steps take: by default what the roofline says.
  public var timing = StepTiming.roofline
  /// Tokens in a KV block; at least 1.
  public var blockTokens: Int
  /// KV blocks that the engine has; from 1 to ``blockCountMax``.
  public var blockCount: Int
  /// Most tokens in one step, prefill and decode together; at least 1, 8,192 by default.
  public var stepTokensMax = 8192
  /// Most sequences in the batch; at least 1, 256 by default.
  public var runningMax = 256
  /// Most requests that wait before more are refused; at least 1, 1,024 by default.
  public var waitingMax = 1024

  /// Makes the settings of an engine with `blockCount` blocks, or as many as fit beside the weights
  /// in 0.9 of the memory, up to ``blockCountMax``; nil when not one fits.
  public init?(roofline: Roofline, blockTokens: Int, blockCount: Int? = nil) {
    guard blockTokens > 0 else { return nil }
    let count = blockCount ?? roofline.blockCount(blockTokens: blockTokens)
    guard count > 0 else { return nil }
    self.roofline = roofline
    self.blockTokens = blockTokens
    self.blockCount = min(count, Self.blockCountMax)
  }
}
