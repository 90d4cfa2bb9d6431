extension Double {
  /// The number with `fraction` digits after the point at most, and none that are zero.
  public func text(fraction: Int = 2) -> String {
    let scale = (0..<fraction).reduce(1.0) { scale, _ in scale * 10 }
    // A sum with zero has no sign that rounding left.
    let text = String((self * scale).rounded() / scale + 0)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A share of one in whole percent: `15%`; at most a million times the whole, as peers may say.
  public var percent: String { (boundedShare * 100).text(fraction: 0) + "%" }

  /// A share of one in percent, to a tenth: `15.0%`.
  public var percentToTenths: String { "\((boundedShare * 1_000).rounded() / 10)%" }

  private var boundedShare: Double { Swift.max(-1e6, Swift.min(1e6, self)) }
}
