import Basics
import HearthMessages

extension HearthV1.PredictionStatus {
  /// How right predictions have been lately, in a line.
  var words: String {
    guard let rate = hitRate, rate.samples > 0 else { return "none checked yet" }
    return "\(rate.predicted.percent) of prompt tokens expected in caches, \(rate.actual.percent) "
      + "found; first token after \(ttftRatioMedian.text()) x the time expected, 9 of 10 within a "
      + "factor of \(ttftFactorP90.text())"
  }

  /// What somebody must look at, a line each.
  var alarms: [String] {
    let fleet = hitRate.map { [$0] } ?? []
    return (fleet + drifting).filter(\.drifting).map { rate in
      "cache hit rate of \(rate.replica.isEmpty ? "the fleet" : rate.replica) drifts: "
        + "\(rate.predicted.percent) expected, \(rate.actual.percent) found in the latest turns"
    }
  }

  /// The same for scripts.
  var json: JSONObject {
    [
      "hitRate": hitRate?.json, "drifting": drifting.map(\.json),
      "ttftSamples": ttftSamples,
      "ttftRatioMedian": ttftRatioMedian, "ttftFactorP90": ttftFactorP90,
    ]
  }
}

extension HearthV1.HitRate {
  fileprivate var json: JSONObject {
    [
      "replica": replica, "predicted": predicted, "actual": actual,
      "samples": samples, "drifting": drifting,
    ]
  }
}
