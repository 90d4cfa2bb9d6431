import Basics

import func Glibc.log

extension RoutingView {
  /// The block that a replica will evict next was last used then, in seconds of the fleet's time;
  /// nil when that is not known.
  mutating func setLeastRecentUse(_ slot: Int32, _ time: Double?) {
    guard let state = state(slot), state.leastRecentUse != time else { return }
    update(slot: slot) { $0.leastRecentUse = time }
    weighReuse(slot)
  }

  /// Measures for how long the blocks that the replicas of a model will evict next have not been
  /// used, on average, and lays each replica's beside it.
  mutating func measureLRUAge() {
    var sums = Array(repeating: (age: 0.0, count: 0.0), count: measures.count)
    for state in states {
      guard let state, let oldest = state.leastRecentUse else { continue }
      sums[Int(state.model)].age += age(oldest)
      sums[Int(state.model)].count += 1
    }
    for model in measures.indices where sums[model].count > 0 {
      measures[model].lruAge = sums[model].age / sums[model].count
    }
    for slot in states.indices { weighReuse(Int32(slot)) }
  }

  /// Says how much more likely than the mean a block is asked for that a replica would evict now.
  ///
  /// A conversation that has not gone on for long seldom does so in the next five minutes: where
  /// times between turns have no scale of their own, the chance for an age is as ln(1 + 5 min /
  /// age). What was learnt of the model is the chance for the mean of the ages.
  private mutating func weighReuse(_ slot: Int32) {
    guard let state = state(slot) else { return }
    let mean = measures[Int(state.model)].lruAge
    var factor = 1.0
    if let oldest = state.leastRecentUse, mean > 0 {
      let window = GhostCache.window
      factor = log(1 + window / age(oldest)) / log(1 + window / mean)
    }
    // A fiftieth more or less makes no difference.
    guard abs(factor - state.reuseFactor) > 0.02 * state.reuseFactor else { return }
    update(slot: slot) { $0.reuseFactor = factor }
  }

  private func age(_ use: Double) -> Double { max(1, time(now) - use) }
}
