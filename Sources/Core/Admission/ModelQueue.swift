import Basics

/// The turns of one model: those that wait, by priority, and how fast they are let go.
struct ModelQueue: Sendable {
  /// The model; nil for a line that is not in use.
  var model: ModelID?
  /// One lane a priority.
  var lanes: [FairQueue] = []
  var pace = DrainRate()
  /// Turns that wait.
  var waiting = 0
  /// Turns that arrived and have not ended, those that wait included.
  var held = 0

  /// How many of the turns that could be in time when they came are late before they begin: the
  /// mean over the latest few dozen.
  private(set) var lateShare = 0.0

  init() {}

  init(model: ModelID) {
    self.model = model
    lanes = .init(repeating: FairQueue(), count: AdmissionQueue.priorities.count)
  }

  /// The turn that is next: of the highest priority that has one.
  var first: Int32? {
    guard waiting > 0 else { return nil }
    for priority in lanes.indices.reversed() {
      if let first = lanes[priority].first { return first }
    }
    return nil
  }

  /// A turn that could be in time begins to run, or is late before it could.
  mutating func noteTimeliness(isLate: Bool) {
    lateShare += ((isLate ? 1 : 0) - lateShare) / 32
  }

  /// Seconds until a turn of that rank and priority is let go, if nobody joins that goes before it.
  func waitSeconds(
    of tenant: Int32,
    weight: Double,
    priority: Int,
    rank: FairQueue.Rank,
    work: Double,
    at now: Instant
  ) -> Double {
    var pace = pace
    pace.advance(to: now, isBusy: waiting > 0)
    var (ahead, total) = (0.0, 0.0)
    for lane in lanes.indices {
      total += lanes[lane].work
      if lane > priority { ahead += lanes[lane].work }
    }
    ahead += lanes[priority].workAhead(of: tenant, weight: weight, rank: rank)
    return pace.seconds(until: ahead, mean: waiting > 0 ? total / Double(waiting) : max(1, work))
  }
}
