// Generated from proto/hearth/v1/admin.proto by generate-proto.

extension HearthV1 {
  /// The message `hearth.v1.GetStatusRequest`.
  public struct GetStatusRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// The fleet at one moment.
  public struct FleetStatus: Equatable, Sendable {
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
    /// Turns whose nodes told since the start that the answer is complete.
    public var completed: UInt64
    /// Turns whose nodes told since the start that they ended otherwise.
    public var cutShort: UInt64

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
      policies: [String] = [],
      completed: UInt64 = 0,
      cutShort: UInt64 = 0
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
      self.completed = completed
      self.cutShort = cutShort
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListRegionsRequest`.
  public struct ListRegionsRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListRegionsResponse`.
  public struct ListRegionsResponse: Equatable, Sendable {
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

extension HearthV1 {
  /// One region as the control plane sees it.
  public struct RegionStatus: Equatable, Sendable {
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

extension HearthV1 {
  /// The round trip between two regions, in nanoseconds of the fleet's time.
  public struct RegionDistance: Equatable, Sendable {
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

extension HearthV1 {
  /// The message `hearth.v1.ListNodesRequest`.
  public struct ListNodesRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListNodesResponse`.
  public struct ListNodesResponse: Equatable, Sendable {
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

extension HearthV1 {
  /// One node as the control plane sees it.
  public struct NodeStatus: Equatable, Sendable {
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

extension HearthV1 {
  /// The message `hearth.v1.ListReplicasRequest`.
  public struct ListReplicasRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListReplicasResponse`.
  public struct ListReplicasResponse: Equatable, Sendable {
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

extension HearthV1 {
  /// One replica as the control plane sees it.
  public struct ReplicaStatus: Equatable, Sendable {
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

extension HearthV1 {
  /// The message `hearth.v1.SetNodeAvailabilityRequest`.
  public struct SetNodeAvailabilityRequest: Equatable, Sendable {
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

extension HearthV1 {
  /// The message `hearth.v1.SetNodeAvailabilityResponse`.
  public struct SetNodeAvailabilityResponse: Equatable, Sendable {
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

extension HearthV1 {
  /// The message `hearth.v1.ResetCachesRequest`.
  public struct ResetCachesRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ResetCachesResponse`.
  public struct ResetCachesResponse: Equatable, Sendable {
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
