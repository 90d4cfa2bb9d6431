// Generated from proto/hearth/v1/inference.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

extension HearthV1 {
  /// Served by nodes, and by region agents, which pass it on to the node that the request names.
  public enum Inference {
    /// The service's full name.
    public static let name: StaticString = "hearth.v1.Inference"

    /// Runs one turn and streams its answer.
    ///
    /// UNAVAILABLE: the node was lost, drains, or its view was stale; ask the router again with the
    /// replica excluded. RESOURCE_EXHAUSTED: the replica is full. PERMISSION_DENIED: the
    /// reservation was not given to this turn, or was used.
    public static let generate =
      MethodDescriptor<HearthV1.GenerateRequest, HearthV1.GenerateResponse>(
        path: "/hearth.v1.Inference/Generate",
        clientStreaming: false,
        serverStreaming: true
      )
  }
}

extension HearthV1.GenerateRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.GenerateRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.GenerateRequest: @unsafe CMessage {
  typealias Raw = Hearth__V1__GenerateRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__generate_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__generate_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    requestId = try unsafe Field.text(c.pointee.request_id, "request_id")
    reservation = unsafe c.pointee.reservation
    node = try unsafe Field.text(c.pointee.node, "node")
    replica = try unsafe Field.text(c.pointee.replica, "replica")
    model = try unsafe Field.text(c.pointee.model, "model")
    adapter = try unsafe Field.text(c.pointee.adapter, "adapter")
    tenant = try unsafe Field.text(c.pointee.tenant, "tenant")
    originRegion = try unsafe Field.text(c.pointee.origin_region, "origin_region")
    promptTokens = unsafe c.pointee.prompt_tokens
    blockHashes = unsafe Field.array(c.pointee.n_block_hashes, c.pointee.block_hashes)
    blockTokens = unsafe c.pointee.block_tokens
    outputTokensMax = unsafe c.pointee.output_tokens_max
    ignoreEnd = unsafe c.pointee.ignore_end != 0
    http = try unsafe Field.message(c.pointee.http, "http")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.request_id = try arena.text(requestId, "request_id")
    unsafe c.pointee.reservation = reservation
    unsafe c.pointee.node = try arena.text(node, "node")
    unsafe c.pointee.replica = try arena.text(replica, "replica")
    unsafe c.pointee.model = try arena.text(model, "model")
    unsafe c.pointee.adapter = try arena.text(adapter, "adapter")
    unsafe c.pointee.tenant = try arena.text(tenant, "tenant")
    unsafe c.pointee.origin_region = try arena.text(originRegion, "origin_region")
    unsafe c.pointee.prompt_tokens = promptTokens
    unsafe (c.pointee.n_block_hashes, c.pointee.block_hashes) = try arena.array(blockHashes)
    unsafe c.pointee.block_tokens = blockTokens
    unsafe c.pointee.output_tokens_max = outputTokensMax
    unsafe c.pointee.ignore_end = ignoreEnd ? 1 : 0
    unsafe c.pointee.http = try arena.message(http, "http")
  }
}

extension HearthV1.HTTPTurn: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.HTTPTurn" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.HTTPTurn: @unsafe CMessage {
  typealias Raw = Hearth__V1__HTTPTurn

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__httpturn__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__httpturn__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    path = try unsafe Field.text(c.pointee.path, "path")
    body = unsafe Field.bytes(c.pointee.body)
    requestId = try unsafe Field.text(c.pointee.request_id, "request_id")
    traceParent = try unsafe Field.text(c.pointee.trace_parent, "trace_parent")
    addsUsage = unsafe c.pointee.adds_usage != 0
    transcript = try unsafe Field.message(c.pointee.transcript, "transcript")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.path = try arena.text(path, "path")
    unsafe c.pointee.body = try arena.bytes(body)
    unsafe c.pointee.request_id = try arena.text(requestId, "request_id")
    unsafe c.pointee.trace_parent = try arena.text(traceParent, "trace_parent")
    unsafe c.pointee.adds_usage = addsUsage ? 1 : 0
    unsafe c.pointee.transcript = try arena.message(transcript, "transcript")
  }
}

