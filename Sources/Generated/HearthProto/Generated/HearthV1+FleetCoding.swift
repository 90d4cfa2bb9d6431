// Generated from proto/hearth/v1/fleet.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

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

extension HearthV1.NodeMessage: ProtoMessage {
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
    self.init()
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

extension HearthV1.NodeHello: ProtoMessage {
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
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    region = try unsafe Field.text(c.pointee.region, "region")
    incarnation = unsafe c.pointee.incarnation
    address = try unsafe Field.text(c.pointee.address, "address")
    version = try unsafe Field.text(c.pointee.version, "version")
    replicas = try unsafe Field.messages(c.pointee.n_replicas, c.pointee.replicas, "replicas")
    jobs = try unsafe Field.message(c.pointee.jobs, "jobs")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.incarnation = incarnation
    unsafe c.pointee.address = try arena.text(address, "address")
    unsafe c.pointee.version = try arena.text(version, "version")
    unsafe (c.pointee.n_replicas, c.pointee.replicas) = try arena.messages(replicas, "replicas")
    unsafe c.pointee.jobs = try arena.message(jobs, "jobs")
  }
}

extension HearthV1.NodeUpdate: ProtoMessage {
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
    self.init()
    sequence = unsafe c.pointee.sequence
    reset = unsafe c.pointee.reset != 0
    synced = unsafe c.pointee.synced != 0
    availability = unsafe Field.number(c.pointee.availability)
    reason = try unsafe Field.text(c.pointee.reason, "reason")
    replicas = try unsafe Field.messages(c.pointee.n_replicas, c.pointee.replicas, "replicas")
    jobs = try unsafe Field.message(c.pointee.jobs, "jobs")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.sequence = sequence
    unsafe c.pointee.reset = reset ? 1 : 0
    unsafe c.pointee.synced = synced ? 1 : 0
    unsafe c.pointee.availability = arena.number(availability)
    unsafe c.pointee.reason = try arena.text(reason, "reason")
    unsafe (c.pointee.n_replicas, c.pointee.replicas) = try arena.messages(replicas, "replicas")
    unsafe c.pointee.jobs = try arena.message(jobs, "jobs")
  }
}

extension HearthV1.ReplicaUpdate: ProtoMessage {
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
    self.init()
    index = unsafe c.pointee.index
    load = try unsafe Field.message(c.pointee.load, "load")
    cleared = unsafe c.pointee.cleared != 0
    removed = unsafe Field.array(c.pointee.n_removed, c.pointee.removed)
    stored = unsafe Field.array(c.pointee.n_stored, c.pointee.stored)
    accepted = unsafe Field.array(c.pointee.n_accepted, c.pointee.accepted)
    ended = unsafe Field.array(c.pointee.n_ended, c.pointee.ended)
    outcomes = try unsafe Field.messages(c.pointee.n_outcomes, c.pointee.outcomes, "outcomes")
    availability = unsafe Field.number(c.pointee.availability)
    reason = try unsafe Field.text(c.pointee.reason, "reason")
    adapters = try unsafe Field.message(c.pointee.adapters, "adapters")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.index = index
    unsafe c.pointee.load = try arena.message(load, "load")
    unsafe c.pointee.cleared = cleared ? 1 : 0
    unsafe (c.pointee.n_removed, c.pointee.removed) = try arena.array(removed)
    unsafe (c.pointee.n_stored, c.pointee.stored) = try arena.array(stored)
    unsafe (c.pointee.n_accepted, c.pointee.accepted) = try arena.array(accepted)
    unsafe (c.pointee.n_ended, c.pointee.ended) = try arena.array(ended)
    unsafe (c.pointee.n_outcomes, c.pointee.outcomes) = try arena.messages(outcomes, "outcomes")
    unsafe c.pointee.availability = arena.number(availability)
    unsafe c.pointee.reason = try arena.text(reason, "reason")
    unsafe c.pointee.adapters = try arena.message(adapters, "adapters")
  }
}

