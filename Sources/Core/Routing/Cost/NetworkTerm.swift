/// The round trip between the turn's region and the replica's, in seconds, as agents measure it.
enum NetworkTerm: CostTerm {
  static let words = CostTermWords(
    name: "network",
    meaning: "the round trip between the regions",
    less: "nearer",
    more: "farther away"
  )
  static var isBeforeFirstToken: Bool { true }

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double { turn.networkSeconds }

  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    turn.network
  }
}
