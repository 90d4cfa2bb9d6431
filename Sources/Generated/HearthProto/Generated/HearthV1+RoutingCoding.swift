// Generated from proto/hearth/v1/routing.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

extension HearthV1 {
  /// Served by the control plane.
  public enum Router {
    /// The service's full name.
    public static let name: StaticString = "hearth.v1.Router"

    /// Decides where one turn runs and reserves its place there.
    ///
    /// A refusal is an answer, not an error: errors are for malformed requests (INVALID_ARGUMENT).
    ///
    /// When every replica is full the answer comes once one has room, or when the turn has waited
    /// as long as it may. A client that has gone away gives its place up: set a deadline of the
    /// call that is longer than a wait, or cancel. One whose connection closes after the answer
    /// should have gone on to its place: that is kept half a second more at most.
    public static let route =
      MethodDescriptor<HearthV1.RouteRequest, HearthV1.RouteResponse>(
        path: "/hearth.v1.Router/Route",
        clientStreaming: false,
        serverStreaming: false
      )
  }
}

extension HearthV1.RouteRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RouteRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RouteRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__RouteRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__route_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__route_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    requestId = try unsafe Field.text(c.pointee.request_id, "request_id")
    model = try unsafe Field.text(c.pointee.model, "model")
    adapter = try unsafe Field.text(c.pointee.adapter, "adapter")
    tenant = try unsafe Field.text(c.pointee.tenant, "tenant")
    originRegion = try unsafe Field.text(c.pointee.origin_region, "origin_region")
    session = try unsafe Field.text(c.pointee.session, "session")
    promptTokens = unsafe c.pointee.prompt_tokens
    outputTokens = unsafe c.pointee.output_tokens
    blockHashes = unsafe Field.array(c.pointee.n_block_hashes, c.pointee.block_hashes)
    blockTokens = unsafe c.pointee.block_tokens
    excludedReplicas = try unsafe Field.texts(
      c.pointee.n_excluded_replicas,
      c.pointee.excluded_replicas,
      "excluded_replicas"
    )
    policy = try unsafe Field.text(c.pointee.policy, "policy")
    explain = unsafe c.pointee.explain != 0
    priority = unsafe c.pointee.priority
    deadlineNs = unsafe c.pointee.deadline_ns
    promptEstimated = unsafe c.pointee.prompt_estimated != 0
    makesCopies = unsafe c.pointee.makes_copies != 0
    ttftNs = unsafe c.pointee.ttft_ns
    tpotNs = unsafe c.pointee.tpot_ns
    retryToken = unsafe c.pointee.retry_token
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.request_id = try arena.text(requestId, "request_id")
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.adapter = try arena.text(adapter, "adapter")
    unsafe c.pointee.tenant = try arena.text(tenant, "tenant")
    unsafe c.pointee.origin_region = try arena.text(originRegion, "origin_region")
    unsafe c.pointee.session = try arena.text(session, "session")
    unsafe c.pointee.prompt_tokens = promptTokens
    unsafe c.pointee.output_tokens = outputTokens
    unsafe (c.pointee.n_block_hashes, c.pointee.block_hashes) = try arena.array(blockHashes)
    unsafe c.pointee.block_tokens = blockTokens
    unsafe (c.pointee.n_excluded_replicas, c.pointee.excluded_replicas) = try arena.texts(
      excludedReplicas,
      "excluded_replicas"
    )
    unsafe c.pointee.policy = try arena.text(policy, "policy")
    unsafe c.pointee.explain = explain ? 1 : 0
    unsafe c.pointee.priority = priority
    unsafe c.pointee.deadline_ns = deadlineNs
    unsafe c.pointee.prompt_estimated = promptEstimated ? 1 : 0
    unsafe c.pointee.makes_copies = makesCopies ? 1 : 0
    unsafe c.pointee.ttft_ns = ttftNs
    unsafe c.pointee.tpot_ns = tpotNs
    unsafe c.pointee.retry_token = retryToken
  }
}

extension HearthV1.RouteRequest {
  /// Decodes a message and calls `body` with its fields in place, in the arena.
  ///
  /// Throws as decoding does, but for text, which is handed out as it came.
  public static func withView<Result>(
    _ bytes: Span<UInt8>,
    arena: CallArena,
    _ body: (borrowing View) -> Result
  ) throws(ProtoError) -> Result {
    body(try unsafe View(arena.unpack(bytes, as: Self.self)))
  }

  /// The fields of a message in place; strings and bytes as they came.
  @safe public struct View: ~Copyable {
    private let c: UnsafePointer<Raw>

    fileprivate init(_ c: UnsafePointer<Raw>) {
      unsafe self.c = c
    }

