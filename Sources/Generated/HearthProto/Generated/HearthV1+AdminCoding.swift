// Generated from proto/hearth/v1/admin.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

extension HearthV1 {
  /// Served by the control plane.
  public enum Admin {
    /// The service's full name.
    public static let name: StaticString = "hearth.v1.Admin"

    /// The method `/hearth.v1.Admin/GetStatus`.
    public static let getStatus =
      MethodDescriptor<HearthV1.GetStatusRequest, HearthV1.FleetStatus>(
        path: "/hearth.v1.Admin/GetStatus",
        clientStreaming: false,
        serverStreaming: false
      )

    /// The method `/hearth.v1.Admin/ListRegions`.
    public static let listRegions =
      MethodDescriptor<HearthV1.ListRegionsRequest, HearthV1.ListRegionsResponse>(
        path: "/hearth.v1.Admin/ListRegions",
        clientStreaming: false,
        serverStreaming: false
      )

    /// The method `/hearth.v1.Admin/ListNodes`.
    public static let listNodes =
      MethodDescriptor<HearthV1.ListNodesRequest, HearthV1.ListNodesResponse>(
        path: "/hearth.v1.Admin/ListNodes",
        clientStreaming: false,
        serverStreaming: false
      )

    /// The method `/hearth.v1.Admin/ListReplicas`.
    public static let listReplicas =
      MethodDescriptor<HearthV1.ListReplicasRequest, HearthV1.ListReplicasResponse>(
        path: "/hearth.v1.Admin/ListReplicas",
        clientStreaming: false,
        serverStreaming: false
      )

    /// Cordons, drains or returns a node to service, also one that is lost: it is told when it
    /// comes back.
    ///
    /// NOT_FOUND when no node has the name.
    public static let setNodeAvailability =
      MethodDescriptor<HearthV1.SetNodeAvailabilityRequest, HearthV1.SetNodeAvailabilityResponse>(
        path: "/hearth.v1.Admin/SetNodeAvailability",
        clientStreaming: false,
        serverStreaming: false
      )

    /// Forgets a node or a region that is lost, with what was ordered of it.
    ///
    /// NOT_FOUND when none has the name, FAILED_PRECONDITION when it is attached.
    public static let forget =
      MethodDescriptor<HearthV1.ForgetRequest, HearthV1.ForgetResponse>(
        path: "/hearth.v1.Admin/Forget",
        clientStreaming: false,
        serverStreaming: false
      )

    /// Drops the prefix caches of all nodes, as between two measurements.
    public static let resetCaches =
      MethodDescriptor<HearthV1.ResetCachesRequest, HearthV1.ResetCachesResponse>(
        path: "/hearth.v1.Admin/ResetCaches",
        clientStreaming: false,
        serverStreaming: false
      )

    /// All decisions that are kept about one request, with what was weighed and what became of it.
    ///
    /// NOT_FOUND when none is, INVALID_ARGUMENT when the names of several requests begin so.
    public static let explain =
      MethodDescriptor<HearthV1.ExplainRequest, HearthV1.DecisionList>(
        path: "/hearth.v1.Admin/Explain",
        clientStreaming: false,
        serverStreaming: false
      )

    /// The latest decisions, the newest first, without what was weighed.
    public static let listDecisions =
      MethodDescriptor<HearthV1.ListDecisionsRequest, HearthV1.DecisionList>(
        path: "/hearth.v1.Admin/ListDecisions",
        clientStreaming: false,
        serverStreaming: false
      )

    /// What the fleet is asked for, what it sustains, what it could lose, and what would be better
    /// where.
    ///
    /// NOT_FOUND when the request names neither a region nor a node.
    public static let getCapacity =
      MethodDescriptor<HearthV1.GetCapacityRequest, HearthV1.CapacityReport>(
        path: "/hearth.v1.Admin/GetCapacity",
        clientStreaming: false,
        serverStreaming: false
      )

    /// The turns that wait for room, model by model, of each the first to go first.
    public static let listQueue =
      MethodDescriptor<HearthV1.ListQueueRequest, HearthV1.ListQueueResponse>(
        path: "/hearth.v1.Admin/ListQueue",
        clientStreaming: false,
        serverStreaming: false
      )

    /// What turns and jobs took, from the ledger.
    ///
    /// FAILED_PRECONDITION when none is kept, INVALID_ARGUMENT for times that are out of order or
    /// out of range.
    public static let reportCompute =
      MethodDescriptor<HearthV1.ReportComputeRequest, HearthV1.ComputeReport>(
        path: "/hearth.v1.Admin/ReportCompute",
        clientStreaming: false,
        serverStreaming: false
      )
  }
}

