public import Basics
public import FleetSpec
public import Jobs
public import Sharing
import YAML

/// A way to choose a replica, by the name that its policy has.
public enum PolicyName: String, Sendable, CaseIterable {
  /// The least seconds over distance, queues, prefill of what isn't cached, and what others lose.
  case warm
  /// The shortest round trip.
  case nearest
  /// The least load.
  case leastLoaded = "least-loaded"
  /// Each in turn.
  case roundRobin = "round-robin"
  /// By a hash of the conversation.
  case sessionHash = "session-hash"
  /// NVIDIA Dynamo's KV router.
  case dynamo
  /// Dynamo's product of the same figures.
  case dynamoLMetric = "dynamo-lmetric"
  /// llm-d's default scorers.
  case llmd = "llm-d"
  /// The cache-aware policy of SGLang's model gateway.
  case smgCacheAware = "smg-cache-aware"
  /// Its least-load policy.
  case smgLeastLoad = "smg-least-load"
  /// GORGO's predicted time to the first token.
  case gorgo
  /// Preble's exploit or explore.
  case preble
  /// SkyWalker's own region first.
  case skywalker
  /// The better of two at random.
  case powerOfTwo = "power-of-two"
}

/// Settings of `hearth-control`.
public struct ControlSettings: DaemonSettings, Sendable, Hashable {
  /// Settings of every daemon.
  public var common: CommonSettings
  /// How turns are placed.
  public var scheduling = SchedulingSettings()
  /// How jobs are run on what conversations leave.
  public var jobs = JobSettings()
  /// When replicas lend their GPUs to jobs.
  public var sharing = SharingSettings()
  /// Where orders and known nodes are kept; nil to forget them with the process.
  public var stateFolder: String?
  /// The file in which what turns take is recorded; nil for one in ``stateFolder``.
  public var ledger: String?
  /// How long turns are kept one by one in it.
  public var ledgerRetention = Duration.seconds(90 * 86_400)
  /// A file with the word that lets people order nodes in the console; nil for a console that only
  /// shows.
  public var consoleToken: String?
  /// What the turns of models should be given.
  public var models: [ModelID: ModelObjective] = [:]

  /// Makes the defaults for a control plane that listens there.
  public init(listen: NetworkAddress = NetworkAddress(host: "127.0.0.1", port: 7400)) {
    common = CommonSettings(listen: listen)
  }

  /// Reads the settings of a process.
  public static func read(_ launch: SettingsLaunch) -> SettingsOutcome<Self> { .init(launch) }

  /// Where the ledger is; nil for none.
  public var ledgerPath: String? { ledger ?? stateFolder.map { $0 + "/ledger.db" } }

  /// What turns should be given.
  public var objectives: ServiceObjectives {
    ServiceObjectives(scheduling, models: models.mapValues(\.objective))
  }

  /// The settings as a file that reads back to the same.
  public var fileText: String { yaml.text() }
}

extension ControlSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    CommonSettings.fields.map { .init($0, of: \.common) }
      + SchedulingSettings.fields.map { .init($0, of: \.scheduling) }
      + JobSettings.fields.map { .init($0, of: \.jobs) }
      + SharingSettings.fields.filter { $0.key.use != .simulation }.map {
        .init($0, of: \.sharing)
      } + [
        .init(
          "stateFolder",
          \.stateFolder,
          .optional(.path),
          "Folder where drains, cordons and the known nodes are kept; without one a restart "
            + "forgets lost nodes, and orders of nodes that are away."
        ),
        .init(
          "ledger",
          \.ledger,
          .optional(.path),
          default: "ledger.db in stateFolder; none without that",
          "File in which what each turn took is recorded, for `hearth compute report`."
        ),
        .init(
          "ledgerRetention",
          \.ledgerRetention,
          .duration(in: .seconds(86_400) ... .seconds(3_650 * 86_400)),
          "How long turns are kept one by one there; of older ones the sums of each hour are kept."
        ),
        .init(
          "consoleToken",
          \.consoleToken,
          .optional(.path),
          default: "none: the console only shows",
          "File with a secret of 16 characters or more: who gives it in the console may cordon, "
            + "drain and undrain nodes."
        ),
        .init(
          "models",
          \.models,
          .named(.map(), by: .modelName),
          "Models that have objectives of their own."
        ),
      ]
  }

  mutating func finish(_ scope: SettingsScope) {
    common.finish(scope)
    jobs.finish(scope)
    sharing.finish(scope)
  }
}
