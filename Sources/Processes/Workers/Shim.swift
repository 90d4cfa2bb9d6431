import Basics
import CWorkers
import EventLoop
import Glibc

/// Runs one worker to its end, whatever becomes of the agent that asked for it.
///
/// It is the subreaper of everything that the worker starts, so nothing is left when it has no
/// child any more. It ends then, and not before its exit record is on the disk.
final class Shim {
  private let spec: WorkerSpec
  private let directory: WorkerDirectory
  private let loop: Loop
  private var group = ControlGroup()
  private var logs: [RotatingLog] = []
  private var pipes: [(descriptor: Int32, watch: DescriptorWatch?)] = []
  private var children: SignalSource?
  private var killTimer: LoopTimer?
  private var saveTimer: LoopTimer?
  private var lease: LeaseWatch?
  private var listener: (descriptor: Int32, watch: DescriptorWatch)?
  private var peers: [ObjectIdentifier: PacketSocket] = [:]
  private var watchers: Set<ObjectIdentifier> = []

  private var pid = 0
  private var startedNanoseconds = 0
  private var isFrozen = false
  private var isStopping = false
  private var wasAsked = false
  private var isSaved = false
  private var isEmpty = false
  private var exit: WorkerExit?

  private static let peersMax = 16

  /// Takes the spec in `path`, which nobody has run yet, and starts its worker.
  init(_ path: String, loop: Loop) throws {
    self.loop = loop
    directory = WorkerDirectory(path: path)
    // Locked as long as this process lives.
    guard try directory.lock() != nil else { throw WorkerFault("\(path) has a shim that runs") }
    guard try directory.take() else {
      throw WorkerFault("\(path) was run before: nothing runs twice, take a new epoch")
    }
    do {
      spec = try directory.readSpec()
    } catch {
      directory.keep(error)
      throw error
    }
    do {
      try prepare()
    } catch {
      group.kill()
      reapAll()
      _ = group.remove()
      let fault = WorkerFault("\(spec.id): \(error)")
      directory.keep(fault)
      throw fault
    }
  }
  deinit {
    if let listener { close(listener.descriptor) }
    for pipe in pipes { close(pipe.descriptor) }
  }

  private func reapAll() {
    var status: Int32 = 0
    while waitpid(-1, &status, 0) > 0 || errno == EINTR {}
  }

  // MARK: Starting

  private func prepare() throws {
    for stream in [LogFollower.Stream.out, .error] {
      logs.append(
        try RotatingLog(
          spec.logDirectory,
          stream.rawValue,
          bytesMax: spec.logFileBytesMax,
          filesMax: spec.logFilesMax
        )
      )
    }
    group = ControlGroup(making: spec, ControlGroups.find())
    hearth_become_subreaper()
    children = try SignalSource(SIGCHLD, loop: loop) { [unowned self] in reap() }
    killTimer = try LoopTimer(loop: loop) { [unowned self] in killAll() }
    saveTimer = try LoopTimer(loop: loop) { [unowned self] in save() }
    if let terms = spec.lease {
      lease = try LeaseWatch(terms, loop: loop) {
        [unowned self] in
        (wasAsked, isStopping) = (true, true)
        killAll()
      }
    }
    try listen()
    try startWorker()
  }

  private func startWorker() throws {
    let doors = group.doors.map { open($0, O_WRONLY | O_CLOEXEC) }
    defer { for door in doors where door >= 0 { close(door) } }
    guard !doors.contains(where: { $0 < 0 }) else {
      throw WorkerFault("its cgroup can't be entered", errno)
    }
    let ends = try [makePipe(), makePipe()]
    defer { for end in ends { close(end.write) } }
    var (go, faults): (Int32, Int32) = (-1, -1)
    let forked = withCStrings(spec.command) { argv in
      withCStrings(spec.environment) { envp in
        spec.workingDirectory.withCString { cwd in
          doors.withUnsafeBufferPointer { doors in
            var worker = hearth_worker(
              argv: argv,
              envp: envp,
              cwd: cwd,
              uid: Int64(spec.user ?? -1),
              gid: Int64(spec.group ?? -1),
              out: ends[0].write,
              err: ends[1].write,
              groups: doors.baseAddress,
              group_count: Int32(doors.count)
            )
            return hearth_fork_worker(&worker, &go, &faults)
          }
        }
      }
    }
    guard forked > 0 else { throw WorkerFault("no process could be started", -forked) }
    pid = Int(forked)
    startedNanoseconds = wallNanoseconds()
    do {
      var process = Record()
      process.add("pid", pid)
      process.add("start", ProcessTable.stat(pid)?.start ?? 0)
      try Files.keep(process.bytes, directory.process)
    } catch {
      // Ends without having run anything.
      close(go)
      close(faults)
      throw error
    }
    var fault = hearth_fault()
    guard hearth_release_worker(go, faults, &fault) == 0 else { throw explain(fault) }
  }

