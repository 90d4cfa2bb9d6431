public import Basics
public import FleetSpec

/// What is kept of decisions so that they can be explained, and judged by what became of them.
///
/// Whoever routes tells each decision, then its reservation, then what the replica says; the answer
/// to "was that right" is then here: for one turn in ``log``, for all in ``hitRates`` and
/// ``ttftRatios``.
public struct PredictionAudit: Sendable {
  /// The decisions, with what was weighed.
  public private(set) var log: DecisionLog
  /// Predicted and actual share of cached tokens, of each replica and the fleet.
  public private(set) var hitRates: HitRateMonitor
  /// Time to the first token at the engine, against what was predicted of it.
  public private(set) var ttftRatios = RatioHistogram()
  private var predictions = Predictions()
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

  /// How many turns were placed whose end is not known yet.
  var openCount: Int { predictions.count }

  /// Records a decision that `router` has just made, before its reservation counts in the view;
  /// returns its number.
  ///
  /// Without replicas for a decision that was made without asking the router.
  public mutating func decided(
    _ subject: DecisionSubject,
    _ request: RoutingRequest,
    _ verdict: Verdict,
    policy: String,
    by router: Router,
    in view: RoutingView,
    excluding: [Int32] = [],
    withReplicas: Bool = true,
    at now: Instant
  ) -> UInt64 {
    log.record(
      subject,
      request,
      verdict,
      policy: policy,
      by: router,
      in: view,
      excluding: excluding,
      withReplicas: withReplicas,
      at: now
    )
  }

  /// A reservation was made of a decision's placement; 0 stands for none.
  public mutating func reserved(
    _ reservation: UInt64,
    for decision: UInt64,
    _ placement: Placement,
    of request: RoutingRequest,
    in view: RoutingView
  ) {
    guard reservation != 0, let state = view.state(placement.slot) else { return }
    let network = view.roundTripSeconds(request.origin, state.region)
    predictions.add(
      .init(
        decision: decision,
        slot: placement.slot,
        generation: state.generation,
        origin: request.origin,
        promptTokens: request.promptTokens,
        cachedTokens: placement.cachedTokens,
        ttftSeconds: placement.ttftSeconds - network
      ),
      of: reservation
    )
  }

  /// The replica in a slot has the turn of a reservation.
  public mutating func accepted(_ reservation: UInt64, by slot: Int32, in view: RoutingView) {
    guard let prediction = predictions[reservation], isOwn(prediction, slot, view) else { return }
    log.accepted(prediction.decision)
  }

  /// The replica in a slot told what became of the turn of a reservation; returns what had been
  /// predicted, nil when the turn is not known as one of that replica's.
  public mutating func ended(
    _ reservation: UInt64,
    _ outcome: TurnOutcome,
    _ ending: TurnEnding,
    by slot: Int32,
    in view: RoutingView,
    at now: Instant
  ) -> Predictions.Prediction? {
    guard let prediction = predictions[reservation], isOwn(prediction, slot, view) else {
      return nil
    }
    predictions.end(reservation)
    log.ended(prediction.decision, outcome, ending)
    if let ttft = outcome.ttftSeconds {
      ttftRatios.add(predicted: prediction.ttftSeconds, actual: ttft)
      hitRates.add(prediction, actual: outcome.cachedTokens, at: now, into: &changes)
    }
    return prediction
  }

  /// Takes out the alarms that were raised and cleared since this was asked last.
  public mutating func takeChanges() -> [HitRateMonitor.Change] {
    defer { changes.removeAll(keepingCapacity: true) }
    return changes
  }

  /// Whether the turn is one of the replica that is in the slot now, also when that has attached
  /// again since the turn was placed there.
  private func isOwn(
    _ prediction: Predictions.Prediction,
    _ slot: Int32,
    _ view: RoutingView
  ) -> Bool {
    if prediction.slot == slot, view.state(slot)?.generation == prediction.generation {
      return true
    }
    guard let name = log.name(of: prediction.generation) else { return false }
    return view.spec(slot)?.id == name.replica
  }
}
