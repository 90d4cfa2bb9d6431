// Generated from proto/hearth/v1/fleet.proto by generate-proto.
public import Basics
import CHearthProto

extension HearthV1 {
  /// Served by region agents.
  public enum RegionAgent {
    /// The service's full name.
    public static let name: StaticString = "hearth.v1.RegionAgent"

    /// A node's session: lasts as long as the node is attached.
    public static let attachNode =
      MethodDescriptor<HearthV1.NodeMessage, HearthV1.NodeCommand>(
        path: "/hearth.v1.RegionAgent/AttachNode",
        clientStreaming: true,
        serverStreaming: true
      )

    /// Answers at once; region agents measure the round trip between regions with it.
    public static let ping =
      MethodDescriptor<HearthV1.PingRequest, HearthV1.PingResponse>(
        path: "/hearth.v1.RegionAgent/Ping",
        clientStreaming: false,
        serverStreaming: false
      )
  }
}

extension HearthV1 {
  /// Served by the control plane.
  public enum ControlPlane {
    /// The service's full name.
    public static let name: StaticString = "hearth.v1.ControlPlane"

    /// A region agent's session.
    public static let attachRegion =
      MethodDescriptor<HearthV1.RegionMessage, HearthV1.RegionCommand>(
        path: "/hearth.v1.ControlPlane/AttachRegion",
        clientStreaming: true,
        serverStreaming: true
      )
  }
}

extension HearthV1 {
  /// From a node to its region agent.
  public struct NodeMessage: ProtoMessage {
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

extension HearthV1.NodeMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.NodeMessage" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.NodeMessage: @unsafe CMessage {
  typealias Raw = Hearth__V1__NodeMessage

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__node_message__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__node_message__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    message =
      switch unsafe c.pointee.message_case.rawValue {
      case 1: try unsafe Field.message(c.pointee.hello, "hello").map(Message.hello)
      case 2: try unsafe Field.message(c.pointee.update, "update").map(Message.update)
      case 3: try unsafe Field.message(c.pointee.heartbeat, "heartbeat").map(Message.heartbeat)
      default: nil
      }
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    switch message {
    case .hello(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 1)
      unsafe c.pointee.hello = try arena.message(value, "hello")
    case .update(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 2)
      unsafe c.pointee.update = try arena.message(value, "update")
    case .heartbeat(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 3)
      unsafe c.pointee.heartbeat = try arena.message(value, "heartbeat")
    case nil: break
    }
  }
}

extension HearthV1 {
  /// Who a node is and what it has.
  public struct NodeHello: ProtoMessage {
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

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      region: String = "",
      incarnation: UInt64 = 0,
      address: String = "",
      version: String = "",
      replicas: [HearthV1.Replica] = []
    ) {
      self.node = node
      self.region = region
      self.incarnation = incarnation
      self.address = address
      self.version = version
      self.replicas = replicas
    }
  }
}

extension HearthV1.NodeHello {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.NodeHello" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.NodeHello: @unsafe CMessage {
  typealias Raw = Hearth__V1__NodeHello

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__node_hello__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__node_hello__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    node = try unsafe Field.text(c.pointee.node, "node")
    region = try unsafe Field.text(c.pointee.region, "region")
    incarnation = unsafe c.pointee.incarnation
    address = try unsafe Field.text(c.pointee.address, "address")
    version = try unsafe Field.text(c.pointee.version, "version")
    replicas = try unsafe Field.messages(c.pointee.n_replicas, c.pointee.replicas, "replicas")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.incarnation = incarnation
    unsafe c.pointee.address = try arena.text(address, "address")
    unsafe c.pointee.version = try arena.text(version, "version")
    unsafe (c.pointee.n_replicas, c.pointee.replicas) = try arena.messages(replicas, "replicas")
  }
}

extension HearthV1 {
  /// What changed on a node since the last update of this session, coalesced.
  public struct NodeUpdate: ProtoMessage {
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

