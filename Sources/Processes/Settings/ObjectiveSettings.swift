import Basics
public import FleetSpec

extension SettingsField {
  /// The two bounds of an objective that is whole.
  static func objective(_ value: WritableKeyPath<Root, ServiceObjective>) -> [SettingsField] {
    [
      .init(
        "objective.ttft",
        value.appending(path: \.ttft),
        .duration(in: ServiceObjective.ttftRange),
        "Time within which users should see the first token. Turns that can still meet it go "
          + "before those that can't, and capacity counts what keeps to it."
      ),
      .init(
        "objective.tpot",
        value.appending(path: \.tpot),
        .duration(in: ServiceObjective.tpotRange),
        "Mean time within which users should see each later token. A replica whose answers would "
          + "become slower than this gets no further turns for now."
      ),
    ]
  }

  /// The two bounds of an objective, of which `owner` may set one, both or none.
  static func objective(
    _ value: WritableKeyPath<Root, ObjectiveOverride>,
    of owner: String,
    instead: String,
    tpotEffect: String = ""
  ) -> [SettingsField] {
    [
      .init(
        "objective.ttft",
        value.appending(path: \.ttft),
        .optional(.duration(in: ServiceObjective.ttftRange)),
        default: instead,
        "Time within which users of \(owner) should see the first token."
      ),
      .init(
        "objective.tpot",
        value.appending(path: \.tpot),
        .optional(.duration(in: ServiceObjective.tpotRange)),
        default: instead,
        "Mean time within which users of \(owner) should see each later token."
          + tpotEffect
      ),
    ]
  }
}

/// What a control plane knows of a model.
public struct ModelObjective: Sendable, Hashable {
  /// What its turns should be given.
  public var objective = ObjectiveOverride()

  /// Makes an objective that is the fleet's.
  public init() {}
}

extension ModelObjective: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    SettingsField.objective(\.objective, of: "the model", instead: "the fleet's")
  }
}

extension ServiceObjectives {
  /// What the file of a process or of a fleet says.
  init(_ scheduling: SchedulingSettings, models: [ModelID: ObjectiveOverride]) {
    self.init()
    fleet = scheduling.objective
    for (name, own) in models where own != ObjectiveOverride() { self.models[name] = own }
    tenants = scheduling.queue.tenants.mapValues(\.objective)
    otherTenants = scheduling.queue.tenant.objective
  }
}
