import Basics

extension Duration {
  /// The time from 1970 until a date such as `2024-05-10 00:00:00.009930+00:00`, which may be in
  /// 2199 at the latest: with a space or a `T`, up to nine places of a second, and a zone, `Z` or
  /// none, which counts as UTC.
  init?(date text: Substring) {
    let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) {
      $0 == " " || $0 == "T"
    }
    guard parts.count == 2 else { return nil }
    let date = parts[0].split(separator: "-", omittingEmptySubsequences: false).map(\.wholeNumber)
    guard date.count == 3, let year = date[0], let month = date[1], let day = date[2],
      (1970..<2200).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let end = parts[1].firstIndex { "Z+-".contains($0) } ?? parts[1].endIndex
    let clock = parts[1][..<end].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = clock[0].wholeNumber, let minute = clock[1].wholeNumber,
      hour < 24, minute < 60, let second = Self.nanoseconds(clock[2]),
      let zone = Self.zoneMinutes(parts[1][end...])
    else { return nil }
    let minutes = (Self.days(year, month, day) * 24 + hour) * 60 + minute - zone
    self = .seconds(minutes * 60) + .nanoseconds(second)
  }

  /// A number of seconds such as `61.114`, at least 0 and to the nanosecond.
  init?(decimalSeconds text: String) {
    guard text.utf8.first.map({ (48...57).contains($0) }) == true, let value = Double(text),
      (0...1e12).contains(value)
    else { return nil }
    let whole = value.rounded(.down)
    self = .seconds(Int64(whole)) + .nanoseconds(Int64(((value - whole) * 1e9).rounded()))
  }

  /// Minutes east of Greenwich: `Z`, `+02:00`, `-0330` or nothing.
  private static func zoneMinutes(_ text: Substring) -> Int? {
    guard let sign = text.first, text != "Z" else { return 0 }
    let digits = text.dropFirst().filter { $0 != ":" }
    let colons = text.count { $0 == ":" }
    guard sign != "Z", [2, 4].contains(digits.utf8.count), colons <= 1,
      let value = digits.wholeNumber
    else { return nil }
    let (hours, minutes) = digits.utf8.count == 2 ? (value, 0) : (value / 100, value % 100)
    guard hours < 24, minutes < 60 else { return nil }
    return (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
  }

  /// Seconds below 61 with up to nine places, in nanoseconds.
  private static func nanoseconds(_ text: Substring) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts[0].wholeNumber, whole <= 60 else { return nil }
    guard parts.count == 2 else { return Int64(whole) * 1_000_000_000 }
    guard parts[1].utf8.count <= 9, let rest = parts[1].wholeNumber else { return nil }
    var scaled = Int64(rest)
    for _ in parts[1].utf8.count..<9 { scaled *= 10 }
    return Int64(whole) * 1_000_000_000 + scaled
  }

  /// Days from 1970 to a date of the Gregorian calendar, counted in years that start in March, so
  /// that a leap day is the last of its year.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let years = month > 2 ? year : year - 1
    let months = (month + 9) % 12
    return 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day
      - 719_469
  }
}

extension StringProtocol {
  /// The number that it is, if it has digits only.
  var wholeNumber: Int? {
    guard utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(self)
  }
}