    /// Makes a message; fields that are left out have their defaults.
    public init(
      sequence: UInt64 = 0,
      reset: Bool = false,
      synced: Bool = false,
      availability: HearthV1.Availability = .init(rawValue: 0),
      reason: String = "",
      replicas: [HearthV1.ReplicaUpdate] = []
    ) {
      self.sequence = sequence
      self.reset = reset
      self.synced = synced
      self.availability = availability
      self.reason = reason
      self.replicas = replicas
    }
  }
}

extension HearthV1.NodeUpdate {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.NodeUpdate" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.NodeUpdate: @unsafe CMessage {
  typealias Raw = Hearth__V1__NodeUpdate

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__node_update__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__node_update__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    sequence = unsafe c.pointee.sequence
    reset = unsafe c.pointee.reset != 0
    synced = unsafe c.pointee.synced != 0
    availability = unsafe Field.number(c.pointee.availability)
    reason = try unsafe Field.text(c.pointee.reason, "reason")
    replicas = try unsafe Field.messages(c.pointee.n_replicas, c.pointee.replicas, "replicas")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.sequence = sequence
    unsafe c.pointee.reset = reset ? 1 : 0
    unsafe c.pointee.synced = synced ? 1 : 0
    unsafe c.pointee.availability = arena.number(availability)
    unsafe c.pointee.reason = try arena.text(reason, "reason")
    unsafe (c.pointee.n_replicas, c.pointee.replicas) = try arena.messages(replicas, "replicas")
  }
}

extension HearthV1 {
  /// What changed on one replica.
  ///
  /// Within one update the order is: cleared, removed, stored.
  public struct ReplicaUpdate: ProtoMessage {
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

    /// Makes a message; fields that are left out have their defaults.
    public init(
      index: UInt32 = 0,
      load: HearthV1.ReplicaLoad? = nil,
      cleared: Bool = false,
      removed: [UInt64] = [],
      stored: [UInt64] = [],
      accepted: [UInt64] = [],
      ended: [UInt64] = []
    ) {
      self.index = index
      self.load = load
      self.cleared = cleared
      self.removed = removed
      self.stored = stored
      self.accepted = accepted
      self.ended = ended
    }
  }
}

extension HearthV1.ReplicaUpdate {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ReplicaUpdate" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ReplicaUpdate: @unsafe CMessage {
  typealias Raw = Hearth__V1__ReplicaUpdate

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__replica_update__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__replica_update__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    index = unsafe c.pointee.index
    load = try unsafe Field.message(c.pointee.load, "load")
    cleared = unsafe c.pointee.cleared != 0
    removed = unsafe Field.array(c.pointee.n_removed, c.pointee.removed)
    stored = unsafe Field.array(c.pointee.n_stored, c.pointee.stored)
    accepted = unsafe Field.array(c.pointee.n_accepted, c.pointee.accepted)
    ended = unsafe Field.array(c.pointee.n_ended, c.pointee.ended)
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.index = index
    unsafe c.pointee.load = try arena.message(load, "load")
    unsafe c.pointee.cleared = cleared ? 1 : 0
    unsafe (c.pointee.n_removed, c.pointee.removed) = try arena.array(removed)
    unsafe (c.pointee.n_stored, c.pointee.stored) = try arena.array(stored)
    unsafe (c.pointee.n_accepted, c.pointee.accepted) = try arena.array(accepted)
    unsafe (c.pointee.n_ended, c.pointee.ended) = try arena.array(ended)
  }
}

extension HearthV1 {
  /// Says that the sender is alive; answered at once.
  public struct Heartbeat: ProtoMessage {
    /// 1, 2, 3, ...
    ///
    /// within the session.
    public var sequence: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      sequence: UInt64 = 0
    ) {
      self.sequence = sequence
    }
  }
}

extension HearthV1.Heartbeat {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Heartbeat" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Heartbeat: @unsafe CMessage {
  typealias Raw = Hearth__V1__Heartbeat

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__heartbeat__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__heartbeat__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    sequence = unsafe c.pointee.sequence
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.sequence = sequence
  }
}

