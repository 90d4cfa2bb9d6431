public import Basics
public import HearthMessages

/// Jobs as the control plane runs them: the scheduler, between owners and nodes that speak in
/// messages and a disk that must have a job before anybody acts on it.
public struct JobCore: Machine, Sendable {
  /// What happened.
  public enum Event: Sendable {
    /// An owner wants a job run; the call is answered once it is on the disk.
    case submitted(call: UInt64, JobSpec)
    /// An owner wants something of a job.
    case changed(call: UInt64, JobID, HearthV1.JobChange)
    /// A node tells of its workers: of changes, or from the beginning.
    case nodeReported(HearthV1.NodeHello, HearthV1.NodeJobs, isWhole: Bool)
    /// The nodes of a region may have been told that they are counted on.
    case regionHeard(String)
    /// A node takes new work, or takes none, or is silent.
    case nodeChanged(String, HearthV1.Availability)
    /// An operator wants a node empty by then.
    case nodeDrained(String, by: Instant)
    /// A node was given up.
    case nodeLost(String)
    /// Serving has these GPUs of a node, a bit each.
    case servingChanged(NodeID, UInt64)
    /// Serving wants GPUs back.
    case reclaimed(Reclaim)
    /// Serving no longer wants what it has not been handed.
    case reclaimEnded(ReclaimID)
    /// The deadline may have been reached.
    case timePassed
  }

  /// What to do, in this order: nothing that follows a ``save(_:)`` before that is on the disk.
  public enum Action: Sendable {
    /// Keep a job.
    case save(HearthV1.StoredJob)
    /// Forget a job.
    case forget(String)
    /// Answer a call.
    case answer(call: UInt64, Answer)
    /// Have a node do something with a worker.
    case order(node: String, HearthV1.WorkerCommand)
    /// Let serving have GPUs of a node, a bit each.
    case handOver(ReclaimID, NodeID, gpus: UInt64)
    /// Serving can't have so many replicas.
    case fallShort(ReclaimID, replicas: Int)
    /// A worker is gone: what it had goes into the ledger.
    case record(WorkerUsage)
    /// Log.
    case note(JobNote)
  }

  /// The answer to an owner.
  public enum Answer: Sendable {
    /// It is done.
    case accepted(JobID)
    /// It is not, for this reason.
    case refused(JobRefusal, String)
    /// Nobody can tell yet whether the fleet has room: nodes have just begun to attach.
    case notReady
  }

  /// Something that whoever runs the fleet may want to read.
  public struct JobNote: Sendable {
    /// What happened, in constant words.
    public let message: String
    /// To what.
    public let details: [String: String]
    /// Whether somebody should look.
    public let isWarning: Bool
  }

  struct Node: Sendable {
    let id: NodeID
    let region: String
    let address: String
    /// The latest that it told of its workers.
    var workers: [WorkerID: HearthV1.WorkerState] = [:]
    var isLost = false
  }

  private(set) var scheduler: JobScheduler
  private let clock: WallClock
  private var nodes: [String: Node] = [:]
  /// Why workers could not be started or checkpointed, by job; the latest.
  private var troubles: [JobID: String] = [:]
  /// Until when nodes that are missing may only not be back yet.
  private let settledAt: Instant

  /// How long after a start nodes have to report before plans and refusals count on them.
  public static let settleTime = Duration.seconds(10)

  /// Makes the core with the jobs that an earlier one kept.
  public init(
    settings: JobSettings,
    restoring jobs: [HearthV1.StoredJob],
    _ clock: WallClock,
    at now: Instant
  ) {
    scheduler = JobScheduler(settings: settings)
    self.clock = clock
    settledAt = now.advanced(by: Self.settleTime)
    var none = Actions<JobAction>()
    for job in jobs.compactMap({ Job($0, clock) }).sorted(by: { $0.order < $1.order }) {
      scheduler.step(.restored(job), at: now, into: &none)
    }
  }

  /// When ``Event/timePassed`` is wanted.
  public var deadline: Instant? { scheduler.deadline }

