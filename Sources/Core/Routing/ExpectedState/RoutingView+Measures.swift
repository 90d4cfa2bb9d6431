import Basics
import FleetSpec

/// What the replicas of a model have together, and the sums over them from which it is measured.
struct ModelMeasures: Sendable {
  /// As its replicas have it.
  var tpotUtilisation = 0.0
  /// See ``RoutingView/measureLRUAge()``; 0 while it is not known.
  var lruAge = 0.0
  /// Of sequences x what their tokens take of what they may.
  fileprivate var sum = 0.0
  fileprivate var batch = 0.0
}

extension RoutingView {
  /// How often that is done, in the fleet's time.
  static let measureInterval = Duration.seconds(1)

  /// Measures what the replicas of each model have together, unless that was done a moment ago: how
  /// long their caches keep what is not used, see ``measureLRUAge()``, and the TPOT utilisation,
  /// how much of what answers may take to a token they do take, on average over all sequences of
  /// its ready replicas; see ``PricedReplica/tpotUtilisation(at:)``.
  ///
  /// TPOT utilisation is one figure for all replicas of a model, so that it does not move turns
  /// from one to another by itself: with a figure for each, turns would leave those whose answers
  /// are too slow already for those that are just fast enough, until none is.
  public mutating func measure(for costs: CostModel) {
    let instant = fleetNow
    guard instant >= measureDue else { return }
    measureDue = instant.advanced(by: Self.measureInterval)
    for model in measures.indices { (measures[model].sum, measures[model].batch) = (0, 0) }
    for state in states {
      guard let state, state.readiness == .ready else { continue }
      let replica = PricedReplica(state, costs)
      measures[Int(state.model)].sum += replica.batch * replica.tpotUtilisation(at: instant)
      measures[Int(state.model)].batch += replica.batch
    }
    for model in measures.indices {
      let (sum, batch) = (measures[model].sum, measures[model].batch)
      let tpotUtilisation = batch > 0 ? sum / batch : 0
      // A hundredth more or less makes no difference.
      guard abs(tpotUtilisation - measures[model].tpotUtilisation) > 0.01 else { continue }
      measures[model].tpotUtilisation = tpotUtilisation
      update(Int16(model)) { $0.tpotUtilisation = tpotUtilisation }
    }
    measureLRUAge()
  }
}
