import Basics
import FleetSpec
public import Jobs
import YAML

extension JobSpec {
  /// Reads a job from the bytes of a job.yaml, which messages call `name`, and checks that it can
  /// have a place on `fleet`, where that is known.
  public static func read(
    _ bytes: [UInt8],
    name: String,
    on fleet: FleetTopology? = nil
  ) throws(SettingsError) -> JobSpec {
    let faults = SettingsFaults()
    var job = JobSpec.standIn
    let map = SettingsNode(bytes, file: name, faults)
    try faults.check()
    let scope = SettingsScope(map, faults)
    scope.read(into: &job)
    try faults.check()
    for fault in job.faults(on: fleet) { scope.fail([.key(fault.field)], fault.message) }
    try faults.check()
    return job
  }
}

extension JobSpec: SettingsSchema {
  static var standIn: Self { .init(name: .standIn, tenant: .standIn, command: []) }

  static var fields: [SettingsField<Self>] { programFields + placeFields + keepingFields }

  private static var programFields: [SettingsField<Self>] {
    [
      .init(
        "name",
        \.name,
        .identifier(),
        isRequired: true,
        "Name of the job; one that has ended may give its name to another."
      ),
      .init(
        "tenant",
        \.tenant,
        .identifier(),
        isRequired: true,
        "Who is accounted for it, and shares the GPUs with other tenants."
      ),
      .init(
        "command",
        \.command,
        .list(of: .text("text")),
        isRequired: true,
        "The program and its arguments, such as [python3, train.py]. No shell reads them."
      ),
      .init(
        "environment",
        \.environment,
        .variables,
        "Variables of the program, beside those that tell workers of each other."
      ),
      .init(
        "workingDirectory",
        \.workingDirectory,
        .optional(.path),
        default: "a folder of the job's own",
        "Where the program starts on its node."
      ),
      .init("model", \.model, .optional(.modelName), "The base model that it trains."),
      .init("adapter", \.adapter, .optional(.identifier()), "The LoRA adapter that it trains."),
      .init(
        "launch",
        \.launch,
        .choice(),
        "What a worker is: a process of the job with a rank (RANK, WORLD_SIZE, MASTER_ADDR and the "
          + "like), or a launcher such as torchrun, which starts one for each GPU (PET_NNODES and "
          + "the like)."
      ),
    ]
  }

  private static var placeFields: [SettingsField<Self>] {
    [
      .init(
        "gpus",
        \.gpusPerWorker,
        .integer(in: 1...JobNode.gpuCountMax),
        "GPUs of each worker, all of one node."
      ),
      .init(
        "workers",
        \.workers,
        .workerCount,
        "Workers, which all start or none; or from how many to how many there may be as GPUs "
          + "become idle and are wanted back, such as {min: 2, max: 8}."
      ),
      .init(
        "priority",
        \.priority,
        .integer(in: JobSpec.priorities),
        "Jobs of a higher priority go first, and may preempt those of a lower one."
      ),
      .init(
        "regions",
        \.regions,
        .list(of: .identifier()),
        "Regions in the order in which they are preferred; others will do too."
      ),
      .init(
        "spanRegions",
        \.spansRegions,
        .bool,
        "Whether the workers may be in several regions, if they have no place in one."
      ),
      .init(
        "limits.cpus",
        \.limits.cpus,
        .optional(.number(in: 0.01...4096)),
        default: "what the node has",
        "CPU cores of a worker."
      ),
      .init(
        "limits.memory",
        \.limits.memoryBytes,
        .optional(.memory),
        default: "what the node has",
        "Memory of a worker."
      ),
      .init(
        "limits.time",
        \.limits.time,
        .optional(.duration(in: .seconds(1)...JobSpec.timeMax)),
        default: "no limit",
        "How long the job may run in all. A job that says so can be placed before one that waits "
          + "for more, if it ends in time."
      ),
    ]
  }

  private static var timeMax: Duration { .seconds(8760 * 3600) }

  private static var keepingFields: [SettingsField<Self>] {
    [
      .init(
        "checkpoint.driver",
        \.checkpoint.driver,
        .choice(),
        "Who makes checkpoints: nobody; the program from time to time (periodic) or when it is "
          + "told to go (signal); or Hearth, without its help (transparent)."
      ),
      .init(
        "checkpoint.directory",
        \.checkpoint.directory,
        .optional(.path),
        "Where the program puts its checkpoints; needed for periodic and signal."
      ),
      .init(
        "checkpoint.interval",
        \.checkpoint.interval,
        .duration(in: .seconds(1)...JobSpec.timeMax),
        "How often one is made."
      ),
      .init(
        "checkpoint.keep",
        \.checkpoint.keep,
        .integer(in: 1...1000),
        "How many of the last checkpoints are kept."
      ),
      .init(
        "checkpoint.copies",
        \.checkpoint.copies,
        .list(of: .copy),
        "Where copies of checkpoints go: names of regions, or s3://bucket/prefix."
      ),
      .init(
        "notice",
        \.notice,
        .duration(in: .seconds(1)...(.seconds(3600))),
        "From the notice that it must go to its end, at the most."
      ),
      .init(
        "minimumRun",
        \.minimumRun,
        .duration(in: .zero...(.seconds(86_400))),
        "How long it runs before another job may preempt it; twice as long each time that it was "
          + "preempted without progress. Conversations don't wait for that."
      ),
      .init(
        "retries",
        \.retries,
        .integer(in: 0...1000),
        "How often it is tried again after failures without progress. A preemption or a lost node "
          + "is no failure."
      ),
    ]
  }
}