extension HearthV1.GetStatusRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.GetStatusRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.GetStatusRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__GetStatusRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__get_status_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__get_status_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1.ForgetRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ForgetRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ForgetRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ForgetRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__forget_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__forget_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    region = try unsafe Field.text(c.pointee.region, "region")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.region = try arena.text(region, "region")
  }
}

extension HearthV1.ForgetResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ForgetResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ForgetResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__ForgetResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__forget_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__forget_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    nodes = unsafe c.pointee.nodes
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.nodes = nodes
  }
}

extension HearthV1.FleetStatus: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.FleetStatus" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.FleetStatus: @unsafe CMessage {
  typealias Raw = Hearth__V1__FleetStatus

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__fleet_status__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__fleet_status__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    version = try unsafe Field.text(c.pointee.version, "version")
    uptimeNs = unsafe c.pointee.uptime_ns
    timeScale = unsafe c.pointee.time_scale
    policy = try unsafe Field.text(c.pointee.policy, "policy")
    regions = unsafe c.pointee.regions
    nodes = unsafe c.pointee.nodes
    nodesReady = unsafe c.pointee.nodes_ready
    replicas = unsafe c.pointee.replicas
    replicasReady = unsafe c.pointee.replicas_ready
    blocksIndexed = unsafe c.pointee.blocks_indexed
    placed = unsafe c.pointee.placed
    refused = unsafe c.pointee.refused
    reservations = unsafe c.pointee.reservations
    reservationsExpired = unsafe c.pointee.reservations_expired
    policies = try unsafe Field.texts(c.pointee.n_policies, c.pointee.policies, "policies")
    completed = unsafe c.pointee.completed
    cutShort = unsafe c.pointee.cut_short
    predictions = try unsafe Field.message(c.pointee.predictions, "predictions")
    waiting = unsafe c.pointee.waiting
    placedAfterWait = unsafe c.pointee.placed_after_wait
    bounds = try unsafe Field.messages(c.pointee.n_bounds, c.pointee.bounds, "bounds")
    prefixCopies = unsafe c.pointee.prefix_copies
    endsWithParent = unsafe c.pointee.ends_with_parent != 0
    notTaken = unsafe c.pointee.not_taken
    running = unsafe c.pointee.running
    refusedForGood = unsafe c.pointee.refused_for_good
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.version = try arena.text(version, "version")
    unsafe c.pointee.uptime_ns = uptimeNs
    unsafe c.pointee.time_scale = timeScale
    unsafe c.pointee.policy = try arena.text(policy, "policy")
    unsafe c.pointee.regions = regions
    unsafe c.pointee.nodes = nodes
    unsafe c.pointee.nodes_ready = nodesReady
    unsafe c.pointee.replicas = replicas
    unsafe c.pointee.replicas_ready = replicasReady
    unsafe c.pointee.blocks_indexed = blocksIndexed
    unsafe c.pointee.placed = placed
    unsafe c.pointee.refused = refused
    unsafe c.pointee.reservations = reservations
    unsafe c.pointee.reservations_expired = reservationsExpired
    unsafe (c.pointee.n_policies, c.pointee.policies) = try arena.texts(policies, "policies")
    unsafe c.pointee.completed = completed
    unsafe c.pointee.cut_short = cutShort
    unsafe c.pointee.predictions = try arena.message(predictions, "predictions")
    unsafe c.pointee.waiting = waiting
    unsafe c.pointee.placed_after_wait = placedAfterWait
    unsafe (c.pointee.n_bounds, c.pointee.bounds) = try arena.messages(bounds, "bounds")
    unsafe c.pointee.prefix_copies = prefixCopies
    unsafe c.pointee.ends_with_parent = endsWithParent ? 1 : 0
    unsafe c.pointee.not_taken = notTaken
    unsafe c.pointee.running = running
    unsafe c.pointee.refused_for_good = refusedForGood
  }
}

extension HearthV1.FleetStatus: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("version", version)
      json.field("uptimeNs", uptimeNs)
      json.field("timeScale", timeScale)
      json.field("policy", policy)
      json.field("regions", regions)
      json.field("nodes", nodes)
      json.field("nodesReady", nodesReady)
      json.field("replicas", replicas)
      json.field("replicasReady", replicasReady)
      json.field("blocksIndexed", blocksIndexed)
      json.field("placed", placed)
      json.field("refused", refused)
      json.field("reservations", reservations)
      json.field("reservationsExpired", reservationsExpired)
      json.field("policies", policies)
      json.field("completed", completed)
      json.field("cutShort", cutShort)
      json.field("predictions", predictions)
      json.field("waiting", waiting)
      json.field("placedAfterWait", placedAfterWait)
      json.field("bounds", bounds)
      json.field("prefixCopies", prefixCopies)
      json.field("endsWithParent", endsWithParent)
      json.field("notTaken", notTaken)
      json.field("running", running)
      json.field("refusedForGood", refusedForGood)
    }
  }
}

