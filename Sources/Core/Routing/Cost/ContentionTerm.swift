import FleetSpec

/// What other turns lose while the replica computes again what another one holds, in seconds: their
/// number x the seconds that this takes.
///
/// Those are the turns that wait for headroom there, and half of those that come while the prompt
/// is computed: rate x prefill, where the rate is the share of time spent on prefill / the mean
/// prefill. What must be computed wherever the turn goes is not counted: it is lost in any case.
///
/// Without it a turn leaves its cache for a replica that happens to be idle, the turns whose cache
/// is there leave it in their turn, and a fleet that could serve all from its caches stays full of
/// prompts that it has computed before.
enum ContentionTerm: CostTerm {
  static let words = CostTermWords(
    name: "contention",
    meaning: "what other turns lose while it computes again what another replica holds",
    less: "less delay of other turns by what is computed again",
    more: "more delay of other turns by what is computed again"
  )

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double {
    let (request, state, tokens) = (turn.request, turn.replica.state, turn.demand.prefillTokens)
    let again = min(tokens, request.cachedTokensMax - (request.promptTokens - tokens))
    guard again > 0 else { return 0 }
    let share = min(1, state.prefillShare.share(over: state.answerSeconds, at: turn.now))
    let mean = state.window.meanPrefillSeconds
    let coming = mean > 0 ? share * turn.prefillSeconds / mean / 2 : 0
    let seconds = turn.prefillSeconds * Double(again) / Double(tokens)
    return (Double(state.wanted) + coming) * seconds
  }

  /// What other replicas hold, and how many wait, is not known of eight replicas side by side.
  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    CostColumns.Figures()
  }
}
