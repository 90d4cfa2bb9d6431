/// When a peer that is silent gets no more work, and when it is given up; wall time.
public struct FailureTimes: Sendable, Hashable {
  /// Time between two heartbeats.
  public var heartbeat = Duration.seconds(1)
  /// Silence after which a peer gets no new work.
  public var suspectAfter = Duration.seconds(3)
  /// Silence after which a peer is given up.
  public var lostAfter = Duration.seconds(10)

  /// Makes the defaults.
  public init() {}
}

extension FailureTimes: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    let time = SettingsKind.duration(in: .milliseconds(10) ... .seconds(3600))
    return [
      .init(
        "heartbeat",
        \.heartbeat,
        time,
        use: .processes,
        "Time between two heartbeats. Shorter ones find out sooner that a peer is silent and cost "
          + "messages. Wall time."
      ),
      .init(
        "suspectAfter",
        \.suspectAfter,
        time,
        "Silence after which a node or region gets no new turns; what it runs goes on. Shorter "
          + "times save turns from being sent in vain, and empty a region whose network is slow. "
          + "Wall time."
      ),
      .init(
        "lostAfter",
        \.lostAfter,
        time,
        "Silence after which a node or region is given up: its turns are released and what it "
          + "held is forgotten. Wall time."
      ),
    ]
  }

  func finish(_ scope: SettingsScope) {
    scope.check(
      heartbeat < suspectAfter,
      "suspectAfter",
      "heartbeat",
      message: "must be longer than heartbeat"
    )
    scope.check(
      suspectAfter < lostAfter,
      "lostAfter",
      "suspectAfter",
      message: "must be longer than suspectAfter"
    )
  }
}
