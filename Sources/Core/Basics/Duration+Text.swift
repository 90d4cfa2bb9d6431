extension Duration {
  /// The duration in whole nanoseconds; saturates at about 292 years.
  @inlinable
  public var nanoseconds: Int64 {
    // Most are below 9 s, and need no division of 128 bits.
    if let attoseconds = Int64(exactly: attoseconds) { return attoseconds / 1_000_000_000 }
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (seconds < 0 ? .min : .max) : sum
  }

  /// The duration in seconds, as the cost model counts them.
  @inlinable
  public var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// Makes a duration from seconds, refusing what no clock can hold: not a number, or beyond 292
  /// years either way, becomes the nearest bound (zero for not a number).
  @inlinable
  public init(inSeconds seconds: Double) {
    let nanoseconds = seconds * 1e9
    guard !nanoseconds.isNaN else {
      self = .zero
      return
    }
    self = .nanoseconds(Int64(max(-9.2e18, min(9.2e18, nanoseconds))))
  }

  /// Reads a duration as people write it: a number and one of `ns`, `us`, `ms`, `s`, `m`, `h`,
  /// as in `80ms` or `1.5h`; several may follow each other, as in `1h30m`.
  ///
  /// Returns nil for anything else, a negative duration included.
  public init?(text: String) {
    let units: [(name: String, nanoseconds: Double)] = [
      ("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]
    var total = 0.0
    var rest = Substring(text)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      let afterDigits = rest.dropFirst(digits.count)
      let name = afterDigits.prefix { $0.isASCII && $0.isLetter }
      guard let number = Double(digits), let unit = units.first(where: { $0.name == name }) else {
        return nil
      }
      total += number * unit.nanoseconds
      rest = afterDigits.dropFirst(name.count)
    }
    guard total < 9.2e18 else { return nil }
    self = .nanoseconds(Int64(total))
  }

  /// The duration as people write it, to about three digits: `80ms`, `1.25s`, `2m30s`.
  public var text: String {
    let nanoseconds = self.nanoseconds
    guard nanoseconds >= 0 else { return "-" + (.zero - self).text }
    switch nanoseconds {
    case ..<1_000: return "\(nanoseconds)ns"
    case ..<1_000_000: return Self.rounded(Double(nanoseconds) / 1e3) + "us"
    case ..<1_000_000_000: return Self.rounded(Double(nanoseconds) / 1e6) + "ms"
    case ..<60_000_000_000: return Self.rounded(Double(nanoseconds) / 1e9) + "s"
    default:
      // Rounded, without overflow.
      let seconds = (nanoseconds - 500_000_000) / 1_000_000_000 + 1
      let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
      if hours > 0 { return minutes > 0 ? "\(hours)h\(minutes)m" : "\(hours)h" }
      return rest > 0 ? "\(minutes)m\(rest)s" : "\(minutes)m"
    }
  }

  private static func rounded(_ value: Double) -> String {
    value.text(fraction: value < 10 ? 2 : value < 100 ? 1 : 0)
  }
}
