import Basics
import FleetSpec
import Testing

@testable import Jobs

/// Nodes, workers and a network around the scheduler, which do as they are told after a while, fail
/// and come back; what must never be is checked as it happens.
struct JobWorld {
  struct Process {
    let order: WorkerOrder
    /// Whether it takes no notice of anything but a kill.
    let isStubborn: Bool
  }

  struct Node {
    let place: JobNode
    var serving: UInt64 = 0
    /// Exits that were not told.
    var records: [WorkerID: (exit: WorkerExit, gpus: UInt64)] = [:]
    var processes: [WorkerID: Process] = [:]
    var seen: [JobID: [Int: UInt64]] = [:]
    var isConnected = true
    /// Whether it takes orders and does nothing.
    var isDeaf = false
    /// Orders of earlier sessions are lost.
    var session = 0
    var cutOffAt: Instant?
  }

  enum Item {
    case report(NodeID, session: Int, JobEvent)
    case deliver(JobAction, NodeID, session: Int)
    case end(WorkerID, NodeID, WorkerExit, isHard: Bool)
    case finish(JobID, run: Int)
    case saveWork(JobID, run: Int)
    case suspect(NodeID, session: Int)
    case lose(NodeID, session: Int)
    case fence(NodeID, session: Int)
  }

  var scheduler: JobScheduler
  var now = Instant.zero
  var nodes: [NodeID: Node] = [:]
  var order: [NodeID] = []
  var random: PRNG
  var timers = TimerHeap<Item>()
  /// How long each job has to run, and what of it is kept.
  var lengths: [JobID: Double] = [:]
  var saved: [JobID: Double] = [:]
  var runs: [JobID: (number: Int, at: Instant, from: Double)] = [:]
  var runCount = 0
  var trace: [String] = []
  private var startedEpochs: [JobID: UInt64] = [:]
  var kept: [JobID: Job] = [:]
  var log: [(at: Instant, action: JobAction)] = []
  var outcomes: [JobID: JobOutcome] = [:]
  var faults: [String] = []
  var stubbornShare = 0.05
  var failureShare = 0.0
  let settings: JobSettings
  private var actions = Actions<JobAction>()

  init(_ places: [JobNode], settings: JobSettings = .init(), seed: UInt64 = 1) {
    self.settings = settings
    scheduler = JobScheduler(settings: settings)
    random = PRNG(seed: seed)
    for place in places {
      nodes[place.id] = Node(place: place)
      order.append(place.id)
      tell(.nodeReported(place, serving: 0, workers: []))
    }
  }

  // MARK: - Driving

  mutating func tell(_ event: JobEvent) {
    scheduler.step(event, at: now, into: &actions)
    carryOut()
    while let due = scheduler.deadline, due <= now {
      scheduler.step(.timePassed, at: now, into: &actions)
      carryOut()
    }
  }

  mutating func submit(_ spec: JobSpec, seconds: Double = 600) {
    lengths[spec.name] = seconds
    tell(.submitted(spec))
  }

  /// Lets time pass, with all that happens in it.
  mutating func pass(_ seconds: Double) {
    let end = now.advanced(by: Duration(inSeconds: seconds))
    while true {
      let next = [timers.deadline, scheduler.deadline].compactMap { $0 }.min()
      guard let next, next <= end else { break }
      now = max(now, next)
      while let item = timers.popDue(at: now) { happen(item) }
      if let due = scheduler.deadline, due <= now { tell(.timePassed) }
    }
    now = end
  }

  mutating func after(_ seconds: Double, _ item: Item) {
    timers.add(item, due: now.advanced(by: Duration(inSeconds: seconds)))
  }

