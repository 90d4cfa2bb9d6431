import Basics
public import FleetSpec

/// What a fleet's file says of a model: what it is, unless its name is known, and what its turns
/// should be given.
public struct ModelSettings: Sendable, Hashable {
  /// What it is; nil for the model of the catalogue that has its name.
  public var architecture: ModelArchitecture? {
    described == .standIn ? nil : described
  }
  /// What its turns should be given.
  public var objective = ObjectiveOverride()

  private(set) var described = ModelArchitecture.standIn
}

extension ModelSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    ModelArchitecture.fields.map { .init($0, of: \.described) }
      + SettingsField.objective(\.objective, of: "the model", instead: "the fleet's")
  }

  mutating func finish(_ scope: SettingsScope) {
    if ModelArchitecture.fields.contains(where: { scope.origin($0.name) != nil }) {
      described.finish(scope)
    }
  }

  /// Takes the name under which it stands.
  mutating func take(_ name: ModelID) {
    if described != .standIn { described.name = name.text }
  }
}

extension SettingsKind where Value == ModelSettings {
  /// A model of the catalogue, of which an objective is all that is said, or one that is described.
  static var model: Self {
    let (described, known) = (map(), map(isWhole: false))
    return SettingsKind(
      noun: described.noun,
      isStructured: true,
      parts: described.parts,
      write: described.write
    ) { node, faults in
      let isKnown = node.entries?.allSatisfy { $0.name == "objective" } ?? false
      return (isKnown ? known : described).read(node, faults)
    }
  }
}
