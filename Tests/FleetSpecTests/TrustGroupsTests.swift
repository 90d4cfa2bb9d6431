import Basics
import FleetSpec
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TrustGroupsTests {
  @Test(
    arguments: [
      (nil, ""), ("acme", "acme"), ("acme/search", "acme"), ("acme/search/eu", "acme"),
      ("other", "other"), ("/odd", "/odd"), ("friend", "acme"), ("friend/one", "friend"),
    ] as [(String?, String)]
  )
  func `a tenant is in the group that is set for it, else in its organisation's`(
    tenant: String?,
    group: String
  ) throws {
    let friend = try #require(TenantID("friend"))
    let groups = TrustGroups(tenants: [friend: try #require(TenantID("acme"))])
    #expect(groups.group(of: tenant.flatMap { TenantID($0) }) == group)
  }

  @Test func `one group may be set for all others`() throws {
    let names = try ["lab", "everyone"].map { try #require(TenantID($0)) }
    let groups = TrustGroups(tenants: [names[0]: names[0]], others: names[1])
    #expect(groups.group(of: names[0]) == "lab" && groups.group(of: TenantID("a/b")) == "everyone")
    #expect(groups.group(of: nil) == "everyone")
  }
}