extension HearthV1 {
  /// From a region agent to a node.
  public struct NodeCommand: ProtoMessage {
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

extension HearthV1.NodeCommand {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.NodeCommand" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.NodeCommand: @unsafe CMessage {
  typealias Raw = Hearth__V1__NodeCommand

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__node_command__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__node_command__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    command =
      switch unsafe c.pointee.command_case.rawValue {
      case 1: try unsafe Field.message(c.pointee.welcome, "welcome").map(Command.welcome)
      case 2:
        try unsafe Field.message(c.pointee.heartbeat_answer, "heartbeat_answer").map(
          Command.heartbeatAnswer
        )
      case 3:
        try unsafe Field.message(c.pointee.resynchronise, "resynchronise").map(
          Command.resynchronise
        )
      case 4:
        try unsafe Field.message(c.pointee.set_availability, "set_availability").map(
          Command.setAvailability
        )
      case 5: try unsafe Field.message(c.pointee.reset_cache, "reset_cache").map(Command.resetCache)
      default: nil
      }
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    switch command {
    case .welcome(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 1)
      unsafe c.pointee.welcome = try arena.message(value, "welcome")
    case .heartbeatAnswer(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 2)
      unsafe c.pointee.heartbeat_answer = try arena.message(value, "heartbeat_answer")
    case .resynchronise(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 3)
      unsafe c.pointee.resynchronise = try arena.message(value, "resynchronise")
    case .setAvailability(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 4)
      unsafe c.pointee.set_availability = try arena.message(value, "set_availability")
    case .resetCache(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 5)
      unsafe c.pointee.reset_cache = try arena.message(value, "reset_cache")
    case nil: break
    }
  }
}

extension HearthV1 {
  /// Accepts a session.
  public struct Welcome: ProtoMessage {
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

extension HearthV1.Welcome {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Welcome" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Welcome: @unsafe CMessage {
  typealias Raw = Hearth__V1__Welcome

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__welcome__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__welcome__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    epoch = unsafe c.pointee.epoch
    heartbeatIntervalNs = unsafe c.pointee.heartbeat_interval_ns
    lostAfterNs = unsafe c.pointee.lost_after_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.epoch = epoch
    unsafe c.pointee.heartbeat_interval_ns = heartbeatIntervalNs
    unsafe c.pointee.lost_after_ns = lostAfterNs
  }
}

extension HearthV1 {
  /// The answer to a heartbeat.
  public struct HeartbeatAnswer: ProtoMessage {
    /// The heartbeat's.
    public var sequence: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      sequence: UInt64 = 0
    ) {
      self.sequence = sequence
    }
  }
}

extension HearthV1.HeartbeatAnswer {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.HeartbeatAnswer" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.HeartbeatAnswer: @unsafe CMessage {
  typealias Raw = Hearth__V1__HeartbeatAnswer

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__heartbeat_answer__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__heartbeat_answer__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    sequence = unsafe c.pointee.sequence
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.sequence = sequence
  }
}

