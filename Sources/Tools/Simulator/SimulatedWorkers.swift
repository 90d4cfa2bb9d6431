import Accounting
import Basics
import FleetSpec
import Jobs

/// The nodes that carry out what the jobs' scheduler orders, and the programs of the jobs.
///
/// A job makes progress while all its workers train, at the pace of its GPUs. What was not kept in
/// a checkpoint when a gang breaks is lost. A launcher of an elastic job that leaves takes nothing
/// with it. Programs of the driver `signal` make a checkpoint when they are told to end, others end
/// after a second.
struct SimulatedWorkers {
  enum Item {
    case deliver(JobAction, NodeID, session: Int)
    case report(JobEvent, NodeID, session: Int)
    case trains(WorkerID)
    case checkpointMade(WorkerID, number: UInt64)
    case kept(JobID, run: Int, by: WorkerID)
    case periodic(JobID, attempt: UInt64)
    case finished(JobID, run: Int)
    case exits(WorkerID, WorkerExit)
  }

  struct Worker {
    let order: WorkerOrder
    let since: Instant
    var trains = false
    /// Told to end, and why.
    var stop: StopCause?
    /// Its part of a checkpoint that is being made.
    var checkpoint: UInt64?

    var gpuCount: Int { order.gpus.nonzeroBitCount }
  }

  struct Node {
    let place: JobNode
    let peak: Double
    /// Half a round trip to the control plane.
    let delay: Duration
    var workers: Set<WorkerID> = []
    /// GPUs that replicas have.
    var serving: UInt64 = 0
    var session = 0
    var outages = 0
    var seen: [JobID: [Int: UInt64]] = [:]
  }

  /// How far a job is.
  struct Run {
    let job: SimulatedJob
    /// GPU seconds that its last checkpoint has.
    var kept = 0.0
    /// GPU seconds that it has done, as of then.
    var done = 0.0
    var at = Instant.zero
    /// GPUs that train.
    var pace = 0.0
    /// Counts changes of pace, so that what was expected of an earlier one is void.
    var number = 0
    var pausedUntil = Instant.zero
    var workers: [WorkerID] = []
    var size = 0
    var isCompleted = false
    /// Why it was last told to stop.
    var cause: StopCause?
    /// The attempt whose checkpoints are made from time to time.
    var periodicOf: UInt64 = 0
    /// Operations a second of one of its GPUs.
    var peak = 0.0
  }

  private(set) var nodes: [NodeID: Node] = [:]
  private(set) var order: [NodeID] = []
  private(set) var workers: [WorkerID: Worker] = [:]
  private(set) var runs: [JobID: Run] = [:]
  private(set) var report = TrainingReport()
  var timers = TimerHeap<Item>()

  init(_ mix: JobMix, delay: (RegionID) -> Duration) {
    for node in mix.nodes {
      let id = node.place.id
      nodes[id] = Node(
        place: node.place,
        peak: node.gpu?.bf16FLOPs ?? 0,
        delay: delay(node.place.region)
      )
      order.append(id)
    }
    for job in mix.jobs { runs[job.spec.name] = Run(job: job) }
  }

  /// The GPUs of a node that workers have.
  func gpus(of node: NodeID) -> UInt64 {
    (nodes[node]?.workers ?? []).reduce(0) { $0 | (workers[$1]?.order.gpus ?? 0) }
  }

  // MARK: - Orders

  /// Sends an order to its node.
  mutating func carryOut(_ action: JobAction, at now: Instant) {
    switch action {
    case .start(let order): send(action, to: order.node, at: now)
    case .checkpoint(let id, _, _), .stop(let id, _, _):
      if let node = workers[id]?.order.node { send(action, to: node, at: now) }
    case .kill(_, let node): send(action, to: node, at: now)
    case .accept: report.submitted += 1
    case .refuse: report.refused += 1
    case .end(_, .failed): report.failed += 1
    case .note(let job, let incident): runs[job]?.cause = incident.cause
    case .save, .forget, .end, .handOver, .reclaimShort: break
    }
  }

