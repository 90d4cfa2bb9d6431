extension Router {
  /// Hands out every replica of the model by slot, as the decision on this request saw it: to be
  /// called after that decision, before the next one and before the view changes.
  @inline(__always)
  func forEachReplica(
    of request: RoutingRequest,
    in view: RoutingView,
    excluding: [Int32],
    _ body: (Int32, ReplicaState, Decision.Row) -> Void
  ) {
    let request = withMostCached(request)
    for slot in 0..<Int32(view.slotCount) {
      guard let state = view.expected(slot), state.model == request.model else { continue }
      let cached = request.cachedTokens(blocks: heldBlocks(slot))
      let exclusion = Exclusion(of: state, slot: slot, for: request, excluding: excluding)
      var cost = Cost()
      if exclusion == nil {
        cost = costs.cost(of: request, on: state, cachedTokens: cached, in: view)
      }
      body(
        slot,
        state,
        .init(
          generation: state.generation,
          cachedTokens: Int32(clamping: cached),
          exclusion: exclusion,
          cost: cost
        )
      )
    }
  }
}
