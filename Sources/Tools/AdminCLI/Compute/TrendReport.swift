import Accounting
import Basics
import Foundation

/// A trend as it is written.
struct TrendReport {
  let trend: ComputeTrend
  /// A factor of growth to say the time of.
  var growth: Double?
  /// The doubling time of that, in months, instead of the last era's.
  var doubling: Double?

  func text(as format: ComputeFormat) -> String {
    switch format {
    case .table:
      return listing.text(trend.eras, as: .table)
        + (growth.map { "\n" + arithmetic(of: $0) + "\n" } ?? "")
    case .json: return json.jsonText(isPretty: true) + "\n"
    case .csv:
      let isKnown = trend.table.quantity == "petaflop/s-days"
      let titles = ["system", "date", isKnown ? "pfs_days" : trend.table.quantity]
      return CSVText.line(titles + ["fitted", "era", "source"])
        + trend.table.systems.map { system in
          let era = trend.eras.firstIndex { $0.contains(system) } ?? 0
          let fitted = trend.eras[era].fit.value(at: system.date.months)
          return CSVText.line([
            system.name, system.date.text, "\(system.value)", fitted.threeDigits, "\(era + 1)",
            system.source,
          ])
        }.joined()
    }
  }

  private var listing: Listing<ComputeTrend.Era> {
    Listing(
      name: \.words,
      columns: [
        .init("ERA") { $0.words },
        .init("SYSTEMS", number: true) { "\($0.fit.count)" },
        .init("DOUBLES IN") { $0.fit.doublingWords },
        .init("95 % INTERVAL") { $0.fit.intervalWords },
        .init("R²", number: true) { $0.fit.rSquared.map { String(format: "%.2f", $0) } ?? "" },
      ],
      fields: { era in
        [
          "from": CalendarDate.month(at: era.fit.span.lowerBound),
          "to": CalendarDate.month(at: era.fit.span.upperBound),
          "systems": era.fit.count,
          "doublingMonths": era.fit.doublingMonths,
          "doublingMonthsInterval": [
            era.fit.doublingInterval?.least, era.fit.doublingInterval?.most,
          ],
          "doublingsPerMonth": era.fit.slope,
          "doublingsPerMonthInterval": [
            era.fit.slopeInterval.lowerBound, era.fit.slopeInterval.upperBound,
          ],
          "rSquared": era.fit.rSquared,
        ]
      }
    )
  }

  private var json: JSONObject {
    var fields: JSONObject = [
      "quantity": trend.table.quantity,
      "eras": trend.eras.map(listing.fields),
      "systems": trend.table.systems.map { system -> JSONObject in
        let era = trend.eras.first { $0.contains(system) }
        return [
          "system": system.name, "date": system.date.text, "value": system.value,
          "fitted": era?.fit.value(at: system.date.months), "source": system.source.orNull,
        ]
      },
    ]
    if let growth { fields["growth"] = arithmetic(of: growth) }
    return fields
  }

  /// What a growth is in doublings and in time, and what Moore's law makes of that.
  func arithmetic(of factor: Double) -> String {
    let doublings = Growth.doublings(of: factor)
    let moore = Growth.mooreMonths
    let count = "\(factor.text())x is \(doublings.oneDigit) doublings"
    guard let months = doubling ?? trend.eras.last?.fit.doublingMonths, months > 0,
      months.isFinite
    else { return count + ", and the last era does not grow." }
    let time = doublings * months
    let slower = Growth.factor(after: time, doubling: moore)
    return "\(count): \(time.oneDigit) months at a doubling in \(months.text()), over which a "
      + "doubling in 2 years gives \(slower.oneDigit)x."
  }
}

extension DoublingFit {
  /// How often it doubles, in words.
  var doublingWords: String {
    if slope == 0 { return "stays" }
    return slope > 0 ? "\(doublingMonths.months)" : "halves in \((-doublingMonths).months)"
  }

  /// The interval of that, in words.
  var intervalWords: String {
    guard let (least, most) = doublingInterval else { return "does not grow" }
    return most.map { "\(least.oneDigit) to \($0.months)" } ?? "\(least.months) to no growth"
  }
}

extension Double {
  /// With one decimal: `3.5`.
  fileprivate var oneDigit: String { String(format: "%.1f", self) }

  /// As months: `3.5 months`.
  fileprivate var months: String { oneDigit + " months" }
}
