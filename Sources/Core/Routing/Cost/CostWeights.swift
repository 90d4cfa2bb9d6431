/// What a second of each term counts in the cost of a turn.
public struct CostWeights: Sendable, Hashable {
  /// By the places of the terms in ``CostTerms``.
  private(set) var figures: Cost.Figures

  /// Makes the weights that the terms have by themselves.
  public init() { figures = Self.own }

  /// The weight of the term of a name; nil, and left as it is, when there is none.
  public subscript(name: String) -> Double? {
    get { CostTerms.words.firstIndex { $0.name == name }.map { figures[$0] } }
    set {
      guard let weight = newValue,
        let index = CostTerms.words.firstIndex(where: { $0.name == name })
      else { return }
      figures[index] = weight
    }
  }

  /// Compares all at once: decisions do.
  @inline(__always)
  public static func == (left: Self, right: Self) -> Bool { all(left.figures .== right.figures) }

  private static let own: Cost.Figures = {
    var collector = Collector()
    CostTerms.visit(&collector)
    return collector.figures
  }()

  private struct Collector: CostTermVisitor {
    var figures = Cost.Figures()
    private var index = 0

    mutating func visit<Term: CostTerm>(_ term: Term.Type) {
      figures[index] = term.weight
      index += 1
    }
  }
}
