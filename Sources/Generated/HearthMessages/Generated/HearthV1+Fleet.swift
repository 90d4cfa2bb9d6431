// Generated from proto/hearth/v1/fleet.proto by generate-proto.

extension HearthV1 {
  /// How a turn ended.
  public enum TurnEnding: ProtoEnum {
    /// Not stated.
    case unspecified
    /// The answer is complete.
    case completed
    /// The client took it back, or went away.
    case cancelled
    /// The node or its engine ended it, as at the deadline of a drain.
    case aborted
    /// It was not taken: the node drains, or the engine is full.
    case refused
    /// The engine answered that the request itself is wrong: nothing was computed.
    case rejected
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .completed
      case 2: self = .cancelled
      case 3: self = .aborted
      case 4: self = .refused
      case 5: self = .rejected
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .completed: 1
      case .cancelled: 2
      case .aborted: 3
      case .refused: 4
      case .rejected: 5
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthV1 {
  /// From a node to its region agent.
  public struct NodeMessage: Equatable, Sendable {
    /// What `message` may be.
    public enum Message: Equatable, Sendable {
      /// First, and only first.
      case hello(HearthV1.NodeHello)
      /// The field `update`.
      case update(HearthV1.NodeUpdate)
      /// The field `heartbeat`.
      case heartbeat(HearthV1.Heartbeat)
    }

    /// The field `message`.
    public var message: Message?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      message: Message? = nil
    ) {
      self.message = message
    }
  }
}

extension HearthV1 {
  /// Who a node is and what it has.
  public struct NodeHello: Equatable, Sendable {
    /// Name, unique in the fleet.
    ///
    /// A second live node of the same name is refused with ALREADY_EXISTS.
    public var node: String
    /// Region that the node believes it is in; another one is refused with FAILED_PRECONDITION.
    public var region: String
    /// Drawn at random at each start of the process: tells a restarted node from a reconnecting
    /// one.
    public var incarnation: UInt64
    /// Where the node serves hearth.v1.Inference: "host:port".
    public var address: String
    /// Version of the program.
    public var version: String
    /// The field `replicas`.
    public var replicas: [HearthV1.Replica]
    /// Present where the node takes jobs.
    public var jobs: HearthV1.NodeJobFacts?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      region: String = "",
      incarnation: UInt64 = 0,
      address: String = "",
      version: String = "",
      replicas: [HearthV1.Replica] = [],
      jobs: HearthV1.NodeJobFacts? = nil
    ) {
      self.node = node
      self.region = region
      self.incarnation = incarnation
      self.address = address
      self.version = version
      self.replicas = replicas
      self.jobs = jobs
    }
  }
}

extension HearthV1 {
  /// What changed on a node since the last update of this session, coalesced.
  public struct NodeUpdate: Equatable, Sendable {
    /// 1, 2, 3, ...
    ///
    /// within the session; a gap makes the receiver ask for a resynchronisation.
    public var sequence: UInt64
    /// Forget all that was known of this node's residency and requests: a resynchronisation starts.
    public var reset: Bool
    /// The resynchronisation is complete; until then the node gets no turns.
    public var synced: Bool
    /// Availability of the whole node.
    public var availability: HearthV1.Availability
    /// Why, in an operator's or the engine's words.
    public var reason: String
    /// The field `replicas`.
    public var replicas: [HearthV1.ReplicaUpdate]
    /// Its workers, whenever something has changed of one, and in the first update after a reset.
    public var jobs: HearthV1.NodeJobs?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      sequence: UInt64 = 0,
      reset: Bool = false,
      synced: Bool = false,
      availability: HearthV1.Availability = .init(rawValue: 0),
      reason: String = "",
      replicas: [HearthV1.ReplicaUpdate] = [],
      jobs: HearthV1.NodeJobs? = nil
    ) {
      self.sequence = sequence
      self.reset = reset
      self.synced = synced
      self.availability = availability
      self.reason = reason
      self.replicas = replicas
      self.jobs = jobs
    }
  }
}

