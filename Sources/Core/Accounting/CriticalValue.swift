import func Glibc.cos
import func Glibc.sin

/// How many standard errors to each side of an estimate are its 95 % interval.
public enum CriticalValue: Sendable {
  /// By Student's t: right for few points.
  case student
  /// By the normal distribution: 1.96 however few the points, so too narrow for few.
  case normal

  /// The number, with `freedom` degrees of freedom, at least 1.
  public func standardErrors(freedom: Int) -> Double {
    switch self {
    case .normal: 1.959963984540054
    case .student: Self.student(freedom: max(1, freedom))
    }
  }

  /// Found by bisection of the angle whose tangent is t / sqrt(freedom).
  private static func student(freedom: Int) -> Double {
    var (low, high) = (0.0, Double.pi / 2)
    for _ in 0..<60 {
      let angle = (low + high) / 2
      if share(angle, freedom: freedom) < 0.95 { low = angle } else { high = angle }
    }
    return sin(low) / cos(low) * Double(freedom).squareRoot()
  }

  /// The probability that Student's t is no further from 0 than sqrt(freedom) x tan(angle).
  ///
  /// Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
  private static func share(_ angle: Double, freedom: Int) -> Double {
    let (sine, cosine) = (sin(angle), cos(angle))
    let isOdd = freedom % 2 == 1
    var term = isOdd ? cosine : 1
    var sum = freedom == 1 ? 0 : term
    for index in stride(from: isOdd ? 3 : 2, to: freedom, by: 2) {
      term *= cosine * cosine * Double(index - 1) / Double(index)
      sum += term
    }
    return isOdd ? 2 / .pi * (angle + sine * sum) : sine * sum
  }
}
