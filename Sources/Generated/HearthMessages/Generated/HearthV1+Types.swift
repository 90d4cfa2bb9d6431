// Generated from proto/hearth/v1/types.proto by generate-proto.

extension HearthV1 {
  /// Whether a node or replica takes new turns.
  public enum Availability: ProtoEnum {
    /// Not stated.
    case unspecified
    /// The engine is starting.
    case starting
    /// Takes new turns.
    case ready
    /// Takes no new turns because an operator said so; what runs goes on.
    case cordoned
    /// Takes no new turns; what runs may finish until a deadline.
    case draining
    /// Draining, and nothing runs any more.
    case drained
    /// The engine or a GPU failed.
    case failed
    /// Missed heartbeats; may come back.
    case suspect
    /// Given up; its placements were released.
    case lost
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .starting
      case 2: self = .ready
      case 3: self = .cordoned
      case 4: self = .draining
      case 5: self = .drained
      case 6: self = .failed
      case 7: self = .suspect
      case 8: self = .lost
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .starting: 1
      case .ready: 2
      case .cordoned: 3
      case .draining: 4
      case .drained: 5
      case .failed: 6
      case .suspect: 7
      case .lost: 8
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthV1 {
  /// One kind of GPU.
  ///
  /// Peaks are dense (no sparsity).
  public struct GPU: Equatable, Sendable {
    /// Catalogue name, such as "h100-sxm".
    public var name: String
    /// Memory of one GPU, in bytes.
    public var memoryBytes: UInt64
    /// Memory bandwidth, in bytes a second.
    public var memoryBytesPerSecond: Double
    /// Peak at bf16, in operations a second.
    public var bf16Flops: Double
    /// Peak at fp8, in operations a second; 0 where the GPU has none.
    public var fp8Flops: Double
    /// Bandwidth to other GPUs of the node, in bytes a second.
    public var interconnectBytesPerSecond: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: String = "",
      memoryBytes: UInt64 = 0,
      memoryBytesPerSecond: Double = 0,
      bf16Flops: Double = 0,
      fp8Flops: Double = 0,
      interconnectBytesPerSecond: Double = 0
    ) {
      self.name = name
      self.memoryBytes = memoryBytes
      self.memoryBytesPerSecond = memoryBytesPerSecond
      self.bf16Flops = bf16Flops
      self.fp8Flops = fp8Flops
      self.interconnectBytesPerSecond = interconnectBytesPerSecond
    }
  }
}

extension HearthV1 {
  /// The architecture of a model, as far as cost depends on it.
  public struct Model: Equatable, Sendable {
    /// Name that requests ask for, such as "llama-3.1-70b".
    public var name: String
    /// All weights.
    public var parameters: UInt64
    /// Weights that one token touches; equals parameters unless the model is a mixture of experts.
    public var activeParameters: UInt64
    /// The field `layers`.
    public var layers: UInt32
    /// Query heads of a layer.
    public var heads: UInt32
    /// Key and value heads of a layer.
    public var kvHeads: UInt32
    /// Elements of one head.
    public var headSize: UInt32
    /// Bytes of one weight: 2 for bf16, 1 for fp8.
    public var weightBytes: Double
    /// Bytes of one KV cache element.
    public var kvBytes: Double
    /// Longest context, in tokens.
    public var contextTokensMax: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: String = "",
      parameters: UInt64 = 0,
      activeParameters: UInt64 = 0,
      layers: UInt32 = 0,
      heads: UInt32 = 0,
      kvHeads: UInt32 = 0,
      headSize: UInt32 = 0,
      weightBytes: Double = 0,
      kvBytes: Double = 0,
      contextTokensMax: UInt32 = 0
    ) {
      self.name = name
      self.parameters = parameters
      self.activeParameters = activeParameters
      self.layers = layers
      self.heads = heads
      self.kvHeads = kvHeads
      self.headSize = headSize
      self.weightBytes = weightBytes
      self.kvBytes = kvBytes
      self.contextTokensMax = contextTokensMax
    }
  }
}

