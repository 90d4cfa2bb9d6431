import Basics
import Glibc

/// A moment of the calendar, for people and log collectors only; nothing is decided by it.
struct WallTime: Sendable {
  /// Seconds since 1970 in UTC.
  var seconds: Int
  /// Nanoseconds of the second.
  var nanoseconds: Int

  /// The moment as the host's clock shows it.
  static func now() -> WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
  }

  /// The moment in UTC to the millisecond, as RFC 3339 writes it.
  var text: String {
    let (days, second) = seconds.flooredQuotient(by: 86_400)
    let (year, month, day) = Self.date(daysSince1970: days)
    var text = year.digits(4)
    let parts = [
      ("-", month), ("-", day), ("T", second / 3600), (":", second / 60 % 60), (":", second % 60),
    ]
    for (mark, number) in parts {
      text += mark
      text += number.digits(2)
    }
    return text + "." + (nanoseconds / 1_000_000).digits(3) + "Z"
  }

  /// The Gregorian date of a day.
  ///
  /// Years are counted from March, so that the leap day is the last of its year and months have
  /// 153 days in every five.
  private static func date(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (daysSince1970 + 719_468).flooredQuotient(by: 146_097)
    let leaps = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
    let yearOfEra = (dayOfEra - leaps) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }
}

extension Int {
  /// Quotient and remainder where the remainder is never negative.
  fileprivate func flooredQuotient(by divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
