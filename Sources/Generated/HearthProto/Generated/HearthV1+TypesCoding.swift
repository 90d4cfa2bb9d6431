// Generated from proto/hearth/v1/types.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

extension HearthV1.GPU: ProtoMessage {
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
    self.init()
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

extension HearthV1.GPU: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("name", name)
      json.field("memoryBytes", memoryBytes)
      json.field("memoryBytesPerSecond", memoryBytesPerSecond)
      json.field("bf16Flops", bf16Flops)
      json.field("fp8Flops", fp8Flops)
      json.field("interconnectBytesPerSecond", interconnectBytesPerSecond)
    }
  }
}

extension HearthV1.Model: ProtoMessage {
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
    self.init()
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

extension HearthV1.Model: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("name", name)
      json.field("parameters", parameters)
      json.field("activeParameters", activeParameters)
      json.field("layers", layers)
      json.field("heads", heads)
      json.field("kvHeads", kvHeads)
      json.field("headSize", headSize)
      json.field("weightBytes", weightBytes)
      json.field("kvBytes", kvBytes)
      json.field("contextTokensMax", contextTokensMax)
    }
  }
}

extension HearthV1.Replica: ProtoMessage {
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
    self.init()
    id = try unsafe Field.text(c.pointee.id, "id")
    model = try unsafe Field.message(c.pointee.model, "model")
    gpu = try unsafe Field.message(c.pointee.gpu, "gpu")
    gpuCount = unsafe c.pointee.gpu_count
    blockTokens = unsafe c.pointee.block_tokens
    blockCount = unsafe c.pointee.block_count
    runningMax = unsafe c.pointee.running_max
    waitingMax = unsafe c.pointee.waiting_max
    stepTokensMax = unsafe c.pointee.step_tokens_max
    computeEfficiency = unsafe c.pointee.compute_efficiency
    memoryEfficiency = unsafe c.pointee.memory_efficiency
    stepOverheadNs = unsafe c.pointee.step_overhead_ns
    infersResidency = unsafe c.pointee.infers_residency != 0
    namesAdapters = unsafe c.pointee.names_adapters != 0
    canPark = unsafe c.pointee.can_park != 0
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
    unsafe c.pointee.compute_efficiency = computeEfficiency
    unsafe c.pointee.memory_efficiency = memoryEfficiency
    unsafe c.pointee.step_overhead_ns = stepOverheadNs
    unsafe c.pointee.infers_residency = infersResidency ? 1 : 0
    unsafe c.pointee.names_adapters = namesAdapters ? 1 : 0
    unsafe c.pointee.can_park = canPark ? 1 : 0
  }
}

extension HearthV1.Replica: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("id", id)
      json.field("model", model)
      json.field("gpu", gpu)
      json.field("gpuCount", gpuCount)
      json.field("blockTokens", blockTokens)
      json.field("blockCount", blockCount)
      json.field("runningMax", runningMax)
      json.field("waitingMax", waitingMax)
      json.field("stepTokensMax", stepTokensMax)
      json.field("computeEfficiency", computeEfficiency)
      json.field("memoryEfficiency", memoryEfficiency)
      json.field("stepOverheadNs", stepOverheadNs)
      json.field("infersResidency", infersResidency)
      json.field("namesAdapters", namesAdapters)
      json.field("canPark", canPark)
    }
  }
}

extension HearthV1.ReplicaLoad: ProtoMessage {
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
    self.init()
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

extension HearthV1.ReplicaLoad: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("blocksUsed", blocksUsed)
      json.field("blocksCached", blocksCached)
      json.field("running", running)
      json.field("waiting", waiting)
      json.field("prefillTokensQueued", prefillTokensQueued)
      json.field("decoding", decoding)
      json.field("contextTokens", contextTokens)
    }
  }
}

extension HearthV1.Availability: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    switch self {
    case .unspecified: json.write("AVAILABILITY_UNSPECIFIED")
    case .starting: json.write("AVAILABILITY_STARTING")
    case .ready: json.write("AVAILABILITY_READY")
    case .cordoned: json.write("AVAILABILITY_CORDONED")
    case .draining: json.write("AVAILABILITY_DRAINING")
    case .drained: json.write("AVAILABILITY_DRAINED")
    case .failed: json.write("AVAILABILITY_FAILED")
    case .suspect: json.write("AVAILABILITY_SUSPECT")
    case .lost: json.write("AVAILABILITY_LOST")
    case .unrecognized(let number): number.write(to: &json)
    }
  }
}