extension HearthV1.BoundCount: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.BoundCount" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.BoundCount: @unsafe CMessage {
  typealias Raw = Hearth__V1__BoundCount

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__bound_count__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__bound_count__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    bound = try unsafe Field.text(c.pointee.bound, "bound")
    replicas = unsafe c.pointee.replicas
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.bound = try arena.text(bound, "bound")
    unsafe c.pointee.replicas = replicas
  }
}

extension HearthV1.BoundCount: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("bound", bound)
      json.field("replicas", replicas)
    }
  }
}

extension HearthV1.PredictionStatus: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.PredictionStatus" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.PredictionStatus: @unsafe CMessage {
  typealias Raw = Hearth__V1__PredictionStatus

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__prediction_status__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__prediction_status__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    hitRate = try unsafe Field.message(c.pointee.hit_rate, "hit_rate")
    drifting = try unsafe Field.messages(c.pointee.n_drifting, c.pointee.drifting, "drifting")
    ttftSamples = unsafe c.pointee.ttft_samples
    ttftRatioMedian = unsafe c.pointee.ttft_ratio_median
    ttftFactorP90 = unsafe c.pointee.ttft_factor_p90
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.hit_rate = try arena.message(hitRate, "hit_rate")
    unsafe (c.pointee.n_drifting, c.pointee.drifting) = try arena.messages(drifting, "drifting")
    unsafe c.pointee.ttft_samples = ttftSamples
    unsafe c.pointee.ttft_ratio_median = ttftRatioMedian
    unsafe c.pointee.ttft_factor_p90 = ttftFactorP90
  }
}

extension HearthV1.PredictionStatus: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("hitRate", hitRate)
      json.field("drifting", drifting)
      json.field("ttftSamples", ttftSamples)
      json.field("ttftRatioMedian", ttftRatioMedian)
      json.field("ttftFactorP90", ttftFactorP90)
    }
  }
}

extension HearthV1.HitRate: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.HitRate" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.HitRate: @unsafe CMessage {
  typealias Raw = Hearth__V1__HitRate

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__hit_rate__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__hit_rate__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    replica = try unsafe Field.text(c.pointee.replica, "replica")
    predicted = unsafe c.pointee.predicted
    actual = unsafe c.pointee.actual
    samples = unsafe c.pointee.samples
    drifting = unsafe c.pointee.drifting != 0
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.replica = try arena.text(replica, "replica")
    unsafe c.pointee.predicted = predicted
    unsafe c.pointee.actual = actual
    unsafe c.pointee.samples = samples
    unsafe c.pointee.drifting = drifting ? 1 : 0
  }
}

extension HearthV1.HitRate: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("replica", replica)
      json.field("predicted", predicted)
      json.field("actual", actual)
      json.field("samples", samples)
      json.field("drifting", drifting)
    }
  }
}

extension HearthV1.ExplainRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ExplainRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ExplainRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ExplainRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__explain_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__explain_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    requestId = try unsafe Field.text(c.pointee.request_id, "request_id")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.request_id = try arena.text(requestId, "request_id")
  }
}

extension HearthV1.ListDecisionsRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListDecisionsRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListDecisionsRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListDecisionsRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_decisions_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_decisions_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    limit = unsafe c.pointee.limit
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.limit = limit
  }
}

extension HearthV1.DecisionList: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.DecisionList" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.DecisionList: @unsafe CMessage {
  typealias Raw = Hearth__V1__DecisionList

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__decision_list__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__decision_list__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    decisions = try unsafe Field.messages(c.pointee.n_decisions, c.pointee.decisions, "decisions")
    reach = try unsafe Field.message(c.pointee.reach, "reach")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_decisions, c.pointee.decisions) = try arena.messages(decisions, "decisions")
    unsafe c.pointee.reach = try arena.message(reach, "reach")
  }
}

extension HearthV1.DecisionList: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("decisions", decisions)
      json.field("reach", reach)
    }
  }
}

extension HearthV1.DecisionReach: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.DecisionReach" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.DecisionReach: @unsafe CMessage {
  typealias Raw = Hearth__V1__DecisionReach

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__decision_reach__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__decision_reach__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    latest = unsafe c.pointee.latest
    oldestAgeNs = unsafe c.pointee.oldest_age_ns
    sampled = unsafe c.pointee.sampled
    sampledFrom = unsafe c.pointee.sampled_from
    undetailed = unsafe c.pointee.undetailed
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.latest = latest
    unsafe c.pointee.oldest_age_ns = oldestAgeNs
    unsafe c.pointee.sampled = sampled
    unsafe c.pointee.sampled_from = sampledFrom
    unsafe c.pointee.undetailed = undetailed
  }
}

