import Basics
import Testing

@testable import Accounting

@Suite(.timeLimit(.minutes(1)))
struct TrendTests {
  // Tables of Student's t, two-sided, 95 %.
  @Test(arguments: [
    (1, 12.7062), (2, 4.30265), (3, 3.18245), (4, 2.77645), (5, 2.57058), (9, 2.26216),
    (10, 2.22814), (30, 2.04227), (120, 1.97993), (100_000, 1.95999),
  ])
  func `Student's t is that of the tables`(freedom: Int, value: Double) {
    let found = CriticalValue.student.standardErrors(freedom: freedom)
    #expect(abs(found - value) < 1e-4 * value)
    #expect(abs(CriticalValue.normal.standardErrors(freedom: freedom) - 1.96) < 1e-4)
  }

  @Test func `a line is fitted as computed by hand`() throws {
    // log2 is 0, 2, 1, 3 at 0, 1, 2, 3: slope 0.8, squares left 1.8, of x 5, of y 5.
    let points = [1.0, 4, 2, 8].enumerated().map {
      TrendPoint(months: Double($0.offset), value: $0.element)
    }
    let fit = try #require(DoublingFit(points))
    #expect(abs(fit.slope - 0.8) < 1e-12 && abs(fit.doublingMonths - 1.25) < 1e-12)
    #expect(abs(try #require(fit.rSquared) - 0.64) < 1e-12)
    let reach = 4.30265 * (1.8 / 2 / 5).squareRoot()
    #expect(abs(fit.slopeInterval.upperBound - (0.8 + reach)) < 1e-4)
    #expect(abs(fit.slopeInterval.lowerBound - (0.8 - reach)) < 1e-4)
    let interval = try #require(fit.doublingInterval)
    #expect(abs(interval.least - 1 / (0.8 + reach)) < 1e-4 && interval.most == nil)
    #expect(abs(fit.value(at: 1.5) - 2.8284) < 1e-4)
  }

  @Test func `what does not grow has no doubling time`() throws {
    func fit(_ values: [Double]) throws -> DoublingFit {
      let points = values.enumerated().map {
        TrendPoint(months: Double($0.offset), value: $0.element)
      }
      return try #require(DoublingFit(points))
    }
    let flat = try fit([2, 2, 2])
    #expect(flat.slope == 0 && flat.rSquared == nil && flat.doublingInterval == nil)
    let halving = try fit([8, 4, 2, 1])
    #expect(halving.doublingMonths == -1 && halving.doublingInterval == nil)
    let doubling = try fit([1, 2, 4, 8])
    #expect(doubling.doublingInterval?.most == 1 && doubling.rSquared == 1)
    #expect(DoublingFit([TrendPoint(months: 0, value: 1), TrendPoint(months: 1, value: 2)]) == nil)
    #expect(DoublingFit((0..<5).map { TrendPoint(months: 3, value: 1 + Double($0)) }) == nil)
  }

  @Test func `a break is found where the growth changes, as trying all finds it`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = PRNG(seed: seed)
    for _ in 0..<100 {
      let count = 6 + Int(random.next() % 20)
      let points = (0..<count).map { _ in
        TrendPoint(
          months: Double(random.next() % 12),
          value: 1 + Double(random.next() % 1_000)
        )
      }
      let dates = Set(points.map(\.months)).sorted()
      var best: (squares: Double, months: Double)?
      for date in dates {
        let sides = [points.filter { $0.months < date }, points.filter { $0.months >= date }]
        let squares = sides.compactMap(squares)
        guard squares.count == 2 else { continue }
        if squares[0] + squares[1] < (best?.squares ?? .infinity) - 1e-9 {
          best = (squares[0] + squares[1], date)
        }
      }
      #expect(Eras.bestBreak(points) == best?.months, "seed \(seed)")
    }
    let kinked = (0..<20).map { month in
      TrendPoint(months: Double(month), value: month < 12 ? 1.01 * Double(month + 1) : 1e6)
    }
    #expect(Eras.bestBreak(kinked) == 12)
    #expect(Eras.bestBreak(Array(kinked.prefix(5))) == nil)
  }

  /// Squares beside the line of a side, by its R² and the variance of its logarithms.
  private func squares(_ points: [TrendPoint]) -> Double? {
    guard let fit = DoublingFit(points) else { return nil }
    return points.reduce(0) { sum, point in
      let ratio = Growth.doublings(of: point.value / fit.value(at: point.months))
      return sum + ratio * ratio
    }
  }

  @Test func `eras that are too short are told`() {
    let points = (0..<6).map { TrendPoint(months: Double($0), value: 1 + Double($0)) }
    #expect(Eras.fit(points, breaks: []).compactMap { $0?.count } == [6])
    #expect(Eras.fit(points, breaks: [3]).compactMap { $0?.count } == [3, 3])
    #expect(Eras.fit(points, breaks: [4]).map { $0?.count } == [4, nil])
  }

  @Test func `the article's growth is what it comes to`() {
    let doublings = Growth.doublings(of: 300_000)
    #expect(abs(doublings - 18.2) < 0.05 && abs(doublings * 3.4 - 61.9) < 0.05)
    let moore = Growth.factor(after: doublings * 3.4, doubling: Growth.mooreMonths)
    #expect(abs(moore - 6.0) < 0.05)
    #expect(abs(Growth.doublings(of: 7) * Growth.mooreMonths - 67.4) < 0.05)
  }

  @Test func `dates are days, months and years`() throws {
    let month = try #require(CalendarDate("2012-07"))
    let year = 24_144.0
    #expect(month.months == year + 6.5)
    #expect(month.start == year + 6)
    #expect(CalendarDate("2012")?.months == year + 6)
    let leapDay = year + 1 + 28.0 / 29
    #expect(CalendarDate("2012-02-29")?.start == leapDay)
    #expect(CalendarDate.month(at: month.months) == "2012-07")
    for text in [
      "", "12", "2012-7", "2012-13", "2012-00", "2013-02-29", "1900-02-29", "2012-04-31",
      "2012-07-00", "2012-07-01-01", "2012-", "+012-07", "２０１２", "2012/07",
    ] { #expect(CalendarDate(text) == nil, "\(text)") }
  }
}
