import Basics
public import FleetSpec
public import HearthMessages

/// Why a description of a job that somebody sent can't be taken.
public struct JobSpecError: Error, Sendable, Hashable {
  /// Every fault, by its key of job.yaml.
  public let faults: [Fault]
}

extension JobSpec {
  /// Most arguments and variables, and bytes of all of them.
  private static let (wordsMax, textMax) = (4_096, 256 << 10)
  private static let timeMax = Duration.seconds(8760 * 3600)

  /// Reads what a peer sent, which need not have gone through the reader of job.yaml.
  public init(_ message: HearthV1.JobSpec) throws(JobSpecError) {
    var faults: [Fault] = []
    func check(_ isFine: Bool, _ field: String, _ words: String) {
      if !isFine { faults.append(Fault(field: field, message: words)) }
    }
    func time(_ nanoseconds: Int64, _ field: String) -> Duration {
      check(0...Self.timeMax.nanoseconds ~= nanoseconds, field, "is not between 0s and a year")
      return .nanoseconds(nanoseconds)
    }
    let (name, tenant) = (JobID(message.name), TenantID(message.tenant))
    check(tenant != nil, "tenant", "\(message.tenant.prefix(64).quoted()) is no name of a tenant")
    let words = message.command + message.environment.flatMap { [$0.name, $0.value] }
    check(
      words.count <= Self.wordsMax && words.reduce(0) { $0 + $1.utf8.count } <= Self.textMax,
      "command",
      "and environment have at most \(Self.wordsMax) words and \(Self.textMax >> 10) KiB"
    )
    check(!words.contains { $0.utf8.contains(0) }, "command", "has a zero byte in it")
    check(
      message.environment.allSatisfy { !$0.name.isEmpty && !$0.name.contains("=") },
      "environment",
      "has a variable without a name, or with = in it"
    )
    let regions = message.regions.compactMap { RegionID($0) }
    check(regions.count == message.regions.count, "regions", "has one that is no name of a region")
    let launch = LaunchMode(rawValue: message.launch)
    check(launch != nil, "launch", "is neither worker nor launcher")
    let policy = message.checkpoint ?? .init()
    let driver = CheckpointPolicy.Driver(rawValue: policy.driver)
    check(driver != nil, "checkpoint.driver", "is none of none, periodic, signal and transparent")
    for (path, key) in [
      (message.workingDirectory, "workingDirectory"), (policy.directory, "checkpoint.directory"),
    ] { check(path.isEmpty || path.hasPrefix("/"), key, "is no absolute path") }
    check(message.model.isEmpty || ModelID(message.model) != nil, "model", "is no name")
    check(message.adapter.isEmpty || AdapterID(message.adapter) != nil, "adapter", "is no name")
    check(1...1000 ~= policy.keep, "checkpoint.keep", "is not between 1 and 1000")
    check(policy.copies.count <= 16, "checkpoint.copies", "are more than 16")
    check(0...4096 ~= message.cpusMax, "limits.cpus", "is not between 0 and 4096")
    check(message.memoryBytesMax <= 1 << 50, "limits.memory", "is more than 1024TiB")
    check(message.retries <= 1000, "retries", "is more than 1000")
    let notice = time(message.noticeNs, "notice")
    let minimumRun = time(message.minimumRunNs, "minimumRun")
    let interval = time(policy.intervalNs, "checkpoint.interval")
    check(interval >= .seconds(1), "checkpoint.interval", "is less than 1s")
    let limit = time(message.timeMaxNs, "limits.time")
    guard let name, let tenant, let launch, let driver, faults.isEmpty else {
      if name == nil {
        faults.append(Fault(field: "name", message: Self.nameRule(message.name)))
      }
      throw JobSpecError(faults: faults)
    }
    self.init(name: name, tenant: tenant, command: message.command)
    for variable in message.environment { environment[variable.name] = variable.value }
    workingDirectory = message.workingDirectory.isEmpty ? nil : message.workingDirectory
    (model, adapter) = (ModelID(message.model), AdapterID(message.adapter))
    gpusPerWorker = Int(message.gpusPerWorker)
    workers = WorkerCount(min: Int(message.workersMin), max: Int(message.workersMax))
    (self.launch, self.regions, spansRegions) = (launch, regions, message.spansRegions)
    priority = Int(message.priority)
    checkpoint.driver = driver
    checkpoint.directory = policy.directory.isEmpty ? nil : policy.directory
    (checkpoint.interval, checkpoint.keep) = (interval, Int(policy.keep))
    checkpoint.copies = policy.copies
    (self.notice, self.minimumRun, retries) = (notice, minimumRun, Int(message.retries))
    limits.cpus = message.cpusMax > 0 ? message.cpusMax : nil
    limits.memoryBytes = message.memoryBytesMax > 0 ? message.memoryBytesMax : nil
    limits.time = limit > .zero ? limit : nil
    let own = self.faults()
    guard own.isEmpty else { throw JobSpecError(faults: own) }
  }

  /// What names of jobs may be, since folders and cgroups have them too.
  static func nameRule(_ name: String) -> String {
    "\(name.prefix(64).quoted()) is not 1 to 63 small letters, digits and hyphens"
  }

  /// The job as peers are told.
  public var message: HearthV1.JobSpec {
    HearthV1.JobSpec(
      name: name.text,
      tenant: tenant.text,
      command: command,
      environment: environment.sorted { $0.key < $1.key }.map {
        .init(name: $0.key, value: $0.value)
      },
      workingDirectory: workingDirectory ?? "",
      model: model?.text ?? "",
      adapter: adapter?.text ?? "",
      gpusPerWorker: UInt32(clamping: gpusPerWorker),
      workersMin: UInt32(clamping: workers.min),
      workersMax: UInt32(clamping: workers.max),
      launch: launch.rawValue,
      priority: UInt32(clamping: priority),
      regions: regions.map(\.text),
      spansRegions: spansRegions,
      checkpoint: .init(
        driver: checkpoint.driver.rawValue,
        directory: checkpoint.directory ?? "",
        intervalNs: checkpoint.interval.nanoseconds,
        keep: UInt32(clamping: checkpoint.keep),
        copies: checkpoint.copies
      ),
      noticeNs: notice.nanoseconds,
      minimumRunNs: minimumRun.nanoseconds,
      retries: UInt32(clamping: retries),
      cpusMax: limits.cpus ?? 0,
      memoryBytesMax: limits.memoryBytes ?? 0,
      timeMaxNs: limits.time?.nanoseconds ?? 0
    )
  }
}
