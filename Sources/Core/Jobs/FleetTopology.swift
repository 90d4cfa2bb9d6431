public import Basics

/// A node as jobs see it: where it is among the others, and its GPUs.
public struct JobNode: Sendable, Hashable {
  /// Its name.
  public var id: NodeID
  /// Its region.
  public var region: RegionID
  /// The InfiniBand rail or fabric that it is on, within its region.
  public var rail: String
  /// The NVLink domain that it belongs to, within its rail: its own name unless several nodes share
  /// one.
  public var domain: String
  /// Its GPUs, 1 to ``gpuCountMax``.
  public var gpuCount: Int
  /// The drivers of checkpoints that it offers: all, where it has not told.
  public var drivers = Set(CheckpointPolicy.Driver.allCases)

  /// The most GPUs of one node.
  public static let gpuCountMax = 64

  /// Makes a node; by default an NVLink domain of its own on the one rail of its region.
  public init(
    id: NodeID,
    region: RegionID,
    rail: String = "",
    domain: String? = nil,
    gpuCount: Int
  ) {
    self.id = id
    self.region = region
    self.rail = rail
    self.domain = domain ?? id.text
    self.gpuCount = gpuCount
  }
}

/// Which nodes are how near to each other: nodes in NVLink domains on rails in regions, all by
/// dense numbers.
public struct FleetTopology: Sendable, Hashable {
  struct Domain: Sendable, Hashable {
    var nodes: [Int] = []
    let rail: Int
    let region: Int
  }

  private struct DomainName: Hashable {
    let region: RegionID
    let rail: String
    let domain: String?
  }

  private(set) var nodes: [JobNode] = []
  private(set) var domains: [Domain] = []
  private(set) var regions: [RegionID] = []
  private(set) var railCount = 0
  /// The domain of each node.
  private(set) var domainOf: [Int] = []
  /// The nodes that do not offer a driver; every node offers none.
  private(set) var lacking: [CheckpointPolicy.Driver: [Int]] = [:]
  private var domainNumbers: [DomainName: Int] = [:]
  private var railNumbers: [DomainName: Int] = [:]

  /// Makes a fleet of nodes whose names differ.
  public init(_ nodes: [JobNode] = []) {
    for node in nodes { add(node) }
  }

  /// Adds a node, whose number is the next.
  mutating func add(_ node: JobNode) {
    let name = DomainName(region: node.region, rail: node.rail, domain: node.domain)
    let domain = domainNumbers[name] ?? addDomain(name)
    domains[domain].nodes.append(nodes.count)
    for driver in CheckpointPolicy.Driver.allCases
    where driver != .none && !node.drivers.contains(driver) {
      lacking[driver, default: []].append(nodes.count)
    }
    domainOf.append(domain)
    nodes.append(node)
  }

  /// Describes a node again, which may have moved.
  mutating func replace(_ number: Int, by node: JobNode) {
    guard nodes[number] != node else { return }
    var changed = nodes
    changed[number] = node
    self = FleetTopology(changed)
  }

  private mutating func addDomain(_ name: DomainName) -> Int {
    let region = regions.firstIndex(of: name.region) ?? regions.count
    if region == regions.count { regions.append(name.region) }
    let railName = DomainName(region: name.region, rail: name.rail, domain: nil)
    let rail = railNumbers[railName] ?? railCount
    if rail == railCount { railCount += 1 }
    railNumbers[railName] = rail
    domainNumbers[name] = domains.count
    domains.append(Domain(rail: rail, region: region))
    return domains.count - 1
  }
}