  private func makePipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard hearth_pipe(&ends) == 0 else { throw WorkerFault("making a pipe", errno) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    let index = pipes.count
    pipes.append((ends[0], nil))
    pipes[index].watch = try DescriptorWatch(ends[0], loop: loop) { [unowned self] in
      readOutput(index)
    }
    return (ends[0], ends[1])
  }

  private func explain(_ fault: hearth_fault) -> WorkerFault {
    let program = spec.command[0]
    let what =
      switch hearth_stage(rawValue: UInt32(fault.stage)) {
      case HEARTH_STAGE_GROUP: "entering its cgroup"
      case HEARTH_STAGE_CWD: "working directory \(spec.workingDirectory)"
      case HEARTH_STAGE_USER: "becoming user \(spec.user ?? -1) and group \(spec.group ?? -1)"
      case HEARTH_STAGE_EXEC: "command \(program), looked for on this node"
      default: "starting it"
      }
    return WorkerFault(what, fault.error)
  }

  // MARK: Output

  /// Takes what one read gives; says whether there may be more.
  @discardableResult
  private func readOutput(_ index: Int) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(pipes[index].descriptor, &buffer, buffer.count)
    if count > 0 {
      logs[index].write(buffer[..<count])
    } else if count == 0 {
      pipes[index].watch = nil
    }
    return count > 0
  }

  /// Takes what the pipes hold now; a descendant that goes on writing can't keep us.
  private func drainOutput() {
    for index in pipes.indices {
      for _ in 0..<32 where !readOutput(index) { break }
    }
  }

  // MARK: Ending

  private func reap() {
    var status: Int32 = 0
    var (rss, cpu): (Int64, Int64) = (0, 0)
    while true {
      let child = hearth_reap(&status, &rss, &cpu)
      if child == 0 { return }
      if child == -ECHILD {
        isEmpty = true
        return save()
      }
      if Int(child) == pid, exit == nil { workerExited(Int(hearth_exit(status)), rss, cpu) }
    }
  }

  private func workerExited(_ status: Int, _ rss: Int64, _ cpu: Int64) {
    drainOutput()
    var exit = WorkerExit(status: status)
    exit.wasAsked = wasAsked
    exit.startedNanoseconds = startedNanoseconds
    exit.endedNanoseconds = wallNanoseconds()
    exit.residentBytesMax = Int(rss)
    exit.cpuNanoseconds = Int(cpu)
    self.exit = exit
    save()
    for watcher in watchers { peers[watcher]?.send(report.record) }
    // What it left behind ends too, with the same grace.
    guard !isStopping else { return }
    for child in ProcessTable.descendants(of: Int(getpid())) { kill(pid_t(child), SIGTERM) }
    killTimer?.arm(after: .milliseconds(spec.graceMillisecondsMax))
  }

  /// Writes the exit record, again until it could be; the shim ends once nothing is left to run.
  private func save() {
    guard exit != nil else { return }
    if isEmpty { drainOutput() }
    exit?.outOfMemoryKills = group.outOfMemoryKills
    exit?.logBytesLost = logs.reduce(0) { $0 + $1.bytesLost }
    do {
      try Files.keep(exit?.record.bytes ?? [], directory.exit)
      isSaved = true
    } catch {
      // A disk that was full may have room again; a folder that is gone has no reader.
      if !Files.exists(directory.path) { isSaved = true }
      if !isSaved { saveTimer?.arm(after: .seconds(1)) }
    }
    guard isSaved, isEmpty else { return }
    guard group.remove() else {
      // Processes that were put into the group from elsewhere.
      group.kill()
      saveTimer?.arm(after: .milliseconds(50))
      return
    }
    unlink(directory.socket)
    loop.stop()
  }

  private func killAll() {
    if group.canKill { group.kill() }
    for child in ProcessTable.descendants(of: Int(getpid())) { kill(pid_t(child), SIGKILL) }
    // For what was forked meanwhile.
    killTimer?.arm(after: .milliseconds(50))
  }

  // MARK: Requests

  private func listen() throws {
    let descriptor = hearth_listen_packets("socket")
    guard descriptor >= 0 else { throw WorkerFault("listening in \(directory.path)", -descriptor) }
    let watch = try DescriptorWatch(descriptor, loop: loop) { [unowned self] in accept(descriptor) }
    listener = (descriptor, watch)
  }

  private func accept(_ descriptor: Int32) {
    let socket = hearth_accept_trusted(descriptor)
    guard socket >= 0 else { return }
    guard peers.count < Self.peersMax else {
      close(socket)
      return
    }
    var key: ObjectIdentifier?
    let peer = try? PacketSocket(socket, loop: loop) { [unowned self] record in
      guard let key else { return }
      peers[key]?.send(answer(record, from: key))
    } onClose: { [unowned self] _ in
      guard let key else { return }
      watchers.remove(key)
      peers[key] = nil
    }
    guard let peer else { return }
    key = ObjectIdentifier(peer)
    peers[ObjectIdentifier(peer)] = peer
  }

  private func answer(_ record: Record, from peer: ObjectIdentifier) -> Record {
    do {
      try carryOut(ShimRequest(record), for: peer)
      return report.record
    } catch {
      var answer = Record()
      answer.add("fault", error)
      return answer
    }
  }

  private var report: WorkerStatus {
    let state: WorkerStatus.State =
      exit != nil ? .exited : isStopping ? .stopping : isFrozen ? .frozen : .running
    return WorkerStatus(state: state, pid: pid, shortfalls: group.shortfalls, exit: exit)
  }

  private func carryOut(
    _ request: ShimRequest,
    for peer: ObjectIdentifier
  ) throws(WorkerFault) {
    switch request {
    case .status: break
    case .watch: watchers.insert(peer)
    case .signal(let signal, let pid): try send(signal, to: pid)
    case .freeze: try freeze(true)
    case .thaw: try freeze(false)
    case .stop(let milliseconds): try stop(milliseconds)
    }
  }

  private func send(_ signal: Int32, to one: Int?) throws(WorkerFault) {
    if let one {
      guard ProcessTable.isDescendant(one, of: Int(getpid())) else {
        throw WorkerFault("\(spec.id): process \(one) is not one of this worker")
      }
      kill(pid_t(one), signal)
    } else {
      guard signal != SIGUSR1, signal != SIGUSR2 else {
        throw WorkerFault(
          "\(spec.id): SIGUSR1 and SIGUSR2 end launchers such as torchrun: name one process"
        )
      }
      guard exit == nil else { throw WorkerFault("\(spec.id) has exited") }
      kill(pid_t(-pid), signal)
    }
    wasAsked = true
  }

  private func freeze(_ frozen: Bool) throws(WorkerFault) {
    guard exit == nil, !isStopping else { throw WorkerFault("\(spec.id) is ending") }
    guard !group.canFreeze || group.freeze(frozen) else {
      throw WorkerFault("\(spec.id): its cgroup could not be frozen or thawed", errno)
    }
    if !group.canFreeze { kill(pid_t(-pid), frozen ? SIGSTOP : SIGCONT) }
    isFrozen = frozen
  }

  private func stop(_ milliseconds: Int) throws(WorkerFault) {
    guard milliseconds <= spec.graceMillisecondsMax else {
      throw WorkerFault(
        "\(spec.id): a grace of \(milliseconds) ms is beyond its bound, "
          + "\(spec.graceMillisecondsMax) ms"
      )
    }
    if exit == nil {
      if isFrozen { try freeze(false) }
      kill(pid_t(-pid), SIGTERM)
      (wasAsked, isStopping) = (true, true)
    }
    if milliseconds == 0 { killAll() } else { killTimer?.arm(after: .milliseconds(milliseconds)) }
  }
}

/// Gives `body` a NULL-ended array of C strings.
func withCStrings<R>(
  _ strings: [String],
  _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
  let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
    capacity: strings.count + 1
  )
  for (index, string) in strings.enumerated() { (array + index).initialize(to: strdup(string)) }
  (array + strings.count).initialize(to: nil)
  defer {
    for index in strings.indices { free(array[index]) }
    array.deallocate()
  }
  return body(array)
}
