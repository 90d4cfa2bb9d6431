import Basics
public import EngineModel
public import FleetSpec

/// What came of replaying a trace against a fleet: counts, cache reuse and latency.
///
/// Every request that was submitted ends in one of completed, failed and refused: see
/// ``isComplete``. Durations are in the fleet's time.
public struct ReplayReport: Sendable {
  /// Requests that were sent.
  public private(set) var submittedCount = 0
  /// Requests that got their whole answer.
  public private(set) var completedCount = 0
  /// Those of them that met their objectives.
  public private(set) var goodCount = 0
  /// The objectives that completed requests had.
  public private(set) var objectives: Set<ServiceObjective> = []
  /// Requests whose stream broke and was not replaced, by the reason given.
  public private(set) var failedCounts: [String: Int] = [:]
  /// Requests that were refused for good, by the reason given.
  public private(set) var refusedCounts: [String: Int] = [:]
  /// Times that a request was sent again to another replica.
  public private(set) var retryCount = 0
  /// Completed requests that a region other than their origin served.
  public private(set) var outOfRegionCount = 0
  /// Prompt tokens of completed requests.
  public private(set) var promptTokens = 0
  /// Prompt tokens of completed requests that were found in a cache.
  public private(set) var cachedTokens = 0
  /// Tokens of completed answers.
  public private(set) var outputTokens = 0
  /// Times to the first token of completed requests.
  public private(set) var ttft = Samples()
  /// Mean times per later token, of each completed request with more than one token.
  public private(set) var tpot = Samples()

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
    submittedCount += 1
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
    completedCount += 1
    let isGood = objective.isMet(ttft: ttft, total: total, outputTokens: usage.outputTokens)
    if isGood { goodCount += 1 }
    objectives.insert(objective)
    promptTokens += usage.promptTokens
    cachedTokens += usage.cachedTokens
    outputTokens += usage.outputTokens
    if isOutOfRegion { outOfRegionCount += 1 }
    self.ttft.add(ttft)
    let laterTokens = usage.outputTokens - 1
    let tpot = laterTokens > 0 ? (total - ttft) / laterTokens : nil
    if let tpot { self.tpot.add(tpot) }
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
    if let place {
      regions.update(place.region, count)
      replicas.update(place.replica, count)
    }
    return isGood
  }

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
  public var hitRate: Double {
    promptTokens == 0 ? 0 : Double(cachedTokens) / Double(promptTokens)
  }

  /// Completed requests served out of their region, over completed requests; 0 before the first.
  public var outOfRegionShare: Double {
    completedCount == 0 ? 0 : Double(outOfRegionCount) / Double(completedCount)
  }
}
