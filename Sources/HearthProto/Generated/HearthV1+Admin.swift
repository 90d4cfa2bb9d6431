// Generated from proto/hearth/v1/admin.proto by generate-proto.
public import Basics
import CHearthProto

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

extension HearthV1 {
  /// The message `hearth.v1.GetStatusRequest`.
  public struct GetStatusRequest: ProtoMessage {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1.GetStatusRequest {
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
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1 {
  /// The fleet at one moment.
  public struct FleetStatus: ProtoMessage {
    /// The field `version`.
    public var version: String
    /// How long the control plane has been up, in nanoseconds of wall time.
    public var uptimeNs: Int64
    /// How much faster than real time the fleet runs; 1 for a real fleet.
    public var timeScale: Double
    /// The policy that decides unless a request names another.
    public var policy: String
    /// The field `regions`.
    public var regions: UInt32
    /// The field `nodes`.
    public var nodes: UInt32
    /// Nodes that take new turns.
    public var nodesReady: UInt32
    /// The field `replicas`.
    public var replicas: UInt32
    /// The field `replicas_ready`.
    public var replicasReady: UInt32
    /// Blocks known to be held, counted once for each replica that holds them.
    public var blocksIndexed: UInt64
    /// Turns placed since the start.
    public var placed: UInt64
    /// Turns refused since the start.
    public var refused: UInt64
    /// Reservations that wait for a node's word.
    public var reservations: UInt32
    /// Reservations that expired without a node's word, since the start.
    public var reservationsExpired: UInt64
    /// Names of the policies that a request may ask for.
    public var policies: [String]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      version: String = "",
      uptimeNs: Int64 = 0,
      timeScale: Double = 0,
      policy: String = "",
      regions: UInt32 = 0,
      nodes: UInt32 = 0,
      nodesReady: UInt32 = 0,
      replicas: UInt32 = 0,
      replicasReady: UInt32 = 0,
      blocksIndexed: UInt64 = 0,
      placed: UInt64 = 0,
      refused: UInt64 = 0,
      reservations: UInt32 = 0,
      reservationsExpired: UInt64 = 0,
      policies: [String] = []
    ) {
      self.version = version
      self.uptimeNs = uptimeNs
      self.timeScale = timeScale
      self.policy = policy
      self.regions = regions
      self.nodes = nodes
      self.nodesReady = nodesReady
      self.replicas = replicas
      self.replicasReady = replicasReady
      self.blocksIndexed = blocksIndexed
      self.placed = placed
      self.refused = refused
      self.reservations = reservations
      self.reservationsExpired = reservationsExpired
      self.policies = policies
    }
  }
}

extension HearthV1.FleetStatus {
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
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListRegionsRequest`.
  public struct ListRegionsRequest: ProtoMessage {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1.ListRegionsRequest {
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
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListRegionsResponse`.
  public struct ListRegionsResponse: ProtoMessage {
    /// The field `regions`.
    public var regions: [HearthV1.RegionStatus]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      regions: [HearthV1.RegionStatus] = []
    ) {
      self.regions = regions
    }
  }
}

extension HearthV1.ListRegionsResponse {
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
    regions = try unsafe Field.messages(c.pointee.n_regions, c.pointee.regions, "regions")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_regions, c.pointee.regions) = try arena.messages(regions, "regions")
  }
}

extension HearthV1 {
  /// One region as the control plane sees it.
  public struct RegionStatus: ProtoMessage {
    /// The field `region`.
    public var region: String
    /// "host:port" of its agent.
    public var address: String
    /// READY, SUSPECT or LOST.
    public var state: HearthV1.Availability
    /// The field `nodes`.
    public var nodes: UInt32
    /// The field `nodes_ready`.
    public var nodesReady: UInt32
    /// The field `distances`.
    public var distances: [HearthV1.RegionDistance]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = "",
      address: String = "",
      state: HearthV1.Availability = .init(rawValue: 0),
      nodes: UInt32 = 0,
      nodesReady: UInt32 = 0,
      distances: [HearthV1.RegionDistance] = []
    ) {
      self.region = region
      self.address = address
      self.state = state
      self.nodes = nodes
      self.nodesReady = nodesReady
      self.distances = distances
    }
  }
}

extension HearthV1.RegionStatus {
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

extension HearthV1 {
  /// The round trip between two regions, in nanoseconds of the fleet's time.
  public struct RegionDistance: ProtoMessage {
    /// The field `region`.
    public var region: String
    /// The field `round_trip_ns`.
    public var roundTripNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = "",
      roundTripNs: Int64 = 0
    ) {
      self.region = region
      self.roundTripNs = roundTripNs
    }
  }
}

extension HearthV1.RegionDistance {
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
    region = try unsafe Field.text(c.pointee.region, "region")
    roundTripNs = unsafe c.pointee.round_trip_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.round_trip_ns = roundTripNs
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListNodesRequest`.
  public struct ListNodesRequest: ProtoMessage {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1.ListNodesRequest {
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
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListNodesResponse`.
  public struct ListNodesResponse: ProtoMessage {
    /// The field `nodes`.
    public var nodes: [HearthV1.NodeStatus]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      nodes: [HearthV1.NodeStatus] = []
    ) {
      self.nodes = nodes
    }
  }
}