extension HearthV1.TranscriptLink: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.TranscriptLink" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.TranscriptLink: @unsafe CMessage {
  typealias Raw = Hearth__V1__TranscriptLink

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__transcript_link__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__transcript_link__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    valueKeyLow = unsafe c.pointee.value_key_low
    valueKeyHigh = unsafe c.pointee.value_key_high
    blockKeyLow = unsafe c.pointee.block_key_low
    blockKeyHigh = unsafe c.pointee.block_key_high
    digest = unsafe c.pointee.digest
    length = unsafe c.pointee.length
    blockLength = unsafe c.pointee.block_length
    tail = unsafe Field.bytes(c.pointee.tail)
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.value_key_low = valueKeyLow
    unsafe c.pointee.value_key_high = valueKeyHigh
    unsafe c.pointee.block_key_low = blockKeyLow
    unsafe c.pointee.block_key_high = blockKeyHigh
    unsafe c.pointee.digest = digest
    unsafe c.pointee.length = length
    unsafe c.pointee.block_length = blockLength
    unsafe c.pointee.tail = try arena.bytes(tail)
  }
}

extension HearthV1.GenerateResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.GenerateResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.GenerateResponse: @unsafe CMessage {
  typealias Raw = Hearth__V1__GenerateResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__generate_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__generate_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    event =
      switch unsafe c.pointee.event_case.rawValue {
      case 1: try unsafe Field.message(c.pointee.started, "started").map(Event.started)
      case 2: try unsafe Field.message(c.pointee.tokens, "tokens").map(Event.tokens)
      case 3: try unsafe Field.message(c.pointee.finished, "finished").map(Event.finished)
      case 4: try unsafe Field.message(c.pointee.head, "head").map(Event.head)
      case 5: try unsafe Field.message(c.pointee.body, "body").map(Event.body)
      default: nil
      }
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    switch event {
    case .started(let value)?:
      unsafe c.pointee.event_case = .init(rawValue: 1)
      unsafe c.pointee.started = try arena.message(value, "started")
    case .tokens(let value)?:
      unsafe c.pointee.event_case = .init(rawValue: 2)
      unsafe c.pointee.tokens = try arena.message(value, "tokens")
    case .finished(let value)?:
      unsafe c.pointee.event_case = .init(rawValue: 3)
      unsafe c.pointee.finished = try arena.message(value, "finished")
    case .head(let value)?:
      unsafe c.pointee.event_case = .init(rawValue: 4)
      unsafe c.pointee.head = try arena.message(value, "head")
    case .body(let value)?:
      unsafe c.pointee.event_case = .init(rawValue: 5)
      unsafe c.pointee.body = try arena.message(value, "body")
    case nil: break
    }
  }
}

extension HearthV1.HTTPHead: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.HTTPHead" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.HTTPHead: @unsafe CMessage {
  typealias Raw = Hearth__V1__HTTPHead

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__httphead__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__httphead__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    status = unsafe c.pointee.status
    contentType = try unsafe Field.text(c.pointee.content_type, "content_type")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.status = status
    unsafe c.pointee.content_type = try arena.text(contentType, "content_type")
  }
}

extension HearthV1.HTTPBody: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.HTTPBody" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.HTTPBody: @unsafe CMessage {
  typealias Raw = Hearth__V1__HTTPBody

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__httpbody__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__httpbody__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    bytes = unsafe Field.bytes(c.pointee.bytes)
    tokens = unsafe c.pointee.tokens
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.bytes = try arena.bytes(bytes)
    unsafe c.pointee.tokens = tokens
  }
}

extension HearthV1.Started: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Started" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Started: @unsafe CMessage {
  typealias Raw = Hearth__V1__Started

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__started__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__started__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    cachedTokens = unsafe c.pointee.cached_tokens
    queuedNs = unsafe c.pointee.queued_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.cached_tokens = cachedTokens
    unsafe c.pointee.queued_ns = queuedNs
  }
}

extension HearthV1.Tokens: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Tokens" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Tokens: @unsafe CMessage {
  typealias Raw = Hearth__V1__Tokens

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__tokens__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__tokens__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    count = unsafe c.pointee.count
    text = try unsafe Field.text(c.pointee.text, "text")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.count = count
    unsafe c.pointee.text = try arena.text(text, "text")
  }
}

extension HearthV1.Finished: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "hearth.v1.Finished" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension HearthV1.Finished: @unsafe CMessage {
  typealias Raw = Hearth__V1__Finished

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe hearth__v1__finished__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe hearth__v1__finished__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    reason = unsafe Field.number(c.pointee.reason)
    promptTokens = unsafe c.pointee.prompt_tokens
    cachedTokens = unsafe c.pointee.cached_tokens
    outputTokens = unsafe c.pointee.output_tokens
    ttftNs = unsafe c.pointee.ttft_ns
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.reason = arena.number(reason)
    unsafe c.pointee.prompt_tokens = promptTokens
    unsafe c.pointee.cached_tokens = cachedTokens
    unsafe c.pointee.output_tokens = outputTokens
    unsafe c.pointee.ttft_ns = ttftNs
  }
}
