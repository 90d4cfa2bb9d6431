// Generated from proto/hearth/v1/capacity.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

extension HearthV1.GetCapacityRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.GetCapacityRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.GetCapacityRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__GetCapacityRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__get_capacity_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__get_capacity_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    lose = try unsafe Field.text(c.pointee.lose, "lose")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.lose = try arena.text(lose, "lose")
  }
}

extension HearthV1.CapacityReport: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.CapacityReport" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.CapacityReport: @unsafe CMessage {
  typealias Raw = Hearth__V1__CapacityReport

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__capacity_report__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__capacity_report__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    models = try unsafe Field.messages(c.pointee.n_models, c.pointee.models, "models")
    fleet = try unsafe Field.message(c.pointee.fleet, "fleet")
    exceeded = unsafe c.pointee.exceeded != 0
    losses = try unsafe Field.messages(c.pointee.n_losses, c.pointee.losses, "losses")
    moves = try unsafe Field.messages(c.pointee.n_moves, c.pointee.moves, "moves")
    shortages = try unsafe Field.messages(c.pointee.n_shortages, c.pointee.shortages, "shortages")
    adapterMoves = try unsafe Field.messages(
      c.pointee.n_adapter_moves,
      c.pointee.adapter_moves,
      "adapter_moves"
    )
    adapterShortages = try unsafe Field.messages(
      c.pointee.n_adapter_shortages,
      c.pointee.adapter_shortages,
      "adapter_shortages"
    )
    prefixes = try unsafe Field.messages(c.pointee.n_prefixes, c.pointee.prefixes, "prefixes")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_models, c.pointee.models) = try arena.messages(models, "models")
    unsafe c.pointee.fleet = try arena.message(fleet, "fleet")
    unsafe c.pointee.exceeded = exceeded ? 1 : 0
    unsafe (c.pointee.n_losses, c.pointee.losses) = try arena.messages(losses, "losses")
    unsafe (c.pointee.n_moves, c.pointee.moves) = try arena.messages(moves, "moves")
    unsafe (c.pointee.n_shortages, c.pointee.shortages) = try arena.messages(shortages, "shortages")
    unsafe (c.pointee.n_adapter_moves, c.pointee.adapter_moves) = try arena.messages(
      adapterMoves,
      "adapter_moves"
    )
    unsafe (c.pointee.n_adapter_shortages, c.pointee.adapter_shortages) = try arena.messages(
      adapterShortages,
      "adapter_shortages"
    )
    unsafe (c.pointee.n_prefixes, c.pointee.prefixes) = try arena.messages(prefixes, "prefixes")
  }
}

extension HearthV1.ModelCapacity: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ModelCapacity" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ModelCapacity: @unsafe CMessage {
  typealias Raw = Hearth__V1__ModelCapacity

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__model_capacity__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__model_capacity__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    model = try unsafe Field.text(c.pointee.model, "model")
    total = try unsafe Field.message(c.pointee.total, "total")
    regions = try unsafe Field.messages(c.pointee.n_regions, c.pointee.regions, "regions")
    promptTokens = unsafe c.pointee.prompt_tokens
    uncachedTokens = unsafe c.pointee.uncached_tokens
    outputTokens = unsafe c.pointee.output_tokens
    ttftNs = unsafe c.pointee.ttft_ns
    tpotNs = unsafe c.pointee.tpot_ns
    lateShare = unsafe c.pointee.late_share
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.total = try arena.message(total, "total")
    unsafe (c.pointee.n_regions, c.pointee.regions) = try arena.messages(regions, "regions")
    unsafe c.pointee.prompt_tokens = promptTokens
    unsafe c.pointee.uncached_tokens = uncachedTokens
    unsafe c.pointee.output_tokens = outputTokens
    unsafe c.pointee.ttft_ns = ttftNs
    unsafe c.pointee.tpot_ns = tpotNs
    unsafe c.pointee.late_share = lateShare
  }
}

extension HearthV1.CapacityFigure: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.CapacityFigure" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.CapacityFigure: @unsafe CMessage {
  typealias Raw = Hearth__V1__CapacityFigure

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__capacity_figure__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__capacity_figure__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    region = try unsafe Field.text(c.pointee.region, "region")
    replicas = unsafe c.pointee.replicas
    gpus = unsafe c.pointee.gpus
    offered = unsafe c.pointee.offered
    offeredHour = unsafe c.pointee.offered_hour
    unmet = unsafe c.pointee.unmet
    sustainable = unsafe c.pointee.sustainable
    load = unsafe c.pointee.load
    bound = try unsafe Field.text(c.pointee.bound, "bound")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.replicas = replicas
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.offered = offered
    unsafe c.pointee.offered_hour = offeredHour
    unsafe c.pointee.unmet = unmet
    unsafe c.pointee.sustainable = sustainable
    unsafe c.pointee.load = load
    unsafe c.pointee.bound = try arena.text(bound, "bound")
  }
}

extension HearthV1.CapacityLoss: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.CapacityLoss" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.CapacityLoss: @unsafe CMessage {
  typealias Raw = Hearth__V1__CapacityLoss

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__capacity_loss__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__capacity_loss__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    region = try unsafe Field.text(c.pointee.region, "region")
    node = try unsafe Field.text(c.pointee.node, "node")
    gpus = unsafe c.pointee.gpus
    models = try unsafe Field.messages(c.pointee.n_models, c.pointee.models, "models")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.gpus = gpus
    unsafe (c.pointee.n_models, c.pointee.models) = try arena.messages(models, "models")
  }
}

