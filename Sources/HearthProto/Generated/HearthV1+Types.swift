// Generated from proto/hearth/v1/types.proto by generate-proto.
public import Basics
import CHearthProto

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
  public struct GPU: ProtoMessage {
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

extension HearthV1.GPU {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.GPU" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.GPU: @unsafe CMessage {
  typealias Raw = Hearth__V1__GPU

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__gpu__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__gpu__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    name = try unsafe Field.text(c.pointee.name, "name")
    memoryBytes = unsafe c.pointee.memory_bytes
    memoryBytesPerSecond = unsafe c.pointee.memory_bytes_per_second
    bf16Flops = unsafe c.pointee.bf16_flops
    fp8Flops = unsafe c.pointee.fp8_flops
    interconnectBytesPerSecond = unsafe c.pointee.interconnect_bytes_per_second
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.text(name, "name")
    unsafe c.pointee.memory_bytes = memoryBytes
    unsafe c.pointee.memory_bytes_per_second = memoryBytesPerSecond
    unsafe c.pointee.bf16_flops = bf16Flops
    unsafe c.pointee.fp8_flops = fp8Flops
    unsafe c.pointee.interconnect_bytes_per_second = interconnectBytesPerSecond
  }
}

extension HearthV1 {
  /// The architecture of a model, as far as cost depends on it.
  public struct Model: ProtoMessage {
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

extension HearthV1.Model {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Model" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Model: @unsafe CMessage {
  typealias Raw = Hearth__V1__Model

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__model__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__model__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    name = try unsafe Field.text(c.pointee.name, "name")
    parameters = unsafe c.pointee.parameters
    activeParameters = unsafe c.pointee.active_parameters
    layers = unsafe c.pointee.layers
    heads = unsafe c.pointee.heads
    kvHeads = unsafe c.pointee.kv_heads
    headSize = unsafe c.pointee.head_size
    weightBytes = unsafe c.pointee.weight_bytes
    kvBytes = unsafe c.pointee.kv_bytes
    contextTokensMax = unsafe c.pointee.context_tokens_max
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.text(name, "name")
    unsafe c.pointee.parameters = parameters
    unsafe c.pointee.active_parameters = activeParameters
    unsafe c.pointee.layers = layers
    unsafe c.pointee.heads = heads
    unsafe c.pointee.kv_heads = kvHeads
    unsafe c.pointee.head_size = headSize
    unsafe c.pointee.weight_bytes = weightBytes
    unsafe c.pointee.kv_bytes = kvBytes
    unsafe c.pointee.context_tokens_max = contextTokensMax
  }
}

extension HearthV1 {
  /// One engine serving one model on some GPUs of one node.
  ///
  /// Constant while the node is attached.
  public struct Replica: ProtoMessage {
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
      stepTokensMax: UInt32 = 0
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
    }
  }
}

extension HearthV1.Replica {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Replica" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Replica: @unsafe CMessage {
  typealias Raw = Hearth__V1__Replica

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__replica__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__replica__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    id = try unsafe Field.text(c.pointee.id, "id")
    model = try unsafe Field.message(c.pointee.model, "model")
    gpu = try unsafe Field.message(c.pointee.gpu, "gpu")
    gpuCount = unsafe c.pointee.gpu_count
    blockTokens = unsafe c.pointee.block_tokens
    blockCount = unsafe c.pointee.block_count
    runningMax = unsafe c.pointee.running_max
    waitingMax = unsafe c.pointee.waiting_max
    stepTokensMax = unsafe c.pointee.step_tokens_max
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.id = try arena.text(id, "id")
    unsafe c.pointee.model = try arena.message(model, "model")
    unsafe c.pointee.gpu = try arena.message(gpu, "gpu")
    unsafe c.pointee.gpu_count = gpuCount
    unsafe c.pointee.block_tokens = blockTokens
    unsafe c.pointee.block_count = blockCount
    unsafe c.pointee.running_max = runningMax
    unsafe c.pointee.waiting_max = waitingMax
    unsafe c.pointee.step_tokens_max = stepTokensMax
  }
}

extension HearthV1 {
  /// What a replica carries at one moment.
  public struct ReplicaLoad: ProtoMessage {
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

extension HearthV1.ReplicaLoad {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ReplicaLoad" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ReplicaLoad: @unsafe CMessage {
  typealias Raw = Hearth__V1__ReplicaLoad

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__replica_load__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__replica_load__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    blocksUsed = unsafe c.pointee.blocks_used
    blocksCached = unsafe c.pointee.blocks_cached
    running = unsafe c.pointee.running
    waiting = unsafe c.pointee.waiting
    prefillTokensQueued = unsafe c.pointee.prefill_tokens_queued
    decoding = unsafe c.pointee.decoding
    contextTokens = unsafe c.pointee.context_tokens
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.blocks_used = blocksUsed
    unsafe c.pointee.blocks_cached = blocksCached
    unsafe c.pointee.running = running
    unsafe c.pointee.waiting = waiting
    unsafe c.pointee.prefill_tokens_queued = prefillTokensQueued
    unsafe c.pointee.decoding = decoding
    unsafe c.pointee.context_tokens = contextTokens
  }
}
