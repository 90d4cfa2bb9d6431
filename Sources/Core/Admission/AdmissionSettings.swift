public import Basics
import FleetSpec

/// What a tenant may have, and what it gets when others want as much.
public struct TenantLimits: Sendable, Hashable {
  /// Its share of a full fleet against others of its priority; above 0, 1 by default.
  public var weight: Double
  /// The priority of its turns, in ``AdmissionQueue/priorities``; a turn may ask for less, not for
  /// more.
  public var priority: Int
  /// Turns a minute that it may begin; nil for no bound.
  public var requestsPerMinute: Int?
  /// Tokens a minute, of prompts and answers; nil for no bound.
  public var tokensPerMinute: Int?
  /// Turns that it may have at one time, waiting and running; nil for no bound.
  public var concurrentTurns: Int?

  /// Makes limits: weight 1, priority 4 and no bounds by default.
  public init(
    weight: Double = 1,
    priority: Int = 4,
    requestsPerMinute: Int? = nil,
    tokensPerMinute: Int? = nil,
    concurrentTurns: Int? = nil
  ) {
    self.weight = weight
    self.priority = priority
    self.requestsPerMinute = requestsPerMinute
    self.tokensPerMinute = tokensPerMinute
    self.concurrentTurns = concurrentTurns
  }
}

/// How turns are admitted; all times are in the time of the fleet.
public struct AdmissionSettings: Sendable, Hashable {
  /// Most turns that wait, of all models; at least 1.
  public var waitingMax = 4_096
  /// The most memory that turns that wait take together, in bytes; at least 1.
  public var waitingBytesMax = 128 << 20
  /// Most of either that one tenant may have, as a share; above 0, at most 1.
  public var tenantShare = 0.5
  /// Most turns that run, as far as is known.
  public var runningMax = 1 << 20
  /// Most tenants that are known at a time, besides those named here; of those that have nothing
  /// waiting or running the one that was heard of least recently is forgotten for a new one.
  public var tenantsMax = 4_096
  /// Longest wait of a turn; above zero.
  ///
  /// Short, since whoever waits longer has missed every objective and takes what others could still
  /// meet theirs with: at twice what a fleet can carry, turns that meet theirs are 5 % fewer with
  /// 30 s, in the Mooncake conversation trace.
  public var waitMax = Duration.seconds(10)
  /// Seconds of rank that a late turn gains with each second that it waits; above 0.
  ///
  /// Bounds how long a turn can be overtaken by others of its tenant: see ``AdmissionTurn/rank``.
  public var ageing = 0.1
  /// What a bucket of a quota a minute holds: as much as the quota gives in this time, and 1 at
  /// least.
  public var burst = Duration.seconds(10)
  /// What a prompt token that must be computed counts in fairness (1 in Sheng et al., OSDI 2024).
  public var inputWeight = 1.0
  /// What a prompt token that is in the cache counts in fairness.
  ///
  /// It costs memory, but no arithmetic: about what providers charge for it against one that is
  /// not.
  public var cachedWeight = 0.1
  /// What a token of the answer counts in fairness (2 in Sheng et al.).
  public var outputWeight = 2.0
  /// Limits of tenants that are not named.
  public var limits = TenantLimits()
  /// Limits of tenants by name.
  public var tenants: [TenantID: TenantLimits] = [:]

  /// Makes settings with the defaults.
  public init() {}

  /// The limits of a tenant.
  public func limits(of tenant: TenantID) -> TenantLimits { tenants[tenant] ?? limits }

  /// Most turns of one tenant that wait.
  public var tenantWaitingMax: Int { max(1, Int(Double(waitingMax) * tenantShare)) }

  /// The most memory that turns of one tenant that wait take, in bytes.
  public var tenantWaitingBytesMax: Int { max(1, Int(Double(waitingBytesMax) * tenantShare)) }
}