extension HearthV1.ModelLoss: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ModelLoss" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ModelLoss: @unsafe CMessage {
  typealias Raw = Hearth__V1__ModelLoss

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__model_loss__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__model_loss__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    model = try unsafe Field.text(c.pointee.model, "model")
    lostReplicas = unsafe c.pointee.lost_replicas
    leftReplicas = unsafe c.pointee.left_replicas
    offered = unsafe c.pointee.offered
    sustainable = unsafe c.pointee.sustainable
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.lost_replicas = lostReplicas
    unsafe c.pointee.left_replicas = leftReplicas
    unsafe c.pointee.offered = offered
    unsafe c.pointee.sustainable = sustainable
  }
}

extension HearthV1.PlacementMove: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.PlacementMove" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.PlacementMove: @unsafe CMessage {
  typealias Raw = Hearth__V1__PlacementMove

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__placement_move__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__placement_move__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    replica = try unsafe Field.text(c.pointee.replica, "replica")
    region = try unsafe Field.text(c.pointee.region, "region")
    fromModel = try unsafe Field.text(c.pointee.from_model, "from_model")
    toModel = try unsafe Field.text(c.pointee.to_model, "to_model")
    reason = try unsafe Field.text(c.pointee.reason, "reason")
    drainSeconds = unsafe c.pointee.drain_seconds
    loadSeconds = unsafe c.pointee.load_seconds
    recomputeSeconds = unsafe c.pointee.recompute_seconds
    gainSeconds = unsafe c.pointee.gain_seconds
    costSeconds = unsafe c.pointee.cost_seconds
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.replica = try arena.text(replica, "replica")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.from_model = try arena.text(fromModel, "from_model")
    unsafe c.pointee.to_model = try arena.text(toModel, "to_model")
    unsafe c.pointee.reason = try arena.text(reason, "reason")
    unsafe c.pointee.drain_seconds = drainSeconds
    unsafe c.pointee.load_seconds = loadSeconds
    unsafe c.pointee.recompute_seconds = recomputeSeconds
    unsafe c.pointee.gain_seconds = gainSeconds
    unsafe c.pointee.cost_seconds = costSeconds
  }
}

extension HearthV1.CapacityShortage: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.CapacityShortage" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.CapacityShortage: @unsafe CMessage {
  typealias Raw = Hearth__V1__CapacityShortage

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__capacity_shortage__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__capacity_shortage__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    model = try unsafe Field.text(c.pointee.model, "model")
    turns = unsafe c.pointee.turns
    gpus = unsafe c.pointee.gpus
    gpu = try unsafe Field.text(c.pointee.gpu, "gpu")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.turns = turns
    unsafe c.pointee.gpus = gpus
    unsafe c.pointee.gpu = try arena.text(gpu, "gpu")
  }
}

extension HearthV1.AdapterMove: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.AdapterMove" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.AdapterMove: @unsafe CMessage {
  typealias Raw = Hearth__V1__AdapterMove

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__adapter_move__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__adapter_move__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    adapter = try unsafe Field.text(c.pointee.adapter, "adapter")
    model = try unsafe Field.text(c.pointee.model, "model")
    replica = try unsafe Field.text(c.pointee.replica, "replica")
    replacing = try unsafe Field.text(c.pointee.replacing, "replacing")
    offered = unsafe c.pointee.offered
    loadSeconds = unsafe c.pointee.load_seconds
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.adapter = try arena.text(adapter, "adapter")
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.replica = try arena.text(replica, "replica")
    unsafe c.pointee.replacing = try arena.text(replacing, "replacing")
    unsafe c.pointee.offered = offered
    unsafe c.pointee.load_seconds = loadSeconds
  }
}

extension HearthV1.AdapterShortage: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.AdapterShortage" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.AdapterShortage: @unsafe CMessage {
  typealias Raw = Hearth__V1__AdapterShortage

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__adapter_shortage__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__adapter_shortage__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    adapter = try unsafe Field.text(c.pointee.adapter, "adapter")
    model = try unsafe Field.text(c.pointee.model, "model")
    offered = unsafe c.pointee.offered
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.adapter = try arena.text(adapter, "adapter")
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.offered = offered
  }
}

extension HearthV1.PrefixPlacement: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.PrefixPlacement" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.PrefixPlacement: @unsafe CMessage {
  typealias Raw = Hearth__V1__PrefixPlacement

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__prefix_placement__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__prefix_placement__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    hash = unsafe c.pointee.hash
    depth = unsafe c.pointee.depth
    model = try unsafe Field.text(c.pointee.model, "model")
    region = try unsafe Field.text(c.pointee.region, "region")
    turns = unsafe c.pointee.turns
    holders = unsafe c.pointee.holders
    desired = unsafe c.pointee.desired
    targets = try unsafe Field.texts(c.pointee.n_targets, c.pointee.targets, "targets")
    gainSeconds = unsafe c.pointee.gain_seconds
    tokens = unsafe c.pointee.tokens
    tenant = try unsafe Field.text(c.pointee.tenant, "tenant")
    requestId = try unsafe Field.text(c.pointee.request_id, "request_id")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.hash = hash
    unsafe c.pointee.depth = depth
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.turns = turns
    unsafe c.pointee.holders = holders
    unsafe c.pointee.desired = desired
    unsafe (c.pointee.n_targets, c.pointee.targets) = try arena.texts(targets, "targets")
    unsafe c.pointee.gain_seconds = gainSeconds
    unsafe c.pointee.tokens = tokens
    unsafe c.pointee.tenant = try arena.text(tenant, "tenant")
    unsafe c.pointee.request_id = try arena.text(requestId, "request_id")
  }
}