  private mutating func send(_ action: JobAction, to id: NodeID, at now: Instant) {
    guard let node = nodes[id], node.outages == 0 else { return }
    timers.add(
      .deliver(action, id, session: node.session),
      due: now.advanced(by: node.delay)
    )
  }

  private mutating func tell(_ event: JobEvent, from id: NodeID, at now: Instant) {
    guard let node = nodes[id] else { return }
    timers.add(.report(event, id, session: node.session), due: now.advanced(by: node.delay))
  }

  /// Does what is due; gives what the scheduler hears at this instant.
  mutating func takeDue(at now: Instant) -> JobEvent? {
    while let item = timers.popDue(at: now) {
      if let event = happen(item, at: now) { return event }
    }
    return nil
  }

  private mutating func happen(_ item: Item, at now: Instant) -> JobEvent? {
    switch item {
    case .report(let event, let node, let session):
      return nodes[node]?.session == session ? event : nil
    case .deliver(let action, let node, let session):
      if nodes[node]?.session == session { deliver(action, to: node, at: now) }
    case .trains(let id):
      guard let worker = workers[id] else { return nil }
      workers[id]?.trains = true
      tell(.workerStarted(id), from: worker.order.node, at: now)
      adjust(id.job, at: now)
    case .checkpointMade(let id, let number):
      guard let worker = workers[id], worker.checkpoint == number else { return nil }
      workers[id]?.checkpoint = nil
      let report = CheckpointReport(number: number, isWhole: false)
      tell(.checkpointed(id, report), from: worker.order.node, at: now)
      let isWhole = (runs[id.job]?.workers ?? []).allSatisfy { workers[$0]?.checkpoint == nil }
      if isWhole { keep(id.job) }
      adjust(id.job, at: now)
    case .kept(let job, let run, let id):
      guard runs[job]?.number == run, let worker = workers[id] else { return nil }
      keep(job)
      let report = CheckpointReport(number: UInt64(now.nanoseconds), isWhole: true)
      tell(.checkpointed(id, report), from: worker.order.node, at: now)
      adjust(job, at: now)
    case .periodic(let job, let attempt): makeCheckpoint(of: job, attempt, at: now)
    case .finished(let job, let run):
      guard runs[job]?.number == run, let found = runs[job] else { return nil }
      settle(job, at: now)
      runs[job]?.done = found.job.gpuSeconds
      runs[job]?.kept = found.job.gpuSeconds
      runs[job]?.isCompleted = true
      report.completed += 1
      for id in found.workers { exit(id, .code(0), at: now) }
    case .exits(let id, let exit): self.exit(id, exit, at: now)
    }
    return nil
  }

  private mutating func deliver(_ action: JobAction, to node: NodeID, at now: Instant) {
    switch action {
    case .start(let order):
      let id = order.id
      guard id.epoch > nodes[node]?.seen[id.job]?[id.rank] ?? 0, let job = runs[id.job]?.job else {
        return tell(.workerGone(id), from: node, at: now)
      }
      let taken = gpus(of: node) | (nodes[node]?.serving ?? 0)
      precondition(taken & order.gpus == 0, "GPUs of \(node) are given twice")
      nodes[node]?.seen[id.job, default: [:]][id.rank] = id.epoch
      nodes[node]?.workers.insert(id)
      workers[id] = Worker(order: order, since: now)
      runs[id.job]?.workers.append(id)
      runs[id.job]?.size = order.worldSize
      runs[id.job]?.peak = nodes[node]?.peak ?? 0
      timers.add(.trains(id), due: now.advanced(by: job.startTime))
    case .checkpoint(let id, let number, let within):
      guard let job = runs[id.job]?.job, workers[id] != nil else { return }
      settle(id.job, at: now)
      // One that would take longer is given up.
      guard job.checkpointTime <= within else { return }
      workers[id]?.checkpoint = number
      timers.add(.checkpointMade(id, number: number), due: now.advanced(by: job.checkpointTime))
      adjust(id.job, at: now)
    case .stop(let id, let cause, let grace): stop(id, cause, within: grace, at: now)
    case .kill(let id, _):
      // One whose checkpoint was made is not told to end.
      if workers[id]?.stop == nil { workers[id]?.stop = runs[id.job]?.cause }
      exit(id, .signal(9), at: now, of: node)
    default: break
    }
  }