  /// Takes in one event.
  public mutating func step(_ event: Event, at now: Instant, into actions: inout Actions<Action>) {
    switch event {
    case .submitted(let call, let spec):
      run(.submitted(spec), of: spec.name, call: call, at: now, into: &actions)
    case .changed(let call, let job, let change):
      switch change {
      case .cancel: run(.cancelled(job), of: job, call: call, at: now, into: &actions)
      case .checkpoint: run(.checkpointAsked(job), of: job, call: call, at: now, into: &actions)
      case .resume: run(.resumed(job), of: job, call: call, at: now, into: &actions)
      case .unspecified, .unrecognized:
        actions.append(.answer(call: call, .refused(.notPossible(""), "the change is none")))
      }
    case .nodeReported(let hello, let report, let isWhole):
      take(report, of: hello, isWhole: isWhole, at: now, into: &actions)
    case .regionHeard(let region):
      for node in nodes.values where node.region == region && !node.isLost {
        run(.nodeHeard(node.id), at: now, into: &actions)
      }
    case .nodeChanged(let name, let availability):
      guard let id = nodes[name]?.id else { return }
      switch availability {
      case .suspect: run(.nodeSuspected(id), at: now, into: &actions)
      case .cordoned, .draining, .drained: run(.nodeCordoned(id, true), at: now, into: &actions)
      case .ready: run(.nodeCordoned(id, false), at: now, into: &actions)
      default: break
      }
    case .nodeDrained(let name, let due):
      guard let id = nodes[name]?.id else { return }
      run(.nodeDrained(id, by: due), at: now, into: &actions)
    case .nodeLost(let name):
      guard let id = nodes[name]?.id else { return }
      nodes[name]?.isLost = true
      run(.nodeLost(id), at: now, into: &actions)
    case .servingChanged(let node, let gpus):
      run(.servingChanged(node, gpus: gpus), at: now, into: &actions)
    case .reclaimed(let reclaim): run(.reclaimed(reclaim), at: now, into: &actions)
    case .reclaimEnded(let id): run(.reclaimEnded(id), at: now, into: &actions)
    case .timePassed: run(.timePassed, at: now, into: &actions)
    }
  }

  /// GPUs that jobs would have in each region, if `lendable` ones were free beside the idle.
  public func wantedGPUs(ifFree lendable: [RegionID: Int]) -> [RegionID: Int] {
    scheduler.wantedGPUs(ifFree: lendable)
  }

  /// GPUs that nobody has, by node.
  public var idleGPUs: [NodeID: Int] { scheduler.idleGPUs }

  // MARK: - What owners ask

  /// What would become of a job that was submitted now.
  public func plan(_ spec: JobSpec, at now: Instant) -> HearthV1.JobPlan {
    scheduler.plan(spec, at: now).message(for: spec.name, at: now) { nodes[$0.text]?.region ?? "" }
  }

  /// Every job, or those that have not ended.
  public func list(all: Bool, at now: Instant) -> HearthV1.JobList {
    scheduler.statuses(all: all, at: now, worker: message)
  }

  /// One job; nil when there is none of that name.
  public func status(of job: JobID, at now: Instant) -> HearthV1.JobStatus? {
    var status = scheduler.status(of: job, at: now, worker: message)
    if let trouble = troubles[job], status?.state != "succeeded" {
      status?.reasons.append("the last fault: \(trouble)")
    }
    return status
  }

  /// What tells a job from others that had its name.
  public func number(of job: JobID) -> UInt64? { scheduler.job(job)?.order }

  /// A worker of a job, as owners are told.
  private func message(_ worker: Job.Worker) -> HearthV1.JobWorker {
    let node = nodes[worker.node.text]
    let state =
      switch worker.state {
      case _ where worker.fencedAt != nil: "cut off"
      case .ordered: "ordered"
      case .running: "running"
      case .leaving: "leaving"
      case .exited: "exited"
      }
    return HearthV1.JobWorker(
      rank: UInt32(clamping: worker.rank),
      node: worker.node.text,
      region: node?.region ?? "",
      gpus: worker.gpus,
      state: state,
      address: node?.address ?? "",
      epoch: worker.epoch
    )
  }

  // MARK: - What nodes tell