extension HearthV1.DecisionReach: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("latest", latest)
      json.field("oldestAgeNs", oldestAgeNs)
      json.field("sampled", sampled)
      json.field("sampledFrom", sampledFrom)
      json.field("undetailed", undetailed)
    }
  }
}

extension HearthV1.Decision: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Decision" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Decision: @unsafe CMessage {
  typealias Raw = Hearth__V1__Decision

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__decision__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__decision__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    requestId = try unsafe Field.text(c.pointee.request_id, "request_id")
    tenant = try unsafe Field.text(c.pointee.tenant, "tenant")
    model = try unsafe Field.text(c.pointee.model, "model")
    originRegion = try unsafe Field.text(c.pointee.origin_region, "origin_region")
    promptTokens = unsafe c.pointee.prompt_tokens
    ageNs = unsafe c.pointee.age_ns
    policy = try unsafe Field.text(c.pointee.policy, "policy")
    verdict =
      switch unsafe c.pointee.verdict_case.rawValue {
      case 8: try unsafe Field.message(c.pointee.placed, "placed").map(Verdict.placed)
      case 9: try unsafe Field.message(c.pointee.refused, "refused").map(Verdict.refused)
      case 16: try unsafe Field.message(c.pointee.waits, "waits").map(Verdict.waits)
      default: nil
      }
    networkNs = unsafe c.pointee.network_ns
    candidates = try unsafe Field.messages(
      c.pointee.n_candidates,
      c.pointee.candidates,
      "candidates"
    )
    others = try unsafe Field.messages(c.pointee.n_others, c.pointee.others, "others")
    undetailed = unsafe c.pointee.undetailed != 0
    state = unsafe Field.number(c.pointee.state)
    outcome = try unsafe Field.message(c.pointee.outcome, "outcome")
    choice = try unsafe Field.message(c.pointee.choice, "choice")
    position = unsafe c.pointee.position
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.request_id = try arena.text(requestId, "request_id")
    unsafe c.pointee.tenant = try arena.text(tenant, "tenant")
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.origin_region = try arena.text(originRegion, "origin_region")
    unsafe c.pointee.prompt_tokens = promptTokens
    unsafe c.pointee.age_ns = ageNs
    unsafe c.pointee.policy = try arena.text(policy, "policy")
    switch verdict {
    case .placed(let value)?:
      unsafe c.pointee.verdict_case = .init(rawValue: 8)
      unsafe c.pointee.placed = try arena.message(value, "placed")
    case .refused(let value)?:
      unsafe c.pointee.verdict_case = .init(rawValue: 9)
      unsafe c.pointee.refused = try arena.message(value, "refused")
    case .waits(let value)?:
      unsafe c.pointee.verdict_case = .init(rawValue: 16)
      unsafe c.pointee.waits = try arena.message(value, "waits")
    case nil: break
    }
    unsafe c.pointee.network_ns = networkNs
    unsafe (c.pointee.n_candidates, c.pointee.candidates) = try arena.messages(
      candidates,
      "candidates"
    )
    unsafe (c.pointee.n_others, c.pointee.others) = try arena.messages(others, "others")
    unsafe c.pointee.undetailed = undetailed ? 1 : 0
    unsafe c.pointee.state = arena.number(state)
    unsafe c.pointee.outcome = try arena.message(outcome, "outcome")
    unsafe c.pointee.choice = try arena.message(choice, "choice")
    unsafe c.pointee.position = position
  }
}

extension HearthV1.Decision: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("requestId", requestId)
      json.field("tenant", tenant)
      json.field("model", model)
      json.field("originRegion", originRegion)
      json.field("promptTokens", promptTokens)
      json.field("ageNs", ageNs)
      json.field("policy", policy)
      switch verdict {
      case .placed(let value)?:
        json.field("placed", value)
      case .refused(let value)?:
        json.field("refused", value)
      case .waits(let value)?:
        json.field("waits", value)
      case nil: break
      }
      json.field("networkNs", networkNs)
      json.field("candidates", candidates)
      json.field("others", others)
      json.field("undetailed", undetailed)
      json.field("state", state)
      json.field("outcome", outcome)
      json.field("choice", choice)
      json.field("position", position)
    }
  }
}

extension HearthV1.CandidateCount: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.CandidateCount" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.CandidateCount: @unsafe CMessage {
  typealias Raw = Hearth__V1__CandidateCount

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__candidate_count__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__candidate_count__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    what = try unsafe Field.text(c.pointee.what, "what")
    count = unsafe c.pointee.count
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.what = try arena.text(what, "what")
    unsafe c.pointee.count = count
  }
}

extension HearthV1.CandidateCount: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("what", what)
      json.field("count", count)
    }
  }
}

