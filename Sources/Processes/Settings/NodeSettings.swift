public import Basics
public import FleetSpec
public import Jobs
import YAML

/// Settings of `hearth-node`.
public struct NodeSettings: DaemonSettings, Sendable, Hashable {
  /// Settings of every daemon.
  public var common: CommonSettings
  /// Name, unique in the fleet.
  public var name: NodeID
  /// The region that the node is in.
  public var region: RegionID
  /// The region agent that it attaches to.
  public var agent: NetworkAddress
  /// Its GPUs, and what they are wired to.
  public var hardware = NodeHardware()
  /// The engines that it runs.
  public var replicas: [ReplicaSettings] = []
  /// Whether the node refuses turns that the control plane did not place.
  public var requireReservation = false
  /// Models beside those of the catalogue, each under its own name.
  public var models: [ModelID: ModelArchitecture] = [:]
  /// What the node has for jobs.
  public var jobs = NodeJobsSettings()

  /// Makes the defaults for a node.
  public init(
    name: NodeID,
    region: RegionID,
    agent: NetworkAddress,
    listen: NetworkAddress = NetworkAddress(host: "127.0.0.1", port: 7420)
  ) {
    common = CommonSettings(listen: listen)
    self.name = name
    self.region = region
    self.agent = agent
  }

  /// The node as jobs see it, on a host with so many GPUs.
  public func jobNode(hostGPUCount: Int? = nil) -> JobNode {
    hardware.jobNode(name, in: region, replicas: replicas, hostGPUCount: hostGPUCount)
  }

  /// Reads the settings of a process.
  public static func read(_ launch: SettingsLaunch) -> SettingsOutcome<Self> { .init(launch) }

  /// The settings as a file that reads back to the same.
  public var fileText: String { yaml.text() }

  /// The replicas as the scheduler knows them; those without a kind of GPU run on `hostGPU`, and
  /// are left out where that is nil.
  public func specs(hostGPU: GPUModel? = nil) -> [ReplicaSpec] {
    replicas.enumerated().compactMap { index, replica in
      replica.spec(index: index, node: name, region: region, models: models, hostGPU: hostGPU)
    }
  }
}

extension NodeSettings: SettingsSchema {
  static var standIn: Self { .init(name: .standIn, region: .standIn, agent: .standIn) }

  static var fields: [SettingsField<Self>] {
    CommonSettings.fields.map { .init($0, of: \.common) } + [
      .init("name", \.name, .identifier(), isRequired: true, "The node's name."),
      .init("region", \.region, .identifier(), isRequired: true, "The region that it is in."),
      .init("agent", \.agent, .address, isRequired: true, "The region agent that it attaches to."),
    ] + NodeHardware.fields.map { .init($0, of: \.hardware) } + [
      .init("replicas", \.replicas, .list(of: .map()), "The engines: [{model: ...}, ...]."),
      .init(
        "requireReservation",
        \.requireReservation,
        .bool,
        "Refuse turns without a reservation: those that the control plane did not place."
      ),
      .init(
        "models",
        \.models,
        .named(.map(), by: .modelName),
        "Models beside those that are known by name."
      ),
    ] + NodeJobsSettings.fields.map { .init($0, of: \.jobs) }
  }

  mutating func finish(_ scope: SettingsScope) {
    common.finish(scope)
    models = models.withNames
    hardware.check(replicas, at: [], scope)
    for (index, replica) in replicas.enumerated() {
      check(replica, models: models, at: ["replicas", .index(index)], scope)
    }
    let gpus = replicas.reduce(0) { $0 + $1.gpuCount }
    scope.check(
      jobs.folder == nil || gpus <= JobNode.gpuCountMax,
      "jobs.folder",
      message: "is for nodes of up to \(JobNode.gpuCountMax) GPUs, and the replicas have \(gpus)"
    )
    scope.check(
      jobs.folder?.hasPrefix("/") ?? true,
      "jobs.folder",
      message: "is not absolute (try /var/lib/hearth/jobs)"
    )
    for (region, folder) in jobs.copies where !folder.hasPrefix("/") {
      scope.fail(["jobs.copies", .key(region.text)], "is not absolute (try /mnt/\(region))")
    }
  }
}
