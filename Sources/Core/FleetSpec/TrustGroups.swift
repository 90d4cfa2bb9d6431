public import Basics

/// Which tenants share cached prompts: those of one trust group, and nobody else.
///
/// A tenant's group is the one that is set for it; else its organisation, which is its name up to
/// the first `/`. So no organisation learns what another asks, and within one the tenants share its
/// system prompts. Turns of no tenant are a group of their own, whose name is empty.
public struct TrustGroups: Sendable, Hashable {
  /// Groups that are set for tenants.
  public var tenants: [TenantID: TenantID]
  /// The group that is set for tenants that are not among ``tenants``; nil for their organisations.
  public var others: TenantID?

  /// Makes groups; organisations unless others are set.
  public init(tenants: [TenantID: TenantID] = [:], others: TenantID? = nil) {
    (self.tenants, self.others) = (tenants, others)
  }

  /// The group of a tenant; nil stands for none.
  public func group(of tenant: TenantID?) -> String {
    if let group = tenant.flatMap({ tenants[$0] }) ?? others { return group.text }
    guard let tenant else { return "" }
    let organisation = tenant.text.prefix { $0 != "/" }
    return organisation.isEmpty ? tenant.text : String(organisation)
  }
}
