public import Basics
public import KVIndex
public import Routing

/// What is asked of a fleet, in the fleet's time: how much by whom, and which prefixes.
public struct FleetDemand: Sendable {
  private var table = DemandTable()
  /// The prefixes of the prompts.
  public private(set) var prefixes = PrefixSketch()

  /// Makes the demand of a fleet that nobody has asked for anything yet.
  public init() {}

  /// The demand, greatest first.
  public func rows(at now: Instant) -> [DemandRow] { table.rows(at: now) }

  /// The load of one turn of each model, on average.
  public func means(at now: Instant) -> [ModelID: TurnLoad] {
    ModelDemand.byModel(table.rows(at: now)).mapValues(\.planned.mean)
  }

  /// Counts a turn when it is first asked for: not one that a place before refused.
  ///
  /// - Parameters:
  ///   - turn: the turn.
  ///   - key: what it asks for, and where from.
  ///   - hashes: chained hashes of its prompt's full blocks.
  ///   - cachedTokens: tokens of it that its replica holds; nil for one that has none.
  ///   - outputTokens: length that its answer is expected to have.
  ///   - request: a hash of its name; 0 when it has none.
  ///   - example: the turn as its client named it.
  ///   - now: when, in the fleet's time.
  public mutating func record(
    _ turn: RoutingRequest,
    of key: DemandKey,
    hashes: Span<BlockHash>,
    cachedTokens: Int?,
    outputTokens: Double,
    request: UInt64 = 0,
    example: PrefixDemand.Example = .init(),
    at now: Instant
  ) {
    table.record(
      key,
      promptTokens: turn.promptTokens,
      cachedTokens: cachedTokens,
      outputTokens: outputTokens,
      request: request,
      at: now
    )
    guard turn.model >= 0 else { return }
    prefixes.record(
      hashes,
      blockTokens: turn.blockTokens,
      model: BlockHasher(model: key.model.text).hash,
      origin: turn.origin,
      example: example,
      at: now
    )
  }
}
