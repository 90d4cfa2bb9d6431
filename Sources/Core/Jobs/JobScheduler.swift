public import Basics

/// Runs jobs on the GPUs that serving leaves: queue, gangs, fair shares, preemption, recovery.
///
/// The one place that decides about jobs. Owners, nodes and serving are events; orders to nodes and
/// what must be kept are actions. It places jobs when it is given ``JobEvent/timePassed``, and its
/// deadline is at once when something has changed, so that what comes together is placed together.
///
/// No worker runs twice: a new attempt starts only when nothing is left of the last, as the nodes
/// report it. A node that is cut off ends its workers by itself ``JobSettings/cutOffMax`` after it
/// sent the last heartbeat that was answered; as that was before it was heard here, what is not
/// back by then is gone. Nodes refuse epochs that are not newer than what they have seen.
public struct JobScheduler: Machine, Sendable {
  /// What happens.
  public typealias Event = JobEvent
  /// What is to be done.
  public typealias Action = JobAction

  /// GPUs that are promised: nobody else gets them when they are free.
  struct Hold: Sendable {
    enum Owner: Sendable, Hashable {
      case job(Int)
      case serving(ReclaimID)
    }

    enum Kind: Sendable, Hashable {
      /// Those who have the GPUs were told to go.
      case firm
      /// The first job in the queue waits until they are free, which may be at that time.
      case head(JobForecast)
    }

    let owner: Owner
    let kind: Kind
    let gpusPerWorker: Int
    var shares: [NodeShare]
  }

  struct Stranger: Sendable {
    let node: Int
    let gpus: UInt64
  }

  struct Timer: Sendable, Hashable {
    let slot: Int
    let due: Instant
  }

  let settings: JobSettings
  var gpus = GPUTable()
  var jobs: [Job] = []
  /// When each job's next timer is due, by slot.
  var armed: [Instant] = []
  var slots: [JobID: Int] = [:]
  var freeSlots: [Int] = []
  /// Jobs that ended, the oldest first.
  var ended: [Int] = []
  /// Jobs with workers, by slot.
  var active: [Int] = []
  var queue = JobQueue()
  var holds: [Hold] = []
  var reclaims: [ReclaimID: Reclaim] = [:]
  /// Workers that nodes have and should not.
  var strangers: [WorkerID: Stranger] = [:]
  var timers = TimerHeap<Timer>()
  var passAt: Instant?
  var history = UsageHistory()
  var latest = Instant.zero
  var orders: UInt64 = 0
  /// How long jobs that ended ran, in all, and how many those are.
  var endedRun = (seconds: 0.0, count: 0)

  /// Makes a scheduler without jobs and nodes.
  public init(settings: JobSettings = .init()) {
    self.settings = settings
  }

  /// A job by its name.
  func job(_ id: JobID) -> Job? { slots[id].map { jobs[$0] } }

  /// Where a worker of a current attempt is.
  func node(of worker: WorkerID) -> NodeID? {
    find(worker).map { jobs[$0.slot].workers[$0.index].node }
  }

  /// Whether a worker of a current attempt was told to start and is not known to run.
  func isOrdered(_ worker: WorkerID) -> Bool {
    find(worker).map { jobs[$0.slot].workers[$0.index].state == .ordered } ?? false
  }

  /// Counts what a worker had that is gone, once: when its job hears that, it has it no more.
  mutating func charge(_ worker: WorkerID, gpuSeconds: Double) {
    guard let slot = find(worker)?.slot else { return }
    jobs[slot].gpuSeconds += gpuSeconds
  }

  /// When it next wants ``JobEvent/timePassed``.
  public var deadline: Instant? { [passAt, timers.deadline].compactMap { $0 }.min() }

  /// Takes in one event.
  public mutating func step(
    _ event: JobEvent,
    at time: Instant,
    into actions: inout Actions<JobAction>
  ) {
    latest = max(latest, time)
    let now = latest
    switch event {
    case .submitted(let spec): submit(spec, at: now, into: &actions)
    case .cancelled(let id): cancel(id, at: now, into: &actions)
    case .checkpointAsked(let id): askCheckpoint(id, at: now, into: &actions)
    case .resumed(let id): resume(id, at: now, into: &actions)
    case .restored(let job): restore(job, at: now)
    case .nodeReported(let node, let serving, let workers):
      nodeReported(node, serving: serving, workers, at: now, into: &actions)
    case .nodeHeard(let id): nodeHeard(id, at: now)
    case .nodeSuspected(let id): nodeSuspected(id)
    case .nodeLost(let id): nodeLost(id, at: now)
    case .nodeCordoned(let id, let isCordoned):
      guard let node = gpus.number(of: id) else { return }
      gpus[node].isCordoned = isCordoned
      wantPass(at: now)
    case .nodeDrained(let id, let due): drain(id, by: due, at: now, into: &actions)
    case .servingChanged(let id, let mask):
      guard let node = gpus.number(of: id) else { return }
      gpus[node].serving = mask
      wantPass(at: now)
    case .reclaimed(let reclaim): self.reclaim(reclaim, at: now, into: &actions)
    case .reclaimEnded(let id):
      reclaims[id] = nil
      holds.removeAll { $0.owner == .serving(id) }
      wantPass(at: now)
    case .workerStarted(let id): started(id, at: now, into: &actions)
    case .workerExited(let id, let exit): exited(id, exit, at: now, into: &actions)
    case .workerGone(let id): gone(id, at: now, into: &actions)
    case .checkpointed(let id, let report): checkpointed(id, report, at: now, into: &actions)
    case .timePassed: timePassed(at: now, into: &actions)
    }
  }

