/// By how much a figure must be multiplied to be true, learnt from what happens.
///
/// A clipped step towards each observation: it moves by a share of log(truth / corrected figure),
/// of which no more than ``stepMax`` counts, so that what one observation can do is bounded,
/// however wild it is (Huber's M-estimator, 1964, by stochastic approximation). The share begins at
/// 1/12 and falls to 1/50: two or three times off is corrected within a hundred observations, and
/// afterwards noise of 20 % moves it by 2 %.
public struct CorrectionFactor: Sendable, Hashable {
  /// The figures are never taken to be further off than this.
  public static let bounds = 0.25...4.0
  /// The most of a ratio that counts.
  static let stepMax = 1.4

  /// The factor.
  public private(set) var value = 1.0
  /// From how many observations it was learnt.
  public private(set) var count = 0

  /// Makes the factor of figures that are taken to be true.
  public init() {}

  /// Takes in how many times more the truth was than the figure as ``value`` corrects it; anything
  /// but a positive number is ignored.
  public mutating func observe(_ ratio: Double) {
    guard ratio > 0, ratio.isFinite else { return }
    let gain = max(0.02, 1 / Double(count + 12))
    if ratio >= 1 {
      value *= 1 + gain * (min(ratio, Self.stepMax) - 1)
    } else {
      value /= 1 + gain * (min(1 / ratio, Self.stepMax) - 1)
    }
    value = min(max(value, Self.bounds.lowerBound), Self.bounds.upperBound)
    count += 1
  }
}
