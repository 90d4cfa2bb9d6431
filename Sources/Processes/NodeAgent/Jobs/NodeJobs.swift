package import Basics
import Coordination
package import EventLoop
package import HearthMessages
package import Logging
import Workers

/// The workers of jobs on a node: does what the control plane wants of them, and tells it what
/// became of them.
///
/// Workers outlive it; the next one for the same folder takes them over. Confined to its loop.
public final class NodeJobs {
  /// What a node is to jobs.
  package struct Settings: Sendable {
    /// Where all is kept.
    package var folder: String
    /// GPUs of the node, and of each of its replicas.
    package var (gpus, replicas): (Int, [Int])
    /// How long workers go on after the control plane last surely counted on them.
    package var cutOffMax = Duration.seconds(60)
    /// The cgroup of its workers; no other node of the machine has the same.
    package var controlGroup: String
    /// What is told of the node.
    package var facts = HearthV1.NodeJobFacts()
    /// How a shim is started.
    package var shim = ["/proc/self/exe", "shim"]
    /// Where copies of checkpoints can go.
    package var copies = CopyPlaces()

    /// Makes settings.
    package init(folder: String, gpus: Int, replicas: [Int], controlGroup: String) {
      (self.folder, self.gpus, self.replicas) = (folder, gpus, replicas)
      self.controlGroup = controlGroup
    }
  }

  /// Called with all workers when something has changed.
  package var onChange: ((HearthV1.NodeJobs) -> Void)?
  /// Has the engine of a replica leave its GPUs, and tells when it has.
  package var onPark: ((Int, @escaping () -> Void) -> Void)?
  /// Has it load on these GPUs.
  package var onLoad: ((Int, UInt64) -> Void)?

  let folder: JobFolder
  let loop: Loop
  let logger: Logger
  let settings: Settings

  /// What is told of the node.
  var facts: HearthV1.NodeJobFacts { settings.facts }
  let clock: LoopClock
  private let lock: Int32
  let lease: WorkerLease
  var held: [WorkerKey: HeldWorker] = [:]
  private(set) var places: EnginePlaces
  /// Those that start once the lease is known to run.
  var waiting: [WorkerKey] = []
  private var table: WorkerTable?
  let keeper: CheckpointKeeper
  private var leaseTimer: LoopTimer?
  var lookTimer: LoopTimer?
  private var isReady = false

  /// Takes up the workers that are there; `clock` and `bootTime` are the loop's and the system's
  /// but in tests.
  package init(
    _ settings: Settings,
    loop: Loop,
    clock: LoopClock? = nil,
    bootTime: (() -> Int64)? = nil,
    logger: Logger
  ) throws {
    (self.settings, self.loop, self.logger) = (settings, loop, logger)
    places = EnginePlaces(gpuCounts: settings.replicas)
    let clock = clock ?? loop.clock
    self.clock = clock
    keeper = CheckpointKeeper(loop: loop, clock: clock, logger: logger)
    folder = try JobFolder(settings.folder)
    lock = try Files.lock(settings.folder + "/lock")
    lease = WorkerLease(
      folder.lease,
      cutOffMax: settings.cutOffMax,
      now: clock.now,
      bootTime: bootTime ?? LeaseFile.now
    )
    leaseTimer = try LoopTimer(loop: loop, clock: clock) { [unowned self] in endLease() }
    lookTimer = try LoopTimer(loop: loop) { [unowned self] in look() }
    keeper.onFault = { [unowned self] in keptBadly($0, $1) }
    try takeUp()
    places.yield(to: workersHave)
    leaseTimer?.arm(at: lease.end)
    lookTimer?.arm(after: .seconds(1))
    isReady = true
  }

  deinit {
    table = nil
    Files.unlock(lock)
  }

  private func takeUp() throws {
    for (id, order) in folder.kept() {
      var worker = HeldWorker(order ?? .init())
      worker.order.name = WorkerKey(id).name
      hold(worker, id)
    }
    let table = try WorkerTable(
      directory: folder.run,
      shim: settings.shim,
      controlGroup: settings.controlGroup,
      loop: loop
    ) { [unowned self] in heard($0) }
    self.table = table
    let known = table.known
    for id in known where held[WorkerKey(id)] == nil {
      hold(HeldWorker(.init(name: WorkerKey(id).name)), id)
    }
    for id in known { held[WorkerKey(id)]?.phase = .running }
    for (key, worker) in held where worker.phase == .starting {
      held[key]?.end("it was never started: its node's agent ended before that")
    }
    if !known.isEmpty { logger.notice("workers taken over", metadata: ["count": "\(known.count)"]) }
    table.adopt()
    keepRunning()
  }

