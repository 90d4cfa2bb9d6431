public import Basics

/// What of an objective a model, a tenant or a request sets for itself.
///
/// Nil leaves it to who is less specific.
public struct ObjectiveOverride: Sendable, Hashable {
  /// Time to the first token.
  public var ttft: Duration?
  /// Mean time for each later token.
  public var tpot: Duration?

  /// Makes an override; by default one that sets nothing.
  public init(ttft: Duration? = nil, tpot: Duration? = nil) {
    self.ttft = ttft
    self.tpot = tpot
  }
}

/// What the turns of a fleet should be given, by the model that they ask for and by who asks.
///
/// The most specific wins, each bound for itself: the request's own, its tenant's, its model's, the
/// fleet's.
public struct ServiceObjectives: Sendable, Hashable {
  /// What holds where nothing else is set.
  public var fleet = ServiceObjective()
  /// What models set.
  public var models: [ModelID: ObjectiveOverride] = [:]
  /// What tenants set.
  public var tenants: [TenantID: ObjectiveOverride] = [:]
  /// What is set for tenants that are not among ``tenants``.
  public var otherTenants = ObjectiveOverride()

  /// Makes objectives that are the default's for all.
  public init() {}

  /// What a turn should be given.
  ///
  /// Nil stands for a model that is not known, and for a tenant that is not named.
  public func objective(
    model: ModelID?,
    tenant: TenantID?,
    request: ObjectiveOverride = .init()
  ) -> ServiceObjective {
    var objective = model.map { self.objective(of: $0) } ?? fleet
    objective.set(tenant.flatMap { tenants[$0] } ?? otherTenants)
    objective.set(request)
    return objective
  }

  /// What the turns of a model should be given, unless their tenants or they themselves say
  /// something else.
  public func objective(of model: ModelID) -> ServiceObjective {
    var objective = fleet
    if let own = models[model] { objective.set(own) }
    return objective
  }
}

extension ServiceObjective {
  fileprivate mutating func set(_ own: ObjectiveOverride) {
    if let ttft = own.ttft { self.ttft = ttft }
    if let tpot = own.tpot { self.tpot = tpot }
  }
}