extension HearthV1.ListRegionsRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListRegionsRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListRegionsRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListRegionsRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_regions_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_regions_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1.ListRegionsResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListRegionsResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListRegionsResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListRegionsResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_regions_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_regions_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    regions = try unsafe Field.messages(c.pointee.n_regions, c.pointee.regions, "regions")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_regions, c.pointee.regions) = try arena.messages(regions, "regions")
  }
}

extension HearthV1.ListRegionsResponse: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("regions", regions)
    }
  }
}

extension HearthV1.RegionStatus: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionStatus" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionStatus: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionStatus

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_status__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_status__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    region = try unsafe Field.text(c.pointee.region, "region")
    address = try unsafe Field.text(c.pointee.address, "address")
    state = unsafe Field.number(c.pointee.state)
    nodes = unsafe c.pointee.nodes
    nodesReady = unsafe c.pointee.nodes_ready
    distances = try unsafe Field.messages(c.pointee.n_distances, c.pointee.distances, "distances")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.address = try arena.text(address, "address")
    unsafe c.pointee.state = arena.number(state)
    unsafe c.pointee.nodes = nodes
    unsafe c.pointee.nodes_ready = nodesReady
    unsafe (c.pointee.n_distances, c.pointee.distances) = try arena.messages(distances, "distances")
  }
}

extension HearthV1.RegionStatus: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("region", region)
      json.field("address", address)
      json.field("state", state)
      json.field("nodes", nodes)
      json.field("nodesReady", nodesReady)
      json.field("distances", distances)
    }
  }
}

extension HearthV1.RegionDistance: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionDistance" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionDistance: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionDistance

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_distance__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_distance__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    region = try unsafe Field.text(c.pointee.region, "region")
    roundTripNs = unsafe c.pointee.round_trip_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.round_trip_ns = roundTripNs
  }
}

extension HearthV1.RegionDistance: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("region", region)
      json.field("roundTripNs", roundTripNs)
    }
  }
}

extension HearthV1.ListNodesRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListNodesRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListNodesRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListNodesRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_nodes_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_nodes_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1.ListNodesResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListNodesResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListNodesResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListNodesResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_nodes_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_nodes_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    nodes = try unsafe Field.messages(c.pointee.n_nodes, c.pointee.nodes, "nodes")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_nodes, c.pointee.nodes) = try arena.messages(nodes, "nodes")
  }
}

extension HearthV1.ListNodesResponse: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("nodes", nodes)
    }
  }
}

extension HearthV1.NodeStatus: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.NodeStatus" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.NodeStatus: @unsafe CMessage {
  typealias Raw = Hearth__V1__NodeStatus

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__node_status__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__node_status__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    region = try unsafe Field.text(c.pointee.region, "region")
    address = try unsafe Field.text(c.pointee.address, "address")
    version = try unsafe Field.text(c.pointee.version, "version")
    availability = unsafe Field.number(c.pointee.availability)
    reason = try unsafe Field.text(c.pointee.reason, "reason")
    drainLeftNs = unsafe c.pointee.drain_left_ns
    silentNs = unsafe c.pointee.silent_ns
    replicas = try unsafe Field.messages(c.pointee.n_replicas, c.pointee.replicas, "replicas")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.address = try arena.text(address, "address")
    unsafe c.pointee.version = try arena.text(version, "version")
    unsafe c.pointee.availability = arena.number(availability)
    unsafe c.pointee.reason = try arena.text(reason, "reason")
    unsafe c.pointee.drain_left_ns = drainLeftNs
    unsafe c.pointee.silent_ns = silentNs
    unsafe (c.pointee.n_replicas, c.pointee.replicas) = try arena.messages(replicas, "replicas")
  }
}

extension HearthV1.NodeStatus: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("node", node)
      json.field("region", region)
      json.field("address", address)
      json.field("version", version)
      json.field("availability", availability)
      json.field("reason", reason)
      json.field("drainLeftNs", drainLeftNs)
      json.field("silentNs", silentNs)
      json.field("replicas", replicas)
    }
  }
}

extension HearthV1.ListReplicasRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListReplicasRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListReplicasRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListReplicasRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_replicas_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_replicas_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1.ListReplicasResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListReplicasResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListReplicasResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListReplicasResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_replicas_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_replicas_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    replicas = try unsafe Field.messages(c.pointee.n_replicas, c.pointee.replicas, "replicas")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_replicas, c.pointee.replicas) = try arena.messages(replicas, "replicas")
  }
}