extension HearthV1.AdapterList: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.AdapterList" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.AdapterList: @unsafe CMessage {
  typealias Raw = Hearth__V1__AdapterList

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__adapter_list__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__adapter_list__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    names = try unsafe Field.texts(c.pointee.n_names, c.pointee.names, "names")
    loaded = try unsafe Field.texts(c.pointee.n_loaded, c.pointee.loaded, "loaded")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_names, c.pointee.names) = try arena.texts(names, "names")
    unsafe (c.pointee.n_loaded, c.pointee.loaded) = try arena.texts(loaded, "loaded")
  }
}

extension HearthV1.AdapterList: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("names", names)
      json.field("loaded", loaded)
    }
  }
}

extension HearthV1.TurnOutcome: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.TurnOutcome" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.TurnOutcome: @unsafe CMessage {
  typealias Raw = Hearth__V1__TurnOutcome

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__turn_outcome__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__turn_outcome__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    reservation = unsafe c.pointee.reservation
    cachedTokens = unsafe c.pointee.cached_tokens
    outputTokens = unsafe c.pointee.output_tokens
    queuedNs = unsafe c.pointee.queued_ns
    ttftNs = unsafe c.pointee.ttft_ns
    totalNs = unsafe c.pointee.total_ns
    ending = unsafe Field.number(c.pointee.ending)
    promptTokens = unsafe c.pointee.prompt_tokens
    answerBlocks = unsafe Field.array(c.pointee.n_answer_blocks, c.pointee.answer_blocks)
    incarnation = unsafe c.pointee.incarnation
    ordinal = unsafe c.pointee.ordinal
    tenant = try unsafe Field.text(c.pointee.tenant, "tenant")
    adapter = try unsafe Field.text(c.pointee.adapter, "adapter")
    endedUnixNs = unsafe c.pointee.ended_unix_ns
    busyNs = unsafe c.pointee.busy_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.reservation = reservation
    unsafe c.pointee.cached_tokens = cachedTokens
    unsafe c.pointee.output_tokens = outputTokens
    unsafe c.pointee.queued_ns = queuedNs
    unsafe c.pointee.ttft_ns = ttftNs
    unsafe c.pointee.total_ns = totalNs
    unsafe c.pointee.ending = arena.number(ending)
    unsafe c.pointee.prompt_tokens = promptTokens
    unsafe (c.pointee.n_answer_blocks, c.pointee.answer_blocks) = try arena.array(answerBlocks)
    unsafe c.pointee.incarnation = incarnation
    unsafe c.pointee.ordinal = ordinal
    unsafe c.pointee.tenant = try arena.text(tenant, "tenant")
    unsafe c.pointee.adapter = try arena.text(adapter, "adapter")
    unsafe c.pointee.ended_unix_ns = endedUnixNs
    unsafe c.pointee.busy_ns = busyNs
  }
}

extension HearthV1.TurnOutcome: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("reservation", reservation)
      json.field("cachedTokens", cachedTokens)
      json.field("outputTokens", outputTokens)
      json.field("queuedNs", queuedNs)
      json.field("ttftNs", ttftNs)
      json.field("totalNs", totalNs)
      json.field("ending", ending)
      json.field("promptTokens", promptTokens)
      json.field("answerBlocks", answerBlocks)
      json.field("incarnation", incarnation)
      json.field("ordinal", ordinal)
      json.field("tenant", tenant)
      json.field("adapter", adapter)
      json.field("endedUnixNs", endedUnixNs)
      json.field("busyNs", busyNs)
    }
  }
}

extension HearthV1.Heartbeat: ProtoMessage {
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
    self.init()
    sequence = unsafe c.pointee.sequence
    nodes = try unsafe Field.texts(c.pointee.n_nodes, c.pointee.nodes, "nodes")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.sequence = sequence
    unsafe (c.pointee.n_nodes, c.pointee.nodes) = try arena.texts(nodes, "nodes")
  }
}

