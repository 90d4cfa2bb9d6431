import Basics
import FleetSpec
public import Jobs
import YAML

/// Jobs that a simulation runs beside its conversations: a mix.yaml.
public struct JobMixFile: Sendable, Hashable {
  /// The jobs.
  public var jobs: [Entry] = []
  /// The mean time between two losses of one node; nil for none.
  public var lossesEvery: Duration?
  /// How long a node that is lost is away.
  public var lossesLast: Duration = .seconds(600)

  /// One job, or several that are alike.
  public struct Entry: Sendable, Hashable {
    /// What each of them is; of several the name has a number added.
    public var spec: JobSpec
    /// How many.
    public var count = 1
    /// When the first is submitted.
    public var start = Duration.zero
    /// The mean time from one to the next.
    public var every = Duration.zero
    /// The mean work of one: on so many GPUs as it has, for so long in all.
    public var work: Duration = .seconds(3600)
    /// Whether times and work are drawn about those means.
    public var isRandom = false
    /// From the start of a worker until it trains.
    public var startTime: Duration = .seconds(30)
    /// How long a checkpoint takes, in which it stands still.
    public var checkpointTime: Duration = .seconds(10)
  }

  /// Reads a mix from the bytes of a file, which messages call `name`, and checks that its jobs
  /// can have places on `fleet`.
  public static func read(
    _ bytes: [UInt8],
    name: String,
    on fleet: FleetTopology
  ) throws(SettingsError) -> JobMixFile {
    let faults = SettingsFaults()
    var mix = JobMixFile()
    let map = SettingsNode(bytes, file: name, faults)
    try faults.check()
    let scope = SettingsScope(map, faults)
    scope.read(into: &mix)
    try faults.check()
    for (index, entry) in mix.jobs.enumerated() {
      for fault in entry.spec.faults(on: fleet) {
        scope.fail(["jobs", .index(index), .key(fault.field)], fault.message)
      }
    }
    try faults.check()
    return mix
  }
}

extension JobMixFile: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    [
      .init(
        "jobs",
        \.jobs,
        .list(of: .map(over: .plain)),
        isRequired: true,
        "The jobs, with the keys of job.yaml (a command may be missing) and those of the mix."
      ),
      .init(
        "losses.every",
        \.lossesEvery,
        .optional(.duration(in: .seconds(60) ... .seconds(8760 * 3600))),
        default: "no node is lost",
        "The mean time between two losses of each node, drawn by the simulation's seed; "
          + "conversations and jobs there are lost."
      ),
      .init(
        "losses.last",
        \.lossesLast,
        .duration(in: .seconds(1) ... .seconds(8760 * 3600)),
        "How long a node is away then."
      ),
    ]
  }

  func finish(_ scope: SettingsScope) {
    var names: [JobID: Int] = [:]
    for (index, entry) in jobs.enumerated() where entry.spec.name != .standIn {
      if let other = names.updateValue(index, forKey: entry.spec.name) {
        scope.fail(
          ["jobs", .index(index), "name"],
          "is the name of jobs[\(other)] too (count: has several of one kind)"
        )
      }
    }
  }
}

extension JobMixFile.Entry: SettingsSchema {
  static var standIn: Self { .init(spec: .standIn) }

  /// A job whose program nobody has to name.
  fileprivate static var plain: Self {
    var entry = standIn
    entry.spec.command = ["train"]
    return entry
  }

  static var fields: [SettingsField<Self>] {
    let time = SettingsKind.duration(in: .zero ... .seconds(8760 * 3600))
    return JobSpec.fields.map { .init($0, of: \.spec) } + [
      .init(
        "count",
        \.count,
        .integer(in: 1...10_000),
        "How many there are, named NAME-1, NAME-2 and so on."
      ),
      .init("start", \.start, time, "When the first is submitted, since the start."),
      .init("every", \.every, time, "The mean time from one to the next."),
      .init(
        "work",
        \.work,
        .duration(in: .seconds(1) ... .seconds(1_000_000 * 3600)),
        "The mean work of one, in GPU time: 8h are an hour of eight GPUs."
      ),
      .init(
        "random",
        \.isRandom,
        .bool,
        "Whether the time to the next (exponential) and the work (log-normal) are drawn."
      ),
      .init("startTime", \.startTime, time, "From the start of a worker until it trains."),
      .init(
        "checkpointTime",
        \.checkpointTime,
        time,
        "How long it stands still while a checkpoint is made."
      ),
    ]
  }
}