extension HearthV1.ReplicaStatus: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ReplicaStatus" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ReplicaStatus: @unsafe CMessage {
  typealias Raw = Hearth__V1__ReplicaStatus

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__replica_status__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__replica_status__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    replica = try unsafe Field.message(c.pointee.replica, "replica")
    node = try unsafe Field.text(c.pointee.node, "node")
    region = try unsafe Field.text(c.pointee.region, "region")
    availability = unsafe Field.number(c.pointee.availability)
    load = try unsafe Field.message(c.pointee.load, "load")
    blocksIndexed = unsafe c.pointee.blocks_indexed
    pending = unsafe c.pointee.pending
    reason = try unsafe Field.text(c.pointee.reason, "reason")
    operation = try unsafe Field.message(c.pointee.operation, "operation")
    calibration = try unsafe Field.message(c.pointee.calibration, "calibration")
    adapters = try unsafe Field.message(c.pointee.adapters, "adapters")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.replica = try arena.message(replica, "replica")
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.availability = arena.number(availability)
    unsafe c.pointee.load = try arena.message(load, "load")
    unsafe c.pointee.blocks_indexed = blocksIndexed
    unsafe c.pointee.pending = pending
    unsafe c.pointee.reason = try arena.text(reason, "reason")
    unsafe c.pointee.operation = try arena.message(operation, "operation")
    unsafe c.pointee.calibration = try arena.message(calibration, "calibration")
    unsafe c.pointee.adapters = try arena.message(adapters, "adapters")
  }
}

extension HearthV1.ReplicaStatus: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("replica", replica)
      json.field("node", node)
      json.field("region", region)
      json.field("availability", availability)
      json.field("load", load)
      json.field("blocksIndexed", blocksIndexed)
      json.field("pending", pending)
      json.field("reason", reason)
      json.field("operation", operation)
      json.field("calibration", calibration)
      json.field("adapters", adapters)
    }
  }
}

extension HearthV1.ReplicaOperation: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ReplicaOperation" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ReplicaOperation: @unsafe CMessage {
  typealias Raw = Hearth__V1__ReplicaOperation

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__replica_operation__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__replica_operation__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    bound = try unsafe Field.text(c.pointee.bound, "bound")
    kvUsed = unsafe c.pointee.kv_used
    kvUsedMean = unsafe c.pointee.kv_used_mean
    kvCached = unsafe c.pointee.kv_cached
    batch = unsafe c.pointee.batch
    ridgeBatch = unsafe c.pointee.ridge_batch
    ridgeShare = unsafe c.pointee.ridge_share
    prefillTokensQueued = unsafe c.pointee.prefill_tokens_queued
    prefillQueuedNs = unsafe c.pointee.prefill_queued_ns
    compute = unsafe c.pointee.compute
    computeMean = unsafe c.pointee.compute_mean
    memoryBandwidth = unsafe c.pointee.memory_bandwidth
    memoryBandwidthMean = unsafe c.pointee.memory_bandwidth_mean
    networkMean = unsafe c.pointee.network_mean
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.bound = try arena.text(bound, "bound")
    unsafe c.pointee.kv_used = kvUsed
    unsafe c.pointee.kv_used_mean = kvUsedMean
    unsafe c.pointee.kv_cached = kvCached
    unsafe c.pointee.batch = batch
    unsafe c.pointee.ridge_batch = ridgeBatch
    unsafe c.pointee.ridge_share = ridgeShare
    unsafe c.pointee.prefill_tokens_queued = prefillTokensQueued
    unsafe c.pointee.prefill_queued_ns = prefillQueuedNs
    unsafe c.pointee.compute = compute
    unsafe c.pointee.compute_mean = computeMean
    unsafe c.pointee.memory_bandwidth = memoryBandwidth
    unsafe c.pointee.memory_bandwidth_mean = memoryBandwidthMean
    unsafe c.pointee.network_mean = networkMean
  }
}

extension HearthV1.ReplicaOperation: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("bound", bound)
      json.field("kvUsed", kvUsed)
      json.field("kvUsedMean", kvUsedMean)
      json.field("kvCached", kvCached)
      json.field("batch", batch)
      json.field("ridgeBatch", ridgeBatch)
      json.field("ridgeShare", ridgeShare)
      json.field("prefillTokensQueued", prefillTokensQueued)
      json.field("prefillQueuedNs", prefillQueuedNs)
      json.field("compute", compute)
      json.field("computeMean", computeMean)
      json.field("memoryBandwidth", memoryBandwidth)
      json.field("memoryBandwidthMean", memoryBandwidthMean)
      json.field("networkMean", networkMean)
    }
  }
}

