import Basics
import Fleet

extension FleetView {
  /// Calculates what is expected of the replicas ``now``, so that decisions don't, each for itself,
  /// until something changes or time passes; they are the same without it.
  ///
  /// O(replicas), with little for those that are as they were. Takes no memory but to grow with the
  /// fleet.
  public mutating func refresh(for costs: CostModel) {
    guard floors(for: costs) == nil else { return }
    outlook.takeOutdated(at: now, for: costs, into: &outdated)
    for index in outdated.indices {
      let slot = outdated[index]
      outlook.set(slot, calculated(slot), until: end(slot))
    }
  }

  /// Of each slot whether it takes a turn, as far as that was calculated; nil when it was not.
  @inline(__always)
  var gates: [FleetOutlook.Gate]? { outlook.isCurrent(at: now) ? outlook.gates : nil }

  /// Calls `body` with the index of each candidate that may cost no more than the figure that `body`
  /// returned last, in order; of each whatever, where no floors were calculated.
  @inline(__always)
  func forEachThatMayBeCheapest(
    of candidates: [Candidate],
    for request: RoutingRequest,
    costs: CostModel,
    _ body: (Int) -> Double
  ) {
    if let floors = floors(for: costs) {
      floors.forEach(candidates, for: request, body)
    } else {
      for index in candidates.indices { _ = body(index) }
    }
  }

  /// What is expected of a replica now, as ``expected(_:)`` says.
  func calculated(_ slot: Int32) -> ReplicaState? {
    guard let state = state(slot) else { return nil }
    guard state.load.running + state.load.waiting > 0 else { return state }
    let age = state.reported.seconds(to: now) * timeScale
    return age < ReplicaState.freshSeconds ? state : state.expected(after: age)
  }

  /// The last nanosecond at which what is calculated of a slot now still holds if nothing is heard.
  private func end(_ slot: Int32) -> Int64 {
    guard let state = state(slot), state.load.running + state.load.waiting > 0 else { return .max }
    // A microsecond too soon, so that rounding can't make it too late.
    let fresh = min(1e18, ReplicaState.freshSeconds / timeScale * 1e9) - 1_000
    return max(now.nanoseconds, state.reported.advanced(nanoseconds: Int64(fresh)).nanoseconds)
  }

  /// What turns cost at least on replicas as they are expected to be; nil where that was not
  /// calculated.
  @inline(__always)
  private func floors(for costs: CostModel) -> CostFloors? {
    outlook.isCurrent(at: now) && outlook.floors.costs == costs ? outlook.floors : nil
  }
}
