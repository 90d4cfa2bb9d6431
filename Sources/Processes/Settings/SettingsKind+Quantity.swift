import Accounting

extension SettingsKind where Value == Double {
  /// A large number in a range, such as `1.2M`.
  static func amount(in range: ClosedRange<Double>) -> Self {
    figure("amount", in: range, text: shortest) { text throws(WrongText) in
      guard let value = number(text, unit: "") else {
        throw WrongText(
          "is not an amount (try 1.2M or 1200000: k, M, G, T, P and E are powers of 1000)"
        )
      }
      return value
    }
  }

  /// Operations a second in a range, such as `1.58 TFLOP/s`.
  static func rate(in range: ClosedRange<Double>) -> Self {
    figure("rate", in: range, text: { shortest($0) + " FLOP/s" }) { text throws(WrongText) in
      guard let value = number(text, unit: "FLOP/s") else {
        throw WrongText("is not a rate (try 312 TFLOP/s)")
      }
      return value
    }
  }

  /// The number before a unit, with a prefix of a power of 1000 or none between them; nil for
  /// anything else.
  private static func number(_ text: String, unit: String) -> Double? {
    let prefixes: [Character: Double] = [
      "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    ]
    guard text.utf8.count <= 64, text.hasSuffix(unit) else { return nil }
    var rest = text.dropLast(unit.count)
    var factor = 1.0
    if let prefix = rest.last.flatMap({ prefixes[$0] }) {
      factor = prefix
      rest.removeLast()
    }
    if rest.last == " " { rest.removeLast() }
    guard let value = Double(rest), value.isFinite else { return nil }
    return value * factor
  }
}

extension SettingsKind where Value == Extent {
  /// Two sizes from 1 or 0 on, such as `84x84`, or one for both.
  static func extent(from least: Int) -> Self {
    .scalar(
      "extent",
      text: { "\($0.height)x\($0.width)" }
    ) { text throws(WrongText) in
      let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(sizes.count), let height = sizes[0], let width = sizes.last ?? nil
      else { throw WrongText("is not an extent (try 84x84)") }
      let range = least...Self.sizeMax
      guard range.contains(height), range.contains(width) else {
        throw WrongText("is not between \(least) and \(Self.sizeMax)")
      }
      return Extent(height: height, width: width)
    }
  }

  private static var sizeMax: Int { 1 << 20 }
}
