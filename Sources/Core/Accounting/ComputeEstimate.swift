/// What one run took, by either method or by both.
public struct ComputeEstimate: Sendable, Hashable {
  /// By its operations.
  public var counted: CountedOperations?
  /// By the time of its GPUs.
  public var gpuTime: GPUTime?

  /// How far two estimates may be apart before one of their factors is in doubt: the article aims
  /// at a factor of 2 to 3.
  public static let plausibleRatio = 2.0

  /// Makes an estimate.
  public init(counted: CountedOperations?, gpuTime: GPUTime?) {
    self.counted = counted
    self.gpuTime = gpuTime
  }

  /// Counted operations over those by GPU time; nil unless both are known.
  public var ratio: Double? {
    guard let counted, let gpuTime else { return nil }
    return counted.operations / gpuTime.operations
  }

  /// Model FLOPs utilisation (Chowdhery et al., "PaLM", 2022): the share of the devices' peak that
  /// the counted operations are; nil unless both are known.
  public var modelFLOPsUtilisation: Double? {
    guard let counted, let gpuTime else { return nil }
    return counted.operations / gpuTime.peakOperations
  }
}