  private func hold(_ worker: HeldWorker, _ id: WorkerID) {
    var worker = worker
    let driver = worker.order.spec?.checkpoint?.driver ?? ""
    if ["periodic", "signal"].contains(driver), worker.order.name?.rank == 0,
      let directory = worker.order.checkpointDirectory(id, in: folder)
    {
      worker.checkpoints = CheckpointFolder(directory)
    }
    held[WorkerKey(id)] = worker
  }

  /// All workers, as they are now.
  package var report: HearthV1.NodeJobs {
    let wall = wallNanoseconds()
    let workers = held.sorted {
      ($0.key.job, $0.key.rank, $0.key.epoch) < ($1.key.job, $1.key.rank, $1.key.epoch)
    }
    var report = HearthV1.NodeJobs(workers: workers.map { $0.value.state(at: wall) })
    places.tell(in: &report)
    return report
  }

  /// GPUs of workers of which something is left.
  private var workersHave: UInt64 {
    held.values.reduce(0) { $1.isGone ? $0 : $0 | $1.order.gpus }
  }

  /// The GPUs of a replica, a bit each.
  func gpus(of replica: Int) -> UInt64 { places.gpus[replica] }

  /// Whether the engine of a replica has left its GPUs.
  func isParked(_ replica: Int) -> Bool { places.parked.contains(replica) }

  /// Whether nothing is left of an attempt that its output is read of.
  func isGone(_ id: WorkerID) -> Bool { held[WorkerKey(id)]?.isGone ?? true }

  /// Tells how everything is, since something has changed or nobody knows.
  package func tell() {
    if isReady { onChange?(report) }
  }

  // MARK: - Commands

  /// Does what the control plane wants of a worker.
  package func take(_ command: HearthV1.WorkerCommand) {
    switch command.command {
    case .start(let order): begin(order)
    case .stop(let order):
      guard let name = order.name else { return }
      stop(name, within: .nanoseconds(max(0, order.graceNs)), cause: order.cause)
    case .kill(let name): stop(name, within: .zero, cause: "killed")
    case .forget(let name): forget(name)
    case .checkpoint(let order):
      guard let name = order.name, held[WorkerKey(name)]?.isGone == false else { return }
      held[WorkerKey(name)]?.fault = "no checkpoint was made: its program makes its own"
    case nil: return
    }
    tell()
  }

  /// Has an engine leave its GPUs, or come back as soon as no worker has them.
  package func take(_ order: HearthV1.ParkReplica) {
    let replica = Int(order.index)
    guard settings.replicas.indices.contains(replica) else { return }
    guard order.isParked else {
      places.recall(replica, on: order.gpus)
      loadEngines()
      return tell()
    }
    onPark?(replica) { [weak self] in
      self?.places.left(replica)
      self?.tell()
    }
  }

  private func loadEngines() {
    for replica in places.takeLoadable(beside: workersHave) {
      logger.notice("engine loads again", metadata: ["replica": "\(replica)"])
      onLoad?(replica, places.gpus[replica])
    }
  }

  private func begin(_ order: HearthV1.WorkerStart) {
    guard let name = order.name, canHold(name) else {
      return note("a worker that is ordered can't be held", order.name)
    }
    let key = WorkerKey(name)
    do {
      let id = try key.id()
      let others = held.keys.filter { $0.job == key.job && $0.rank == key.rank }
      let seen = folder.epochs(of: id.job, id.worker).map { UInt64($0) } + others.map(\.epoch)
      if let latest = seen.max(), latest >= key.epoch {
        note("an order comes late", name)
        guard held[key] == nil else { return }
        throw WorkerFault("epoch \(latest) of it was started here before")
      }
      let counted = Duration.nanoseconds(order.cutOffNs)
      guard settings.cutOffMax <= counted else {
        throw WorkerFault(
          "this node's workers go on for \(settings.cutOffMax.text) when it is cut off, the "
            + "control plane counts on \(counted.text): make its jobs.lease no less than "
            + "jobs.cutOffMax"
        )
      }
      _ = try settings.copies.places(of: order.spec ?? .init())
      hold(HeldWorker(order), id)
      waiting.append(key)
      startWaiting()
    } catch {
      held[key] = HeldWorker(gone: name, "\(error)")
      note("worker not started", name, "\(error)")
    }
  }

  /// Starts what was ordered, once it is sure that the control plane counts on this node: an order
  /// may have been long on its way.
  func startWaiting() {
    guard clock.now < lease.end else { return }
    let keys = waiting
    waiting = []
    for key in keys {
      guard let order = held[key]?.order else { continue }
      do {
        let id = try key.id()
        try check(order.gpus, of: key)
        try order.checkDirectory(id, in: folder)
        try folder.keep(order, of: id)
        guard isPrepared(key, id) else { continue }
        try table?.start(
          order.workerSpec(
            id,
            in: folder,
            controlGroup: settings.controlGroup,
            cutOffMax: settings.cutOffMax
          )
        )
      } catch {
        held[key]?.end("\(error)")
        note("worker not started", key.name, "\(error)")
      }
    }
  }