extension HearthV1 {
  /// What changed on one replica.
  ///
  /// Within one update the order is: cleared, removed, stored.
  public struct ReplicaUpdate: Equatable, Sendable {
    /// Index into the replicas of the hello.
    public var index: UInt32
    /// The load now; absent means unchanged.
    public var load: HearthV1.ReplicaLoad?
    /// The whole prefix cache was dropped.
    public var cleared: Bool
    /// Hashes of blocks that are no longer held.
    ///
    /// A hash names the whole prefix that ends in its block.
    public var removed: [UInt64]
    /// Hashes of blocks that are now held.
    public var stored: [UInt64]
    /// Reservations whose requests the engine accepted: the load above includes them.
    public var accepted: [UInt64]
    /// Reservations whose requests ended, in whatever way.
    public var ended: [UInt64]
    /// What became of turns since the last update: told in later sessions too until an answer to a
    /// heartbeat says that they are kept.
    public var outcomes: [HearthV1.TurnOutcome]
    /// FAILED, or STARTING: the replica takes no turns, whatever the node does; READY: it does what
    /// the node does, as after a reset; UNSPECIFIED: as before.
    public var availability: HearthV1.Availability
    /// Why it takes none.
    public var reason: String
    /// Its adapters; absent: as before, and none at first.
    public var adapters: HearthV1.AdapterList?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      index: UInt32 = 0,
      load: HearthV1.ReplicaLoad? = nil,
      cleared: Bool = false,
      removed: [UInt64] = [],
      stored: [UInt64] = [],
      accepted: [UInt64] = [],
      ended: [UInt64] = [],
      outcomes: [HearthV1.TurnOutcome] = [],
      availability: HearthV1.Availability = .init(rawValue: 0),
      reason: String = "",
      adapters: HearthV1.AdapterList? = nil
    ) {
      self.index = index
      self.load = load
      self.cleared = cleared
      self.removed = removed
      self.stored = stored
      self.accepted = accepted
      self.ended = ended
      self.outcomes = outcomes
      self.availability = availability
      self.reason = reason
      self.adapters = adapters
    }
  }
}

extension HearthV1 {
  /// The LoRA adapters of a replica.
  public struct AdapterList: Equatable, Sendable {
    /// Those that it has or can load.
    public var names: [String]
    /// Those of them that are loaded.
    public var loaded: [String]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      names: [String] = [],
      loaded: [String] = []
    ) {
      self.names = names
      self.loaded = loaded
    }
  }
}

extension HearthV1 {
  /// What became of one turn, as its node saw it.
  ///
  /// Times are in nanoseconds of the fleet's time, from the moment when the turn came to the node.
  public struct TurnOutcome: Equatable, Sendable {
    /// The placement's; 0 for a turn that nobody placed.
    public var reservation: UInt64
    /// Prompt tokens that were found in the cache; 0 when the turn was never in the batch.
    public var cachedTokens: UInt32
    /// Tokens of the answer, also when it is not complete.
    public var outputTokens: UInt32
    /// Until the turn was in the batch; until its end when it never was.
    public var queuedNs: Int64
    /// Until the first token; 0 when there was none.
    public var ttftNs: Int64
    /// Until the end.
    public var totalNs: Int64
    /// The field `ending`.
    public var ending: HearthV1.TurnEnding
    /// Length of the prompt as the engine counted it; 0 when it did not say.
    public var promptTokens: UInt32
    /// Hashes of the blocks that the answer fills after those of the prompt, as a prompt has them
    /// that goes on from it: what the engine holds besides, as far as it tells nothing itself.
    ///
    /// At most 1,024.
    public var answerBlocks: [UInt64]
    /// The node's process, and 1, 2, 3, ...
    ///
    /// of the turns that ended there: together they name this outcome for good, however often it is
    /// told.
    public var incarnation: UInt64
    /// The field `ordinal`.
    public var ordinal: UInt64
    /// Who asked for it, and the adapter; empty where the request had none.
    public var tenant: String
    /// The field `adapter`.
    public var adapter: String
    /// When it ended, by the node's clock, in nanoseconds since 1970.
    public var endedUnixNs: Int64
    /// Its share of the replica's busy time: while the replica has n turns, each is charged an
    /// n-th.
    public var busyNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      reservation: UInt64 = 0,
      cachedTokens: UInt32 = 0,
      outputTokens: UInt32 = 0,
      queuedNs: Int64 = 0,
      ttftNs: Int64 = 0,
      totalNs: Int64 = 0,
      ending: HearthV1.TurnEnding = .init(rawValue: 0),
      promptTokens: UInt32 = 0,
      answerBlocks: [UInt64] = [],
      incarnation: UInt64 = 0,
      ordinal: UInt64 = 0,
      tenant: String = "",
      adapter: String = "",
      endedUnixNs: Int64 = 0,
      busyNs: Int64 = 0
    ) {
      self.reservation = reservation
      self.cachedTokens = cachedTokens
      self.outputTokens = outputTokens
      self.queuedNs = queuedNs
      self.ttftNs = ttftNs
      self.totalNs = totalNs
      self.ending = ending
      self.promptTokens = promptTokens
      self.answerBlocks = answerBlocks
      self.incarnation = incarnation
      self.ordinal = ordinal
      self.tenant = tenant
      self.adapter = adapter
      self.endedUnixNs = endedUnixNs
      self.busyNs = busyNs
    }
  }
}

