import Basics
public import Admission
public import FleetSpec
public import Routing

extension TenantLimits {
  /// What the settings say, where 0 stands for no bound.
  init(_ settings: TenantSettings) {
    func bound(_ limit: Int) -> Int? { limit == 0 ? nil : limit }
    self.init(
      weight: settings.weight,
      priority: settings.priority,
      requestsPerMinute: bound(settings.requestsPerMinute),
      tokensPerMinute: bound(settings.tokensPerMinute),
      concurrentTurns: bound(settings.concurrentTurns)
    )
  }
}

/// The settings as the scheduler takes them.
extension QueueSettings {
  /// How turns are admitted.
  public var admission: AdmissionSettings {
    var admission = AdmissionSettings()
    (admission.waitingMax, admission.tenantShare) = (max, tenantShare)
    (admission.waitMax, admission.burst) = (waitMax, burst)
    admission.limits = TenantLimits(tenant)
    admission.tenants = tenants.mapValues { TenantLimits($0) }
    return admission
  }

  /// Which tenants share cached prompts.
  public var trust: TrustGroups {
    TrustGroups(tenants: tenants.compactMapValues(\.trustGroup), others: tenant.trustGroup)
  }

  /// What placements cost, and when a replica has headroom.
  public var costs: CostModel {
    var costs = CostModel()
    costs.backlogSecondsMax = backlogMax.inSeconds
    return costs
  }
}
