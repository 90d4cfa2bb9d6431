import Basics
public import EngineModel
public import FleetSpec

/// What came of replaying a trace against a fleet: counts, cache reuse and latency.
///
/// Every request that was submitted ends in one of completed, failed and refused: see
/// ``isComplete``. Durations are in the fleet's time.
public struct ReplayReport: Sendable {
  /// What came of it in all places together, without failures and refusals.
  private var total = PlaceReport()
  /// The objectives that completed requests had.
  public private(set) var objectives: Set<ServiceObjective> = []
  /// Requests whose stream broke and was not replaced, by the reason given.
  public private(set) var failedCounts: [String: Int] = [:]
  /// Requests that were refused for good, by the reason given.
  public private(set) var refusedCounts: [String: Int] = [:]
  /// Times that a request was sent again to another replica.
  public private(set) var retryCount = 0
  /// How long requests waited for room that had to, those included that were refused then.
  public private(set) var waits = Samples()
  /// When refused requests were told to try again, those that were told.
  public private(set) var retryAfter = Samples()

  /// What came of it region by region.
  public private(set) var regions = PlaceReports()
  /// What came of it replica by replica.
  public private(set) var replicas = PlaceReports()

  /// Makes the report of a replay that has not begun.
  public init() {}

  /// A request was sent from a region, for the first time.
  public mutating func submitted(from origin: String? = nil) {
    total.submittedCount += 1
    if let origin { regions.update(origin) { $0.submittedCount += 1 } }
  }

  /// A request was sent again, to another replica.
  public mutating func retried() { retryCount += 1 }

  /// A request ended without its whole answer; `reason` is one of few, without numbers.
  public mutating func failed(_ reason: String, from origin: String? = nil) {
    failedCounts[reason, default: 0] += 1
    if let origin { regions.update(origin) { $0.failedCount += 1 } }
  }

  /// Why a request failed whose answer ended before it was as long as the trace has it.
  public static let cutAnswer = "answer cut at the model's context"

  /// A request was refused for good; `reason` is one of few, without numbers.
  public mutating func refused(
    _ reason: String,
    retryAfter: Duration = .zero,
    from origin: String? = nil
  ) {
    refusedCounts[reason, default: 0] += 1
    if let origin { regions.update(origin) { $0.refusedCount += 1 } }
    if retryAfter > .zero { self.retryAfter.add(retryAfter) }
  }

  /// A request waited for room until it was placed or refused; no time at all does not count.
  public mutating func waited(_ time: Duration) {
    if time > .zero { waits.add(time) }
  }

  /// A request got its whole answer, `total` after it was sent, of `usage` tokens.
  ///
  /// Says whether it met its objective.
  @discardableResult
  public mutating func completed(
    usage: EngineUsage,
    ttft: Duration,
    total: Duration,
    objective: ServiceObjective,
    isOutOfRegion: Bool,
    at place: ServingPlace? = nil
  ) -> Bool {
    let isGood = objective.isMet(ttft: ttft, total: total, outputTokens: usage.outputTokens)
    objectives.insert(objective)
    let laterTokens = usage.outputTokens - 1
    let tpot = laterTokens > 0 ? (total - ttft) / laterTokens : nil
    func count(_ report: inout PlaceReport) {
      report.completedCount += 1
      if isGood { report.goodCount += 1 }
      if isOutOfRegion { report.foreignCount += 1 }
      report.promptTokens += usage.promptTokens
      report.cachedTokens += usage.cachedTokens
      report.outputTokens += usage.outputTokens
      report.ttft.add(ttft)
      if let tpot { report.tpot.add(tpot) }
    }
    count(&self.total)
    if let place {
      regions.update(place.region, count)
      replicas.update(place.replica, count)
    }
    return isGood
  }

  /// Requests that were sent.
  public var submittedCount: Int { total.submittedCount }

  /// Requests that got their whole answer.
  public var completedCount: Int { total.completedCount }

  /// Completed requests that met their objectives.
  public var goodCount: Int { total.goodCount }

  /// Completed requests that a region other than their origin served.
  public var outOfRegionCount: Int { total.foreignCount }

  /// Prompt tokens of completed requests.
  public var promptTokens: Int { total.promptTokens }

  /// Prompt tokens of completed requests that were found in a cache.
  public var cachedTokens: Int { total.cachedTokens }

  /// Tokens of completed answers.
  public var outputTokens: Int { total.outputTokens }

  /// Times to the first token of completed requests.
  public var ttft: Samples { total.ttft }

  /// Mean times per later token, of each completed request with more than one token.
  public var tpot: Samples { total.tpot }

  /// Requests that met their objectives, over all that were sent; 0 before the first.
  public var goodShare: Double {
    submittedCount == 0 ? 0 : Double(goodCount) / Double(submittedCount)
  }

  /// Requests that met their objectives, a second of the time in which requests were sent.
  public func goodput(over time: Duration) -> Double {
    Double(goodCount) / max(1e-9, time.inSeconds)
  }

  /// Requests that failed, whatever the reason.
  public var failedCount: Int { failedCounts.values.reduce(0, +) }

  /// Requests that were refused, whatever the reason.
  public var refusedCount: Int { refusedCounts.values.reduce(0, +) }

  /// Whether every request that was sent has ended, exactly once.
  public var isComplete: Bool { submittedCount == completedCount + failedCount + refusedCount }

  /// Cached prompt tokens over prompt tokens, of completed requests; 0 before the first.
  public var hitRate: Double { total.hitRate }

  /// Completed requests served out of their region, over completed requests; 0 before the first.
  public var outOfRegionShare: Double {
    completedCount == 0 ? 0 : Double(outOfRegionCount) / Double(completedCount)
  }
}