  private mutating func stop(
    _ id: WorkerID,
    _ cause: StopCause,
    within grace: Duration,
    at now: Instant
  ) {
    guard let worker = workers[id], worker.stop == nil, let run = runs[id.job] else { return }
    workers[id]?.stop = cause
    adjust(id.job, at: now)
    var pause = Duration.seconds(1)
    let all = run.workers
    let isLast = all.allSatisfy { workers[$0]?.stop != nil }
    if run.job.spec.checkpoint.driver == .signal, all.allSatisfy({ workers[$0]?.trains == true }),
      isLast || !goesOnWithout(id)
    {
      // Longer than the grace: it is killed in the midst.
      pause = run.job.checkpointTime
      if isLast, pause <= grace, let number = runs[id.job]?.number {
        timers.add(.kept(id.job, run: number, by: id), due: now.advanced(by: pause))
      }
      pause += .seconds(1)
    }
    timers.add(.exits(id, .code(1)), due: now.advanced(by: min(pause, grace + .seconds(1))))
  }

  // MARK: - Progress

  /// Counts the progress since the last time.
  private mutating func settle(_ job: JobID, at now: Instant) {
    guard let run = runs[job] else { return }
    let more = min(run.pace * max(0, run.at.seconds(to: now)), run.job.gpuSeconds - run.done)
    runs[job]?.done = run.done + more
    runs[job]?.at = now
    report.progressGPUSeconds += more
  }

  /// Takes in that workers have come, gone or stand still.
  private mutating func adjust(_ job: JobID, at now: Instant) {
    settle(job, at: now)
    guard let run = runs[job], !run.isCompleted else { return }
    let there = run.workers.compactMap { workers[$0] }
    let training = there.filter { $0.trains && $0.stop == nil }
    let stands = there.contains { $0.checkpoint != nil } || run.pausedUntil > now
    let isWhole =
      isElastic(run)
      ? training.count >= run.job.spec.workers.min && training.contains { $0.order.id.rank == 0 }
      : training.count == run.size && there.count == run.size
    let pace = isWhole && !stands ? training.reduce(0) { $0 + $1.gpuCount } : 0
    guard Double(pace) != run.pace else { return }
    runs[job]?.pace = Double(pace)
    runs[job]?.number += 1
    guard pace > 0, let number = runs[job]?.number else { return }
    let left = (run.job.gpuSeconds - (runs[job]?.done ?? 0)) / Double(pace)
    timers.add(
      .finished(job, run: number),
      due: now.advanced(by: Duration(inSeconds: max(0, left) + 1e-6))
    )
    guard run.job.spec.checkpoint.driver == .periodic,
      let first = training.map(\.order.id).first(where: { $0.rank == 0 }),
      run.periodicOf != first.epoch
    else { return }
    runs[job]?.periodicOf = first.epoch
    timers.add(
      .periodic(job, attempt: first.epoch),
      due: now.advanced(by: run.job.spec.checkpoint.interval)
    )
  }

  private func isElastic(_ run: Run) -> Bool {
    run.job.spec.workers.isElastic && run.job.spec.launch == .launcher
  }

  /// Whether the others go on when this one ends.
  private func goesOnWithout(_ id: WorkerID) -> Bool {
    guard let run = runs[id.job], isElastic(run), id.rank != 0 else { return false }
    let others = run.workers.filter { $0 != id && workers[$0]?.stop == nil }
    return others.count >= run.job.spec.workers.min
  }

  /// The program makes a checkpoint by itself, if it trains.
  private mutating func makeCheckpoint(of job: JobID, _ attempt: UInt64, at now: Instant) {
    guard let run = runs[job], run.periodicOf == attempt,
      let first = run.workers.first(where: { $0.rank == 0 && $0.epoch == attempt })
    else { return }
    var next = now
    if run.pace > 0 {
      next = now.advanced(by: run.job.checkpointTime)
      runs[job]?.pausedUntil = next
      adjust(job, at: now)
      timers.add(.kept(job, run: runs[job]?.number ?? 0, by: first), due: next)
    }
    next = next.advanced(by: run.job.spec.checkpoint.interval)
    timers.add(.periodic(job, attempt: attempt), due: next)
  }