    /// Names the request in logs and explanations; at most 128 characters of [A-Za-z0-9._/:-].
    public func withRequestId<Result>(
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.request_id)))
    }

    /// The field `model`.
    public func withModel<Result>(
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.model)))
    }

    /// LoRA adapter, or empty.
    public func withAdapter<Result>(
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.adapter)))
    }

    /// Who is served and charged.
    ///
    /// Only tenants of its trust group find its prompts cached.
    public func withTenant<Result>(
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.tenant)))
    }

    /// Region where the request entered; empty when unknown: then no region is near.
    public func withOriginRegion<Result>(
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.origin_region)))
    }

    /// Names the conversation, for policies that stick to one; empty when unknown.
    public func withSession<Result>(
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.session)))
    }

    /// Length of the prompt, in tokens.
    public var promptTokens: UInt32 { unsafe c.pointee.prompt_tokens }

    /// Tokens that the answer is expected to have; 0 when unknown.
    public var outputTokens: UInt32 { unsafe c.pointee.output_tokens }

    /// Chained hashes of the prompt's full blocks, in order: each names the whole prefix that it
    /// ends.
    public func withBlockHashes<Result>(
      _ body: (Span<UInt64>) -> Result
    ) -> Result {
      body(
        unsafe Span(
          _unsafeElements: UnsafeBufferPointer(
            start: c.pointee.block_hashes,
            count: c.pointee.n_block_hashes
          )
        )
      )
    }

    /// Tokens in each of those blocks.
    public var blockTokens: UInt32 { unsafe c.pointee.block_tokens }

    /// How many elements `excluded_replicas` has.
    public var excludedReplicasCount: Int { unsafe c.pointee.n_excluded_replicas }

    /// Replicas that must not be chosen: they refused or failed this request before.
    public func withExcludedReplicas<Result>(
      at index: Int,
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      precondition(index >= 0 && index < excludedReplicasCount, "element \(index) does not exist")
      return body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.excluded_replicas[index])))
    }

    /// Policy by name for this request; empty for the fleet's own.
    public func withPolicy<Result>(
      _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(unsafe Span(_unsafeElements: Field.utf8(c.pointee.policy)))
    }

    /// Return every candidate with its cost.
    ///
    /// Nothing is reserved.
    public var explain: Bool { unsafe c.pointee.explain != 0 }

    /// 1 to 7, the higher the sooner; 0 for the tenant's own.
    ///
    /// More than that counts as that.
    public var priority: UInt32 { unsafe c.pointee.priority }

    /// When the first token is worthless, in nanoseconds of the fleet's time from now; 0 for never.
    ///
    /// A turn that can't meet it is refused, as soon as that is known.
    public var deadlineNs: Int64 { unsafe c.pointee.deadline_ns }

    /// The length of the prompt was not counted but estimated, as from its text: it is corrected by
    /// what engines counted of other such prompts of the model.
    public var promptEstimated: Bool { unsafe c.pointee.prompt_estimated != 0 }

    /// Who asks makes the copy that the response may ask for.
    public var makesCopies: Bool { unsafe c.pointee.makes_copies != 0 }

    /// Time to the first token that the turn should meet, in nanoseconds of the fleet's time, from
    /// 10 ms to an hour; 0 for what its tenant, its model or the fleet has.
    ///
    /// A turn that misses it is not refused, but goes behind those that can still meet theirs.
    public var ttftNs: Int64 { unsafe c.pointee.ttft_ns }

    /// Mean time for each token after the first that the turn should meet, in nanoseconds of the
    /// fleet's time, from 1 ms to a minute; 0 for what its tenant, its model or the fleet has.
    public var tpotNs: Int64 { unsafe c.pointee.tpot_ns }

    /// The retry_token of the refusal that told to come back; 0 for none.
    ///
    /// Of its tenant's turns of this priority the turn goes before those that came after it was
    /// first asked for. A token is ignored if it is of another tenant or model, of before a restart
    /// or older than 10 minutes of the fleet's time.
    public var retryToken: UInt64 { unsafe c.pointee.retry_token }
  }
}

