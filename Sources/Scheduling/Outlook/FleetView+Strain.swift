import Basics
import Fleet

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
    var sums = Array(repeating: (strain: 0.0, batch: 0.0), count: strains.count)
    for state in states {
      guard let state, state.readiness == .ready else { continue }
      let batch = CostModel.Busy(state).batch
      sums[Int(state.model)].strain += batch * costs.strain(of: state, at: instant)
      sums[Int(state.model)].batch += batch
    }
    for (model, sum) in sums.enumerated() {
      let strain = sum.batch > 0 ? sum.strain / sum.batch : 0
      // A hundredth more or less makes no difference.
      if abs(strain - strains[model]) > 0.01 { setStrain(strain, of: Int16(model)) }
    }
  }
}
