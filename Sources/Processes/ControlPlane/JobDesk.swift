import Accounting
import Basics
import Coordination
import Daemon
import EventLoop
import FleetSpec
import HearthMessages
import HearthProto
import Jobs
import Logging
import RPC
import SQLite
import Sharing
import Wire

/// Runs jobs: carries out what their core wants, one thing after another, and nothing that follows
/// a change before that is on the disk.
///
/// Changes that wait are written together on another thread. Confined to its loop.
final class JobDesk {
  private typealias Core = MachineShell<JobCore>

  private static let retryTime = Duration.seconds(1)

  let file: JobFile
  private let arena: CallArena
  private let loop: Loop
  private let logger: Logger
  private var shell: Core?
  private var calls: [UInt64: HeldCall<HearthV1.JobStatus>] = [:]
  private var nextCall: UInt64 = 1
  /// What is wanted and not done, the first first.
  private var wanted: ArraySlice<JobCore.Action> = []
  /// How many of these, from the first on, need no more of the disk.
  private var durable = 0
  private var isBusy = false
  /// Whether nothing is written on another thread.
  var isIdle: Bool { !isBusy }
  /// The numbers of the jobs that are on the disk, by name.
  private var kept: [String: UInt64]
  /// Why nothing can be kept now.
  private var trouble: String?
  private var timer: LoopTimer?
  /// What the ledger was given and has not kept.
  private var unkept: (record: UsageRecord, number: UInt64)?
  /// Has the control plane tell a node something.
  private let order: (String, HearthV1.WorkerCommand) -> Void
  /// Gives an entry to the ledger; nil where there is none.
  private let give: (UsageRecord) -> UInt64?
  /// Called with GPUs that serving has again, and for how many replicas there are none.
  var onHandOver: ((ReclaimID, NodeID, UInt64) -> Void)?
  var onFallShort: ((ReclaimID, Int) -> Void)?

  init(
    _ path: String,
    settings: JobSettings,
    loop: Loop,
    logger: Logger,
    order: @escaping (String, HearthV1.WorkerCommand) -> Void,
    give: @escaping (UsageRecord) -> UInt64?
  ) throws {
    (self.loop, self.logger, self.order, self.give) = (loop, logger, order, give)
    arena = CallArena()
    file = try JobFile(path)
    let jobs = try file.read(arena)
    kept = jobs.reduce(into: [:]) { $0[$1.spec?.name ?? ""] = $1.order }
    let clock = WallClock(showing: Duration.since1970.nanoseconds, at: loop.now)
    for job in jobs where Job(job, clock) == nil {
      let why = "\(path) has it as this version can't read it: it is not run, and stays there"
      let name = "\(job.spec?.name ?? "")"
      logger.error("a job is not remembered", metadata: ["job": "\(name)", "why": "\(why)"])
    }
    let core = JobCore(settings: settings, restoring: jobs, clock, at: loop.now)
    if !jobs.isEmpty { logger.notice("remembering jobs", metadata: ["jobs": "\(jobs.count)"]) }
    timer = try LoopTimer(loop: loop) { [unowned self] in work() }
    shell = try MachineShell(core, on: loop, timePassed: .timePassed) { [unowned self] in
      wanted.append($0)
      work()
    }
  }

  /// What becomes of nodes.
  func hear(_ changes: [NodeChange]) {
    for change in changes {
      switch change {
      case .reported(let hello, let jobs, let isWhole):
        shell?.post(.nodeReported(hello, jobs, isWhole: isWhole))
      case .heard(let region): shell?.post(.regionHeard(region))
      case .changed(let node, let availability): shell?.post(.nodeChanged(node, availability))
      case .drains(let node, let due): shell?.post(.nodeDrained(node, by: due))
      case .lost(let node): shell?.post(.nodeLost(node))
      case .replicaReady: break
      }
    }
  }

  /// What sharing wants of the jobs.
  func take(_ event: JobCore.Event) { shell?.post(event) }

  /// Puts down who wants GPUs, if `lendable` ones were free beside the idle, and where these are.
  func tell(_ use: inout FleetUse, ifFree lendable: [RegionID: Int]) {
    guard let core = shell?.machine else { return }
    use.wantedGPUs = core.wantedGPUs(ifFree: lendable)
    use.idleGPUs = core.idleGPUs
  }

