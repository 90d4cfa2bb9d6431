/// The figures by name, for experiments.
extension CostModel {
  /// The weights of the terms, such as `stallWeight`, and the others.
  public static var figureNames: [String] {
    CostTerms.words.map { $0.name + "Weight" } + figures.map(\.name)
  }

  /// Sets the figure of a name to a value from 0 to infinity; false when there is none of that
  /// name, or it can't have that value.
  public mutating func set(_ name: String, to value: Double) -> Bool {
    guard value >= 0 else { return false }
    if let term = CostTerms.words.first(where: { $0.name + "Weight" == name }) {
      weights[term.name] = value
    } else if let figure = Self.figures.first(where: { $0.name == name }) {
      self[keyPath: figure.path] = value
    } else {
      return false
    }
    return true
  }

  private typealias Path = any WritableKeyPath<CostModel, Double> & Sendable

  private static let figures: [(name: String, path: Path)] = [
    ("recomputeRatioMax", \.recomputeRatioMax),
    ("backlogSecondsMax", \.backlogSecondsMax),
  ]
}
