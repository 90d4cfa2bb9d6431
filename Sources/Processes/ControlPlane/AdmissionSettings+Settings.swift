public import Admission
public import Settings

extension TenantLimits {
  /// What the settings say, where 0 stands for no bound.
  public init(_ settings: TenantSettings) {
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

extension AdmissionSettings {
  /// What the settings say.
  public init(_ settings: QueueSettings) {
    self.init()
    (waitingMax, tenantShare) = (settings.max, settings.tenantShare)
    (waitMax, burst) = (settings.waitMax, settings.burst)
    limits = TenantLimits(settings.tenant)
    tenants = settings.tenants.mapValues { TenantLimits($0) }
  }
}