  /// Of the entries of the ledger, so many from the first on are kept.
  func ledgerKept(_ count: UInt64) {
    guard let unkept, unkept.number <= count else { return }
    self.unkept = nil
    work()
  }

  /// The ledger has room again: what it had none for is given again.
  func ledgerHasRoom() {
    guard let record = unkept?.record else { return }
    unkept = give(record).map { (record, $0) }
  }

  // MARK: - Calls

  func plan(_ message: HearthV1.JobSpec) throws(GRPCStatus) -> HearthV1.JobPlan {
    let spec: JobSpec
    do throws(JobSpecError) {
      spec = try JobSpec(message)
    } catch {
      return .init(faults: error.faults.map { "\($0.field): \($0.message)" })
    }
    return shell?.machine.plan(spec, at: loop.now) ?? .init()
  }

  func list(_ request: HearthV1.ListJobsRequest) -> HearthV1.JobList {
    shell?.machine.list(all: request.all, at: loop.now) ?? .init()
  }

  func status(of name: String) throws(GRPCStatus) -> HearthV1.JobStatus {
    let missing = GRPCStatus(.notFound, "no job is named \(name.prefix(64).quoted())")
    guard let job = JobID(name), var status = shell?.machine.status(of: job, at: loop.now) else {
      throw missing
    }
    // One that would be forgotten by a restart is not there yet.
    guard let number = shell?.machine.number(of: job), kept[name] == number else {
      throw trouble.map { notKept($0) } ?? missing
    }
    if let trouble { status.reasons.append(notKept(trouble).message) }
    return status
  }

  func run(_ message: HearthV1.JobSpec) throws(GRPCStatus) -> Reply<HearthV1.JobStatus> {
    let spec: JobSpec
    do throws(JobSpecError) {
      spec = try JobSpec(message)
    } catch {
      let words = error.faults.map { "\($0.field): \($0.message)" }
      throw GRPCStatus(.invalidArgument, words.joined(separator: "; "))
    }
    return try hold { .submitted(call: $0, spec) }
  }

  func change(
    _ request: HearthV1.ChangeJobRequest
  ) throws(GRPCStatus) -> Reply<HearthV1.JobStatus> {
    _ = try status(of: request.job)
    guard let job = JobID(request.job) else { return try hold { _ in .timePassed } }
    return try hold { .changed(call: $0, job, request.change) }
  }

  private func hold(
    _ event: @escaping (UInt64) -> JobCore.Event
  ) throws(GRPCStatus) -> Reply<HearthV1.JobStatus> {
    if let trouble { throw notKept(trouble) }
    return .held { [unowned self] held in
      let call = nextCall
      nextCall += 1
      calls[call] = held
      held.onCancel = { [unowned self] _ in calls[call] = nil }
      shell?.post(event(call))
    }
  }

  private func notKept(_ why: String) -> GRPCStatus {
    let words =
      "the control plane can't keep jobs in its stateFolder: \(why) (make room there: until "
    return GRPCStatus(.failedPrecondition, words + "then it takes none on and starts nothing)")
  }

  // MARK: - What the core wants

  private func work() {
    while !isBusy, unkept == nil, let action = wanted.first {
      if action.changesDisk, durable == 0 { return write() }
      wanted.removeFirst()
      durable = max(0, durable - 1)
      perform(action)
    }
  }

  /// Writes all changes that wait.
  private func write() {
    var changes: [String: [UInt8]?] = [:]
    var numbers: [String: UInt64] = [:]
    for action in wanted {
      switch action {
      case .save(let job):
        guard let name = job.spec?.name else { continue }
        changes[name] = .some(encoded(job))
        numbers[name] = job.order
      case .forget(let name):
        changes[name] = .some(nil)
        numbers[name] = nil
      default: break
      }
    }
    let batch = changes.map { JobFile.Change(name: $0.key, bytes: $0.value) }
    let count = wanted.count
    isBusy = true
    let done = { [weak self] (result: Result<Void, any Error>) in
      guard let self else { return }
      isBusy = false
      switch result {
      case .success:
        if trouble != nil { logger.notice("jobs are kept again") }
        (trouble, durable) = (nil, count)
        for change in batch { kept[change.name] = numbers[change.name] }
        work()
      case .failure(let error):
        if trouble == nil {
          let why = "\(error): nothing is started and nobody is answered until there is room"
          logger.error("jobs are not kept", metadata: ["why": "\(why)"])
        }
        trouble = "\(error)"
        let unanswered = calls.values
        calls = [:]
        for held in unanswered { held.finish(notKept("\(error)")) }
        timer?.arm(after: Self.retryTime)
      }
    }
    do {
      try loop.offload { [file] in
        Result { () throws(SQLiteError) in try file.write(batch) }
      } done: {
        done($0.mapError { $0 })
      }
    } catch {
      done(.failure(error))
    }
  }

