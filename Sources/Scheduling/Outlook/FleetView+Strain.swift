import Basics
import Fleet

/// Sums over the replicas of a model.
struct StrainSum: Sendable {
  /// Of sequences x what their tokens take of what they may.
  var strain = 0.0
  var batch = 0.0
}

extension FleetView {
  /// How often strain is measured, in the fleet's time.
  static let strainInterval = Duration.seconds(1)

  /// Measures the strain of each model, unless that was done a moment ago: how much of what its
  /// answers may take to a token they do take, on average over all sequences of its ready replicas;
  /// see ``CostModel/strain(of:at:)``.
  ///
  /// It is one figure for all replicas of a model, so that it does not move turns from one to
  /// another by itself: with a figure for each, turns would leave those whose answers are too slow
  /// already for those that are just fast enough, until none is.
  public mutating func measureStrain(for costs: CostModel) {
    let instant = fleetNow
    guard instant >= strainDue else { return }
    strainDue = instant.advanced(by: Self.strainInterval)
    for model in strainSums.indices { strainSums[model] = StrainSum() }
    for state in states {
      guard let state, state.readiness == .ready else { continue }
      let batch = CostModel.Busy(state).batch
      strainSums[Int(state.model)].strain += batch * costs.strain(of: state, at: instant)
      strainSums[Int(state.model)].batch += batch
    }
    for model in strainSums.indices {
      let sum = strainSums[model]
      let strain = sum.batch > 0 ? sum.strain / sum.batch : 0
      // A hundredth more or less makes no difference.
      if abs(strain - strains[model]) > 0.01 { setStrain(strain, of: Int16(model)) }
    }
  }
}
