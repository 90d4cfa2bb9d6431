public import Basics
public import FleetSpec
public import KVIndex
public import Traces

/// One turn that a simulated client wants.
public struct SimulatedTurn: Sendable, Hashable {
  /// When the client asks, since the start.
  public var arrival: Duration
  /// The client's region; nil when it is equally far from all.
  public var origin: RegionID?
  /// The model that it asks for.
  public var model: ModelID
  /// Whose it is; nil for a tenant of the whole trace.
  public var tenant: TenantID?
  /// The priority that it asks for, at most its tenant's own; nil for that.
  public var priority: Int?
  /// When its first token is worthless, since the client asked; nil for never.
  public var deadline: Duration?
  /// What it sets for itself of what it should be given.
  public var objective = ObjectiveOverride()
  /// A hash of the conversation's name; 0 when unknown.
  public var session: UInt64
  /// Chained hashes of the prompt's full blocks.
  public var blockHashes: [BlockHash]
  /// Tokens in each of those blocks.
  public var blockTokens: Int
  /// Length of the prompt; at least 1.
  public var promptTokens: Int
  /// Length of the answer, which only the engine knows; at least 1.
  public var outputTokens: Int

  /// Makes a turn.
  public init(
    arrival: Duration,
    origin: RegionID?,
    model: ModelID,
    session: UInt64 = 0,
    blockHashes: [BlockHash],
    blockTokens: Int,
    promptTokens: Int,
    outputTokens: Int
  ) {
    self.arrival = arrival
    self.origin = origin
    self.model = model
    self.session = session
    self.blockHashes = blockHashes
    self.blockTokens = blockTokens
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
  }

  /// Makes the turn of a request of a trace, whose arrivals are `load` times denser.
  ///
  /// `copy` tells users apart who do the same as those of the trace: their prompts have no block in
  /// common with those of other copies. Blocks of `blockTokens` must fit those of the trace.
  public init(
    _ request: TraceRequest,
    origin: RegionID?,
    model: ModelID,
    blockTokens: Int = TraceReader.blockTokens,
    load: Double = 1,
    copy: Int = 0
  ) {
    var hasher = BlockHasher(model: model.text, salt: copy == 0 ? "" : "\(copy)")
    self.init(
      arrival: request.arrival / load,
      origin: origin,
      model: model,
      session: PRNG.mix(request.session &+ UInt64(copy)),
      blockHashes: request.fullBlocks(of: blockTokens).map { hasher.append(identity: $0) },
      blockTokens: blockTokens,
      promptTokens: request.promptTokens,
      outputTokens: request.outputTokens
    )
    (tenant, priority) = (request.tenant, request.priority)
  }
}