extension HearthV1.NodeCommand: ProtoMessage {
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
    self.init()
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
      case 6: try unsafe Field.message(c.pointee.refused, "refused").map(Command.refused)
      case 7: try unsafe Field.message(c.pointee.turn_rules, "turn_rules").map(Command.turnRules)
      case 8: try unsafe Field.message(c.pointee.worker, "worker").map(Command.worker)
      case 9: try unsafe Field.message(c.pointee.park, "park").map(Command.park)
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
    case .refused(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 6)
      unsafe c.pointee.refused = try arena.message(value, "refused")
    case .turnRules(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 7)
      unsafe c.pointee.turn_rules = try arena.message(value, "turn_rules")
    case .worker(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 8)
      unsafe c.pointee.worker = try arena.message(value, "worker")
    case .park(let value)?:
      unsafe c.pointee.command_case = .init(rawValue: 9)
      unsafe c.pointee.park = try arena.message(value, "park")
    case nil: break
    }
  }
}

extension HearthV1.TurnRules: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.TurnRules" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.TurnRules: @unsafe CMessage {
  typealias Raw = Hearth__V1__TurnRules

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__turn_rules__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__turn_rules__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    keyHigh = unsafe c.pointee.key_high
    keyLow = unsafe c.pointee.key_low
    groups = try unsafe Field.messages(c.pointee.n_groups, c.pointee.groups, "groups")
    groupOfOthers = try unsafe Field.text(c.pointee.group_of_others, "group_of_others")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.key_high = keyHigh
    unsafe c.pointee.key_low = keyLow
    unsafe (c.pointee.n_groups, c.pointee.groups) = try arena.messages(groups, "groups")
    unsafe c.pointee.group_of_others = try arena.text(groupOfOthers, "group_of_others")
  }
}

extension HearthV1.TenantGroup: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.TenantGroup" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.TenantGroup: @unsafe CMessage {
  typealias Raw = Hearth__V1__TenantGroup

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__tenant_group__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__tenant_group__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    tenant = try unsafe Field.text(c.pointee.tenant, "tenant")
    group = try unsafe Field.text(c.pointee.group, "group")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.tenant = try arena.text(tenant, "tenant")
    unsafe c.pointee.group = try arena.text(group, "group")
  }
}

extension HearthV1.Refused: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Refused" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Refused: @unsafe CMessage {
  typealias Raw = Hearth__V1__Refused

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__refused__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__refused__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    reason = try unsafe Field.text(c.pointee.reason, "reason")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.reason = try arena.text(reason, "reason")
  }
}

extension HearthV1.Welcome: ProtoMessage {
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
    self.init()
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

extension HearthV1.HeartbeatAnswer: ProtoMessage {
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
    self.init()
    sequence = unsafe c.pointee.sequence
    kept = unsafe c.pointee.kept
    controlSilentNs = unsafe c.pointee.control_silent_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.sequence = sequence
    unsafe c.pointee.kept = kept
    unsafe c.pointee.control_silent_ns = controlSilentNs
  }
}

extension HearthV1.Resynchronise: ProtoMessage {
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
    self.init()
    reason = try unsafe Field.text(c.pointee.reason, "reason")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.reason = try arena.text(reason, "reason")
  }
}

extension HearthV1.SetAvailability: ProtoMessage {
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
    self.init()
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

extension HearthV1.ParkReplica: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.ParkReplica" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.ParkReplica: @unsafe CMessage {
  typealias Raw = Hearth__V1__ParkReplica

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__park_replica__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__park_replica__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    index = unsafe c.pointee.index
    isParked = unsafe c.pointee.is_parked != 0
    gpus = unsafe c.pointee.gpus
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.index = index
    unsafe c.pointee.is_parked = isParked ? 1 : 0
    unsafe c.pointee.gpus = gpus
  }
}

extension HearthV1.ResetCache: ProtoMessage {
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
    self.init()
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1.RegionMessage: ProtoMessage {
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
    self.init()
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
      case 8: try unsafe Field.message(c.pointee.outcomes, "outcomes").map(Message.outcomes)
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
    case .outcomes(let value)?:
      unsafe c.pointee.message_case = .init(rawValue: 8)
      unsafe c.pointee.outcomes = try arena.message(value, "outcomes")
    case nil: break
    }
  }
}

extension HearthV1.RegionOutcomes: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RegionOutcomes" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RegionOutcomes: @unsafe CMessage {
  typealias Raw = Hearth__V1__RegionOutcomes

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__region_outcomes__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__region_outcomes__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    index = unsafe c.pointee.index
    outcomes = try unsafe Field.messages(c.pointee.n_outcomes, c.pointee.outcomes, "outcomes")
    replica = try unsafe Field.message(c.pointee.replica, "replica")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.index = index
    unsafe (c.pointee.n_outcomes, c.pointee.outcomes) = try arena.messages(outcomes, "outcomes")
    unsafe c.pointee.replica = try arena.message(replica, "replica")
  }
}

