import FleetSpec

/// Until there is a place in the batch and KV blocks, in seconds beyond ``QueueTerm``: requests
/// end, one each output x step / batch, until there are both.
enum BatchSlotTerm: CostTerm {
  static let words = CostTermWords(
    name: "batchSlot",
    meaning: "until there is a place in the batch, and room in the KV cache",
    less: "less wait for a place in the batch",
    more: "more wait for a place in the batch"
  )
  static var isBeforeFirstToken: Bool { true }

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double {
    let (replica, state) = (turn.replica, turn.replica.state)
    let forPlace = Double(max(0, state.requestCount + 1 - state.runningMax))
    let promised = state.load.prefillTokensQueued / state.blockTokens + state.pending.blocks
    let missing = turn.demand.blocks + promised + state.load.blocksUsed - state.blockCount
    let perRequest = max(1, state.load.blocksUsed / max(1, state.load.running))
    let ended = max(forPlace, Double(max(0, missing)) / Double(perRequest))
    let wait = ended * state.outputTokens * replica.stepSeconds / max(1, replica.batch)
    return max(0, wait - turn.queueSeconds)
  }

  @inline(__always)
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane) {}

  /// Nothing: few replicas have none.
  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    .zero
  }
}
