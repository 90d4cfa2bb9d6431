public import Basics
public import FleetSpec

/// What is kept of decisions so that they can be explained, and judged by what became of them.
///
/// Whoever routes records each decision in ``log``, then tells what its replica reports; whether it
/// was right is then here: of one turn in ``log``, of all in ``hitRates`` and ``ttftRatios``.
public struct PredictionAudit: Sendable {
  /// The decisions, with what was weighed.
  public var log: DecisionLog
  /// Predicted and actual share of cached tokens, of each replica and the fleet.
  public private(set) var hitRates: HitRateMonitor
  /// Time to the first token at the engine, against what was predicted of it.
  public private(set) var ttftRatios = RatioHistogram()
  private var changes: [HitRateMonitor.Change] = []

  /// Remembers nothing yet; the seed decides which old decisions are kept.
  public init(
    log: DecisionLog.Settings = .init(),
    hitRates: HitRateMonitor.Settings = .init(),
    seed: UInt64
  ) {
    self.log = DecisionLog(settings: log, seed: seed)
    self.hitRates = HitRateMonitor(settings: hitRates)
  }

  /// The replica of a decision has its turn.
  public mutating func accepted(_ prediction: Prediction) { log.accepted(prediction.decision) }

  /// The replica of a decision reported what became of its turn.
  public mutating func ended(
    _ prediction: Prediction,
    _ outcome: TurnOutcome,
    _ ending: TurnEnding,
    at now: Instant
  ) {
    log.ended(prediction.decision, outcome, ending)
    guard let ttft = outcome.ttftSeconds else { return }
    ttftRatios.add(predicted: prediction.ttftSeconds, actual: ttft)
    hitRates.add(prediction, actual: outcome.cachedTokens, at: now, into: &changes)
  }

  /// Takes out the alarms that were raised and cleared since this was asked last.
  public mutating func takeChanges() -> [HitRateMonitor.Change] {
    defer { changes.removeAll(keepingCapacity: true) }
    return changes
  }
}
