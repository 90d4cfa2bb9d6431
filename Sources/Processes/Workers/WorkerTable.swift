import Basics
import CWorkers
package import EventLoop
import Glibc

/// What became of a worker.
package enum WorkerEvent: Equatable, Sendable {
  /// It runs: newly started, or found by an agent that restarted.
  case started(WorkerID, WorkerStatus)
  /// It was never started, for this reason.
  case refused(WorkerID, WorkerFault)
  /// The program ended; what it held is not free yet.
  case exited(WorkerID, WorkerExit)
  /// Nothing of it is left: its GPUs are free. Without an exit its shim was lost, and how the
  /// program ended is not known.
  case gone(WorkerID, WorkerExit?)
}

/// The workers of a node, each under a shim that outlives the agent.
///
/// Everything known is in the run directory, a folder for each worker, so that an agent that
/// restarts knows what the one before did.
package final class WorkerTable {
  private let directory: String
  private let shim: [String]
  private let controlGroup: String
  private let groups: ControlGroups
  private let loop: Loop
  private let onEvent: (WorkerEvent) -> Void
  private var links: [WorkerID: ShimLink] = [:]
  private var orphans: [WorkerID: Orphan] = [:]
  private var strays: [ControlGroup] = []
  /// Those whose shim can't be reached yet.
  private var waiting: Set<WorkerID> = []
  /// Those whose exit was told, and whose end was not.
  private var told: Set<WorkerID> = []
  private var timer: LoopTimer?

  /// Keeps workers in `directory`, which is made, mode 0700, where it is missing; `shim` is how a
  /// shim is started, but for `--spec FILE`, its program by its path.
  package init(
    directory: String,
    shim: [String],
    controlGroup: String = "hearth",
    loop: Loop,
    onEvent: @escaping (WorkerEvent) -> Void
  ) throws {
    (self.directory, self.shim, self.controlGroup) = (directory, shim, controlGroup)
    (self.loop, self.onEvent) = (loop, onEvent)
    groups = .find()
    try Files.makeOwn(directory)
    timer = try LoopTimer(loop: loop) { [unowned self] in endOrphans() }
  }

  /// Starts a worker, unless this attempt or a later one was started before; how that went is an
  /// event.
  package func start(_ spec: WorkerSpec) throws(WorkerFault) {
    try spec.check()
    let id = spec.id
    guard spec.controlGroup == controlGroup else {
      throw WorkerFault("\(id): this node's workers are in the cgroup \(controlGroup)")
    }
    for other in known where other.job == id.job && other.worker == id.worker {
      guard other.epoch < id.epoch else {
        throw WorkerFault("\(id): epoch \(other.epoch) was started: take a later one")
      }
      guard !running.contains(other) else {
        throw WorkerFault("\(id): epoch \(other.epoch) still runs: stop it first")
      }
    }
    let folder = folder(of: id)
    guard mkdir(folder.path, 0o700) == 0 else { throw WorkerFault("making \(folder.path)", errno) }
    try Files.keep(spec.record.bytes, folder.spec)
    do {
      links[id] = try ShimLink(
        starting: shim + ["--spec", folder.spec],
        folder,
        loop: loop
      ) { [unowned self] in heard($0, of: id) }
    } catch {
      throw WorkerFault("\(id): its shim can't be started: \(error)")
    }
  }

  /// Finds what an agent before this one left: workers that run are adopted, ends that it may not
  /// have told are told, and what has no shim any more is ended.
  package func adopt() {
    for id in known where links[id] == nil && orphans[id] == nil { adopt(id) }
    let folders = Set(known.map(\.description))
    for name in groups.names(in: controlGroup) where !folders.contains(name) {
      strays.append(ControlGroup(groups, parent: controlGroup, name: name))
    }
    endOrphans()
  }

  /// Has a worker end: SIGTERM, and SIGKILL for what is left after the grace.
  package func stop(_ id: WorkerID, grace: Duration) throws(WorkerFault) {
    try ask(id, .stop(graceMilliseconds: Int(max(0, grace.nanoseconds) / 1_000_000)))
  }

  /// Holds every process of a worker.
  package func freeze(_ id: WorkerID) throws(WorkerFault) { try ask(id, .freeze) }

  /// Lets a frozen worker go on.
  package func thaw(_ id: WorkerID) throws(WorkerFault) { try ask(id, .thaw) }

  /// Sends a signal to a worker's process group, or to the one process of it that is named, which
  /// SIGUSR1 and SIGUSR2 need.
  package func signal(
    _ id: WorkerID,
    _ signal: Int32 = SIGTERM,
    process: Int? = nil
  ) throws(WorkerFault) {
    try ask(id, .signal(signal, pid: process))
  }

  /// The latest that a worker's shim told.
  package func status(_ id: WorkerID) -> WorkerStatus? { links[id]?.status }

  /// The workers of which something is left.
  package var running: [WorkerID] {
    Set(links.keys).union(orphans.keys).union(waiting).sorted { $0.description < $1.description }
  }

  /// Forgets a worker that is gone, once its end is known to whoever decides; its epoch must not be
  /// asked for again.
  package func forget(_ id: WorkerID) throws(WorkerFault) {
    guard !running.contains(id) else { throw WorkerFault("\(id) is not gone") }
    let path = folder(of: id).path
    // The spec last: without it the folder tells nothing.
    for name in Files.list(path).filter({ $0 != "spec" }) + ["spec"] { unlink("\(path)/\(name)") }
    guard rmdir(path) == 0 else { throw WorkerFault("removing \(path)", errno) }
  }

  /// The workers that are not forgotten, whether or not they run.
  package var known: [WorkerID] { Files.list(directory).compactMap { WorkerID(directory: $0) } }

  private func folder(of id: WorkerID) -> WorkerDirectory {
    WorkerDirectory(path: "\(directory)/\(id)")
  }

  private func ask(_ id: WorkerID, _ request: ShimRequest) throws(WorkerFault) {
    guard let link = links[id] else { throw WorkerFault("\(id) does not run on this node") }
    try link.send(request)
  }

  private func heard(_ event: ShimLink.Event, of id: WorkerID) {
    switch event {
    case .started(let status): onEvent(.started(id, status))
    case .exited(let exit):
      told.insert(id)
      onEvent(.exited(id, exit))
    case .closed:
      links[id] = nil
      adopt(id)
      endOrphans()
    }
  }

  /// Takes up a worker by what is in its folder.
  private func adopt(_ id: WorkerID) {
    let folder = folder(of: id)
    do throws(WorkerFault) {
      if let lock = try folder.lock() {
        orphans[id] = Orphan(folder, lock, groups, controlGroup)
        return
      }
      links[id] = try ShimLink(adopting: folder, loop: loop) { [unowned self] in
        heard($0, of: id)
      }
    } catch {
      // A shim that is just starting or ending; or a folder whose spec was never written.
      if Files.exists(folder.spec) { waiting.insert(id) } else { rmdir(folder.path) }
    }
  }

  /// Ends what has no shim, as often as it takes.
  private func endOrphans() {
    let again = waiting
    waiting = []
    for id in again { adopt(id) }
    for (id, orphan) in orphans where orphan.end() {
      orphans[id] = nil
      if let fault = orphan.fault {
        onEvent(.refused(id, fault))
      } else {
        let exit = orphan.folder.readExit()
        // A short one has ended before its shim could be asked.
        if let exit, told.remove(id) == nil { onEvent(.exited(id, exit)) }
        onEvent(.gone(id, exit))
      }
    }
    strays.removeAll { stray in
      stray.kill()
      return stray.remove()
    }
    if !orphans.isEmpty || !strays.isEmpty || !waiting.isEmpty {
      timer?.arm(after: .milliseconds(20))
    }
  }
}

/// A worker whose shim has ended: as it should, or before its time.
private final class Orphan {
  let folder: WorkerDirectory
  private let lock: Int32
  private let group: ControlGroup

  /// Takes over the lock, so that no shim that comes late runs the spec.
  init(_ folder: WorkerDirectory, _ lock: Int32, _ groups: ControlGroups, _ parent: String) {
    (self.folder, self.lock) = (folder, lock)
    let name = folder.path.split(separator: "/").last.map(String.init) ?? ""
    group = ControlGroup(groups, parent: parent, name: name)
    _ = try? folder.take()
  }

  deinit { close(lock) }

  /// Why it was not started, if it wasn't.
  var fault: WorkerFault? { Files.text(folder.fault).map { WorkerFault($0) } }

  /// Kills what is left; says whether nothing is.
  func end() -> Bool {
    if let process = folder.runningProcess() {
      kill(pid_t(-process), SIGKILL)
      kill(pid_t(process), SIGKILL)
    }
    group.kill()
    return group.remove() && folder.runningProcess() == nil
  }
}