extension HearthV1 {
  /// Asks for a full resynchronisation.
  public struct Resynchronise: ProtoMessage {
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

extension HearthV1.Resynchronise {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Resynchronise" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Resynchronise: @unsafe CMessage {
  typealias Raw = Hearth__V1__Resynchronise

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__resynchronise__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__resynchronise__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    reason = try unsafe Field.text(c.pointee.reason, "reason")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.reason = try arena.text(reason, "reason")
  }
}

extension HearthV1 {
  /// Cordons, drains or returns a node to service.
  public struct SetAvailability: ProtoMessage {
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

extension HearthV1.SetAvailability {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.SetAvailability" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.SetAvailability: @unsafe CMessage {
  typealias Raw = Hearth__V1__SetAvailability

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__set_availability__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__set_availability__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    availability = unsafe Field.number(c.pointee.availability)
    deadlineNs = unsafe c.pointee.deadline_ns
    message = try unsafe Field.text(c.pointee.message, "message")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.availability = arena.number(availability)
    unsafe c.pointee.deadline_ns = deadlineNs
    unsafe c.pointee.message = try arena.text(message, "message")
  }
}

extension HearthV1 {
  /// Drops the prefix cache of every replica of the node.
  public struct ResetCache: ProtoMessage {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1.ResetCache {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ResetCache" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ResetCache: @unsafe CMessage {
  typealias Raw = Hearth__V1__ResetCache

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__reset_cache__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__reset_cache__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1 {
  /// From a region agent to the control plane.
  public struct RegionMessage: ProtoMessage {
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

extension HearthV1.RegionMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionMessage" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionMessage: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionMessage

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_message__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_message__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    message =
      switch unsafe c.pointee.message_case.rawValue {
      case 1: try unsafe Field.message(c.pointee.hello, "hello").map(Message.hello)
      case 2:
        try unsafe Field.message(c.pointee.node_attached, "node_attached").map(Message.nodeAttached)
      case 3: try unsafe Field.message(c.pointee.node_update, "node_update").map(Message.nodeUpdate)
      case 4: try unsafe Field.message(c.pointee.node_state, "node_state").map(Message.nodeState)
      case 5: try unsafe Field.message(c.pointee.round_trips, "round_trips").map(Message.roundTrips)
      case 6: try unsafe Field.message(c.pointee.heartbeat, "heartbeat").map(Message.heartbeat)
      case 7: try unsafe Field.message(c.pointee.synced, "synced").map(Message.synced)
      default: nil
      }
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    switch message {
    case .hello(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 1)
      unsafe c.pointee.hello = try arena.message(value, "hello")
    case .nodeAttached(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 2)
      unsafe c.pointee.node_attached = try arena.message(value, "node_attached")
    case .nodeUpdate(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 3)
      unsafe c.pointee.node_update = try arena.message(value, "node_update")
    case .nodeState(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 4)
      unsafe c.pointee.node_state = try arena.message(value, "node_state")
    case .roundTrips(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 5)
      unsafe c.pointee.round_trips = try arena.message(value, "round_trips")
    case .heartbeat(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 6)
      unsafe c.pointee.heartbeat = try arena.message(value, "heartbeat")
    case .synced(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 7)
      unsafe c.pointee.synced = try arena.message(value, "synced")
    case nil: break
    }
  }
}

extension HearthV1 {
  /// Who a region agent is.
  public struct RegionHello: ProtoMessage {
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

extension HearthV1.RegionHello {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionHello" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionHello: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionHello

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_hello__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_hello__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    region = try unsafe Field.text(c.pointee.region, "region")
    incarnation = unsafe c.pointee.incarnation
    address = try unsafe Field.text(c.pointee.address, "address")
    version = try unsafe Field.text(c.pointee.version, "version")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.incarnation = incarnation
    unsafe c.pointee.address = try arena.text(address, "address")
    unsafe c.pointee.version = try arena.text(version, "version")
  }
}

extension HearthV1 {
  /// A node's update, passed on by its region agent.
  public struct RegionNodeUpdate: ProtoMessage {
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

extension HearthV1.RegionNodeUpdate {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionNodeUpdate" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionNodeUpdate: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionNodeUpdate

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_node_update__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_node_update__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    node = try unsafe Field.text(c.pointee.node, "node")
    update = try unsafe Field.message(c.pointee.update, "update")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.update = try arena.message(update, "update")
  }
}

extension HearthV1 {
  /// A node's session changed.
  public struct NodeStateChanged: ProtoMessage {
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

extension HearthV1.NodeStateChanged {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.NodeStateChanged" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.NodeStateChanged: @unsafe CMessage {
  typealias Raw = Hearth__V1__NodeStateChanged

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__node_state_changed__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__node_state_changed__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    node = try unsafe Field.text(c.pointee.node, "node")
    state = unsafe Field.number(c.pointee.state)
    reason = try unsafe Field.text(c.pointee.reason, "reason")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.state = arena.number(state)
    unsafe c.pointee.reason = try arena.text(reason, "reason")
  }
}

extension HearthV1 {
  /// Round-trip times from the sender's region.
  public struct RoundTrips: ProtoMessage {
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

extension HearthV1.RoundTrips {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RoundTrips" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RoundTrips: @unsafe CMessage {
  typealias Raw = Hearth__V1__RoundTrips

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__round_trips__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__round_trips__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    roundTrips = try unsafe Field.messages(
      c.pointee.n_round_trips,
      c.pointee.round_trips,
      "round_trips"
    )
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_round_trips, c.pointee.round_trips) = try arena.messages(
      roundTrips,
      "round_trips"
    )
  }
}

extension HearthV1 {
  /// The round trip to one region.
  public struct RoundTrip: ProtoMessage {
    /// The field `region`.
    public var region: String
    /// Smoothed, in nanoseconds of the fleet's time (wall time x time scale).
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

extension HearthV1.RoundTrip {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RoundTrip" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RoundTrip: @unsafe CMessage {
  typealias Raw = Hearth__V1__RoundTrip

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__round_trip__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__round_trip__init(c)
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
  /// The end of a region's resynchronisation.
  public struct RegionSynced: ProtoMessage {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1.RegionSynced {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionSynced" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionSynced: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionSynced

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_synced__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_synced__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1 {
  /// From the control plane to a region agent.
  public struct RegionCommand: ProtoMessage {
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

extension HearthV1.RegionCommand {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionCommand" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionCommand: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionCommand

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_command__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_command__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    command =
      switch unsafe c.pointee.command_case.rawValue {
      case 1: try unsafe Field.message(c.pointee.welcome, "welcome").map(Command.welcome)
      case 2:
        try unsafe Field.message(c.pointee.heartbeat_answer, "heartbeat_answer").map(
          Command.heartbeatAnswer
        )
      case 3:
        try unsafe Field.message(c.pointee.resynchronise, "resynchronise").map(
          Command.resynchronise
        )
      case 4:
        try unsafe Field.message(c.pointee.node_command, "node_command").map(Command.nodeCommand)
      case 5: try unsafe Field.message(c.pointee.peers, "peers").map(Command.peers)
      default: nil
      }
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    switch command {
    case .welcome(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 1)
      unsafe c.pointee.welcome = try arena.message(value, "welcome")
    case .heartbeatAnswer(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 2)
      unsafe c.pointee.heartbeat_answer = try arena.message(value, "heartbeat_answer")
    case .resynchronise(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 3)
      unsafe c.pointee.resynchronise = try arena.message(value, "resynchronise")
    case .nodeCommand(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 4)
      unsafe c.pointee.node_command = try arena.message(value, "node_command")
    case .peers(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 5)
      unsafe c.pointee.peers = try arena.message(value, "peers")
    case nil: break
    }
  }
}

extension HearthV1 {
  /// A command for a node, passed on by its region agent.
  public struct RegionNodeCommand: ProtoMessage {
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

extension HearthV1.RegionNodeCommand {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionNodeCommand" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionNodeCommand: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionNodeCommand

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_node_command__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_node_command__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    node = try unsafe Field.text(c.pointee.node, "node")
    command = try unsafe Field.message(c.pointee.command, "command")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.command = try arena.message(command, "command")
  }
}

extension HearthV1 {
  /// The other regions of the fleet.
  public struct RegionPeers: ProtoMessage {
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

extension HearthV1.RegionPeers {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionPeers" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionPeers: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionPeers

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_peers__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_peers__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    peers = try unsafe Field.messages(c.pointee.n_peers, c.pointee.peers, "peers")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_peers, c.pointee.peers) = try arena.messages(peers, "peers")
  }
}

extension HearthV1 {
  /// Another region.
  public struct RegionPeer: ProtoMessage {
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

extension HearthV1.RegionPeer {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionPeer" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionPeer: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionPeer

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_peer__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_peer__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    region = try unsafe Field.text(c.pointee.region, "region")
    address = try unsafe Field.text(c.pointee.address, "address")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.address = try arena.text(address, "address")
  }
}

extension HearthV1 {
  /// Asks for an answer.
  public struct PingRequest: ProtoMessage {
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

extension HearthV1.PingRequest {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.PingRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.PingRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__PingRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__ping_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__ping_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    region = try unsafe Field.text(c.pointee.region, "region")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
  }
}

extension HearthV1 {
  /// Answers a ping.
  public struct PingResponse: ProtoMessage {
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

extension HearthV1.PingResponse {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.PingResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.PingResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__PingResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__ping_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__ping_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    region = try unsafe Field.text(c.pointee.region, "region")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
  }
}
