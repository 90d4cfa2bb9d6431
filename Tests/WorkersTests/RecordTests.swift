import Testing

@testable import Workers

@Suite struct RecordTests {
  @Test func `a spec comes back as it was written`() throws {
    var spec = WorkerSpec(
      id: try WorkerID(job: "train-7b", worker: 3, epoch: 2),
      command: ["python3", "-c", "print('a=b')\n", ""],
      logDirectory: "/var/log/hearth"
    )
    spec.environment = ["PATH=/bin", "EMPTY=", "EQUALS=a=b"]
    spec.user = 1_000
    spec.lease = .init(path: "/lease", milliseconds: 60_000)
    spec.limits.memoryBytes = 1 << 30
    #expect(try WorkerSpec(Record(spec.record.bytes)) == spec)
  }

  @Test func `malformed records are refused with a reason`() throws {
    let spec = WorkerSpec(
      id: try WorkerID(job: "a", worker: 0, epoch: 0),
      command: ["true"],
      logDirectory: "/tmp"
    ).record.bytes
    let faults: [([UInt8], String)] = [
      (spec.dropLast(), "cut short"),
      (spec + Array("surprise=1\0".utf8), "surprise is not a field"),
      (spec + Array("job=b\0".utf8), "job is given 2 times"),
      (spec + Array("pids=many\0".utf8), "pids=many is not a number"),
      (spec + [0xFF, 0x3D, 0], "not name=value in UTF-8"),
      (spec + Array("nothing\0".utf8), "not name=value"),
      (spec + Array("variable=A\0".utf8), "not NAME=value"),
      ([], "job is missing"),
      ([UInt8](repeating: 0x61, count: Record.bytesMax + 1), "more than"),
    ]
    for (bytes, words) in faults {
      let fault = #expect(throws: WorkerFault.self) { try WorkerSpec(Record(bytes)) }
      #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "") : \(words)")
    }
  }

  @Test func `paths and names can't lead elsewhere`() throws {
    for job in ["", "../x", "a/b", "A", "a.b", String(repeating: "a", count: 64)] {
      #expect(throws: WorkerFault.self) { try WorkerID(job: job, worker: 0, epoch: 0) }
    }
    for group in ["", "/x", "a/../b", "a//b", "."] {
      var spec = WorkerSpec(
        id: try WorkerID(job: "a", worker: 0, epoch: 0),
        command: ["true"],
        logDirectory: "/tmp"
      )
      spec.controlGroup = group
      #expect(throws: WorkerFault.self) { try spec.check() }
    }
  }

  @Test func `requests and exits come back as they were written`() throws {
    let requests: [ShimRequest] = [
      .status, .watch, .freeze, .thaw, .signal(15, pid: nil), .signal(10, pid: 77),
      .stop(graceMilliseconds: 500),
    ]
    for request in requests { #expect(try ShimRequest(request.record) == request) }
    var exit = WorkerExit(status: -9)
    exit.wasAsked = true
    exit.outOfMemoryKills = 1
    let status = WorkerStatus(state: .exited, pid: 9, shortfalls: ["no cgroup"], exit: exit)
    #expect(try WorkerStatus(Record(status.record.bytes)) == status)
  }
}
