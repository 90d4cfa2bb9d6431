import Glibc

/// The files of one worker: what agent and shim tell each other across restarts.
struct WorkerDirectory: Hashable {
  let path: String

  /// What to run; locked by the shim as long as it lives.
  var spec: String { path + "/spec" }
  /// There once somebody took the spec, which nobody may then run again.
  var claim: String { path + "/claim" }
  /// Number and start of the program's process.
  var process: String { path + "/process" }
  /// How it ended.
  var exit: String { path + "/exit" }
  /// Why it was not started.
  var fault: String { path + "/fault" }
  /// Where the shim listens.
  var socket: String { path + "/socket" }
  /// What the shim itself had to say.
  var shimLog: String { path + "/shim.log" }

  /// The spec's file, locked for whoever holds the descriptor; nil while another one does.
  func lock() throws(WorkerFault) -> Int32? {
    let file = open(spec, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw WorkerFault("opening \(spec)", errno) }
    if flock(file, LOCK_EX | LOCK_NB) == 0 { return file }
    close(file)
    return nil
  }

  /// Takes the spec, once and for all; says whether it was still to be had.
  func take() throws(WorkerFault) -> Bool {
    let file = open(claim, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if file < 0 && errno == EEXIST { return false }
    guard file >= 0 else { throw WorkerFault("writing \(claim)", errno) }
    fsync(file)
    close(file)
    return true
  }

  func readSpec() throws(WorkerFault) -> WorkerSpec {
    let spec = try WorkerSpec(Record(try Files.read(self.spec)))
    guard path.hasSuffix("/\(spec.id)") else {
      throw WorkerFault("\(self.spec) is of \(spec.id), which is not the name of its folder")
    }
    return spec
  }

  /// Writes down why the worker was not started, if the disk lets it.
  func keep(_ fault: WorkerFault) { try? Files.keep(Array(fault.description.utf8), self.fault) }

  func readExit() -> WorkerExit? { (try? Files.read(exit)).flatMap { try? WorkerExit(Record($0)) } }

  /// The program's process, if it is still the one that was started.
  func runningProcess() -> Int? {
    guard let bytes = try? Files.read(process), let record = try? Record(bytes),
      let pid = try? record.number("pid", in: 2...Int(Int32.max)),
      let start = try? record.number("start"), let stat = ProcessTable.stat(pid),
      stat.start == start, !stat.isZombie
    else { return nil }
    return pid
  }
}
