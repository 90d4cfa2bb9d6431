public import Basics
import YAML

/// What a tenant may have, and what it gets when others want as much; 0 stands for no bound.
public struct TenantSettings: Sendable, Hashable {
  /// Its share of a full fleet against others of its priority.
  public var weight = 1.0
  /// The priority of its turns, from 0 to 7.
  public var priority = 4
  /// Turns a minute that it may begin.
  public var requestsPerMinute = 0
  /// Tokens a minute, of prompts and answers.
  public var tokensPerMinute = 0
  /// Turns that it may have at one time, waiting and running.
  public var concurrentTurns = 0

  /// Makes the defaults.
  public init() {}
}

/// Who may wait for room, for how long, and have how much; times are the fleet's.
public struct QueueSettings: Sendable, Hashable {
  /// Most turns that wait.
  public var max = 4_096
  /// Most of them that one tenant may have, as a share.
  public var tenantShare = 0.5
  /// Longest wait.
  public var waitMax = Duration.seconds(10)
  /// A quota a minute may be used up in advance for as long as this.
  public var burst = Duration.seconds(10)
  /// What a tenant may have that is not named, and what a named one may unless it says otherwise.
  public var tenant = TenantSettings()
  /// Tenants by name.
  public var tenants: [TenantID: TenantSettings] = [:]

  /// Makes the defaults.
  public init() {}
}

extension TenantSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    let bound = SettingsKind.integer(in: 0...1 << 40)
    return [
      .init("weight", \.weight, .number(in: 0.001...1_000), "Share of a full fleet."),
      .init("priority", \.priority, .integer(in: 0...7), "Who goes first: the higher."),
      .init("requestsPerMinute", \.requestsPerMinute, bound, "Turns a minute; 0 for no bound."),
      .init("tokensPerMinute", \.tokensPerMinute, bound, "Tokens a minute; 0 for no bound."),
      .init("concurrentTurns", \.concurrentTurns, bound, "Turns at one time; 0 for no bound."),
    ]
  }
}

extension QueueSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    [
      .init("queue.max", \.max, .integer(in: 1...1 << 20), "Most turns that wait for room."),
      .init(
        "queue.tenantShare",
        \.tenantShare,
        .number(in: 0.001...1),
        "Most of them that one tenant may have, as a share."
      ),
      .init(
        "queue.waitMax",
        \.waitMax,
        .duration(in: .milliseconds(100) ... .seconds(3_600)),
        "Longest wait, in the fleet's time."
      ),
      .init(
        "queue.burst",
        \.burst,
        .duration(in: .seconds(1) ... .seconds(3_600)),
        "How long in advance a quota a minute may be used up."
      ),
      .init("tenant", \.tenant, .map(), "What a tenant may have, unless it is named."),
      .init("tenants", \.tenants, "What tenants may have, by name; the rest is as in tenant.") {
        .named(.map(over: $0.tenant))
      },
    ]
  }
}
