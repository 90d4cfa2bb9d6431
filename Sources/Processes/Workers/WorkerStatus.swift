/// What a shim tells of its worker.
package struct WorkerStatus: Equatable, Sendable {
  /// What the worker does.
  package enum State: String, Sendable {
    /// It runs.
    case running
    /// It is frozen, until it is thawed or stopped.
    case frozen
    /// It was told to stop.
    case stopping
    /// The program ended; others of its group may still be ending.
    case exited
  }

  /// What it does.
  package var state: State
  /// The number of the program's process.
  package var pid: Int
  /// What its spec asks and this host can't give, in words.
  package var shortfalls: [String]
  /// How it ended, once it has.
  package var exit: WorkerExit?

  init(state: State, pid: Int, shortfalls: [String], exit: WorkerExit?) {
    (self.state, self.pid, self.shortfalls, self.exit) = (state, pid, shortfalls, exit)
  }

  var record: Record {
    var record = Record()
    record.add("state", state.rawValue)
    record.add("pid", pid)
    for shortfall in shortfalls { record.add("shortfall", shortfall) }
    if let exit { record.add("exit", fieldsOf: exit.record) }
    return record
  }

  init(_ record: Record) throws(WorkerFault) {
    if let fault = try record.one("fault") { throw WorkerFault(fault) }
    let state = try record.required("state", try record.one("state"))
    guard let known = State(rawValue: state) else {
      throw WorkerFault("\(state) is not a state of a worker")
    }
    let exit = record.under("exit")
    self.init(
      state: known,
      pid: try record.required("pid", try record.number("pid", in: 1...Int.max)),
      shortfalls: record.all("shortfall"),
      exit: exit.fields.isEmpty ? nil : try WorkerExit(exit)
    )
  }
}

/// What an agent asks of a shim.
enum ShimRequest: Equatable {
  /// Tell how it is.
  case status
  /// Tell how it is, and once more when it has exited.
  case watch
  /// Send a signal: to the worker's process group, or to one process of it.
  case signal(Int32, pid: Int?)
  /// Hold every process of it.
  case freeze
  /// Let them go on.
  case thaw
  /// SIGTERM to the group; everything that is left after the grace is killed.
  case stop(graceMilliseconds: Int)

  var record: Record {
    var record = Record()
    switch self {
    case .status: record.add("do", "status")
    case .watch: record.add("do", "watch")
    case .freeze: record.add("do", "freeze")
    case .thaw: record.add("do", "thaw")
    case .signal(let signal, let pid):
      record.add("do", "signal")
      record.add("signal", signal)
      if let pid { record.add("pid", pid) }
    case .stop(let grace):
      record.add("do", "stop")
      record.add("grace_ms", grace)
    }
    return record
  }

  init(_ record: Record) throws(WorkerFault) {
    let name = try record.required("do", try record.one("do"))
    let signal = try record.number("signal", in: 1...64)
    let pid = try record.number("pid", in: 2...Int(Int32.max))
    let grace = try record.number("grace_ms")
    switch name {
    case "status": self = .status
    case "watch": self = .watch
    case "freeze": self = .freeze
    case "thaw": self = .thaw
    case "signal": self = .signal(Int32(try record.required("signal", signal)), pid: pid)
    case "stop": self = .stop(graceMilliseconds: try record.required("grace_ms", grace))
    default: throw WorkerFault("\(name) is not what a shim can do")
    }
    guard self.record == record else {
      throw WorkerFault("\(name) comes with fields that do not belong to it")
    }
  }
}