extension HearthV1.ReplicaCalibration: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ReplicaCalibration" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ReplicaCalibration: @unsafe CMessage {
  typealias Raw = Hearth__V1__ReplicaCalibration

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__replica_calibration__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__replica_calibration__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    prefill = try unsafe Field.message(c.pointee.prefill, "prefill")
    decode = try unsafe Field.message(c.pointee.decode, "decode")
    promptTokens = try unsafe Field.message(c.pointee.prompt_tokens, "prompt_tokens")
    outputTokens = unsafe c.pointee.output_tokens
    answers = unsafe c.pointee.answers
    reuseChance = unsafe c.pointee.reuse_chance
    evictions = unsafe c.pointee.evictions
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.prefill = try arena.message(prefill, "prefill")
    unsafe c.pointee.decode = try arena.message(decode, "decode")
    unsafe c.pointee.prompt_tokens = try arena.message(promptTokens, "prompt_tokens")
    unsafe c.pointee.output_tokens = outputTokens
    unsafe c.pointee.answers = answers
    unsafe c.pointee.reuse_chance = reuseChance
    unsafe c.pointee.evictions = evictions
  }
}

extension HearthV1.ReplicaCalibration: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("prefill", prefill)
      json.field("decode", decode)
      json.field("promptTokens", promptTokens)
      json.field("outputTokens", outputTokens)
      json.field("answers", answers)
      json.field("reuseChance", reuseChance)
      json.field("evictions", evictions)
    }
  }
}

extension HearthV1.CorrectionFactor: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.CorrectionFactor" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.CorrectionFactor: @unsafe CMessage {
  typealias Raw = Hearth__V1__CorrectionFactor

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__correction_factor__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__correction_factor__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    value = unsafe c.pointee.value
    count = unsafe c.pointee.count
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.value = value
    unsafe c.pointee.count = count
  }
}

extension HearthV1.CorrectionFactor: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("value", value)
      json.field("count", count)
    }
  }
}

extension HearthV1.SetNodeAvailabilityRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.SetNodeAvailabilityRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.SetNodeAvailabilityRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__SetNodeAvailabilityRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__set_node_availability_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__set_node_availability_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    availability = unsafe Field.number(c.pointee.availability)
    deadlineNs = unsafe c.pointee.deadline_ns
    message = try unsafe Field.text(c.pointee.message, "message")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.availability = arena.number(availability)
    unsafe c.pointee.deadline_ns = deadlineNs
    unsafe c.pointee.message = try arena.text(message, "message")
  }
}

extension HearthV1.SetNodeAvailabilityResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.SetNodeAvailabilityResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.SetNodeAvailabilityResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__SetNodeAvailabilityResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__set_node_availability_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__set_node_availability_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    node = try unsafe Field.message(c.pointee.node, "node")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.message(node, "node")
  }
}

extension HearthV1.SetNodeAvailabilityResponse: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("node", node)
    }
  }
}

extension HearthV1.ResetCachesRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ResetCachesRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ResetCachesRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ResetCachesRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__reset_caches_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__reset_caches_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1.ResetCachesResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ResetCachesResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ResetCachesResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__ResetCachesResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__reset_caches_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__reset_caches_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    nodes = unsafe c.pointee.nodes
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.nodes = nodes
  }
}

extension HearthV1.ListQueueRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListQueueRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListQueueRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListQueueRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_queue_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_queue_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    limit = unsafe c.pointee.limit
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.limit = limit
  }
}

extension HearthV1.ListQueueResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ListQueueResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ListQueueResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__ListQueueResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__list_queue_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__list_queue_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    turns = try unsafe Field.messages(c.pointee.n_turns, c.pointee.turns, "turns")
    waiting = unsafe c.pointee.waiting
    waitingMax = unsafe c.pointee.waiting_max
    running = unsafe c.pointee.running
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_turns, c.pointee.turns) = try arena.messages(turns, "turns")
    unsafe c.pointee.waiting = waiting
    unsafe c.pointee.waiting_max = waitingMax
    unsafe c.pointee.running = running
  }
}

extension HearthV1.ListQueueResponse: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("turns", turns)
      json.field("waiting", waiting)
      json.field("waitingMax", waitingMax)
      json.field("running", running)
    }
  }
}

extension HearthV1.QueuedTurn: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.QueuedTurn" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.QueuedTurn: @unsafe CMessage {
  typealias Raw = Hearth__V1__QueuedTurn

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__queued_turn__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__queued_turn__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    requestId = try unsafe Field.text(c.pointee.request_id, "request_id")
    model = try unsafe Field.text(c.pointee.model, "model")
    tenant = try unsafe Field.text(c.pointee.tenant, "tenant")
    originRegion = try unsafe Field.text(c.pointee.origin_region, "origin_region")
    priority = unsafe c.pointee.priority
    promptTokens = unsafe c.pointee.prompt_tokens
    waitedNs = unsafe c.pointee.waited_ns
    estimateNs = unsafe c.pointee.estimate_ns
    deadlineLeftNs = unsafe c.pointee.deadline_left_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.request_id = try arena.text(requestId, "request_id")
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.tenant = try arena.text(tenant, "tenant")
    unsafe c.pointee.origin_region = try arena.text(originRegion, "origin_region")
    unsafe c.pointee.priority = priority
    unsafe c.pointee.prompt_tokens = promptTokens
    unsafe c.pointee.waited_ns = waitedNs
    unsafe c.pointee.estimate_ns = estimateNs
    unsafe c.pointee.deadline_left_ns = deadlineLeftNs
  }
}

