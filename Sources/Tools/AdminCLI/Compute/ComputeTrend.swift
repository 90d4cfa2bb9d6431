import Accounting
import Basics

/// A table of systems and the lines through its eras.
struct ComputeTrend {
  /// One era.
  struct Era {
    /// When it begins and ends; without bounds at the ends of the table.
    let start: Double
    let end: Double
    let fit: DoublingFit

    func contains(_ system: TrainedSystem) -> Bool {
      start <= system.date.months && system.date.months < end
    }

    /// The months of its first and its last system.
    var words: String {
      let (first, last) = (fit.span.lowerBound, fit.span.upperBound)
      return "\(CalendarDate.month(at: first)) to \(CalendarDate.month(at: last))"
    }
  }

  let table: SystemTable
  let eras: [Era]

  /// Fits the eras that begin at `breaks`, which are dates or `auto`.
  init(
    _ table: SystemTable,
    breaks texts: [String] = [],
    interval: CriticalValue = .student
  ) throws(Failure) {
    let points = table.systems.map(\.point)
    var breaks = Set(texts.compactMap { CalendarDate($0)?.start }).sorted()
    if texts == ["auto"] {
      guard let found = Eras.bestBreak(points) else {
        throw Failure(
          .failed,
          "--break auto: \(count(points.count, "system")) can't be two eras: each takes 3 systems "
            + "and two dates"
        )
      }
      breaks = [found]
    }
    let bounds = [-.infinity] + breaks + [.infinity]
    var eras: [Era] = []
    for (index, fit) in Eras.fit(points, breaks: breaks, interval: interval).enumerated() {
      let (start, end) = (bounds[index], bounds[index + 1])
      guard let fit else {
        let systems = points.filter { start <= $0.months && $0.months < end }
        let from = start.isFinite ? " from \(CalendarDate.month(at: start))" : ""
        let to = end.isFinite ? " before \(CalendarDate.month(at: end))" : ""
        throw Failure(
          .failed,
          "--break: the era\(from)\(to) has \(count(systems.count, "system")) of "
            + "\(count(Set(systems.map(\.months)).count, "date")), and takes 3 of two dates: "
            + "move the break"
        )
      }
      eras.append(Era(start: start, end: end, fit: fit))
    }
    (self.table, self.eras) = (table, eras)
  }
}