extension HearthV1.ListNodesResponse {
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
    nodes = try unsafe Field.messages(c.pointee.n_nodes, c.pointee.nodes, "nodes")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_nodes, c.pointee.nodes) = try arena.messages(nodes, "nodes")
  }
}

extension HearthV1 {
  /// One node as the control plane sees it.
  public struct NodeStatus: ProtoMessage {
    /// The field `node`.
    public var node: String
    /// The field `region`.
    public var region: String
    /// The field `address`.
    public var address: String
    /// The field `version`.
    public var version: String
    /// The field `availability`.
    public var availability: HearthV1.Availability
    /// Why, in an operator's or the engine's words.
    public var reason: String
    /// When a drain ends by force, in nanoseconds of wall time from now; 0 for none.
    public var drainLeftNs: Int64
    /// Time since the last word from the node, in nanoseconds of wall time.
    public var silentNs: Int64
    /// The field `replicas`.
    public var replicas: [HearthV1.ReplicaStatus]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      region: String = "",
      address: String = "",
      version: String = "",
      availability: HearthV1.Availability = .init(rawValue: 0),
      reason: String = "",
      drainLeftNs: Int64 = 0,
      silentNs: Int64 = 0,
      replicas: [HearthV1.ReplicaStatus] = []
    ) {
      self.node = node
      self.region = region
      self.address = address
      self.version = version
      self.availability = availability
      self.reason = reason
      self.drainLeftNs = drainLeftNs
      self.silentNs = silentNs
      self.replicas = replicas
    }
  }
}

extension HearthV1.NodeStatus {
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

extension HearthV1 {
  /// The message `hearth.v1.ListReplicasRequest`.
  public struct ListReplicasRequest: ProtoMessage {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1.ListReplicasRequest {
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
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListReplicasResponse`.
  public struct ListReplicasResponse: ProtoMessage {
    /// The field `replicas`.
    public var replicas: [HearthV1.ReplicaStatus]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      replicas: [HearthV1.ReplicaStatus] = []
    ) {
      self.replicas = replicas
    }
  }
}

extension HearthV1.ListReplicasResponse {
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
    replicas = try unsafe Field.messages(c.pointee.n_replicas, c.pointee.replicas, "replicas")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_replicas, c.pointee.replicas) = try arena.messages(replicas, "replicas")
  }
}

extension HearthV1 {
  /// One replica as the control plane sees it.
  public struct ReplicaStatus: ProtoMessage {
    /// The field `replica`.
    public var replica: HearthV1.Replica?
    /// The field `node`.
    public var node: String
    /// The field `region`.
    public var region: String
    /// The field `availability`.
    public var availability: HearthV1.Availability
    /// The field `load`.
    public var load: HearthV1.ReplicaLoad?
    /// Blocks that the index knows it holds.
    public var blocksIndexed: UInt64
    /// Turns placed there that its load does not show yet.
    public var pending: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      replica: HearthV1.Replica? = nil,
      node: String = "",
      region: String = "",
      availability: HearthV1.Availability = .init(rawValue: 0),
      load: HearthV1.ReplicaLoad? = nil,
      blocksIndexed: UInt64 = 0,
      pending: UInt32 = 0
    ) {
      self.replica = replica
      self.node = node
      self.region = region
      self.availability = availability
      self.load = load
      self.blocksIndexed = blocksIndexed
      self.pending = pending
    }
  }
}

extension HearthV1.ReplicaStatus {
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

extension HearthV1 {
  /// The message `hearth.v1.SetNodeAvailabilityRequest`.
  public struct SetNodeAvailabilityRequest: ProtoMessage {
    /// The field `node`.
    public var node: String
    /// READY, CORDONED or DRAINING.
    public var availability: HearthV1.Availability
    /// For DRAINING: how long running turns may take, in nanoseconds of wall time.
    public var deadlineNs: Int64
    /// Kept and shown with the node.
    public var message: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      availability: HearthV1.Availability = .init(rawValue: 0),
      deadlineNs: Int64 = 0,
      message: String = ""
    ) {
      self.node = node
      self.availability = availability
      self.deadlineNs = deadlineNs
      self.message = message
    }
  }
}

extension HearthV1.SetNodeAvailabilityRequest {
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

extension HearthV1 {
  /// The message `hearth.v1.SetNodeAvailabilityResponse`.
  public struct SetNodeAvailabilityResponse: ProtoMessage {
    /// The field `node`.
    public var node: HearthV1.NodeStatus?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: HearthV1.NodeStatus? = nil
    ) {
      self.node = node
    }
  }
}

extension HearthV1.SetNodeAvailabilityResponse {
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
    node = try unsafe Field.message(c.pointee.node, "node")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.message(node, "node")
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ResetCachesRequest`.
  public struct ResetCachesRequest: ProtoMessage {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1.ResetCachesRequest {
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
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ResetCachesResponse`.
  public struct ResetCachesResponse: ProtoMessage {
    /// Nodes that were told.
    public var nodes: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      nodes: UInt32 = 0
    ) {
      self.nodes = nodes
    }
  }
}

extension HearthV1.ResetCachesResponse {
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
    nodes = unsafe c.pointee.nodes
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.nodes = nodes
  }
}
