import Basics

/// How many GPUs each tenant has had lately, on average.
struct UsageHistory: Sendable {
  private struct Usage {
    var now = 0
    var average = 0.0
  }

  private var usages: [TenantID: Usage] = [:]
  private var at = Instant.zero

  /// GPUs that a tenant has had lately.
  subscript(tenant: TenantID) -> Double { usages[tenant]?.average ?? 0 }

  /// Counts what tenants have had since the last time; half of it is forgotten in about `memory`.
  mutating func advance(to now: Instant, memory: Duration) {
    let passed = max(0, at.seconds(to: now))
    at = max(at, now)
    // An exponential mean by the implicit Euler method, which is stable for any step.
    let part = passed / (passed + max(1e-9, memory.inSeconds))
    for (tenant, usage) in usages {
      let average = usage.average + (Double(usage.now) - usage.average) * part
      usages[tenant]?.average = average
      if usage.now == 0, average < 0.01 { usages[tenant] = nil }
    }
  }

  /// Takes in what tenants have from now on.
  mutating func set(_ usage: [TenantID: Int]) {
    for tenant in usages.keys { usages[tenant]?.now = 0 }
    for (tenant, count) in usage where count > 0 { usages[tenant, default: Usage()].now = count }
  }
}
