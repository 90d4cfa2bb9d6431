import Basics
public import FleetSpec
public import HearthMessages
public import KVIndex

/// One turn as a client has it, before it is placed.
public struct TurnRequest: Sendable {
  /// What the client calls it.
  public var id: String
  /// The model that answers.
  public var model: String
  /// The LoRA adapter that it answers with; empty for none.
  public var adapter = ""
  /// Whose it is.
  public var tenant: String
  /// The region where the client is; empty when it is not known.
  public var origin: String
  /// The conversation that it belongs to; empty for none.
  public var session = ""
  /// Length of the prompt.
  public var promptTokens: Int
  /// Whether nobody counted those tokens.
  public var isEstimated = false
  /// Chained hashes of the prompt's full blocks.
  public var blockHashes: [BlockHash]
  /// Tokens in each of them.
  public var blockTokens: Int
  /// Most tokens of the answer.
  public var outputTokensMax: Int
  /// Whether the answer has as many, wherever the model would end it.
  public var hasExactLength = false
  /// The policy that places it; empty for the fleet's own.
  public var policy = ""
  /// From 1 to 7; 0 for the tenant's own.
  public var priority = 0
  /// When the first token is worthless, in the fleet's time from the question on; zero for never.
  public var deadline = Duration.zero
  /// What it sets for itself of what it should be given.
  public var objective = ObjectiveOverride()

  /// Makes a request of a prompt that is hashed.
  public init(
    id: String,
    model: String,
    tenant: String,
    origin: String,
    promptTokens: Int,
    blockHashes: [BlockHash],
    blockTokens: Int,
    outputTokensMax: Int
  ) {
    self.id = id
    self.model = model
    self.tenant = tenant
    self.origin = origin
    self.promptTokens = promptTokens
    self.blockHashes = blockHashes
    self.blockTokens = blockTokens
    self.outputTokensMax = outputTokensMax
  }

  /// A prompt of text, where four bytes count as a token: as many as in English prose.
  public init(
    text: String,
    id: String,
    model: String,
    tenant: String,
    origin: String,
    blockTokens: Int,
    outputTokensMax: Int
  ) {
    var (hasher, hashes): (BlockHasher, [BlockHash]) = (BlockHasher(model: model), [])
    let bytes = Array(text.utf8)
    let blockBytes = blockTokens * 4
    for start in stride(from: 0, through: bytes.count - blockBytes, by: blockBytes) {
      hashes.append(hasher.append(bytes: bytes.span.extracting(start..<start + blockBytes)))
    }
    self.init(
      id: id,
      model: model,
      tenant: tenant,
      origin: origin,
      promptTokens: max(1, (bytes.count + 3) / 4),
      blockHashes: hashes,
      blockTokens: blockTokens,
      outputTokensMax: outputTokensMax
    )
    isEstimated = true
  }

  /// The question where it runs; with the token of the refusal that told to come back, if any.
  public func route(
    excluding: [String] = [],
    retryToken: UInt64 = 0,
    explain: Bool = false
  ) -> HearthV1.RouteRequest {
    HearthV1.RouteRequest(
      requestId: id,
      model: model,
      adapter: adapter,
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
      makesCopies: true,
      ttftNs: objective.ttft?.nanoseconds ?? 0,
      tpotNs: objective.tpot?.nanoseconds ?? 0,
      retryToken: retryToken
    )
  }

  /// The turn for the node that it was given.
  public func generate(at place: HearthV1.Placement) -> HearthV1.GenerateRequest {
    HearthV1.GenerateRequest(
      requestId: id,
      reservation: place.reservation,
      node: place.node,
      replica: place.replica,
      model: model,
      adapter: adapter,
      tenant: tenant,
      originRegion: origin,
      promptTokens: UInt32(clamping: promptTokens),
      blockHashes: blockHashes,
      blockTokens: UInt32(clamping: blockTokens),
      outputTokensMax: UInt32(clamping: outputTokensMax),
      ignoreEnd: hasExactLength
    )
  }

  /// The first tokens of its prompt as a turn of its own, with an answer of one token.
  public func prefix(tokens: UInt32) -> TurnRequest {
    var prefix = self
    prefix.promptTokens = min(promptTokens, max(1, Int(tokens)))
    prefix.blockHashes = Array(blockHashes.prefix(Int(tokens) / max(1, blockTokens)))
    (prefix.outputTokensMax, prefix.hasExactLength) = (1, true)
    return prefix
  }
}