extension HearthV1 {
  /// Says that the sender is alive; answered at once.
  public struct Heartbeat: Equatable, Sendable {
    /// 1, 2, 3, ...
    ///
    /// within the session.
    public var sequence: UInt64
    /// From a region agent: nodes that were heard since the last one and had nothing to tell.
    public var nodes: [String]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      sequence: UInt64 = 0,
      nodes: [String] = []
    ) {
      self.sequence = sequence
      self.nodes = nodes
    }
  }
}

extension HearthV1 {
  /// From a region agent to a node.
  public struct NodeCommand: Equatable, Sendable {
    /// What `command` may be.
    public enum Command: Equatable, Sendable {
      /// First.
      case welcome(HearthV1.Welcome)
      /// The field `heartbeat_answer`.
      case heartbeatAnswer(HearthV1.HeartbeatAnswer)
      /// Send everything again, starting with an update whose reset is true.
      case resynchronise(HearthV1.Resynchronise)
      /// The field `set_availability`.
      case setAvailability(HearthV1.SetAvailability)
      /// The field `reset_cache`.
      case resetCache(HearthV1.ResetCache)
      /// The field `refused`.
      case refused(HearthV1.Refused)
      /// Whenever the node attaches.
      case turnRules(HearthV1.TurnRules)
      /// The field `worker`.
      case worker(HearthV1.WorkerCommand)
      /// The field `park`.
      case park(HearthV1.ParkReplica)
    }

    /// The field `command`.
    public var command: Command?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      command: Command? = nil
    ) {
      self.command = command
    }
  }
}

extension HearthV1 {
  /// By what a node tells whether a turn is the one that its reservation was given to, and whose
  /// cached prompts it may use.
  public struct TurnRules: Equatable, Sendable {
    /// The key of reservations; drawn at each start of the control plane; 0 while it is due.
    public var keyHigh: UInt64
    /// The field `key_low`.
    public var keyLow: UInt64
    /// Trust groups of tenants that have one of their own.
    public var groups: [HearthV1.TenantGroup]
    /// Trust group of the others; empty: each tenant's is its name up to the first "/".
    public var groupOfOthers: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      keyHigh: UInt64 = 0,
      keyLow: UInt64 = 0,
      groups: [HearthV1.TenantGroup] = [],
      groupOfOthers: String = ""
    ) {
      self.keyHigh = keyHigh
      self.keyLow = keyLow
      self.groups = groups
      self.groupOfOthers = groupOfOthers
    }
  }
}

extension HearthV1 {
  /// The trust group of one tenant.
  public struct TenantGroup: Equatable, Sendable {
    /// The field `tenant`.
    public var tenant: String
    /// The field `group`.
    public var group: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      tenant: String = "",
      group: String = ""
    ) {
      self.tenant = tenant
      self.group = group
    }
  }
}

extension HearthV1 {
  /// The control plane does not take the node in, for now; it asks for a resynchronisation once it
  /// does.
  public struct Refused: Equatable, Sendable {
    /// Why, for the log.
    public var reason: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      reason: String = ""
    ) {
      self.reason = reason
    }
  }
}

extension HearthV1 {
  /// Accepts a session.
  public struct Welcome: Equatable, Sendable {
    /// Grows with each session that the receiver accepts; orders sessions of the same peer.
    public var epoch: UInt64
    /// How often the peer must send a heartbeat, in nanoseconds of wall time.
    public var heartbeatIntervalNs: Int64
    /// Silence after which the peer is given up, in nanoseconds of wall time.
    public var lostAfterNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      epoch: UInt64 = 0,
      heartbeatIntervalNs: Int64 = 0,
      lostAfterNs: Int64 = 0
    ) {
      self.epoch = epoch
      self.heartbeatIntervalNs = heartbeatIntervalNs
      self.lostAfterNs = lostAfterNs
    }
  }
}

