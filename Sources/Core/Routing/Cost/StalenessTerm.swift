/// How long a replica with work has been silent, in seconds, while that work may last: little of it
/// counts, so that of two that are nearly alike the one that reported later is chosen.
enum StalenessTerm: CostTerm {
  static let words = CostTermWords(
    name: "staleness",
    meaning: "how long a replica with work has not reported",
    less: "less for the age of its report",
    more: "more for the age of its report"
  )
  static var weight: Double { 0.05 }

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double { turn.replica.state.uncertaintySeconds }

  @inline(__always)
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane) {
    columns.add(replica.state.uncertaintySeconds)
  }

  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    columns.next()
  }
}
