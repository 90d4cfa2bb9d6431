import FleetSpec

/// What the sequences that decode there lose to the decoding of this one, in seconds: batch x
/// output x (decode step with it - decode step without).
enum SlowdownTerm: CostTerm {
  static let words = CostTermWords(
    name: "slowdown",
    meaning: "what the answers there lose to its decoding",
    less: "less slowdown of other answers",
    more: "more slowdown of other answers"
  )
  /// As in ``DecodeTerm``: it is lost between tokens.
  static var weight: Double { DecodeTerm.weight }

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double {
    turn.replica.batch * turn.outputTokens * (turn.stepSeconds - turn.replica.stepSeconds)
  }

  @inline(__always)
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane) {
    let growth = replica.stepGrowth
    columns.add(replica.batch * growth.perSequence)
    columns.add(replica.batch * growth.perToken)
  }

  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    turn.outputTokens * (columns.next() + columns.next() * turn.contextTokens)
  }
}
