import Basics

/// A day, a month or a year.
public struct CalendarDate: Sendable, Hashable {
  /// As it was written: `2012-07-03`, `2012-07` or `2012`.
  public let text: String
  /// Its middle, in months since the year 0.
  public let months: Double
  /// Its beginning, in the same.
  public let start: Double

  /// Reads a date; nil for anything else, and for days that no calendar has.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let digits = [4, 2, 2]
    guard (1...3).contains(parts.count),
      zip(parts, digits).allSatisfy({ part, count in
        part.utf8.count == count
          && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      })
    else { return nil }
    let numbers = parts.compactMap { Int($0) }
    var months = Double(numbers[0] * 12)
    if numbers.count > 1 {
      guard (1...12).contains(numbers[1]) else { return nil }
      months += Double(numbers[1] - 1)
    }
    let days = Self.days(inMonth: numbers.count > 1 ? numbers[1] : 1, of: numbers[0])
    var length = numbers.count == 1 ? 12.0 : 1
    if numbers.count == 3 {
      guard (1...days).contains(numbers[2]) else { return nil }
      length = 1 / Double(days)
      months += Double(numbers[2] - 1) * length
    }
    start = months
    self.months = months + length / 2
    self.text = String(text)
  }

  /// The month that a time is in, such as `2012-07`; of times from the year 0 to 9999.
  public static func month(at months: Double) -> String {
    let whole = Int(max(0, min(119_999, months)).rounded(.down))
    return (whole / 12).digits(4) + "-" + (whole % 12 + 1).digits(2)
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