  private mutating func happen(_ item: Item) {
    switch item {
    case .report(let node, let session, let event):
      guard nodes[node]?.session == session, nodes[node]?.isConnected == true else { return }
      if case .workerGone(let id) = event { nodes[node]?.records[id] = nil }
      tell(event)
    case .deliver(let action, let node, let session):
      guard nodes[node]?.session == session, nodes[node]?.isConnected == true else { return }
      if nodes[node]?.isDeaf == false { deliver(action, node) }
    case .end(let id, let node, let exit, let isHard):
      guard let process = nodes[node]?.processes[id], isHard || !process.isStubborn else { return }
      remove(id, node, exit)
    case .finish(let job, let run):
      guard runs[job]?.number == run else { return }
      runs[job] = nil
      saved[job] = lengths[job]
      for (node, id) in processes(of: job) { remove(id, node, .code(0)) }
    case .saveWork(let job, let number):
      guard let run = runs[job], run.number == number,
        let (node, id) = processes(of: job).first(where: { $0.1.rank == 0 })
      else { return }
      saved[job] = run.from + run.at.seconds(to: now)
      let report = CheckpointReport(number: UInt64(now.nanoseconds), isWhole: true)
      send(node, .checkpointed(id, report))
      after(60, item)
    case .suspect(let node, let session):
      if nodes[node]?.session == session, nodes[node]?.isConnected == false {
        tell(.nodeSuspected(node))
      }
    case .lose(let node, let session):
      if nodes[node]?.session == session, nodes[node]?.isConnected == false {
        tell(.nodeLost(node))
      }
    case .fence(let node, let session):
      guard nodes[node]?.session == session, nodes[node]?.isConnected == false else { return }
      for id in nodes[node]?.processes.keys.sorted(by: { $0.rank < $1.rank }) ?? [] {
        remove(id, node, .signal(9))
      }
    }
  }

  private func processes(of job: JobID) -> [(NodeID, WorkerID)] {
    order.flatMap { node in
      (nodes[node]?.processes.keys.filter { $0.job == job } ?? [])
        .sorted { $0.rank < $1.rank }.map { (node, $0) }
    }
  }

  private mutating func send(_ node: NodeID, _ event: JobEvent) {
    after(0.02, .report(node, session: nodes[node]?.session ?? 0, event))
  }

  private mutating func remove(_ id: WorkerID, _ node: NodeID, _ exit: WorkerExit) {
    guard let process = nodes[node]?.processes.removeValue(forKey: id) else { return }
    if exit != .code(0) { disturb(process.order) }
    nodes[node]?.records[id] = (exit, process.order.gpus)
    send(node, .workerExited(id, exit))
    sendGone(id, node)
  }

  /// Whatever a node is told of a worker of which nothing is there, it says so.
  private mutating func answerGone(_ id: WorkerID, _ node: NodeID) {
    if nodes[node]?.processes[id] == nil { sendGone(id, node) }
  }

  private mutating func sendGone(_ id: WorkerID, _ node: NodeID) {
    after(
      0.02 + 0.2 * random.nextUnit(),
      .report(node, session: nodes[node]?.session ?? 0, .workerGone(id))
    )
  }

  /// A job has lost a worker: it goes on without, or stands still.
  private mutating func disturb(_ order: WorkerOrder) {
    let workers = order.spec.workers
    let goesOn =
      workers.isElastic && order.spec.launch == .launcher && order.id.rank != 0
      && processes(of: order.id.job).count >= workers.min
    if !goesOn { runs[order.id.job] = nil }
  }

  // MARK: - What nodes do

  private mutating func carryOut() {
    var started: [WorkerID: Int] = [:]
    for action in actions.take() {
      log.append((now, action))
      switch action {
      case .save(let job):
        kept[job.spec.name] = job
        if job.phase == .starting, job.workers.count < job.spec.workers.min {
          faults.append("\(now): \(job.spec.name) starts with \(job.workers.count)")
        }
      case .forget(let id): kept[id] = nil
      case .start(let order):
        started[order.id] = order.worldSize
        carry(action, order.node)
      case .checkpoint(let id, _, _), .stop(let id, _, _):
        for node in order where scheduler.find(id).map({ node == nodeOf($0) }) ?? false {
          carry(action, node)
        }
      case .kill(_, let node): carry(action, node)
      case .handOver(_, let node, let gpus):
        if let overlap = nodes[node]?.processes.values.first(where: { $0.order.gpus & gpus != 0 }) {
          faults.append("\(now): serving has GPUs of \(overlap.order.id)")
        }
        nodes[node]?.serving |= gpus
      case .end(let id, let outcome): outcomes[id] = outcome
      case .accept, .refuse, .reclaimShort, .note: break
      }
    }
    for (id, size) in started where !(kept[id.job]?.spec.workers.isElastic ?? true) {
      // Orders may be told again to one node.
      guard startedEpochs[id.job] != id.epoch else { continue }
      let all = started.keys.count { $0.job == id.job }
      if all != size { faults.append("\(now): \(id.job) starts \(all) of \(size)") }
    }
    for id in started.keys { startedEpochs[id.job] = id.epoch }
  }

  private func nodeOf(_ found: (slot: Int, index: Int)) -> NodeID {
    scheduler.jobs[found.slot].workers[found.index].node
  }