extension HearthV1.RouteResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.RouteResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.RouteResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__RouteResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__route_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__route_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    verdict =
      switch unsafe c.pointee.verdict_case.rawValue {
      case 1: try unsafe Field.message(c.pointee.placed, "placed").map(Verdict.placed)
      case 2: try unsafe Field.message(c.pointee.refused, "refused").map(Verdict.refused)
      case 8: try unsafe Field.message(c.pointee.waits, "waits").map(Verdict.waits)
      default: nil
      }
    policy = try unsafe Field.text(c.pointee.policy, "policy")
    candidates = try unsafe Field.messages(
      c.pointee.n_candidates,
      c.pointee.candidates,
      "candidates"
    )
    copy = try unsafe Field.message(c.pointee.copy, "copy")
    ttftNs = unsafe c.pointee.ttft_ns
    tpotNs = unsafe c.pointee.tpot_ns
    choice = try unsafe Field.message(c.pointee.choice, "choice")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    switch verdict {
    case .placed(let value)?:
      unsafe c.pointee.verdict_case = .init(rawValue: 1)
      unsafe c.pointee.placed = try arena.message(value, "placed")
    case .refused(let value)?:
      unsafe c.pointee.verdict_case = .init(rawValue: 2)
      unsafe c.pointee.refused = try arena.message(value, "refused")
    case .waits(let value)?:
      unsafe c.pointee.verdict_case = .init(rawValue: 8)
      unsafe c.pointee.waits = try arena.message(value, "waits")
    case nil: break
    }
    unsafe c.pointee.policy = try arena.text(policy, "policy")
    unsafe (c.pointee.n_candidates, c.pointee.candidates) = try arena.messages(
      candidates,
      "candidates"
    )
    unsafe c.pointee.copy = try arena.message(copy, "copy")
    unsafe c.pointee.ttft_ns = ttftNs
    unsafe c.pointee.tpot_ns = tpotNs
    unsafe c.pointee.choice = try arena.message(choice, "choice")
  }
}

extension HearthV1.Choice: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Choice" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Choice: @unsafe CMessage {
  typealias Raw = Hearth__V1__Choice

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__choice__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__choice__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    reason = unsafe Field.number(c.pointee.reason)
    otherReplica = try unsafe Field.text(c.pointee.other_replica, "other_replica")
    candidates = unsafe c.pointee.candidates
    replicas = unsafe c.pointee.replicas
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.reason = arena.number(reason)
    unsafe c.pointee.other_replica = try arena.text(otherReplica, "other_replica")
    unsafe c.pointee.candidates = candidates
    unsafe c.pointee.replicas = replicas
  }
}

extension HearthV1.Choice: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("reason", reason)
      json.field("otherReplica", otherReplica)
      json.field("candidates", candidates)
      json.field("replicas", replicas)
    }
  }
}

extension HearthV1.Wait: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Wait" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Wait: @unsafe CMessage {
  typealias Raw = Hearth__V1__Wait

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__wait__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__wait__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    preferredReplica = try unsafe Field.text(c.pointee.preferred_replica, "preferred_replica")
    estimateNs = unsafe c.pointee.estimate_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.preferred_replica = try arena.text(preferredReplica, "preferred_replica")
    unsafe c.pointee.estimate_ns = estimateNs
  }
}

extension HearthV1.Wait: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("preferredReplica", preferredReplica)
      json.field("estimateNs", estimateNs)
    }
  }
}

extension HearthV1.PrefixCopy: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.PrefixCopy" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.PrefixCopy: @unsafe CMessage {
  typealias Raw = Hearth__V1__PrefixCopy

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__prefix_copy__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__prefix_copy__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    place = try unsafe Field.message(c.pointee.place, "place")
    promptTokens = unsafe c.pointee.prompt_tokens
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.place = try arena.message(place, "place")
    unsafe c.pointee.prompt_tokens = promptTokens
  }
}

extension HearthV1.Placement: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Placement" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Placement: @unsafe CMessage {
  typealias Raw = Hearth__V1__Placement

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__placement__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__placement__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    reservation = unsafe c.pointee.reservation
    replica = try unsafe Field.text(c.pointee.replica, "replica")
    node = try unsafe Field.text(c.pointee.node, "node")
    region = try unsafe Field.text(c.pointee.region, "region")
    nodeAddress = try unsafe Field.text(c.pointee.node_address, "node_address")
    regionAddress = try unsafe Field.text(c.pointee.region_address, "region_address")
    cachedTokens = unsafe c.pointee.cached_tokens
    predictedTtftNs = unsafe c.pointee.predicted_ttft_ns
    waitedNs = unsafe c.pointee.waited_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.reservation = reservation
    unsafe c.pointee.replica = try arena.text(replica, "replica")
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.node_address = try arena.text(nodeAddress, "node_address")
    unsafe c.pointee.region_address = try arena.text(regionAddress, "region_address")
    unsafe c.pointee.cached_tokens = cachedTokens
    unsafe c.pointee.predicted_ttft_ns = predictedTtftNs
    unsafe c.pointee.waited_ns = waitedNs
  }
}

extension HearthV1.Placement: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("reservation", reservation)
      json.field("replica", replica)
      json.field("node", node)
      json.field("region", region)
      json.field("nodeAddress", nodeAddress)
      json.field("regionAddress", regionAddress)
      json.field("cachedTokens", cachedTokens)
      json.field("predictedTtftNs", predictedTtftNs)
      json.field("waitedNs", waitedNs)
    }
  }
}

