public import Basics

import func Glibc.exp
import func Glibc.log

/// Draws from distributions; the same generator gives the same numbers.
extension PRNG {
  /// A number in 0 < x <= 1.
  private mutating func nextPositive() -> Double { 1 - nextUnit() }

  /// From the exponential distribution of that mean.
  public mutating func exponential(mean: Double) -> Double { -mean * log(nextPositive()) }

  /// From the standard normal distribution, by Marsaglia's polar method (1964).
  mutating func normal() -> Double {
    while true {
      let (x, y) = (2 * nextUnit() - 1, 2 * nextUnit() - 1)
      let square = x * x + y * y
      if square > 0, square < 1 { return x * (-2 * log(square) / square).squareRoot() }
    }
  }

  /// From the log-normal distribution of that mean whose logarithm has the deviation `sigma`.
  public mutating func logNormal(mean: Double, sigma: Double) -> Double {
    mean * exp(sigma * normal() - sigma * sigma / 2)
  }

  /// From the gamma distribution of that mean and coefficient of variation; exponential when that
  /// is 1, burstier above.
  ///
  /// Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
  mutating func gamma(mean: Double, variation: Double) -> Double {
    let shape = 1 / (variation * variation)
    let boost = shape < 1 ? exp(log(nextPositive()) / shape) : 1
    let d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let base = 1 + c * x
      let v = base * base * base
      guard v > 0 else { continue }
      if log(nextPositive()) < x * x / 2 + d - d * v + d * log(v) {
        return d * v * boost * mean / shape
      }
    }
  }

  /// How many tries until the first success, when `mean` are needed on average; at least 1.
  mutating func geometric(mean: Double) -> Int {
    guard mean > 1 else { return 1 }
    return 1 + Int(min(1e6, log(nextPositive()) / log(1 - 1 / mean)))
  }
}