  private mutating func carry(_ action: JobAction, _ node: NodeID) {
    after(
      0.01,
      .deliver(action, node, session: nodes[node]?.session ?? 0)
    )
  }

  private mutating func deliver(_ action: JobAction, _ node: NodeID) {
    switch action {
    case .start(let order):
      let id = order.id
      guard order.epoch > nodes[node]?.seen[id.job]?[id.rank] ?? 0 else {
        return answerGone(id, node)
      }
      check(order, on: node)
      nodes[node]?.seen[id.job, default: [:]][id.rank] = id.epoch
      let isStubborn = random.nextUnit() < stubbornShare
      nodes[node]?.processes[id] = Process(order: order, isStubborn: isStubborn)
      send(node, .workerStarted(id))
      begin(order)
      if random.nextUnit() < failureShare {
        after(30 * random.nextUnit(), .end(id, node, .code(1), isHard: true))
      }
    case .stop(let id, _, let grace):
      guard nodes[node]?.processes[id] != nil else { return answerGone(id, node) }
      let exit: WorkerExit = random.nextUnit() < 0.5 ? .code(1) : .signal(15)
      after(grace.inSeconds * random.nextUnit() * 0.9, .end(id, node, exit, isHard: false))
    case .kill(let id, _):
      guard nodes[node]?.processes[id] != nil else { return answerGone(id, node) }
      after(0.05, .end(id, node, .signal(9), isHard: true))
    case .checkpoint(let id, let number, let within):
      guard nodes[node]?.processes[id] != nil else { return }
      if let run = runs[id.job] {
        saved[id.job] = run.from + run.at.seconds(to: now)
      }
      let report = CheckpointReport(number: number, isWhole: false)
      after(
        min(1, within.inSeconds * 0.5),
        .report(node, session: nodes[node]?.session ?? 0, .checkpointed(id, report))
      )
    default: break
    }
  }

  /// The job makes progress when all its workers are there.
  private mutating func begin(_ order: WorkerOrder) {
    let job = order.id.job
    let there = processes(of: job).count
    guard there >= order.spec.workers.min, runs[job] == nil else { return }
    let from = saved[job] ?? 0
    runCount += 1
    runs[job] = (runCount, now, from)
    after(max(1, (lengths[job] ?? 600) - from), .finish(job, run: runCount))
    if order.spec.checkpoint.driver == .periodic { after(60, .saveWork(job, run: runCount)) }
  }

  private mutating func check(_ order: WorkerOrder, on node: NodeID) {
    let all = nodes[node].map { UInt64.max >> UInt64(64 - $0.place.gpuCount) } ?? 0
    if order.gpus & ~all != 0 { faults.append("\(now): \(order.id) has GPUs that aren't there") }
    if order.gpus.nonzeroBitCount != order.spec.gpusPerWorker {
      faults.append("\(now): \(order.id) has \(order.gpus.nonzeroBitCount) GPUs")
    }
    if order.gpus & (nodes[node]?.serving ?? 0) != 0 {
      faults.append("\(now): \(order.id) has GPUs that serve")
    }
    for process in nodes[node]?.processes.values ?? [:].values
    where process.order.gpus & order.gpus != 0 {
      faults.append("\(now): \(order.id) has GPUs of \(process.order.id) on \(node)")
    }
    for (other, id) in processes(of: order.id.job) where id.epoch != order.id.epoch {
      guard !order.spec.workers.isElastic || id.rank == order.id.rank else { continue }
      faults.append("\(now): \(order.id) starts while \(id) runs on \(other)")
    }
  }

  // MARK: - What goes wrong

  mutating func disconnect(_ node: NodeID) {
    trace.append("\(now.nanoseconds / 1_000_000) disconnect \(node)")
    guard nodes[node]?.isConnected == true else { return }
    tell(.nodeHeard(node))
    nodes[node]?.isConnected = false
    nodes[node]?.session += 1
    let session = nodes[node]?.session ?? 0
    after(3, .suspect(node, session: session))
    after(10, .lose(node, session: session))
    after(settings.cutOffMax.inSeconds, .fence(node, session: session))
  }

