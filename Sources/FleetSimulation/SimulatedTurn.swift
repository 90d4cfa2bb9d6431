public import Basics
public import Scheduling
public import Simulation

/// One turn that a simulated client wants.
public struct SimulatedTurn: Sendable, Hashable {
  /// When the client asks, since the start.
  public var arrival: Duration
  /// The client's region; nil when it is equally far from all.
  public var origin: RegionID?
  /// The model that it asks for.
  public var model: ModelID
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
  /// common with those of other copies.
  public init(
    _ request: TraceRequest,
    origin: RegionID?,
    model: ModelID,
    load: Double = 1,
    copy: Int = 0
  ) {
    var hasher = BlockHasher(model: model.text, salt: copy == 0 ? "" : "\(copy)")
    let full = request.blocks.prefix(request.promptTokens / TraceReader.blockTokens)
    self.init(
      arrival: request.arrival / load,
      origin: origin,
      model: model,
      session: PRNG.mix(request.session &+ UInt64(copy)),
      blockHashes: full.map { hasher.append(identity: $0) },
      blockTokens: TraceReader.blockTokens,
      promptTokens: request.promptTokens,
      outputTokens: request.outputTokens
    )
  }
}
