import FleetSpec

/// What others will compute again because their blocks were evicted for the turn, in seconds:
/// evicted blocks x chance of reuse for their age x seconds to compute one in the middle of such a
/// prompt.
enum EvictionTerm: CostTerm {
  static let words = CostTermWords(
    name: "eviction",
    meaning: "what others compute again because it evicts their blocks",
    less: "less recomputing of evicted blocks",
    more: "more recomputing of evicted blocks"
  )

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double {
    let state = turn.replica.state
    let needed = Double(turn.demand.blocks) + turn.outputTokens / Double(state.blockTokens)
    let free = Double(turn.replica.blocksFree)
    let evicted = min(max(0, needed - free), Double(state.load.blocksCached))
    let again = state.rates.prefillFLOPs(
      tokens: Double(state.blockTokens),
      context: Double(turn.request.promptTokens) / 2
    )
    return evicted * state.evictedReuseChance * again / state.rates.flopsPerSecond
  }

  @inline(__always)
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane) {
    let (state, rates) = (replica.state, replica.state.rates)
    let size = Double(state.blockTokens)
    let reuse = state.evictedReuseChance * size / rates.flopsPerSecond
    columns.add(1 / size, slack: -1)
    columns.add(Double(replica.blocksFree), slack: 1)
    columns.add(Double(state.load.blocksCached))
    columns.add(reuse * (rates.flopsPerToken + rates.attentionFLOPs * (size + 1) * 0.5))
    columns.add(reuse * rates.attentionFLOPs * 0.5)
  }

  /// With blocks as divisible as tokens.
  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    var evicted = (turn.tokens + turn.outputTokens) * columns.next() - columns.next()
    evicted.replace(with: 0, where: evicted .< 0)
    let cached = columns.next()
    evicted.replace(with: cached, where: evicted .> cached)
    return evicted * (columns.next() + columns.next() * turn.promptTokens)
  }
}