extension SettingsKind where Value == WorkerCount {
  /// A number of workers, or the fewest and the most.
  static var workerCount: Self {
    let count = SettingsKind<Int>.integer(in: 1...JobSpec.workersMax)
    return SettingsKind(noun: "number or map", isStructured: true, bounds: count.bounds) { value in
      guard value.isElastic else { return count.write(value.min) }
      return YAMLNode(
        .map([
          YAMLEntry(key: "min", value: count.write(value.min)),
          YAMLEntry(key: "max", value: count.write(value.max)),
        ])
      )
    } read: { node, faults in
      guard case .map = node.yaml.value else {
        return count.read(node, faults).map { WorkerCount(min: $0, max: $0) }
      }
      var bounds: [String: Int] = [:]
      let before = faults.count
      for entry in uniqueEntries(of: node, faults) ?? [] {
        guard ["min", "max"].contains(entry.name) else {
          faults.add(
            entry.key,
            "is not a setting" + hint(for: entry.name, among: ["min", "max"])
          )
          continue
        }
        bounds[entry.name] = count.read(entry.value, faults)
      }
      guard faults.count == before else { return nil }
      guard let min = bounds["min"], let max = bounds["max"] else {
        faults.add(node, "needs both min and max (try {min: 2, max: 8})")
        return nil
      }
      guard min <= max else {
        faults.add(node, "has a min of \(min) above its max of \(max)")
        return nil
      }
      return WorkerCount(min: min, max: max)
    }
  }
}

extension SettingsKind where Value == [String: String] {
  /// Variables of an environment.
  static var variables: Self {
    let text = SettingsKind<String>.text("text")
    return SettingsKind(noun: "map", isStructured: true) { value in
      YAMLNode(
        .map(
          value.sorted { $0.key < $1.key }.map {
            YAMLEntry(key: $0.key, value: YAMLNode(.scalar($0.value)))
          }
        )
      )
    } read: { node, faults in
      guard let entries = uniqueEntries(of: node, faults) else { return nil }
      var values: [String: String] = [:]
      for entry in entries {
        guard entry.name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]{0,127}/) != nil else {
          faults.add(entry.key, "is not the name of a variable (try NCCL_DEBUG)")
          continue
        }
        // An empty variable is one too.
        if entry.value.yaml.value == .scalar("") {
          values[entry.name] = ""
        } else if let value = text.read(entry.value, faults) {
          values[entry.name] = value
        }
      }
      return values
    }
  }
}

extension SettingsKind where Value == String {
  /// Where a copy of a checkpoint goes.
  fileprivate static var copy: Self {
    .scalar("region or s3://bucket/prefix", text: { $0 }) { text throws(WrongText) in
      let isBucket =
        text.utf8.count <= 1024
        && text.wholeMatch(of: /s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9._\/-]*)?/)
          != nil
      guard isBucket || RegionID(text).map({ !$0.text.contains(":") }) ?? false else {
        throw WrongText("is neither a region nor a bucket (try s3://bucket/prefix)")
      }
      return text
    }
  }
}

extension SettingsKind where Value == UInt64 {
  private static var units: [(name: String, bytes: UInt64)] {
    [
      ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("TB", 1_000_000_000_000),
      ("GB", 1_000_000_000), ("MB", 1_000_000),
    ]
  }

  /// An amount of memory, such as `64GiB`.
  fileprivate static var memory: Self {
    .scalar(
      "memory",
      bounds: "1MB to 1024TiB",
      text: { value in
        let unit = units.first { value % $0.bytes == 0 && value > 0 }
        return unit.map { "\(value / $0.bytes)\($0.name)" } ?? "\(value)"
      },
      parse: { text throws(WrongText) in
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let name = text.dropFirst(digits.count)
        guard let number = UInt64(digits), let unit = units.first(where: { $0.name == name }) else {
          throw WrongText("is not an amount of memory (try 64GiB)")
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
        guard !overflow, (1_000_000...1 << 50).contains(bytes) else {
          throw WrongText("is not between 1MB and 1024TiB")
        }
        return bytes
      }
    )
  }
}
