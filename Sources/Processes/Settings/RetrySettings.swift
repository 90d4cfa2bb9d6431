/// How often simulated clients try again; real ones decide for themselves.
public struct RetrySettings: Sendable, Hashable {
  /// Most times that a turn goes elsewhere because a node refused it or could not be reached.
  public var refusalMax = 3
  /// Most times that a turn is run again because its stream broke.
  public var lossMax = 1

  /// Makes the defaults.
  public init() {}
}

extension RetrySettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    let count = SettingsKind.integer(in: 0...16)
    return [
      .init(
        "retries.refusalMax",
        \.refusalMax,
        count,
        use: .simulation,
        "Most times that a client asks for another replica because a node refused its turn or "
          + "could not be reached; then the turn has failed."
      ),
      .init(
        "retries.lossMax",
        \.lossMax,
        count,
        use: .simulation,
        "Most times that a client has a turn run again whose stream broke; then the turn has "
          + "failed."
      ),
    ]
  }
}
