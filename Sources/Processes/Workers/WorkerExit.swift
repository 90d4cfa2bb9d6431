/// How a worker ended.
package struct WorkerExit: Equatable, Sendable {
  /// The program's status, or minus the signal that ended it.
  package var status: Int
  /// Whether a signal of ours came before: what follows is not the program's own fault.
  package var wasAsked = false
  /// Processes of it that the kernel killed for want of memory.
  package var outOfMemoryKills = 0
  /// When it started, in nanoseconds since 1970.
  package var startedNanoseconds = 0
  /// When it ended, likewise.
  package var endedNanoseconds = 0
  /// Most memory that one of its processes held, in bytes.
  package var residentBytesMax = 0
  /// Processor time of the program and of those children that it waited for, in nanoseconds.
  package var cpuNanoseconds = 0
  /// Bytes of output that could not be written, because the disk was full for example.
  package var logBytesLost = 0

  init(status: Int) { self.status = status }

  var record: Record {
    var record = Record()
    record.add("status", status)
    record.add("asked", wasAsked ? 1 : 0)
    record.add("oom_kills", outOfMemoryKills)
    record.add("started_ns", startedNanoseconds)
    record.add("ended_ns", endedNanoseconds)
    record.add("resident_bytes_max", residentBytesMax)
    record.add("cpu_ns", cpuNanoseconds)
    record.add("log_bytes_lost", logBytesLost)
    return record
  }

  init(_ record: Record) throws(WorkerFault) {
    func need(_ name: String, _ range: ClosedRange<Int> = 0...Int.max) throws(WorkerFault) -> Int {
      try record.required(name, try record.number(name, in: range))
    }
    self.init(status: try need("status", -128...255))
    wasAsked = try need("asked", 0...1) == 1
    outOfMemoryKills = try need("oom_kills")
    startedNanoseconds = try need("started_ns")
    endedNanoseconds = try need("ended_ns")
    residentBytesMax = try need("resident_bytes_max")
    cpuNanoseconds = try need("cpu_ns")
    logBytesLost = try need("log_bytes_lost")
  }
}
