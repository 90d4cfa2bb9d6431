public import Basics
public import FleetSpec
public import Logging
import YAML

/// A whole fleet on one machine, as `hearth dev` starts it.
public struct FleetFile: Sendable, Hashable {
  /// How many simulated seconds pass in a second, from 1 to 1000.
  public var timeScale = 1.0
  /// How replicas are chosen.
  public var policy = PolicyName.warm
  /// Seed of all random choices; nil for one of the system's.
  public var seed: UInt64?
  /// Who may wait, and have how much.
  public var queue = QueueSettings()
  /// Lowest level that the processes log.
  public var logLevel = Logger.Level.info
  /// Where the control plane listens; nil for a port that is free.
  public var controlListen: NetworkAddress?
  /// The regions.
  public var regions: [FleetRegion] = []
  /// Models beside those of the catalogue, each under its own name.
  public var models: [ModelID: ModelArchitecture] = [:]

  /// What a replica is unless it says otherwise.
  var replica = ReplicaSettings.standIn

  /// Reads a fleet from the bytes of a file; messages call it `name`.
  public static func read(_ bytes: [UInt8], name: String) throws(SettingsError) -> FleetFile {
    let faults = SettingsFaults()
    var fleet = FleetFile()
    let map = SettingsNode(bytes, file: name, faults)
    try faults.check()
    SettingsScope(map, faults).read(into: &fleet)
    try faults.check()
    return fleet
  }
}

/// One region of a fleet.
public struct FleetRegion: Sendable, Hashable {
  /// Its name.
  public var name: RegionID
  /// Where its agent listens; nil for a port that is free.
  public var listen: NetworkAddress?
  /// Round trips to other regions, as far as they are given here and not there.
  public var roundTrips: [RegionID: Duration] = [:]
  /// Its nodes.
  public var nodes: [FleetNode] = []

  var replica = ReplicaSettings.standIn
}

/// One node of a fleet.
public struct FleetNode: Sendable, Hashable {
  /// Its name, unique in the fleet.
  public var name: NodeID
  /// Where it listens; nil for a port that is free.
  public var listen: NetworkAddress?
  /// The engines that it runs.
  public var replicas: [ReplicaSettings] = []

  var replica = ReplicaSettings.standIn
}

extension FleetFile: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    let queue = QueueSettings.fields.map { SettingsField($0, of: \Self.queue) }
    return [
      .init("timeScale", \.timeScale, .number(in: 1...1000), "Simulated seconds in a second."),
      .init("policy", \.policy, .choice(), "How replicas are chosen."),
      .init("seed", \.seed, .optional(.integer(in: 0 ... .max)), "Seed of random choices."),
      .init("logLevel", \.logLevel, .choice(), "Lowest level that is logged."),
      .init(
        "controlPlane.listen",
        \.controlListen,
        .optional(.address),
        "Where the control plane listens."
      ),
      .init("models", \.models, .named(.map()), "Models beside those that are known by name."),
      .init("replica", \.replica, .map(isWhole: false), "What a replica is by default."),
      .init("regions", \.regions, isRequired: true, "The regions.") { fleet in
        .list(of: .map(over: FleetRegion(name: .standIn, replica: fleet.replica)))
      },
    ] + queue
  }

  mutating func finish(_ scope: SettingsScope) {
    models = models.withNames
    scope.check(!regions.isEmpty, "regions", message: "needs one region at least")
    if replica.model != .standIn { check(replica, models: models, at: ["replica"], scope) }
    checkNames(scope)
    checkRoundTrips(scope)
  }

  private func checkNames(_ scope: SettingsScope) {
    var regionNames: Set<RegionID> = []
    var nodeNames: Set<NodeID> = []
    for (index, region) in regions.enumerated() {
      let place: [SettingsStep] = ["regions", .index(index)]
      if region.name != .standIn, !regionNames.insert(region.name).inserted {
        scope.fail(place + ["name"], "is the name of another region")
      }
      for (index, node) in region.nodes.enumerated() where node.name != .standIn {
        let place = place + ["nodes", .index(index)]
        if !nodeNames.insert(node.name).inserted {
          scope.fail(place + ["name"], "is the name of another node")
          continue
        }
        for (index, replica) in node.replicas.enumerated() {
          let place = place + ["replicas", .index(index)]
          // What is wrong with all replicas is said once, where they have it from.
          if replica != self.replica { check(replica, models: models, at: place, scope) }
        }
      }
    }
  }
}

extension FleetRegion: SettingsSchema {
  static var standIn: Self { .init(name: .standIn) }

  static var fields: [SettingsField<Self>] {
    [
      .init("name", \.name, .identifier(), isRequired: true, "The region's name."),
      .init("listen", \.listen, .optional(.address), "Where its agent listens."),
      .init("rtt", \.roundTrips, .named(.roundTrip), "Round trips to other regions."),
      .init("nodes", \.nodes, "Its nodes.") { region in
        .list(of: .map(over: FleetNode(name: .standIn, replica: region.replica)))
      },
    ]
  }
}

extension FleetNode: SettingsSchema {
  static var standIn: Self { .init(name: .standIn) }

  static var fields: [SettingsField<Self>] {
    [
      .init("name", \.name, .identifier(), isRequired: true, "The node's name."),
      .init("listen", \.listen, .optional(.address), "Where it listens."),
      .init("replicas", \.replicas, "The engines that it runs.") { node in
        .list(of: .map(over: node.replica))
      },
    ]
  }

  mutating func finish(_ scope: SettingsScope) {
    if scope.origin("replicas") == nil {
      scope.check(
        replica.model != .standIn,
        "replicas",
        message: "is missing, and there is no model under replica"
      )
      if replica.model != .standIn { replicas = [replica] }
    }
  }
}
