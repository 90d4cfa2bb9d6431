import Basics
import HearthMessages
import Scheduling

/// What is asked of the fleet, in the fleet's time.
struct FleetDemand: Sendable {
  private var table = DemandTable()
  private(set) var prefixes = PrefixSketch()
  private let timeScale: Double

  init(timeScale: Double) {
    self.timeScale = timeScale
  }

  /// The demand, greatest first.
  func rows(at now: Instant) -> [DemandRow] { table.rows(at: fleetTime(now)) }

  /// The instant in the fleet's time, which runs faster than the wall.
  func fleetTime(_ now: Instant) -> Instant {
    Instant(nanoseconds: Int64(min(9e18, Double(now.nanoseconds) * timeScale)))
  }

  /// Counts a turn when it is first asked for: not one that a place before refused.
  ///
  /// `expectedTokens` is the length of its answer if the request says nothing of it.
  mutating func record(
    _ request: HearthV1.RouteRequest,
    _ turn: RoutingRequest,
    _ verdict: Verdict,
    expectedTokens: Double,
    at now: Instant
  ) {
    guard request.excludedReplicas.isEmpty, let model = ModelID(request.model) else { return }
    var cachedTokens: Int?
    if case .placed(let placement) = verdict { cachedTokens = placement.cachedTokens }
    let time = fleetTime(now)
    table.record(
      DemandKey(
        model: model,
        adapter: AdapterID(request.adapter),
        origin: turn.origin >= 0 ? RegionID(request.originRegion) : nil
      ),
      promptTokens: turn.promptTokens,
      cachedTokens: cachedTokens,
      outputTokens: turn.outputTokens > 0 ? Double(turn.outputTokens) : expectedTokens,
      request: request.requestId.isEmpty ? 0 : BlockHasher(model: request.requestId).hash,
      at: time
    )
    guard turn.model >= 0 else { return }
    prefixes.record(
      request.blockHashes.span,
      blockTokens: turn.blockTokens,
      model: BlockHasher(model: request.model).hash,
      origin: turn.origin,
      at: time
    )
  }
}
