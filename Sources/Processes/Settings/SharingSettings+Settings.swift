import Basics
import Sharing

extension SharingSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    let share = SettingsKind.number(in: 0.01...1)
    return [
      .init(
        "sharing.parks",
        \.parks,
        .bool,
        "Whether replicas that are little used are parked, so that jobs have their GPUs; GPUs that "
          + "no replica has are for jobs anyway."
      ),
      .init(
        "sharing.keep",
        \.keep,
        .integer(in: 0...4096),
        "How many replicas of a model go on serving in each region at the least."
      ),
      .init(
        "sharing.parkBelow",
        \.parkBelow,
        share,
        "A replica is parked if the others of its model in the region are used less than this "
          + "without it: KV blocks, batch and what is sustained, whichever is used most."
      ),
      .init(
        "sharing.wakeAbove",
        \.wakeAbove,
        share,
        "Replicas are taken back from jobs when those that serve are used more than this."
      ),
      .init(
        "sharing.waitMax",
        \.waitMax,
        .duration(in: .milliseconds(10) ... .seconds(60)),
        "All replicas of a model are taken back when a turn has waited for this long."
      ),
      .init(
        "sharing.quiet",
        \.quiet,
        .duration(in: .seconds(5) ... .seconds(86_400)),
        "For how long a replica must have been needless before it is parked. Longer parks less and "
          + "disturbs jobs less."
      ),
      .init(
        "sharing.notice",
        \.notice,
        .duration(in: .seconds(1) ... .seconds(3600)),
        "How long jobs have to go at the most when replicas are taken back."
      ),
      .init(
        "sharing.loadTime",
        \.loadTime,
        .duration(in: .zero ... .seconds(3600)),
        use: .simulation,
        "How long an engine takes to load when it comes back."
      ),
    ]
  }

  func finish(_ scope: SettingsScope) {
    scope.check(
      parkBelow < wakeAbove,
      "sharing.wakeAbove",
      "sharing.parkBelow",
      message: "must be more than sharing.parkBelow"
    )
  }
}
