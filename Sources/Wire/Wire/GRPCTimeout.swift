import Basics

/// The text of `grpc-timeout`: at most eight digits and a unit.
///
/// Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Timeout"
public enum GRPCTimeout {
  /// Units from the finest to the coarsest, with their nanoseconds.
  private static let units: [(letter: UInt8, nanoseconds: Int64)] = [
    (UInt8(ascii: "n"), 1),
    (UInt8(ascii: "u"), 1_000),
    (UInt8(ascii: "m"), 1_000_000),
    (UInt8(ascii: "S"), 1_000_000_000),
    (UInt8(ascii: "M"), 60_000_000_000),
    (UInt8(ascii: "H"), 3_600_000_000_000),
  ]

  /// The duration, or nil for text that is no timeout; saturates at 292 years.
  public static func parse(_ text: Span<UInt8>) -> Duration? {
    guard (2...9).contains(text.count) else { return nil }
    var number: Int64 = 0
    for index in 0..<text.count - 1 {
      let digit = Int64(text[index]) - 48
      guard (0...9).contains(digit) else { return nil }
      number = number * 10 + digit
    }
    guard let unit = units.first(where: { $0.letter == text[text.count - 1] }) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
    return .nanoseconds(overflow ? .max : product)
  }

  /// Appends the text of `duration` in the finest unit that has room, rounded up; what is not
  /// positive is sent as one nanosecond, since the protocol has no zero timeout.
  public static func append(_ duration: Duration, to output: inout [UInt8]) {
    let nanoseconds = max(1, duration.nanoseconds)
    for (letter, unit) in units {
      let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: unit)
      let number = rest > 0 ? whole + 1 : whole
      guard number < 100_000_000 else { continue }
      output.append(contentsOf: String(number).utf8)
      output.append(letter)
      return
    }
  }
}