  private mutating func keep(_ job: JobID) {
    let done = runs[job]?.done ?? 0
    runs[job]?.kept = done
    report.checkpoints += 1
  }

  /// What was done since the last checkpoint is lost.
  private mutating func lose(_ job: JobID, _ cause: StopCause?) {
    guard let run = runs[job], !run.isCompleted else { return }
    switch cause {
    case .preempted, .reclaimed, .grown:
      report.preemptions += 1
      report.preemptionGPUSeconds += run.done - run.kept
    default:
      report.failures += 1
      report.failureGPUSeconds += run.done - run.kept
    }
    runs[job]?.done = run.kept
  }

  // MARK: - Ends

  private mutating func exit(
    _ id: WorkerID,
    _ exit: WorkerExit,
    at now: Instant,
    of node: NodeID? = nil
  ) {
    guard let worker = workers[id] else {
      if let node { tell(.workerGone(id), from: node, at: now) }
      return
    }
    leave(id, worker, at: now)
    tell(.workerExited(id, exit), from: worker.order.node, at: now)
    tell(.workerGone(id), from: worker.order.node, at: now)
  }

  private mutating func leave(_ id: WorkerID, _ worker: Worker, at now: Instant) {
    let goesOn = goesOnWithout(id)
    settle(id.job, at: now)
    workers[id] = nil
    nodes[worker.order.node]?.workers.remove(id)
    runs[id.job]?.workers.removeAll { $0 == id }
    report.heldGPUSeconds += Double(worker.gpuCount) * worker.since.seconds(to: now)
    let isLast = runs[id.job]?.workers.isEmpty ?? true
    if isLast {
      lose(id.job, worker.stop)
      runs[id.job]?.pausedUntil = .zero
    } else if !goesOn, worker.stop == nil, runs[id.job]?.isCompleted == false {
      // Those who worked with it find out.
      for peer in runs[id.job]?.workers ?? [] {
        timers.add(.exits(peer, .code(1)), due: now.advanced(by: .seconds(5)))
      }
    }
    adjust(id.job, at: now)
  }

  /// A node is lost with all its workers.
  mutating func lose(_ id: NodeID, at now: Instant) {
    nodes[id]?.outages += 1
    guard nodes[id]?.outages == 1 else { return }
    nodes[id]?.session += 1
    let lost = (nodes[id]?.workers ?? []).sorted { ($0.job, $0.rank) < ($1.job, $1.rank) }
    for worker in lost {
      guard let found = workers[worker] else { continue }
      leave(worker, found, at: now)
    }
  }

  /// A node is back, unless another outage holds it.
  mutating func giveBack(_ id: NodeID) {
    nodes[id]?.outages -= 1
    nodes[id]?.session += 1
  }

  /// Replicas have these GPUs of a node, which no worker may have.
  mutating func serve(_ id: NodeID, gpus mask: UInt64) {
    precondition(gpus(of: id) & mask == 0, "workers have GPUs of \(id) that are to serve")
    nodes[id]?.serving = mask
  }

  /// Counts what goes on at the end.
  mutating func close(at now: Instant) {
    for worker in workers.values {
      report.heldGPUSeconds += Double(worker.gpuCount) * worker.since.seconds(to: now)
    }
    report.fleetGPUSeconds =
      nodes.values.reduce(0) { $0 + Double($1.place.gpuCount) } * Instant.zero.seconds(to: now)
    for (id, run) in runs.sorted(by: { $0.key < $1.key }) {
      settle(id, at: now)
      let done = runs[id]?.done ?? 0
      report.usefulGPUSeconds += done
      let time = GPUTime(devices: 1, days: done / 86_400, peakFLOPs: run.peak)
      report.operations += time.operations
    }
  }

  mutating func update(_ change: (inout TrainingReport) -> Void) { change(&report) }
}
