public import Basics
public import FleetSpec
import Admission
import Routing
import YAML

/// What a tenant may have, and what it gets when others want as much; 0 stands for no bound.
public struct TenantSettings: Sendable, Hashable {
  /// Its share of a full fleet against others of its priority.
  public var weight = TenantLimits().weight
  /// The priority of its turns.
  public var priority = TenantLimits().priority
  /// Turns a minute that it may begin.
  public var requestsPerMinute = 0
  /// Tokens a minute, of prompts and answers.
  public var tokensPerMinute = 0
  /// Turns that it may have at one time, waiting and running.
  public var concurrentTurns = 0
  /// What its turns should be given.
  public var objective = ObjectiveOverride()
  /// The group of tenants that it shares cached prompts with; nil for its organisation's.
  public var trustGroup: TenantID?

  /// Makes the defaults.
  public init() {}
}

/// Who may wait for room, for how long, and have how much; times are the fleet's.
public struct QueueSettings: Sendable, Hashable {
  /// Most turns that wait.
  public var max = AdmissionSettings().waitingMax
  /// Most of them that one tenant may have, as a share.
  public var tenantShare = AdmissionSettings().tenantShare
  /// Longest wait.
  public var waitMax = AdmissionSettings().waitMax
  /// A quota a minute may be used up in advance for as long as this.
  public var burst = AdmissionSettings().burst
  /// Prefill that may be queued at a replica when it is sent another turn.
  public var backlogMax = Duration.milliseconds(100)
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
    let priorities = AdmissionQueue.priorities
    return [
      .init(
        "weight",
        \.weight,
        .number(in: 0.001...1_000),
        "Its share of a full fleet against others of its priority: twice the weight, twice the "
          + "tokens."
      ),
      .init(
        "priority",
        \.priority,
        .integer(in: priorities),
        "Turns of a higher priority go first; a request may ask for a lower one than this."
      ),
      .init(
        "requestsPerMinute",
        \.requestsPerMinute,
        bound,
        "Turns that it may begin in a minute; what is beyond is refused. 0 for no bound."
      ),
      .init(
        "tokensPerMinute",
        \.tokensPerMinute,
        bound,
        "Tokens of prompts and answers in a minute; what is beyond is refused. 0 for no bound."
      ),
      .init(
        "concurrentTurns",
        \.concurrentTurns,
        bound,
        "Turns that it may have at one time, waiting and running; what is beyond is refused. "
          + "0 for no bound."
      ),
      .init(
        "trustGroup",
        \.trustGroup,
        .optional(.identifier()),
        default: "its name up to the first /",
        "The group of tenants that it shares cached prompts with. Nobody else finds them, is "
          + "served from them or learns that they were asked."
      ),
    ]
      + SettingsField.objective(
        \.objective,
        of: "the tenant",
        instead: "the model's or the fleet's",
        tpotEffect: " Where it is shorter than the model's, a turn gets no replica whose answers "
          + "would be slower than this; where it is longer, only reports count it, since other "
          + "tenants' answers run on the same replicas."
      )
  }
}

extension QueueSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    [
      .init(
        "queue.max",
        \.max,
        .integer(in: 1...1 << 20),
        "Most turns that wait. When as many do, a new one is refused, or takes the place of one of "
          + "lower priority or of the tenant that has most."
      ),
      .init(
        "queue.tenantShare",
        \.tenantShare,
        .number(in: 0.001...1),
        "Share of the queue that one tenant may fill."
      ),
      .init(
        "queue.waitMax",
        \.waitMax,
        .duration(in: .milliseconds(100) ... .seconds(3_600)),
        "Longest wait; then a turn is refused. Longer refuses fewer and lets more be late. The "
          + "longest prompts wait for a replica where little runs, which a full fleet seldom has."
      ),
      .init(
        "queue.burst",
        \.burst,
        .duration(in: .seconds(1) ... .seconds(3_600)),
        "How long in advance a tenant may use up a quota that it has a minute."
      ),
      .init(
        "queue.backlogMax",
        \.backlogMax,
        .duration(in: .zero ... .seconds(60)),
        "Prefill that may be queued at a replica when it is sent another turn. Less keeps more "
          + "turns where they can still be ordered; too little leaves replicas idle between turns."
      ),
      .init("tenant", \.tenant, .map(), "What each tenant may have that is not under tenants."),
      .init(
        "tenants",
        \.tenants,
        likeThoseOf: "tenant",
        "Tenants by name; what one does not say is as under tenant."
      ) { .named(.map(over: $0.tenant)) },
    ]
  }
}
