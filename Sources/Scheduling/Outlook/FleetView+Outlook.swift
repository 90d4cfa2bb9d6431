import Basics
import Fleet

extension FleetView {
  /// Calculates what is expected of the replicas ``now``, so that decisions don't, each for itself,
  /// until something changes or time passes; they are the same without it, but for
  /// ``measure(for:)``, which it calls.
  ///
  /// O(replicas), with little for those that are as they were. Takes no memory but to grow with the
  /// fleet.
  public mutating func refresh(for costs: CostModel) {
    measure(for: costs)
    guard floors(for: costs) == nil else { return }
    outlook.takeOutdated(at: now, for: costs, into: &outdated)
    for index in outdated.indices {
      let slot = outdated[index]
      guard let state = states[Int(slot)] else {
        outlook.clear(slot)
        continue
      }
      let end = freshEnd(state)
      if end < now, let likely = likelyLoad(of: state) {
        var state = state
        state.take(likely)
        outlook.set(slot, state, likely: likely, until: now, fleetEnd: fleetNow)
      } else {
        let end = max(now, end)
        outlook.set(slot, state, likely: nil, until: end, fleetEnd: fleetTime(end))
      }
    }
    outlook.callRoll()
    guard outlook.isMoved else { return }
    let places = states.map { $0?.region ?? -1 }
    outlook.measure(topology, regionCount: regionCount, places: places)
  }

  /// The roll of a turn's model; nil when it was not called, or does not say who takes the turn.
  func roll(for request: RoutingRequest) -> Roll? {
    guard outlook.isCurrent(at: now), outlook.rolls.indices.contains(Int(request.model)) else {
      return nil
    }
    let roll = outlook.rolls[Int(request.model)]
    return request.promptTokens <= roll.promptTokensMin ? roll : nil
  }

  /// Calls `body` with the index of each candidate that may cost no more than the figure that `body`
  /// returned last, in order; of each whatever, where no floors were calculated.
  @inline(__always)
  func forEachThatMayBeCheapest(
    of candidates: Candidates,
    for request: RoutingRequest,
    costs: CostModel,
    _ body: (Int) -> Double
  ) {
    if let floors = floors(for: costs), let blocks = candidates.blocks {
      floors.forEach(candidates, in: blocks, for: request, body)
    } else {
      for index in candidates.indices { _ = body(index) }
    }
  }

  /// What is likely to be left now of the load that a replica reported; nil when that is true still.
  ///
  /// A replica with work reports at the end of each step, so what it told of last is taken to have
  /// gone on since: see ``ReplicaState/likelyLoad(after:)``.
  @inline(__always)
  func likelyLoad(of state: ReplicaState) -> LikelyLoad? {
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
  private func floors(for costs: CostModel) -> CostFloors? {
    outlook.isCurrent(at: now) && outlook.floors.costs == costs ? outlook.floors : nil
  }
}
