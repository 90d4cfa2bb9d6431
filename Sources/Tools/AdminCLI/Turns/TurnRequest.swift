import Basics
import HearthMessages
import KVIndex
import Routing
import Traces

/// One turn as a client has it, before it is placed.
struct TurnRequest: Sendable {
  var id: String
  var model: String
  var tenant: String
  var origin: String
  var session = ""
  var promptTokens: Int
  /// Whether nobody counted those tokens.
  var isEstimated = false
  var blockHashes: [UInt64]
  var blockTokens: Int
  var outputTokensMax: Int
  var hasExactLength = false
  var policy = ""
  /// From 1 to 7; 0 for the tenant's own.
  var priority = 0
  /// When the first token is worthless, in the fleet's time from the question on; zero for never.
  var deadline = Duration.zero

  /// The question where it runs.
  func route(excluding: [String] = [], explain: Bool = false) -> HearthV1.RouteRequest {
    HearthV1.RouteRequest(
      requestId: id,
      model: model,
      tenant: tenant,
      originRegion: origin,
      session: session,
      promptTokens: UInt32(clamping: promptTokens),
      blockHashes: blockHashes,
      blockTokens: UInt32(clamping: blockTokens),
      excludedReplicas: excluding,
      policy: policy,
      explain: explain,
      priority: UInt32(clamping: priority),
      deadlineNs: deadline.nanoseconds,
      promptEstimated: isEstimated,
      makesCopies: true
    )
  }

  /// The turn for the node that it was given.
  func generate(at place: HearthV1.Placement) -> HearthV1.GenerateRequest {
    HearthV1.GenerateRequest(
      requestId: id,
      reservation: place.reservation,
      node: place.node,
      replica: place.replica,
      model: model,
      tenant: tenant,
      originRegion: origin,
      promptTokens: UInt32(clamping: promptTokens),
      blockHashes: blockHashes,
      blockTokens: UInt32(clamping: blockTokens),
      outputTokensMax: UInt32(clamping: outputTokensMax),
      ignoreEnd: hasExactLength
    )
  }

  /// The beginning of its prompt as a turn of its own.
  func beginning(_ tokens: UInt32) -> TurnRequest {
    var beginning = self
    beginning.promptTokens = min(promptTokens, max(1, Int(tokens)))
    beginning.blockHashes = Array(blockHashes.prefix(Int(tokens) / max(1, blockTokens)))
    (beginning.outputTokensMax, beginning.hasExactLength) = (1, true)
    return beginning
  }
}

extension TurnRequest {
  /// A name for the turns of one run of a command, which no other run has used lately: so that
  /// what is asked about a turn later is about this one.
  static func runName(_ command: String) -> String {
    "\(command)/" + String(UInt32.random(in: 0x10000...0xfffff), radix: 16)
  }

  /// A request of a trace, from the region where its conversation is.
  init(_ request: TraceRequest, id: String, model: String, origin: String, policy: String) {
    var hasher = BlockHasher(model: model)
    let full = request.blocks.prefix(request.promptTokens / TraceReader.blockTokens)
    self.init(
      id: id,
      model: model,
      tenant: "replay",
      origin: origin,
      session: request.blocks.dropFirst().first.map { "\($0)" } ?? "",
      promptTokens: request.promptTokens,
      blockHashes: full.map { hasher.append(identity: $0) },
      blockTokens: TraceReader.blockTokens,
      outputTokensMax: request.outputTokens,
      hasExactLength: true,
      policy: policy
    )
  }

  /// A prompt of text, where four bytes count as a token: as many as in English prose.
  init(
    text: String,
    id: String,
    model: String,
    origin: String,
    blockTokens: Int,
    outputTokensMax: Int
  ) {
    var (hasher, hashes): (BlockHasher, [UInt64]) = (BlockHasher(model: model), [])
    let bytes = Array(text.utf8)
    let blockBytes = blockTokens * 4
    for start in stride(from: 0, through: bytes.count - blockBytes, by: blockBytes) {
      hashes.append(hasher.append(bytes: bytes.span.extracting(start..<start + blockBytes)))
    }
    self.init(
      id: id,
      model: model,
      tenant: "chat",
      origin: origin,
      promptTokens: max(1, (bytes.count + 3) / 4),
      isEstimated: true,
      blockHashes: hashes,
      blockTokens: blockTokens,
      outputTokensMax: outputTokensMax
    )
  }
}