extension HearthV1.RegionHello: ProtoMessage {
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
    self.init()
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

extension HearthV1.RegionNodeUpdate: ProtoMessage {
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
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    update = try unsafe Field.message(c.pointee.update, "update")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.update = try arena.message(update, "update")
  }
}

extension HearthV1.NodeStateChanged: ProtoMessage {
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
    self.init()
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

extension HearthV1.RoundTrips: ProtoMessage {
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
    self.init()
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

extension HearthV1.RoundTrip: ProtoMessage {
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
    self.init()
    region = try unsafe Field.text(c.pointee.region, "region")
    roundTripNs = unsafe c.pointee.round_trip_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.round_trip_ns = roundTripNs
  }
}

extension HearthV1.RegionSynced: ProtoMessage {
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
    self.init()
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
  }
}

extension HearthV1.RegionCommand: ProtoMessage {
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
    self.init()
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

extension HearthV1.RegionNodeCommand: ProtoMessage {
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
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    command = try unsafe Field.message(c.pointee.command, "command")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.command = try arena.message(command, "command")
  }
}

extension HearthV1.RegionPeers: ProtoMessage {
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
    self.init()
    peers = try unsafe Field.messages(c.pointee.n_peers, c.pointee.peers, "peers")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_peers, c.pointee.peers) = try arena.messages(peers, "peers")
  }
}

extension HearthV1.RegionPeer: ProtoMessage {
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
    self.init()
    region = try unsafe Field.text(c.pointee.region, "region")
    address = try unsafe Field.text(c.pointee.address, "address")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.address = try arena.text(address, "address")
  }
}

extension HearthV1.PingRequest: ProtoMessage {
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
    self.init()
    region = try unsafe Field.text(c.pointee.region, "region")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
  }
}

extension HearthV1.PingResponse: ProtoMessage {
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
    self.init()
    region = try unsafe Field.text(c.pointee.region, "region")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.region = try arena.text(region, "region")
  }
}

extension HearthV1.StoredFleet: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.StoredFleet" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.StoredFleet: @unsafe CMessage {
  typealias Raw = Hearth__V1__StoredFleet

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__stored_fleet__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__stored_fleet__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    orders = try unsafe Field.messages(c.pointee.n_orders, c.pointee.orders, "orders")
    nodes = try unsafe Field.messages(c.pointee.n_nodes, c.pointee.nodes, "nodes")
    regions = try unsafe Field.messages(c.pointee.n_regions, c.pointee.regions, "regions")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_orders, c.pointee.orders) = try arena.messages(orders, "orders")
    unsafe (c.pointee.n_nodes, c.pointee.nodes) = try arena.messages(nodes, "nodes")
    unsafe (c.pointee.n_regions, c.pointee.regions) = try arena.messages(regions, "regions")
  }
}

extension HearthV1.StoredOrder: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.StoredOrder" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.StoredOrder: @unsafe CMessage {
  typealias Raw = Hearth__V1__StoredOrder

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__stored_order__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__stored_order__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    node = try unsafe Field.text(c.pointee.node, "node")
    order = try unsafe Field.message(c.pointee.order, "order")
    deadlineUnixNs = unsafe c.pointee.deadline_unix_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.order = try arena.message(order, "order")
    unsafe c.pointee.deadline_unix_ns = deadlineUnixNs
  }
}

extension HearthV1.TurnEnding: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    switch self {
    case .unspecified: json.write("TURN_ENDING_UNSPECIFIED")
    case .completed: json.write("TURN_ENDING_COMPLETED")
    case .cancelled: json.write("TURN_ENDING_CANCELLED")
    case .aborted: json.write("TURN_ENDING_ABORTED")
    case .refused: json.write("TURN_ENDING_REFUSED")
    case .rejected: json.write("TURN_ENDING_REJECTED")
    case .unrecognized(let number): number.write(to: &json)
    }
  }
}