  mutating func crash(_ node: NodeID) {
    let lost = nodes[node]?.processes ?? [:]
    nodes[node]?.processes = [:]
    for process in lost.values { disturb(process.order) }
    disconnect(node)
    // Those who worked with it find out.
    for other in order where other != node {
      let lonely = nodes[other]?.processes.keys.filter { runs[$0.job] == nil } ?? []
      for id in lonely.sorted(by: { ($0.job, $0.rank) < ($1.job, $1.rank) }) {
        after(5 * random.nextUnit(), .end(id, other, .code(1), isHard: true))
      }
    }
  }

  mutating func reconnect(_ node: NodeID) {
    guard let found = nodes[node], !found.isConnected else { return }
    trace.append("\(now.nanoseconds / 1_000_000) reconnect \(node)")
    nodes[node]?.isConnected = true
    nodes[node]?.session += 1
    report(node)
  }

  private mutating func report(_ node: NodeID) {
    guard let found = nodes[node] else { return }
    let live = found.processes.values.map { WorkerReport(id: $0.order.id, gpus: $0.order.gpus) }
    let past = found.records.map { WorkerReport(id: $0, gpus: $1.gpus, exit: $1.exit) }
    let workers = (live + past).sorted {
      ($0.id.job, $0.id.rank, $0.id.epoch) < ($1.id.job, $1.id.rank, $1.id.epoch)
    }
    tell(.nodeReported(found.place, serving: found.serving, workers: workers))
    for worker in workers where worker.exit != nil { sendGone(worker.id, node) }
  }

  /// The control plane is lost, and another goes on from what was saved.
  mutating func restartControl() {
    trace.append("\(now.nanoseconds / 1_000_000) restart")
    scheduler = JobScheduler(settings: settings)
    // As it is read back from the disk.
    let clock = WallClock(showing: 1_700_000_000_000_000_000, at: .zero)
    for job in kept.values.sorted(by: { $0.order < $1.order }) {
      guard let restored = Job(job.stored(clock), clock) else {
        faults.append("\(job.spec.name) can't be read back")
        continue
      }
      tell(.restored(restored))
    }
    for node in order where nodes[node]?.isConnected == true {
      nodes[node]?.session += 1
      report(node)
    }
  }

  mutating func release(_ gpus: UInt64, of node: NodeID) {
    nodes[node]?.serving &= ~gpus
    tell(.servingChanged(node, gpus: nodes[node]?.serving ?? 0))
  }

  // MARK: - What is there

  func job(_ name: String) throws -> Job {
    let id = try #require(JobID(name))
    let slot = try #require(scheduler.slots[id])
    return scheduler.jobs[slot]
  }

  /// How it is with a job, for people.
  func state(of id: JobID) -> String {
    let job = scheduler.jobs[scheduler.slots[id] ?? 0]
    let reasons = scheduler.reasons(for: id, at: now)
    let workers = job.workers.map { "\($0.rank)@\($0.epoch) \($0.node) \($0.state)" }
    let run = runs[id].map { "runs since \($0.at)" } ?? "stands still"
    let there = processes(of: id).map { "\($0.1.rank)@\($0.1.epoch) on \($0.0)" }
    return "\(id) \(job.phase) \(reasons) \(workers) \(run) \(there)"
  }

  func nodesOf(_ name: String) throws -> [String] {
    try job(name).workers.map(\.node.text)
  }
}

extension WorkerOrder {
  var epoch: UInt64 { id.epoch }
}

extension JobNode {
  static func sample(
    _ id: String,
    _ region: String = "eu",
    rail: String = "",
    domain: String? = nil,
    gpus: Int = 8
  ) throws -> JobNode {
    JobNode(
      id: try #require(NodeID(id)),
      region: try #require(RegionID(region)),
      rail: rail,
      domain: domain,
      gpuCount: gpus
    )
  }

  /// Nodes of eight GPUs each.
  static func fleet(_ count: Int, in region: String = "eu") throws -> [JobNode] {
    try (0..<count).map { try sample("\(region)-\($0)", region) }
  }
}

extension JobSpec {
  static func sample(
    _ name: String,
    of tenant: String = "acme",
    gpus: Int = 8,
    workers: Int = 1,
    max: Int? = nil,
    priority: Int = 0,
    _ change: (inout JobSpec) -> Void = { _ in }
  ) throws -> JobSpec {
    var spec = JobSpec(
      name: try #require(JobID(name)),
      tenant: try #require(TenantID(tenant)),
      command: ["train"]
    )
    spec.gpusPerWorker = gpus
    spec.workers = WorkerCount(min: workers, max: max ?? workers)
    spec.priority = priority
    change(&spec)
    return spec
  }
}