  private mutating func timePassed(at now: Instant, into actions: inout Actions<JobAction>) {
    while let timer = timers.popDue(at: now) {
      guard armed[timer.slot] == timer.due else { continue }
      armed[timer.slot] = .distantFuture
      look(timer.slot, at: now, into: &actions)
    }
    guard let due = passAt, due <= now else { return }
    passAt = nil
    schedule(at: now, into: &actions)
  }

  /// Wants jobs placed at a time.
  mutating func wantPass(at time: Instant) {
    passAt = min(passAt ?? time, time)
  }

  /// Wants to look at a job at a time.
  mutating func arm(_ slot: Int, at time: Instant) {
    guard time < armed[slot] else { return }
    armed[slot] = time
    timers.add(Timer(slot: slot, due: time), due: time)
  }

  // MARK: - Jobs come and go

  private mutating func submit(
    _ spec: JobSpec,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    // Nodes that are lost may come back, so they count.
    let faults = settings.faults(of: spec) + spec.faults(on: gpus.topology)
    guard faults.isEmpty else { return actions.append(.refuse(spec.name, .faulty(faults))) }
    var job = Job(spec, order: orders + 1, at: now)
    if let slot = slots[spec.name] {
      guard jobs[slot].isEnded else { return actions.append(.refuse(spec.name, .nameTaken)) }
      ended.removeAll { $0 == slot }
      // Nodes start no epoch of a name that they have seen.
      job.epoch = jobs[slot].epoch
      forget(slot)
    }
    guard jobs.count - freeSlots.count < settings.jobsMax else {
      return actions.append(.refuse(spec.name, .full(limit: settings.jobsMax)))
    }
    orders += 1
    let slot = enter(job)
    queue.insert(slot, jobs[slot])
    actions.append(.save(jobs[slot]))
    actions.append(.accept(spec.name))
    wantPass(at: now)
  }

  private mutating func enter(_ job: Job) -> Int {
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      jobs[slot] = job
    } else {
      slot = jobs.count
      jobs.append(job)
      armed.append(.distantFuture)
    }
    slots[job.spec.name] = slot
    return slot
  }

  private mutating func forget(_ slot: Int) {
    slots[jobs[slot].spec.name] = nil
    freeSlots.append(slot)
  }

  private mutating func cancel(
    _ id: JobID,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let slot = slots[id], !jobs[slot].isEnded else {
      return refuse(id, "it is over, so there is nothing to cancel", &actions)
    }
    actions.append(.accept(id))
    switch jobs[slot].phase {
    case .waiting: end(slot, .cancelled, at: now, into: &actions)
    case .stopping:
      // What made it stop stays on record; it only doesn't start again.
      jobs[slot].isCancelled = true
      actions.append(.save(jobs[slot]))
    default: beginStop(slot, .cancelled, at: now, into: &actions)
    }
  }

  private mutating func resume(
    _ id: JobID,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    guard let slot = slots[id], jobs[slot].isEnded else {
      return refuse(id, "it has not ended, and goes on by itself", &actions)
    }
    ended.removeAll { $0 == slot }
    jobs[slot].phase = .waiting
    jobs[slot].isCancelled = false
    (jobs[slot].failures, jobs[slot].notBefore) = (0, now)
    queue.insert(slot, jobs[slot])
    actions.append(.save(jobs[slot]))
    actions.append(.accept(id))
    wantPass(at: now)
  }

  /// Says why nothing is done for a job's owner, and how the job is.
  func refuse(_ id: JobID, _ why: String, _ actions: inout Actions<JobAction>) {
    let state = slots[id].map { "is \(jobs[$0].stateWord)" } ?? "is not known"
    actions.append(.refuse(id, .notPossible("job \(id) \(state): \(why)")))
  }

  /// Takes a job over from the last control plane: its workers may run, until their nodes say so or
  /// their lease is over.
  private mutating func restore(_ job: Job, at now: Instant) {
    guard slots[job.spec.name] == nil else { return }
    orders = max(orders, job.order)
    var job = job
    for index in job.workers.indices {
      job.workers[index].fencedAt = now.advanced(by: settings.lease)
      job.workers[index].nodeNumber = gpus.number(of: job.workers[index].node) ?? -1
    }
    let slot = enter(job)
    if job.isEnded { ended.append(slot) }
    if job.isWaiting { queue.insert(slot, job) }
    if !job.workers.isEmpty {
      activate(slot)
      arm(slot, at: now)
    }
    wantPass(at: now)
  }

  /// A job is over.
  mutating func end(
    _ slot: Int,
    _ outcome: JobOutcome,
    at now: Instant,
    into actions: inout Actions<JobAction>
  ) {
    if jobs[slot].isWaiting { queue.remove(jobs[slot]) }
    jobs[slot].phase = .ended(outcome)
    holds.removeAll { $0.owner == .job(slot) }
    let seconds = jobs[slot].ranBefore.inSeconds
    if seconds > 0 { endedRun = (endedRun.seconds + seconds, endedRun.count + 1) }
    actions.append(.save(jobs[slot]))
    actions.append(.end(jobs[slot].spec.name, outcome))
    ended.append(slot)
    if ended.count > settings.endedMax {
      let oldest = ended.removeFirst()
      actions.append(.forget(jobs[oldest].spec.name))
      forget(oldest)
    }
    wantPass(at: now)
  }

  mutating func activate(_ slot: Int) {
    let place = active.firstIndex { $0 >= slot } ?? active.count
    if place == active.count || active[place] != slot { active.insert(slot, at: place) }
  }
}
