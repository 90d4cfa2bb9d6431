import FleetSpec

/// The prefill of the tokens that are not cached, in seconds: (2 x parameters x tokens + attention)
/// / rate beside the decode of the batch, or memory traffic if that takes longer; see
/// ``StepRates/prefillSeconds(flops:steps:batch:contextTokens:)``.
enum PrefillTerm: CostTerm {
  static let words = CostTermWords(
    name: "prefill",
    meaning: "the prefill of the tokens that are not cached",
    less: "less prefill",
    more: "more prefill"
  )
  static var isBeforeFirstToken: Bool { true }

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double { turn.prefillSeconds }

  @inline(__always)
  static func seconds(_ demand: Demand, on replica: PricedReplica) -> Double {
    replica.state.rates.prefillSeconds(
      flops: demand.prefillFLOPs,
      steps: demand.prefillSteps,
      batch: replica.batch,
      contextTokens: replica.context
    )
  }

  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    turn.prefill
  }
}