  private mutating func take(
    _ report: HearthV1.NodeJobs,
    of hello: HearthV1.NodeHello,
    isWhole: Bool,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    guard let id = NodeID(hello.node), let region = RegionID(hello.region), let facts = hello.jobs
    else { return }
    var states: [WorkerID: HearthV1.WorkerState] = [:]
    for state in report.workers {
      if let worker = state.name.flatMap(WorkerID.init) { states[worker] = state }
    }
    let before = isWhole ? nil : nodes[hello.node]?.workers
    nodes[hello.node] = Node(id: id, region: region.text, address: hello.address, workers: states)
    let gone = states.filter { $0.value.phase == .gone }
    for (worker, state) in gone where before?[worker]?.phase != .gone {
      let seconds = Duration.nanoseconds(max(0, state.ranNs)).inSeconds
      scheduler.charge(worker, gpuSeconds: seconds * Double(state.gpus.nonzeroBitCount))
    }
    if let before {
      for (worker, state) in states.sorted(by: { $0.key < $1.key }) where state != before[worker] {
        tell(state, of: worker, after: before[worker], at: now, into: &actions)
      }
    } else {
      var node = JobNode(
        id: id,
        region: region,
        rail: facts.rail,
        domain: facts.domain.isEmpty ? nil : facts.domain,
        gpuCount: Int(facts.gpus)
      )
      node.drivers = Set(facts.drivers.compactMap(CheckpointPolicy.Driver.init))
      let reports = states.map { worker, state in
        WorkerReport(id: worker, gpus: state.gpus, exit: exit(of: worker, state))
      }
      run(
        .nodeReported(node, serving: report.serving, workers: reports),
        at: now,
        into: &actions
      )
      for (worker, state) in states.sorted(by: { $0.key < $1.key }) {
        noteFault(state, of: worker, into: &actions)
        tellCheckpoint(state, of: worker, at: now, into: &actions)
        if state.phase == .gone { run(.workerGone(worker), at: now, into: &actions) }
      }
    }
    for (worker, state) in gone.sorted(by: { $0.key < $1.key }) where before?[worker] != state {
      if let usage = usage(of: worker, state, on: hello) { actions.append(.record(usage)) }
      if let name = state.name {
        actions.append(.order(node: hello.node, .init(command: .forget(name))))
      }
    }
  }

  /// Tells the scheduler what is new of a worker.
  private mutating func tell(
    _ state: HearthV1.WorkerState,
    of worker: WorkerID,
    after before: HearthV1.WorkerState?,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    if state.fault != before?.fault { noteFault(state, of: worker, into: &actions) }
    let exit = exit(of: worker, state)
    let isStarted = if case .notStarted = exit { false } else { state.phase != .starting }
    if isStarted { run(.workerStarted(worker), at: now, into: &actions) }
    tellCheckpoint(state, of: worker, at: now, into: &actions)
    if let exit, before?.exit == nil {
      run(.workerExited(worker, exit), at: now, into: &actions)
    }
    if state.phase == .gone, before?.phase != .gone {
      run(.workerGone(worker), at: now, into: &actions)
    }
  }

  /// How a worker ended, once it has: one that nobody knew to run and that is gone with a fault was
  /// never started.
  private func exit(of worker: WorkerID, _ state: HearthV1.WorkerState) -> WorkerExit? {
    guard state.exit == .unknown, !state.fault.isEmpty, scheduler.isOrdered(worker) else {
      return state.exit
    }
    return .notStarted(String(state.fault.prefix(512)))
  }

  private mutating func noteFault(
    _ state: HearthV1.WorkerState,
    of worker: WorkerID,
    into actions: inout Actions<Action>
  ) {
    guard !state.fault.isEmpty else { return }
    troubles[worker.job] = "worker \(worker.rank): \(state.fault)"
    let details = ["job": worker.job.text, "worker": "\(worker.rank)", "why": state.fault]
    actions.append(.note(JobNote(message: "worker in trouble", details: details, isWarning: true)))
  }

  private mutating func tellCheckpoint(
    _ state: HearthV1.WorkerState,
    of worker: WorkerID,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    guard state.checkpointNumber > 0 else { return }
    let report = CheckpointReport(
      number: state.checkpointNumber,
      step: state.checkpointStep == 0 ? nil : state.checkpointStep,
      age: .nanoseconds(max(0, state.checkpointAgeNs)),
      isWhole: state.checkpointIsWhole
    )
    run(.checkpointed(worker, report), at: now, into: &actions)
  }