extension HearthV1.Refusal: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Refusal" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Refusal: @unsafe CMessage {
  typealias Raw = Hearth__V1__Refusal

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__refusal__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__refusal__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    reason = unsafe Field.number(c.pointee.reason)
    message = try unsafe Field.text(c.pointee.message, "message")
    retryAfterNs = unsafe c.pointee.retry_after_ns
    waitedNs = unsafe c.pointee.waited_ns
    retryToken = unsafe c.pointee.retry_token
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.reason = arena.number(reason)
    unsafe c.pointee.message = try arena.text(message, "message")
    unsafe c.pointee.retry_after_ns = retryAfterNs
    unsafe c.pointee.waited_ns = waitedNs
    unsafe c.pointee.retry_token = retryToken
  }
}

extension HearthV1.Refusal: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("reason", reason)
      json.field("message", message)
      json.field("retryAfterNs", retryAfterNs)
      json.field("waitedNs", waitedNs)
      json.field("retryToken", retryToken)
    }
  }
}

extension HearthV1.Candidate: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Candidate" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Candidate: @unsafe CMessage {
  typealias Raw = Hearth__V1__Candidate

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__candidate__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__candidate__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    replica = try unsafe Field.text(c.pointee.replica, "replica")
    region = try unsafe Field.text(c.pointee.region, "region")
    excluded = try unsafe Field.text(c.pointee.excluded, "excluded")
    cachedTokens = unsafe c.pointee.cached_tokens
    terms = try unsafe Field.messages(c.pointee.n_terms, c.pointee.terms, "terms")
    totalSeconds = unsafe c.pointee.total_seconds
    chosen = unsafe c.pointee.chosen != 0
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.replica = try arena.text(replica, "replica")
    unsafe c.pointee.region = try arena.text(region, "region")
    unsafe c.pointee.excluded = try arena.text(excluded, "excluded")
    unsafe c.pointee.cached_tokens = cachedTokens
    unsafe (c.pointee.n_terms, c.pointee.terms) = try arena.messages(terms, "terms")
    unsafe c.pointee.total_seconds = totalSeconds
    unsafe c.pointee.chosen = chosen ? 1 : 0
  }
}

extension HearthV1.Candidate: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("replica", replica)
      json.field("region", region)
      json.field("excluded", excluded)
      json.field("cachedTokens", cachedTokens)
      json.field("terms", terms)
      json.field("totalSeconds", totalSeconds)
      json.field("chosen", chosen)
    }
  }
}

extension HearthV1.CostTerm: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.CostTerm" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.CostTerm: @unsafe CMessage {
  typealias Raw = Hearth__V1__CostTerm

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__cost_term__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__cost_term__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    name = try unsafe Field.text(c.pointee.name, "name")
    seconds = unsafe c.pointee.seconds
    weight = unsafe c.pointee.weight
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.text(name, "name")
    unsafe c.pointee.seconds = seconds
    unsafe c.pointee.weight = weight
  }
}

extension HearthV1.CostTerm: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    json.object { json in
      json.field("name", name)
      json.field("seconds", seconds)
      json.field("weight", weight)
    }
  }
}

extension HearthV1.ChoiceReason: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    switch self {
    case .unspecified: json.write("CHOICE_REASON_UNSPECIFIED")
    case .onlyCandidate: json.write("CHOICE_REASON_ONLY_CANDIDATE")
    case .cheapest: json.write("CHOICE_REASON_CHEAPEST")
    case .otherKept: json.write("CHOICE_REASON_OTHER_KEPT")
    case .otherWithoutHeadroom: json.write("CHOICE_REASON_OTHER_WITHOUT_HEADROOM")
    case .otherRecomputes: json.write("CHOICE_REASON_OTHER_RECOMPUTES")
    case .notByCost: json.write("CHOICE_REASON_NOT_BY_COST")
    case .unrecognized(let number): number.write(to: &json)
    }
  }
}

extension HearthV1.RefusalReason: JSONWritable {
  /// Writes the value as proto3 maps it to JSON.
  public func write(to json: inout JSONText) {
    switch self {
    case .unspecified: json.write("REFUSAL_REASON_UNSPECIFIED")
    case .atCapacity: json.write("REFUSAL_REASON_AT_CAPACITY")
    case .noReplica: json.write("REFUSAL_REASON_NO_REPLICA")
    case .noneReady: json.write("REFUSAL_REASON_NONE_READY")
    case .tooLong: json.write("REFUSAL_REASON_TOO_LONG")
    case .allExcluded: json.write("REFUSAL_REASON_ALL_EXCLUDED")
    case .quota: json.write("REFUSAL_REASON_QUOTA")
    case .deadline: json.write("REFUSAL_REASON_DEADLINE")
    case .unrecognized(let number): number.write(to: &json)
    }
  }
}
