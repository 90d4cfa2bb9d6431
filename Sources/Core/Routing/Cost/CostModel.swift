public import Basics

/// Seconds that a turn costs on a replica: those that it takes itself and those that it takes from
/// others, so that the cheapest placement is best for the fleet as a whole.
///
/// The terms are listed in ``CostTerms``, each in a file of its own.
public struct CostModel: Sendable, Hashable {
  /// What a second of each term counts.
  public var weights = CostWeights()

  /// A turn that has waited for as long as it may goes where there is headroom, but not to compute
  /// more than this many times what is left of it where it would rather go: 4.
  ///
  /// There it waits in the engine's queue, and others need not give way to a conversation that is
  /// recomputed. Without it agents in one region at a load of 1 have a p90 9 % higher; from 0 to 4
  /// the traces show no difference.
  public var recomputeRatioMax = 4.0

  /// Prefill that may be queued at a replica, in seconds, when it is sent another turn: 0.1.
  ///
  /// Enough to keep it busy until the next one comes; what more there is waits where the order and
  /// the place can still be chosen. docs/cost-model.md has what none, half and twice as much do.
  public var backlogSecondsMax = 0.1

  /// Makes a cost model with the defaults.
  public init() {}

  /// What a turn costs on a replica where `cachedTokens` of its prompt need not be computed, at a
  /// time of the fleet.
  ///
  /// Never more with more cached tokens, all else being equal. No term is negative, and none less
  /// than ``CostLowerBounds`` has of it.
  public func cost(
    of request: RoutingRequest,
    on state: ReplicaState,
    cachedTokens: Int,
    roundTripSeconds: Double,
    at now: Instant
  ) -> Cost {
    PricedTurn(
      request,
      on: PricedReplica(state, self),
      cachedTokens: cachedTokens,
      networkSeconds: roundTripSeconds,
      at: now
    ).cost
  }

  /// What a turn costs on a replica of a view, as that is at present.
  @inline(__always)
  func cost(
    of request: RoutingRequest,
    on state: ReplicaState,
    cachedTokens: Int,
    in view: RoutingView
  ) -> Cost {
    cost(
      of: request,
      on: state,
      cachedTokens: cachedTokens,
      roundTripSeconds: view.roundTripSeconds(request.origin, state.region),
      at: view.fleetNow
    )
  }

  /// A turn on a replica of a view, as that is at present.
  @inline(__always)
  func turn(
    _ request: RoutingRequest,
    on state: ReplicaState,
    cachedTokens: Int,
    in view: RoutingView
  ) -> PricedTurn {
    PricedTurn(
      request,
      on: PricedReplica(state, self),
      cachedTokens: cachedTokens,
      networkSeconds: view.roundTripSeconds(request.origin, state.region),
      at: view.fleetNow
    )
  }
}
