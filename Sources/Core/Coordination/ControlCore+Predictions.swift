import Basics
import FleetSpec
import Dispatching
import HearthMessages
import Routing

/// How right predictions are, as operators see it.
extension ControlCore {
  /// The figures of the whole fleet, and the replicas whose hit rate drifts.
  var predictionStatus: HearthV1.PredictionStatus {
    let audit = dispatcher.audit
    let drifting = replicaSlots.compactMap { slot -> HearthV1.HitRate? in
      guard let spec = dispatcher.view.spec(slot), let state = dispatcher.view.state(slot),
        let rate = audit.hitRates.rate(of: slot, generation: state.generation),
        rate.isDrifting
      else { return nil }
      return rate.message(of: spec.id.text)
    }
    return HearthV1.PredictionStatus(
      hitRate: audit.hitRates.fleet.message(of: ""),
      drifting: drifting,
      ttftSamples: audit.ttftRatios.count,
      ttftRatioMedian: audit.ttftRatios.median,
      ttftFactorP90: audit.ttftRatios.p90Factor
    )
  }

  /// An alarm about a hit rate, or its end, in words.
  func note(_ change: HitRateMonitor.Change) -> Note {
    let rate = change.rate
    let who = change.slot.map { dispatcher.view.spec($0)?.id.text ?? "" } ?? "the fleet"
    let figures = [
      "of": who, "predicted": rate.predicted.percent, "actual": rate.actual.percent,
      "turns": "\(Int(rate.samples.rounded()))",
    ]
    return rate.isDrifting
      ? Note(.warning, "cache hit rate drifts from its prediction", figures)
      : Note(.notice, "cache hit rate is as predicted again", figures)
  }
}

extension HitRateMonitor.Rate {
  fileprivate func message(of replica: String) -> HearthV1.HitRate {
    .init(
      replica: replica,
      predicted: predicted,
      actual: actual,
      samples: samples,
      drifting: isDrifting
    )
  }
}
