import FleetSpec

/// The answer, token by token: output x decode step with this turn in the batch, in seconds.
enum DecodeTerm: CostTerm {
  static let words = CostTermWords(
    name: "decode",
    meaning: "the answer, token by token",
    less: "less for its answer",
    more: "more for its answer"
  )
  /// A twentieth of a second before the first token.
  ///
  /// A reader waits for the first token and reads the others as they come, so that what is lost
  /// between them hurts less. More makes tokens come faster and first tokens slower; between 0.03
  /// and 0.1 the traces show little difference.
  static var weight: Double { 0.05 }

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double { turn.outputTokens * turn.stepSeconds }

  @inline(__always)
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane) {
    let growth = replica.stepGrowth
    columns.add((replica.stepSeconds + growth.perSequence))
    columns.add(growth.perToken)
  }

  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    turn.outputTokens * (columns.next() + columns.next() * turn.contextTokens)
  }
}
