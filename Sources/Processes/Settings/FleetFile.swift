public import Basics
public import FleetSpec
public import Jobs
public import Logging
public import Sharing
import YAML

/// A whole fleet: what `hearth dev` starts on one machine, and `hearth simulate` on paper.
public struct FleetFile: Sendable, Hashable {
  /// How many simulated seconds pass in a second, from 1 to 1000.
  public var timeScale = 1.0
  /// How turns are placed.
  public var scheduling = SchedulingSettings()
  /// When what is silent gets no more work, and when it is given up.
  public var failure = FailureTimes()
  /// How often simulated clients try again.
  public var retries = RetrySettings()
  /// How jobs are run on what conversations leave.
  public var jobs = JobSettings()
  /// When replicas lend their GPUs to jobs.
  public var sharing = SharingSettings()
  /// Lowest level that the processes log.
  public var logLevel = Logger.Level.info
  /// Where the control plane listens; nil for a port that is free.
  public var controlListen: NetworkAddress?
  /// The regions.
  public var regions: [FleetRegion] = []
  /// Models beside those of the catalogue, and what the turns of models should be given.
  public var models: [ModelID: ModelSettings] = [:]

  /// What a replica is unless it says otherwise.
  var replica = ReplicaSettings.standIn
  /// Keys that were given and have an effect in one use only.
  private var limitedKeys: [LimitedKey] = []

  /// Reads a fleet from the bytes of a file; messages call it `name`.
  public static func read(_ bytes: [UInt8], name: String) throws(SettingsError) -> FleetFile {
    let faults = SettingsFaults()
    var fleet = FleetFile()
    let map = SettingsNode(bytes, file: name, faults)
    try faults.check()
    SettingsScope(map, faults).read(into: &fleet)
    try faults.check()
    fleet.limitedKeys = faults.limited
    return fleet
  }

  /// What turns should be given.
  public var objectives: ServiceObjectives {
    ServiceObjectives(scheduling, models: models.mapValues(\.objective))
  }

  /// Models beside those of the catalogue, each under its own name.
  public var architectures: [ModelID: ModelArchitecture] {
    models.compactMapValues(\.architecture)
  }

  /// All nodes as jobs see them.
  public var topology: FleetTopology {
    FleetTopology(
      regions.flatMap { region in
        region.nodes.map { node in
          node.hardware.jobNode(node.name, in: region.name, replicas: node.replicas)
        }
      }.filter { $0.gpuCount > 0 }
    )
  }

  /// Keys that were given and have no effect in a use, or in one of all, in the order of their
  /// lines.
  public func keysWithoutEffect(in use: FleetUse? = nil) -> [SettingsFault] {
    limitedKeys.filter { $0.use != use }.map(\.fault)
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
  /// Its GPUs, and what they are wired to.
  public var hardware = NodeHardware()
  /// The engines that it runs.
  public var replicas: [ReplicaSettings] = []

  var replica = ReplicaSettings.standIn
}

extension FleetFile: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    let processes: [SettingsField<Self>] = [
      .init(
        "timeScale",
        \.timeScale,
        .number(in: 1...1000),
        "Simulated seconds that pass in a second of wall time; a simulation takes as little as it "
          + "can."
      ),
      .init("logLevel", \.logLevel, .choice(), use: .processes, "Lowest level that is logged."),
      .init(
        "controlPlane.listen",
        \.controlListen,
        .optional(.address),
        default: "what `hearth dev --listen` says",
        "Where the control plane listens."
      ),
    ]
    let hardware: [SettingsField<Self>] = [
      .init(
        "models",
        \.models,
        .named(.model, by: .modelName),
        "Models by name: what they are, unless they are known, and objectives of their own."
      ),
      .init(
        "replica",
        \.replica,
        .map(isWhole: false),
        "What each replica is, unless its node says something else."
      ),
      .init("regions", \.regions, isRequired: true, "The regions.") { fleet in
        .list(of: .map(over: FleetRegion(name: .standIn, replica: fleet.replica)))
      },
    ]
    return processes + SchedulingSettings.fields.map { .init($0, of: \.scheduling) }
      + FailureTimes.fields.map { .init($0, of: \.failure) }
      + RetrySettings.fields.map { .init($0, of: \.retries) }
      + JobSettings.fields.map { .init($0, of: \.jobs) }
      + SharingSettings.fields.map { .init($0, of: \.sharing) } + hardware
  }

  mutating func finish(_ scope: SettingsScope) {
    for name in models.keys { models[name]?.take(name) }
    failure.finish(scope)
    jobs.finish(scope)
    sharing.finish(scope)
    checkModels(scope)
    scope.check(!regions.isEmpty, "regions", message: "needs one region at least")
    if replica.model != .standIn { check(replica, models: architectures, at: ["replica"], scope) }
    checkNames(scope)
    checkRoundTrips(scope)
  }

  /// Notes models that are neither described nor known.
  private func checkModels(_ scope: SettingsScope) {
    for (name, model) in models.sorted(by: { $0.key < $1.key })
    where model.architecture == nil && ModelArchitecture.named(name.text) == nil {
      let known = ModelArchitecture.catalogue.map(\.name)
      scope.fail(
        ["models", .key(name.text)],
        "is not a model that is known: say what it is" + hint(for: name.text, among: known)
      )
    }
  }

  private func checkNames(_ scope: SettingsScope) {
    let models = architectures
    var regionNames: Set<RegionID> = []
    var nodeNames: Set<NodeID> = []
    for (index, region) in regions.enumerated() {
      let place: [SettingsStep] = ["regions", .index(index)]
      if region.name != .standIn, !regionNames.insert(region.name).inserted {
        scope.fail(place + ["name"], "is the name of another region")
      }
      for (index, node) in region.nodes.enumerated() where node.name != .standIn {
        let place = place + ["nodes", .index(index)]
        node.hardware.check(node.replicas, at: place, scope)
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
      .init(
        "listen",
        \.listen,
        .optional(.address),
        default: "a port that is free",
        "Where its agent listens."
      ),
      .init(
        "rtt",
        \.roundTrips,
        .named(.roundTrip),
        "Round trips to other regions, such as {eu-west: 80ms}; each pair stands once."
      ),
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
      .init(
        "listen",
        \.listen,
        .optional(.address),
        default: "a port that is free",
        "Where it listens."
      ),
    ] + NodeHardware.fields.map { .init($0, of: \.hardware) } + [
      .init(
        "replicas",
        \.replicas,
        default: "one as under replica",
        likeThoseOf: "replica",
        "The engines that it runs: {} is one as under replica."
      ) { .list(of: .map(over: $0.replica)) }
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