  private func stop(_ name: HearthV1.WorkerName, within grace: Duration, cause: String) {
    let key = WorkerKey(name)
    guard var worker = held[key] else {
      guard canHold(name) else { return note("nothing is known of a worker", name) }
      held[key] = HeldWorker(gone: name, "nothing is known of it here")
      return
    }
    guard !worker.isGone else { return }
    if let index = waiting.firstIndex(of: key) {
      waiting.remove(at: index)
      held[key]?.end("it was ended before it was started")
      return
    }
    let grace = min(grace, worker.order.graceMax)
    let due = clock.now.advanced(by: grace)
    // An order that is told again gives no more time, and signals but once.
    guard due < worker.stopBy ?? .distantFuture else { return }
    worker.stopBy = due
    held[key] = worker
    guard worker.preparation != .underWay else { return }
    note("worker is to end", name, cause)
    guard let id = try? key.id() else { return }
    if grace > .zero { tell(id, cause, within: grace) }
    end(key)
  }

  private func end(_ key: WorkerKey) {
    guard let due = held[key]?.stopBy, let id = try? key.id() else { return }
    let left = max(.zero, clock.now.duration(to: due))
    // One whose shim can't be reached yet is ended once it tells that it runs.
    try? table?.stop(id, grace: left)
  }

  private func forget(_ name: HearthV1.WorkerName) {
    let key = WorkerKey(name)
    guard let worker = held[key] else { return }
    guard worker.isGone else { return note("a worker that is not gone can't be forgotten", name) }
    held[key] = nil
    guard let id = try? key.id() else { return }
    // One that was never started has no folder.
    try? table?.forget(id)
    folder.forget(id)
    folder.prune(keeping: Set(held.keys.compactMap { try? $0.id() }.map(folder.log)))
    let folder = folder
    // What can't be removed now will be the next time.
    try? loop.offload({ folder.empty() }, done: {})
  }

  /// Whether a worker can be told of.
  private func canHold(_ name: HearthV1.WorkerName) -> Bool {
    name.job.utf8.count <= 128 && held.count < HearthV1.NodeJobs.workersMax
  }

  func note(_ words: String, _ name: HearthV1.WorkerName?, _ why: String = "") {
    let (job, rank, epoch) = (name?.job ?? "", name?.rank ?? 0, name?.epoch ?? 0)
    logger.notice(
      "\(words)",
      metadata: [
        "job": "\(job.prefix(128))", "rank": "\(rank)", "epoch": "\(epoch)", "why": "\(why)",
      ]
    )
  }

  // MARK: - Events

  private func heard(_ event: WorkerEvent) {
    switch event {
    case .started(let id, let status):
      let key = WorkerKey(id)
      held[key]?.phase = .running
      for shortfall in status.shortfalls { note("limits fall short", key.name, shortfall) }
      end(key)
    case .refused(let id, let fault):
      held[WorkerKey(id)]?.end(fault.description)
      note("worker not started", WorkerKey(id).name, fault.description)
    case .exited(let id, let exit):
      let key = WorkerKey(id)
      held[key]?.phase = .exited
      held[key]?.exit = exit
      note("worker exited", key.name, "status \(exit.status)")
      lookFinally(key)
    case .gone(let id, let exit):
      let key = WorkerKey(id)
      held[key]?.phase = .gone
      if let exit { held[key]?.exit = exit }
      if let operations = folder.countedOperations(of: id) { held[key]?.operations = operations }
      loadEngines()
    }
    tell()
  }

  // MARK: - The lease

  /// The control plane surely counted on the workers at that moment of the loop's clock.
  package func renewLease(_ at: Instant) {
    guard lease.renew(at, now: clock.now) else { return }
    leaseTimer?.arm(at: lease.end)
    guard !waiting.isEmpty else { return }
    startWaiting()
    tell()
  }

  /// Whoever decides may have given this node up, so its workers may be started elsewhere.
  private func endLease() {
    let left = held.filter { !$0.value.isGone }.keys
    guard !left.isEmpty else { return }
    logger.warning(
      "cut off from the control plane: all workers are ended",
      metadata: ["workers": "\(left.count)", "after": "\(settings.cutOffMax.text)"]
    )
    for key in left { stop(key.name, within: .zero, cause: "the node is cut off") }
    tell()
  }
}