extension HearthV1.QueuedTurn: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("requestId", requestId)
      json.field("model", model)
      json.field("tenant", tenant)
      json.field("originRegion", originRegion)
      json.field("priority", priority)
      json.field("promptTokens", promptTokens)
      json.field("waitedNs", waitedNs)
      json.field("estimateNs", estimateNs)
      json.field("deadlineLeftNs", deadlineLeftNs)
    }
  }
}

extension HearthV1.ReportComputeRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ReportComputeRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ReportComputeRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__ReportComputeRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__report_compute_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__report_compute_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    by = unsafe Field.number(c.pointee.by)
    sinceUnixNs = unsafe c.pointee.since_unix_ns
    untilUnixNs = unsafe c.pointee.until_unix_ns
    limit = unsafe c.pointee.limit
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.by = arena.number(by)
    unsafe c.pointee.since_unix_ns = sinceUnixNs
    unsafe c.pointee.until_unix_ns = untilUnixNs
    unsafe c.pointee.limit = limit
  }
}

extension HearthV1.ComputeReport: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ComputeReport" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ComputeReport: @unsafe CMessage {
  typealias Raw = Hearth__V1__ComputeReport

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__compute_report__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__compute_report__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    rows = try unsafe Field.messages(c.pointee.n_rows, c.pointee.rows, "rows")
    total = try unsafe Field.message(c.pointee.total, "total")
    leftOut = unsafe c.pointee.left_out
    sinceUnixNs = unsafe c.pointee.since_unix_ns
    untilUnixNs = unsafe c.pointee.until_unix_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_rows, c.pointee.rows) = try arena.messages(rows, "rows")
    unsafe c.pointee.total = try arena.message(total, "total")
    unsafe c.pointee.left_out = leftOut
    unsafe c.pointee.since_unix_ns = sinceUnixNs
    unsafe c.pointee.until_unix_ns = untilUnixNs
  }
}

extension HearthV1.ComputeRow: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ComputeRow" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ComputeRow: @unsafe CMessage {
  typealias Raw = Hearth__V1__ComputeRow

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__compute_row__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__compute_row__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    name = try unsafe Field.text(c.pointee.name, "name")
    usage = try unsafe Field.message(c.pointee.usage, "usage")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.text(name, "name")
    unsafe c.pointee.usage = try arena.message(usage, "usage")
  }
}

extension HearthV1.ComputeUsage: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ComputeUsage" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ComputeUsage: @unsafe CMessage {
  typealias Raw = Hearth__V1__ComputeUsage

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__compute_usage__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__compute_usage__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    turns = unsafe c.pointee.turns
    promptTokens = unsafe c.pointee.prompt_tokens
    cachedTokens = unsafe c.pointee.cached_tokens
    outputTokens = unsafe c.pointee.output_tokens
    gpuSeconds = unsafe c.pointee.gpu_seconds
    forwardOperations = unsafe c.pointee.forward_operations
    backwardOperations = unsafe c.pointee.backward_operations
    savedOperations = unsafe c.pointee.saved_operations
    gpuTimeOperations = unsafe c.pointee.gpu_time_operations
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.turns = turns
    unsafe c.pointee.prompt_tokens = promptTokens
    unsafe c.pointee.cached_tokens = cachedTokens
    unsafe c.pointee.output_tokens = outputTokens
    unsafe c.pointee.gpu_seconds = gpuSeconds
    unsafe c.pointee.forward_operations = forwardOperations
    unsafe c.pointee.backward_operations = backwardOperations
    unsafe c.pointee.saved_operations = savedOperations
    unsafe c.pointee.gpu_time_operations = gpuTimeOperations
  }
}

extension HearthV1.DecisionState: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    switch self {
    case .unspecified: json.write("DECISION_STATE_UNSPECIFIED")
    case .refused: json.write("DECISION_STATE_REFUSED")
    case .placed: json.write("DECISION_STATE_PLACED")
    case .accepted: json.write("DECISION_STATE_ACCEPTED")
    case .ended: json.write("DECISION_STATE_ENDED")
    case .waited: json.write("DECISION_STATE_WAITED")
    case .waiting: json.write("DECISION_STATE_WAITING")
    case .unrecognized(let number): number.write(to: &json)
    }
  }
}
