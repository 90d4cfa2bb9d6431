/// One key of a file of settings, as its documentation lists it.
public struct SettingsKey: Sendable, Hashable {
  /// Where it stands, such as `regions[].nodes[].name`: `[]` is each item of a list, `NAME` each
  /// name in a map.
  public let path: String
  /// What its value is, such as `duration`.
  public let noun: String
  /// From the least to the most that it may be; nil where it is no figure.
  public let bounds: String?
  /// What holds when it is not given, in words; nil where that is nothing or it must be given.
  public internal(set) var standard: String?
  /// Whether it must be given.
  public let isRequired: Bool
  /// What it is for, in a sentence or two.
  public let about: String
  /// The only use of a fleet's file in which it has an effect; nil for all.
  public let use: FleetUse?

  /// What it is for, and what holds when it is not given.
  var help: String {
    about + (isRequired ? " Required." : standard.map { " Default: \($0)." } ?? "")
  }

  /// The same key of a value that stands at `start`.
  func inside(_ start: String) -> SettingsKey {
    SettingsKey(
      path: start + path,
      noun: noun,
      bounds: bounds,
      standard: standard,
      isRequired: isRequired,
      about: about,
      use: use
    )
  }
}

/// What a fleet's file is read for.
public enum FleetUse: Sendable, CaseIterable {
  /// To start its processes.
  case processes
  /// To simulate it.
  case simulation

  /// What is said of a key that has an effect in this use only.
  var words: String {
    switch self {
    case .processes: "has no effect in a simulation"
    case .simulation: "has an effect in simulations only"
    }
  }
}