extension HearthV1 {
  /// One engine serving one model on some GPUs of one node.
  ///
  /// Constant while the node is attached.
  public struct Replica: Equatable, Sendable {
    /// Unique in the fleet: "node/index".
    public var id: String
    /// The field `model`.
    public var model: HearthV1.Model?
    /// The field `gpu`.
    public var gpu: HearthV1.GPU?
    /// GPUs that the model is spread over by tensor parallelism.
    public var gpuCount: UInt32
    /// Tokens in one KV block.
    public var blockTokens: UInt32
    /// KV blocks that the engine can hold.
    public var blockCount: UInt32
    /// Most sequences in one batch.
    public var runningMax: UInt32
    /// Most requests that may wait in the engine.
    public var waitingMax: UInt32
    /// Most tokens in one engine step, prefill and decode together.
    public var stepTokensMax: UInt32
    /// Share of the GPUs' arithmetic peak that the engine reaches in prefill, above 0 to 1.
    public var computeEfficiency: Double
    /// Share of the GPUs' memory bandwidth that it reaches, above 0 to 1.
    public var memoryEfficiency: Double
    /// Time of a step besides arithmetic and memory, in nanoseconds.
    public var stepOverheadNs: Int64
    /// The engine does not tell which blocks it keeps and drops: that is inferred from the turns
    /// that it takes, and no update has stored or removed blocks.
    public var infersResidency: Bool
    /// It runs turns of the LoRA adapters that its updates name, and of no others; else of any.
    public var namesAdapters: Bool
    /// Its engine can leave its GPUs and load again, as it is told to.
    public var canPark: Bool

    /// Makes a message; fields that are left out have their defaults.
    public init(
      id: String = "",
      model: HearthV1.Model? = nil,
      gpu: HearthV1.GPU? = nil,
      gpuCount: UInt32 = 0,
      blockTokens: UInt32 = 0,
      blockCount: UInt32 = 0,
      runningMax: UInt32 = 0,
      waitingMax: UInt32 = 0,
      stepTokensMax: UInt32 = 0,
      computeEfficiency: Double = 0,
      memoryEfficiency: Double = 0,
      stepOverheadNs: Int64 = 0,
      infersResidency: Bool = false,
      namesAdapters: Bool = false,
      canPark: Bool = false
    ) {
      self.id = id
      self.model = model
      self.gpu = gpu
      self.gpuCount = gpuCount
      self.blockTokens = blockTokens
      self.blockCount = blockCount
      self.runningMax = runningMax
      self.waitingMax = waitingMax
      self.stepTokensMax = stepTokensMax
      self.computeEfficiency = computeEfficiency
      self.memoryEfficiency = memoryEfficiency
      self.stepOverheadNs = stepOverheadNs
      self.infersResidency = infersResidency
      self.namesAdapters = namesAdapters
      self.canPark = canPark
    }
  }
}

extension HearthV1 {
  /// What a replica carries at one moment.
  public struct ReplicaLoad: Equatable, Sendable {
    /// KV blocks that running sequences hold; cached blocks that could be evicted are not counted.
    public var blocksUsed: UInt32
    /// KV blocks kept for reuse, which an allocation may evict.
    public var blocksCached: UInt32
    /// Sequences in the batch.
    public var running: UInt32
    /// Requests waiting for a place in the batch.
    public var waiting: UInt32
    /// Prompt tokens that are neither cached nor computed yet, of running and waiting requests.
    public var prefillTokensQueued: UInt64
    /// Sequences in the decode phase.
    public var decoding: UInt32
    /// KV tokens that one decode step reads, over all decoding sequences.
    public var contextTokens: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      blocksUsed: UInt32 = 0,
      blocksCached: UInt32 = 0,
      running: UInt32 = 0,
      waiting: UInt32 = 0,
      prefillTokensQueued: UInt64 = 0,
      decoding: UInt32 = 0,
      contextTokens: UInt64 = 0
    ) {
      self.blocksUsed = blocksUsed
      self.blocksCached = blocksCached
      self.running = running
      self.waiting = waiting
      self.prefillTokensQueued = prefillTokensQueued
      self.decoding = decoding
      self.contextTokens = contextTokens
    }
  }
}
