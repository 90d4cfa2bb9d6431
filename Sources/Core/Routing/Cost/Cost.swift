/// What it costs to run a turn on a replica, term by term.
public struct Cost: Sendable, Hashable {
  /// A figure of each term, by its place in ``CostTerms``.
  public typealias Figures = SIMD8<Double>

  /// The terms, in seconds.
  public private(set) var seconds = Figures()
  /// What a second of each counts in the total.
  public private(set) var weights = Figures()
  /// The sum of all terms by their weights: what the cheapest replica has least of.
  public private(set) var totalSeconds = 0.0
  /// Predicted time to the first token.
  public private(set) var ttftSeconds = 0.0

  /// Makes the cost of nothing.
  init() {}

  @inline(__always)
  mutating func add<Term: CostTerm>(
    _ term: Term.Type,
    at index: Int,
    seconds: Double,
    weight: Double
  ) {
    self.seconds[index] = seconds
    weights[index] = weight
    totalSeconds += weight * seconds
    if Term.isBeforeFirstToken { ttftSeconds += seconds }
  }

  /// The seconds of one term.
  subscript<Term: CostTerm>(term: Term.Type) -> Double { seconds[CostTerms.index(of: term)] }

  /// What a second of one term counts in the total.
  func weight<Term: CostTerm>(of term: Term.Type) -> Double {
    weights[CostTerms.index(of: term)]
  }
}
