import Basics
import FleetSpec

extension RoutingView {
  /// Calculates what is expected of the replicas ``now``, so that decisions don't, each for itself,
  /// until something changes or time passes; they are the same without it, but for
  /// ``measure(for:)``, which it calls.
  ///
  /// O(replicas), with little for those that are as they were. Takes no memory but to grow with the
  /// fleet.
  public mutating func refresh(for costs: CostModel) {
    measure(for: costs)
    guard lowerBounds(for: costs) == nil else { return }
    expectedState.takeOutdated(at: now, for: costs, into: &outdated)
    for index in outdated.indices {
      let slot = outdated[index]
      guard let state = states[Int(slot)] else {
        expectedState.clear(slot)
        continue
      }
      let end = freshEnd(state)
      if end < now, let likely = likelyLoad(of: state) {
        var state = state
        state.load = likely
        expectedState.set(slot, state, likely: likely, until: now, fleetEnd: fleetNow)
      } else {
        let end = max(now, end)
        expectedState.set(slot, state, likely: nil, until: end, fleetEnd: fleetTime(end))
      }
    }
    expectedState.rebuildCandidateLists()
    guard expectedState.isMoved else { return }
    let places = states.map { $0?.region ?? -1 }
    expectedState.measure(topology, regionCount: regionCount, places: places)
  }

  /// The candidate list of a turn's model; nil when it was not called, or does not say who takes
  /// the turn.
  func candidateList(for request: RoutingRequest) -> CandidateList? {
    guard request.slotsWithoutAdapter.isEmpty, expectedState.isCurrent(at: now),
      expectedState.candidateLists.indices.contains(Int(request.model))
    else {
      return nil
    }
    let candidateList = expectedState.candidateLists[Int(request.model)]
    guard [0, candidateList.blockTokens].contains(request.hashedBlockTokens) else { return nil }
    return request.promptTokens <= candidateList.promptTokensMin ? candidateList : nil
  }

  /// Calls `body` with the index of each candidate that may cost no more than the figure that
  /// `body` returned last, in order; of each whatever, where no lower bounds were calculated.
  @inline(__always)
  func forEachThatMayBeCheapest(
    of candidates: Candidates,
    for request: RoutingRequest,
    costs: CostModel,
    _ body: (Int) -> Double
  ) {
    if let lowerBounds = lowerBounds(for: costs), let blocks = candidates.blocks {
      lowerBounds.forEach(candidates, in: blocks, for: request, body)
    } else {
      for index in candidates.indices { _ = body(index) }
    }
  }

  /// What is likely to be left now of the load that a replica reported; nil when that is true
  /// still.
  ///
  /// A replica reports at once what can't be foreseen, so what it told of last is taken to have
  /// gone on since: see ``ReplicaState/likelyLoad(after:)``.
  @inline(__always)
  func likelyLoad(of state: ReplicaState) -> ReplicaLoad? {
    guard state.load.running + state.load.waiting > 0 else { return nil }
    let age = state.reported.seconds(to: now) * timeScale
    return age < ReplicaState.freshSeconds ? nil : state.likelyLoad(after: age)
  }

  /// The last instant at which what a replica reported is surely true still.
  @inline(__always)
  private func freshEnd(_ state: ReplicaState) -> Instant {
    guard state.load.running + state.load.waiting > 0 else { return .distantFuture }
    // A microsecond too soon, so that rounding can't make it too late.
    let fresh = min(1e18, ReplicaState.freshSeconds / timeScale * 1e9) - 1_000
    return state.reported.advanced(nanoseconds: Int64(fresh))
  }

  /// What turns cost at least on replicas as they are expected to be; nil where that was not
  /// calculated.
  @inline(__always)
  private func lowerBounds(for costs: CostModel) -> CostLowerBounds? {
    expectedState.isCurrent(at: now) && expectedState.lowerBounds.costs == costs
      ? expectedState.lowerBounds : nil
  }
}