  private func encoded(_ job: HearthV1.StoredJob) -> [UInt8] {
    var bytes = Bytes()
    defer { arena.reset() }
    // What came in as a message goes out as one.
    try? job.encode(into: &bytes, arena: arena)
    return bytes.withSpan { span in span.indices.map { span[$0] } }
  }

  private func perform(_ action: JobCore.Action) {
    switch action {
    case .save, .forget: break
    case .answer(let call, let answer): self.answer(call, answer)
    case .order(let node, let command): order(node, command)
    case .handOver(let reclaim, let node, let gpus): onHandOver?(reclaim, node, gpus)
    case .fallShort(let reclaim, let replicas): onFallShort?(reclaim, replicas)
    case .record(let usage):
      let record = UsageRecord(usage)
      unkept = give(record).map { (record, $0) }
    case .note(let note):
      let details = Logger.Metadata(uniqueKeysWithValues: note.details.map { ($0, "\($1)") })
      logger.log(level: note.isWarning ? .warning : .notice, "\(note.message)", metadata: details)
    }
  }

  private func answer(_ call: UInt64, _ answer: JobCore.Answer) {
    guard let held = calls.removeValue(forKey: call) else { return }
    switch answer {
    case .accepted(let job):
      held.answer(shell?.machine.status(of: job, at: loop.now) ?? .init())
    case .refused(let refusal, let words):
      let code: GRPCStatus.Code =
        switch refusal {
        case .nameTaken: .alreadyExists
        case .full: .resourceExhausted
        case .faulty: .invalidArgument
        case .notPossible: .failedPrecondition
        }
      held.finish(GRPCStatus(code, words))
    case .notReady:
      let words = "nodes have just begun to attach: try again in some seconds"
      held.finish(GRPCStatus(.unavailable, words))
    }
  }
}

extension JobCore.Action {
  /// Whether something must be written before what follows.
  fileprivate var changesDisk: Bool {
    switch self {
    case .save, .forget: true
    default: false
    }
  }
}

extension UsageRecord {
  /// The entry of a worker that is gone: its name is that of the attempt, so that it counts once.
  fileprivate init(_ used: WorkerUsage) {
    let gpu = used.gpu.map { GPUModel($0) }
    let key = "\(used.worker.job)/\(used.submittedUnixNanoseconds)"
    var usage = ComputeUsage()
    usage.gpuSeconds = used.ran.inSeconds * Double(used.gpus)
    (usage.forwardOperations, usage.backwardOperations) =
      (used.forwardOperations, used.backwardOperations)
    usage.gpuTimeOperations =
      GPUTime(
        devices: Double(used.gpus),
        days: used.ran.inSeconds / 86_400,
        peakFLOPs: gpu?.bf16FLOPs ?? 0,
        utilisation: gpu?.name == GPUModel.cpuCore
          ? GPUTime.cpuUtilisation : GPUTime.gpuUtilisation
      ).operations
    self.init(
      source: SHA256.digest(of: Array(key.utf8).span).prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
      ordinal: used.worker.epoch << 20 | UInt64(used.worker.rank),
      reservation: 0,
      ended: Duration.since1970.nanoseconds,
      subject: .init(
        tenant: used.spec.tenant.text,
        model: used.spec.model?.text ?? "",
        adapter: used.spec.adapter?.text ?? "",
        region: used.region,
        job: used.worker.job.text
      ),
      replica: used.node,
      gpu: gpu?.name ?? "",
      gpuCount: used.gpus,
      usage: usage
    )
  }
}