extension HearthV1 {
  /// The answer to a heartbeat.
  public struct HeartbeatAnswer: Equatable, Sendable {
    /// The heartbeat's.
    public var sequence: UInt64
    /// Outcomes that were told before the heartbeat of this number are kept: on the disk of a
    /// control plane that has a ledger.
    ///
    /// At most the sequence; 0 for none.
    public var kept: UInt64
    /// From a region agent: time since it sent the last heartbeat that the control plane answered,
    /// in nanoseconds; -1 when there was none.
    public var controlSilentNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      sequence: UInt64 = 0,
      kept: UInt64 = 0,
      controlSilentNs: Int64 = 0
    ) {
      self.sequence = sequence
      self.kept = kept
      self.controlSilentNs = controlSilentNs
    }
  }
}

extension HearthV1 {
  /// Asks for a full resynchronisation.
  public struct Resynchronise: Equatable, Sendable {
    /// Why, for the log.
    public var reason: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      reason: String = ""
    ) {
      self.reason = reason
    }
  }
}

extension HearthV1 {
  /// Cordons, drains or returns a node to service.
  public struct SetAvailability: Equatable, Sendable {
    /// READY, CORDONED or DRAINING.
    public var availability: HearthV1.Availability
    /// For DRAINING: how long running turns may take, in nanoseconds; then they are cancelled.
    public var deadlineNs: Int64
    /// The operator's words, kept and shown.
    public var message: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      availability: HearthV1.Availability = .init(rawValue: 0),
      deadlineNs: Int64 = 0,
      message: String = ""
    ) {
      self.availability = availability
      self.deadlineNs = deadlineNs
      self.message = message
    }
  }
}

extension HearthV1 {
  /// Takes the engine of a replica off its GPUs, so that jobs may have them, or has it load again.
  ///
  /// Turns that it has are ended.
  public struct ParkReplica: Equatable, Sendable {
    /// Index into the replicas of the hello.
    public var index: UInt32
    /// The field `is_parked`.
    public var isParked: Bool
    /// Where it is to load, a GPU of the node each bit.
    public var gpus: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      index: UInt32 = 0,
      isParked: Bool = false,
      gpus: UInt64 = 0
    ) {
      self.index = index
      self.isParked = isParked
      self.gpus = gpus
    }
  }
}

extension HearthV1 {
  /// Drops the prefix cache of every replica of the node.
  public struct ResetCache: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// From a region agent to the control plane.
  public struct RegionMessage: Equatable, Sendable {
    /// What `message` may be.
    public enum Message: Equatable, Sendable {
      /// First, and only first.
      case hello(HearthV1.RegionHello)
      /// A node attached, or is listed during a resynchronisation.
      case nodeAttached(HearthV1.NodeHello)
      /// A node's update, passed on.
      case nodeUpdate(HearthV1.RegionNodeUpdate)
      /// A node is suspect, lost or back.
      case nodeState(HearthV1.NodeStateChanged)
      /// Round-trip times to other regions.
      case roundTrips(HearthV1.RoundTrips)
      /// The field `heartbeat`.
      case heartbeat(HearthV1.Heartbeat)
      /// All nodes that are attached have been listed: the control plane drops the others.
      case synced(HearthV1.RegionSynced)
      /// After the nodes are listed, before synced.
      case outcomes(HearthV1.RegionOutcomes)
    }

    /// The field `message`.
    public var message: Message?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      message: Message? = nil
    ) {
      self.message = message
    }
  }
}

extension HearthV1 {
  /// What became of turns of one replica while the control plane was away, as its node told it
  /// then.
  public struct RegionOutcomes: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// Index into the replicas of the node's hello.
    public var index: UInt32
    /// The field `outcomes`.
    public var outcomes: [HearthV1.TurnOutcome]
    /// The replica as its node announced it, which the control plane may not know.
    public var replica: HearthV1.Replica?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      index: UInt32 = 0,
      outcomes: [HearthV1.TurnOutcome] = [],
      replica: HearthV1.Replica? = nil
    ) {
      self.node = node
      self.index = index
      self.outcomes = outcomes
      self.replica = replica
    }
  }
}

extension HearthV1 {
  /// Who a region agent is.
  public struct RegionHello: Equatable, Sendable {
    /// The field `region`.
    public var region: String
    /// Drawn at random at each start of the process.
    public var incarnation: UInt64
    /// Where the agent serves hearth.v1.Inference to other regions: "host:port".
    public var address: String
    /// The field `version`.
    public var version: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = "",
      incarnation: UInt64 = 0,
      address: String = "",
      version: String = ""
    ) {
      self.region = region
      self.incarnation = incarnation
      self.address = address
      self.version = version
    }
  }
}

