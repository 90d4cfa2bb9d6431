/// Seconds from operations and bytes: one model on some GPUs that work as one by tensor
/// parallelism.
///
/// A step takes as long as the slower of its arithmetic and its memory traffic (Williams, Waterman,
/// Patterson, "Roofline", 2009), each at the share of the peak that engines reach, plus a fixed
/// overhead. Shares start from the defaults below and are meant to be corrected by measurement.
public struct Roofline: Sendable, Hashable {
  /// How much of the peaks an engine reaches.
  public struct Efficiency: Sendable, Hashable {
    /// Share of the arithmetic peak (model FLOPs utilisation) in prefill.
    public var compute: Double
    /// Share of the memory bandwidth.
    public var memory: Double
    /// Seconds that every step takes besides: scheduling, launches, collectives.
    public var stepOverheadSeconds: Double

    /// Makes efficiencies.
    ///
    /// Defaults: 0.45 of the arithmetic peak, 0.8 of the bandwidth and 2 ms a step, in the middle
    /// of what vLLM and TensorRT-LLM publish for dense models on H100.
    public init(
      compute: Double = 0.45,
      memory: Double = 0.8,
      stepOverheadSeconds: Double = 0.002
    ) {
      self.compute = compute
      self.memory = memory
      self.stepOverheadSeconds = stepOverheadSeconds
    }
  }

  /// What one engine step works on.
  public struct Step: Sendable, Hashable {
    /// Prompt tokens that are computed.
    public var prefillTokens = 0.0
    /// Operations of attention for those.
    public var prefillAttentionFLOPs = 0.0
    /// Sequences that get one token each.
    public var decoding = 0.0
    /// KV tokens that the step reads, over all sequences.
    public var contextTokens = 0.0

    /// Makes an empty step.
    public init() {}
  }

  /// The GPU.
  public let gpu: GPUModel
  /// How many of them.
  public let gpuCount: Int
  /// The model.
  public let model: ModelArchitecture
  /// What engines reach.
  public let efficiency: Efficiency

  /// The roofline as plain numbers.
  public let rates: StepRates

  /// Makes the roofline of a model on `gpuCount` GPUs.
  public init(
    gpu: GPUModel,
    gpuCount: Int,
    model: ModelArchitecture,
    efficiency: Efficiency = .init()
  ) {
    self.gpu = gpu
    self.gpuCount = gpuCount
    self.model = model
    self.efficiency = efficiency
    let count = Double(gpuCount)
    rates = StepRates(
      flopsPerSecond: gpu.peakFLOPs(weightBytes: model.weightBytes) * count * efficiency.compute,
      bytesPerSecond: gpu.memoryBytesPerSecond * count * efficiency.memory,
      flopsPerToken: model.flopsPerToken,
      attentionFLOPs: 4 * Double(model.layers) * Double(model.heads) * Double(model.headSize),
      weightBytes: model.stepWeightBytes,
      kvBytesPerToken: model.kvBytesPerToken,
      overheadSeconds: efficiency.stepOverheadSeconds
    )
  }

  /// Seconds of one engine step.
  public func stepSeconds(_ step: Step) -> Double {
    rates.stepSeconds(step)
  }

  /// Seconds to compute `tokens` prompt tokens after `context` that are cached, in steps of
  /// `stepTokens`, on a replica that does nothing else.
  public func prefillSeconds(tokens: Int, context: Int, stepTokens: Int = 8_192) -> Double {
    guard tokens > 0 else { return 0 }
    let work = rates.prefillFLOPs(tokens: Double(tokens), context: Double(context))
    return rates.prefillSeconds(
      flops: work,
      steps: Double((tokens + stepTokens - 1) / stepTokens)
    )
  }

  /// Seconds of one decode step of `batch` sequences that hold `contextTokens` tokens together.
  public func decodeStepSeconds(batch: Int, contextTokens: Int) -> Double {
    rates.decodeStepSeconds(batch: Double(batch), contextTokens: Double(contextTokens))
  }

  /// KV blocks of `blockTokens` tokens that fit beside the weights in `utilisation` of the memory.
  ///
  /// 0 when the weights alone don't fit; at most 2^30.
  public func blockCount(blockTokens: Int, utilisation: Double = 0.9) -> Int {
    let memory = Double(gpu.memoryBytes) * Double(gpuCount) * utilisation
    let free = memory - model.totalWeightBytes
    let blocks = free / (model.kvBytesPerToken * Double(blockTokens))
    return blocks > 0 ? Int(min(blocks, 0x1p30)) : 0
  }
}
