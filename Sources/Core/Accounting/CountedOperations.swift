/// The unit of compute: 10^15 operations a second for a day (OpenAI, "AI and compute", 2018).
public enum PetaflopDay {
  /// Operations in one; an addition and a multiplication count as one each, at any precision.
  public static let operations = 8.64e19
}

/// Operations of a training run, counted from its model: the first method of "AI and compute".
public struct CountedOperations: Sendable, Hashable {
  /// Multiplications with their additions in a forward pass over one example.
  public var multiplyAdds: Double
  /// What an example costs, in forward passes: 3 in training, as a backward pass is worth two.
  public var passes = Self.trainingPasses
  /// Examples in an epoch.
  public var examples: Double
  /// How often each example is seen.
  public var epochs = 1.0
  /// What else multiplies it, such as the networks of a search.
  public var factor = 1.0

  /// Forward passes that a forward and a backward pass are worth.
  public static let trainingPasses = 3.0

  /// Makes a run of one epoch.
  public init(multiplyAdds: Double, examples: Double) {
    self.multiplyAdds = multiplyAdds
    self.examples = examples
  }

  /// All operations: each multiply-add is two.
  public var operations: Double { 2 * multiplyAdds * passes * examples * epochs * factor }

  /// The same in petaflop/s-days.
  public var petaflopDays: Double { operations / PetaflopDay.operations }
}
