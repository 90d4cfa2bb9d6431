public import FleetSpec

/// How turns are placed: settings that control planes and simulations obey.
public struct SchedulingSettings: Sendable, Hashable {
  /// How replicas are chosen.
  public var policy = PolicyName.warm
  /// Seed of all random choices; nil for one of the system's.
  public var seed: UInt64?
  /// How long a place is kept for a turn that doesn't arrive.
  public var reservationLifetime = Duration.seconds(30)
  /// What turns should be given, unless models, tenants or requests set something else.
  public var objective = ServiceObjective()
  /// Who may wait, and have how much.
  public var queue = QueueSettings()

  /// Makes the defaults.
  public init() {}
}

extension SchedulingSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    [
      .init("policy", \.policy, .choice(), "How a replica is chosen for each turn."),
      .init(
        "seed",
        \.seed,
        .optional(.integer(in: 0 ... .max)),
        default: "one of the system's; 1 in a simulation",
        "Seed of random choices: the same seed makes a simulation give the same figures."
      ),
      .init(
        "reservationLifetime",
        \.reservationLifetime,
        .duration(in: .milliseconds(10) ... .seconds(3600)),
        "How long the load of a placed turn counts at most while its node says nothing of it. It "
          + "counts less and ends sooner where turns are usually heard of sooner. Wall time."
      ),
    ] + SettingsField.objective(\.objective) + QueueSettings.fields.map { .init($0, of: \.queue) }
  }
}
