/// Which worker of which job, and which attempt at it.
package struct WorkerID: Hashable, Sendable, CustomStringConvertible {
  /// The job's name: 1 to 63 small letters, digits and hyphens.
  package let job: String
  /// The worker's place in its job, from 0.
  package let worker: Int
  /// The attempt; a later one has a greater number.
  package let epoch: Int

  /// Makes an identity; the fault says what a name may have in it.
  package init(job: String, worker: Int, epoch: Int) throws(WorkerFault) {
    guard (1...63).contains(job.utf8.count),
      job.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
      )
    else {
      throw WorkerFault(
        "job \"\(job.prefix(64))\" must be 1 to 63 small letters, digits and hyphens"
      )
    }
    guard worker >= 0, epoch >= 0 else {
      throw WorkerFault("worker \(worker) and epoch \(epoch) must not be negative")
    }
    (self.job, self.worker, self.epoch) = (job, worker, epoch)
  }

  /// `job.worker.epoch`, the name of its directory and of its cgroup.
  package var description: String { "\(job).\(worker).\(epoch)" }

  /// Reads what ``description`` writes.
  package init?(directory name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let worker = Int(parts[1]), let epoch = Int(parts[2]),
      let id = try? WorkerID(job: String(parts[0]), worker: worker, epoch: epoch),
      id.description == name
    else { return nil }
    self = id
  }
}

/// What a shim runs, once.
package struct WorkerSpec: Equatable, Sendable {
  /// Bounds of what a worker uses; nil is no bound.
  package struct Limits: Equatable, Sendable {
    /// Memory, in bytes.
    package var memoryBytes: Int?
    /// Processes and threads.
    package var pids: Int?
    /// Processor time, in thousandths of a core.
    package var cpuMillis: Int?

    /// No bounds.
    package init() {}
  }

  /// Until when a worker may go on: so long after the moment in a ``LeaseFile``.
  package struct Lease: Equatable, Sendable {
    /// Where the file is, absolute.
    package var path: String
    /// How long.
    package var milliseconds: Int

    /// Makes a lease.
    package init(path: String, milliseconds: Int) {
      (self.path, self.milliseconds) = (path, milliseconds)
    }
  }

  /// Who runs.
  package var id: WorkerID
  /// The program and its arguments; a name without a slash is looked up in its own `PATH`.
  package var command: [String]
  /// The whole environment, each as `NAME=value`.
  package var environment: [String] = []
  /// Where it runs, absolute.
  package var workingDirectory = "/"
  /// Whose it is; nil for the agent's own.
  package var user: Int?
  /// Its group, as `user`.
  package var group: Int?
  /// The cgroup that workers' cgroups are in, relative to where cgroups are mounted.
  package var controlGroup = "hearth"
  /// Bounds of what it uses.
  package var limits = Limits()
  /// Where its output goes, absolute.
  package var logDirectory: String
  /// Most bytes of one file of output.
  package var logFileBytesMax = 16 << 20
  /// Files of output that are kept of each of the two streams.
  package var logFilesMax = 4
  /// Longest time between SIGTERM and SIGKILL, in milliseconds.
  package var graceMillisecondsMax = 60_000
  /// Until when it may go on; nil for as long as it likes.
  package var lease: Lease?

  /// Makes a spec with the usual bounds.
  package init(id: WorkerID, command: [String], logDirectory: String) {
    (self.id, self.command, self.logDirectory) = (id, command, logDirectory)
  }

  var record: Record {
    var record = Record()
    record.add("job", id.job)
    record.add("worker", id.worker)
    record.add("epoch", id.epoch)
    for argument in command { record.add("argument", argument) }
    for variable in environment { record.add("variable", variable) }
    record.add("directory", workingDirectory)
    record.add("cgroup", controlGroup)
    record.add("logs", logDirectory)
    record.add("log_file_bytes_max", logFileBytesMax)
    record.add("log_files_max", logFilesMax)
    record.add("grace_ms_max", graceMillisecondsMax)
    if let lease { record.add("lease", lease.path) }
    for (name, value) in optionalNumbers { if let value { record.add(name, value) } }
    return record
  }

  private var optionalNumbers: [(String, Int?)] {
    [
      ("user", user), ("group", group), ("memory_bytes", limits.memoryBytes),
      ("pids", limits.pids), ("cpu_millis", limits.cpuMillis), ("lease_ms", lease?.milliseconds),
    ]
  }

  private static let names: Set = [
    "job", "worker", "epoch", "argument", "variable", "directory", "cgroup", "logs",
    "log_file_bytes_max", "log_files_max", "grace_ms_max", "user", "group", "memory_bytes", "pids",
    "cpu_millis", "lease", "lease_ms",
  ]

  /// Reads a spec strictly: every field but the limits and the user must be there.
  init(_ record: Record) throws(WorkerFault) {
    try record.allow(Self.names)
    func need(_ name: String, _ range: ClosedRange<Int>) throws(WorkerFault) -> Int {
      try record.required(name, try record.number(name, in: range))
    }
    self.init(
      id: try WorkerID(
        job: try record.required("job", try record.one("job")),
        worker: try need("worker", 0...Int.max),
        epoch: try need("epoch", 0...Int.max)
      ),
      command: record.all("argument"),
      logDirectory: try record.required("logs", try record.one("logs"))
    )
    environment = record.all("variable")
    workingDirectory = try record.required("directory", try record.one("directory"))
    controlGroup = try record.required("cgroup", try record.one("cgroup"))
    logFileBytesMax = try need("log_file_bytes_max", 1...Int.max)
    logFilesMax = try need("log_files_max", 1...1_000)
    graceMillisecondsMax = try need("grace_ms_max", 0...86_400_000)
    user = try record.number("user", in: 0...Int(UInt32.max) - 1)
    group = try record.number("group", in: 0...Int(UInt32.max) - 1)
    if let path = try record.one("lease") {
      lease = Lease(path: path, milliseconds: try need("lease_ms", 1...1_000_000_000))
    }
    limits.memoryBytes = try record.number("memory_bytes", in: 1...Int.max)
    limits.pids = try record.number("pids", in: 1...Int.max)
    limits.cpuMillis = try record.number("cpu_millis", in: 10...1_000_000)
    try check()
  }

  /// Finds what no node could run.
  func check() throws(WorkerFault) {
    guard let program = command.first, !program.isEmpty else {
      throw WorkerFault("\(id): the command is empty: name a program")
    }
    for (name, path) in [("directory", workingDirectory), ("logs", logDirectory)]
    where !path.hasPrefix("/") {
      throw WorkerFault("\(id): \(name) \"\(path)\" is not absolute")
    }
    guard !controlGroup.hasPrefix("/"), !controlGroup.isEmpty,
      controlGroup.split(separator: "/", omittingEmptySubsequences: false)
        .allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else {
      throw WorkerFault("\(id): cgroup \"\(controlGroup)\" must be a relative path without dots")
    }
    for variable in environment
    where variable.firstIndex(of: "=") ?? variable.startIndex == variable.startIndex {
      throw WorkerFault("\(id): variable \"\(variable)\" is not NAME=value")
    }
    guard (command + environment).allSatisfy({ !$0.utf8.contains(0) }) else {
      throw WorkerFault("\(id): an argument or variable has a zero byte in it")
    }
    guard record.bytes.count <= Record.bytesMax else {
      throw WorkerFault("\(id): command and environment exceed \(Record.bytesMax) bytes")
    }
  }
}