extension HearthV1 {
  /// A node's update, passed on by its region agent.
  public struct RegionNodeUpdate: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// The field `update`.
    public var update: HearthV1.NodeUpdate?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      update: HearthV1.NodeUpdate? = nil
    ) {
      self.node = node
      self.update = update
    }
  }
}

extension HearthV1 {
  /// A node's session changed.
  public struct NodeStateChanged: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// READY (back), SUSPECT or LOST.
    public var state: HearthV1.Availability
    /// The field `reason`.
    public var reason: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      state: HearthV1.Availability = .init(rawValue: 0),
      reason: String = ""
    ) {
      self.node = node
      self.state = state
      self.reason = reason
    }
  }
}

extension HearthV1 {
  /// Round-trip times from the sender's region.
  public struct RoundTrips: Equatable, Sendable {
    /// The field `round_trips`.
    public var roundTrips: [HearthV1.RoundTrip]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      roundTrips: [HearthV1.RoundTrip] = []
    ) {
      self.roundTrips = roundTrips
    }
  }
}

extension HearthV1 {
  /// The round trip to one region.
  public struct RoundTrip: Equatable, Sendable {
    /// The field `region`.
    public var region: String
    /// The least of recent ones, in nanoseconds of the fleet's time (wall time x time scale).
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
  /// The end of a region's resynchronisation.
  public struct RegionSynced: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// From the control plane to a region agent.
  public struct RegionCommand: Equatable, Sendable {
    /// What `command` may be.
    public enum Command: Equatable, Sendable {
      /// First.
      case welcome(HearthV1.Welcome)
      /// The field `heartbeat_answer`.
      case heartbeatAnswer(HearthV1.HeartbeatAnswer)
      /// The field `resynchronise`.
      case resynchronise(HearthV1.Resynchronise)
      /// A command for one of the region's nodes.
      case nodeCommand(HearthV1.RegionNodeCommand)
      /// The other regions, whenever they change.
      case peers(HearthV1.RegionPeers)
    }

    /// The field `command`.
    public var command: Command?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      command: Command? = nil
    ) {
      self.command = command
    }
  }
}

extension HearthV1 {
  /// A command for a node, passed on by its region agent.
  public struct RegionNodeCommand: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// The field `command`.
    public var command: HearthV1.NodeCommand?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      command: HearthV1.NodeCommand? = nil
    ) {
      self.node = node
      self.command = command
    }
  }
}

extension HearthV1 {
  /// The other regions of the fleet.
  public struct RegionPeers: Equatable, Sendable {
    /// The field `peers`.
    public var peers: [HearthV1.RegionPeer]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      peers: [HearthV1.RegionPeer] = []
    ) {
      self.peers = peers
    }
  }
}

extension HearthV1 {
  /// Another region.
  public struct RegionPeer: Equatable, Sendable {
    /// The field `region`.
    public var region: String
    /// "host:port" of its agent.
    public var address: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = "",
      address: String = ""
    ) {
      self.region = region
      self.address = address
    }
  }
}

extension HearthV1 {
  /// Asks for an answer.
  public struct PingRequest: Equatable, Sendable {
    /// Region of the sender: the answer waits as long as the simulated distance says.
    public var region: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = ""
    ) {
      self.region = region
    }
  }
}

extension HearthV1 {
  /// Answers a ping.
  public struct PingResponse: Equatable, Sendable {
    /// The field `region`.
    public var region: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = ""
    ) {
      self.region = region
    }
  }
}

extension HearthV1 {
  /// What the control plane keeps on disk: what it must still know after a restart.
  public struct StoredFleet: Equatable, Sendable {
    /// The field `orders`.
    public var orders: [HearthV1.StoredOrder]
    /// The nodes that were known, so that those are missed that do not come back.
    public var nodes: [HearthV1.NodeHello]
    /// The regions that were known.
    public var regions: [HearthV1.RegionHello]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      orders: [HearthV1.StoredOrder] = [],
      nodes: [HearthV1.NodeHello] = [],
      regions: [HearthV1.RegionHello] = []
    ) {
      self.orders = orders
      self.nodes = nodes
      self.regions = regions
    }
  }
}

extension HearthV1 {
  /// What an operator wants of a node.
  public struct StoredOrder: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// The field `order`.
    public var order: HearthV1.SetAvailability?
    /// When a drain ends by force, in nanoseconds since 1970; 0 for none.
    public var deadlineUnixNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      order: HearthV1.SetAvailability? = nil,
      deadlineUnixNs: Int64 = 0
    ) {
      self.node = node
      self.order = order
      self.deadlineUnixNs = deadlineUnixNs
    }
  }
}
