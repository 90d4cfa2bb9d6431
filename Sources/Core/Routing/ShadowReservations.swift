/// What turns that wait want, counted for as long as others are looked at that come after them: so
/// these see what is left, and don't take what the first are waiting for.
public struct ShadowReservations: Sendable {
  private var holds: [(slot: Int32, generation: UInt32, demand: Demand)] = []

  /// Keeps nothing.
  public init() {}

  /// Whether nothing is kept.
  var isEmpty: Bool { holds.isEmpty }

  /// The replicas of which something is kept, some more than once.
  var slots: some Sequence<Int32> { holds.lazy.map(\.slot) }

  /// What is kept of a replica.
  func demand(on slot: Int32) -> Demand {
    holds.reduce(into: Demand()) { if $1.slot == slot { $0 += $1.demand } }
  }

  /// Counts what a turn wants.
  public mutating func add(_ placement: Placement, in view: inout RoutingView) {
    guard let state = view.state(placement.slot) else { return }
    holds.append((placement.slot, state.generation, placement.demand))
    view.add(placement.demand, to: placement.slot)
  }

  /// Counts it no more.
  public mutating func release(in view: inout RoutingView) {
    for hold in holds { view.take(hold.demand, from: hold.slot, generation: hold.generation) }
    holds.removeAll(keepingCapacity: true)
  }
}