  private func usage(
    of worker: WorkerID,
    _ state: HearthV1.WorkerState,
    on hello: HearthV1.NodeHello
  ) -> WorkerUsage? {
    guard let job = scheduler.job(worker.job), state.ranNs > 0 else { return nil }
    return WorkerUsage(
      worker: worker,
      spec: job.spec,
      submittedUnixNanoseconds: clock.unix(job.submittedAt),
      node: hello.node,
      region: hello.region,
      gpus: state.gpus.nonzeroBitCount,
      gpu: hello.replicas.first?.gpu,
      ran: .nanoseconds(state.ranNs),
      forwardOperations: state.forwardOperations,
      backwardOperations: state.backwardOperations
    )
  }

  // MARK: - The scheduler

  /// Has the scheduler take in an event, and puts what it wants into messages.
  private mutating func run(
    _ event: JobEvent,
    of job: JobID? = nil,
    call: UInt64? = nil,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    var wanted = Actions<JobAction>()
    scheduler.step(event, at: now, into: &wanted)
    for action in wanted.take() {
      switch action {
      case .save(let job): actions.append(.save(job.stored(clock)))
      case .forget(let id):
        troubles[id] = nil
        actions.append(.forget(id.text))
      case .accept(let id):
        if let call { actions.append(.answer(call: call, .accepted(id))) }
      case .refuse(let id, let refusal):
        guard let call else { continue }
        if case .faulty = refusal, now < settledAt {
          actions.append(.answer(call: call, .notReady))
        } else {
          actions.append(.answer(call: call, .refused(refusal, refusal.words(for: id))))
        }
      case .start(let order): start(order, into: &actions)
      case .checkpoint(let worker, let number, let within):
        let ask = HearthV1.WorkerCheckpoint(
          name: worker.message,
          number: number,
          withinNs: within.nanoseconds
        )
        send(.checkpoint(ask), to: worker, into: &actions)
      case .stop(let worker, let cause, let grace):
        let stop = HearthV1.WorkerStop(
          name: worker.message,
          cause: cause.words,
          graceNs: grace.nanoseconds
        )
        send(.stop(stop), to: worker, into: &actions)
      case .kill(let worker, let node):
        actions.append(.order(node: node.text, .init(command: .kill(worker.message))))
      case .handOver(let reclaim, let node, let gpus):
        actions.append(.handOver(reclaim, node, gpus: gpus))
      case .reclaimShort(let reclaim, let replicas):
        actions.append(.fallShort(reclaim, replicas: replicas))
      case .note(let id, let incident):
        let details = [
          "job": id.text, "why": incident.cause.words, "gpus": "\(incident.gpus)",
          "lost-gpu-seconds": incident.lostGPUSeconds.text(fraction: 1),
        ]
        actions.append(.note(JobNote(message: "job stops", details: details, isWarning: false)))
      case .end(let id, let outcome):
        var details = ["job": id.text, "outcome": outcome.word]
        if case .failed(let cause) = outcome { details["why"] = cause.words }
        let isWarning = outcome != .succeeded && outcome != .cancelled
        actions.append(.note(JobNote(message: "job ended", details: details, isWarning: isWarning)))
      }
    }
  }

  private func send(
    _ command: HearthV1.WorkerCommand.Command,
    to worker: WorkerID,
    into actions: inout Actions<Action>
  ) {
    guard let node = scheduler.node(of: worker) else { return }
    actions.append(.order(node: node.text, .init(command: command)))
  }

  private func start(_ order: WorkerOrder, into actions: inout Actions<Action>) {
    let address = nodes[order.master.text]?.address ?? ""
    let host = String(address[..<(address.lastIndex(of: ":") ?? address.endIndex)])
    let port = order.meetingPort
    let variables = order.variables(masterAddress: host, masterPort: port)
    let start = HearthV1.WorkerStart(
      name: order.id.message,
      spec: order.spec.message,
      gpus: order.gpus,
      worldSize: UInt32(clamping: order.worldSize),
      localRank: UInt32(clamping: order.localRank),
      localWorldSize: UInt32(clamping: order.localWorldSize),
      nodeRank: UInt32(clamping: order.nodeRank),
      nodeCount: UInt32(clamping: order.nodeCount),
      masterAddress: host,
      masterPort: UInt32(port),
      checkpoint: order.checkpoint?.number ?? 0,
      variables: variables.sorted { $0.key < $1.key }.map {
        .init(name: $0.key, value: $0.value)
      },
      cutOffNs: scheduler.settings.cutOffMax.nanoseconds
    )
    actions.append(.order(node: order.node.text, .init(command: .start(start))))
  }
}
