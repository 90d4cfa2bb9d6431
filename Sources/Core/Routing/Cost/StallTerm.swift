import FleetSpec

/// What the sequences that decode there lose to the turn's prefill, in seconds: batch x prefill.
enum StallTerm: CostTerm {
  static let words = CostTermWords(
    name: "stall",
    meaning: "what the answers there lose to its prefill",
    less: "less delay of other answers by its prefill",
    more: "more delay of other answers by its prefill"
  )
  /// Where the answers of the model take as long to a token as the objective allows.
  ///
  /// Fitted: docs/cost-model.md has what half and twice as much do.
  static var weight: Double { 0.07 }

  /// The fourth power of ``ReplicaState/tpotUtilisation``: fitted to the loads of docs/policies.md,
  /// of which any fixed weight suits one only.
  ///
  /// While answers have time to spare a prompt that holds them up hurts few, so the place with the
  /// soonest first token is best; the less time they have, the more turns miss the objective by it.
  @inline(__always)
  static func emphasis(on replica: PricedReplica) -> Double {
    let square = replica.state.tpotUtilisation * replica.state.tpotUtilisation
    return square * square
  }

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double {
    turn.replica.batch * turn.prefillArithmeticSeconds
  }

  @inline(__always)
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane) {
    columns.add(emphasis(on: replica) * replica.batch)
  }

  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    turn.arithmetic * columns.next()
  }
}
