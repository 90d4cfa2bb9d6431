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

    /// Cordons, drains or returns a node to service.
    ///
    /// NOT_FOUND when no node has the name, UNAVAILABLE when its region can't be reached.
    public static let setNodeAvailability =
      MethodDescriptor<HearthV1.SetNodeAvailabilityRequest, HearthV1.SetNodeAvailabilityResponse>(
        path: "/hearth.v1.Admin/SetNodeAvailability",
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
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.replica = try arena.message(replica, "replica")
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.availability = arena.number(availability)
    unsafe c.pointee.load = try arena.message(load, "load")
    unsafe c.pointee.blocks_indexed = blocksIndexed
    unsafe c.pointee.pending = pending
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
