import Client
import HearthMessages
import Testing
import Wire

@testable import AdminCLI

@Suite(.timeLimit(.minutes(2)))
struct JobLogTests {
  private typealias Samples = JobSamples

  /// What is printed of a log and said beside it, and the failure if there is one.
  private func read(
    _ script: JobScript,
    follows: Bool = false,
    rank: UInt32 = 0,
    attempt: UInt64? = nil,
    tail: Int? = nil,
    states: (_ address: String) -> [HearthV1.JobStatus]
  ) async throws -> (text: String, told: [String], failure: Failure?) {
    var (text, told, failure) = ("", [String](), Failure?.none)
    try await JobFleet.running(script) { fleet in
      let statuses = states(fleet.client.control)
      script.set { $0.statuses = statuses }
      var log = JobLog(
        fleet: fleet.client,
        job: "tune",
        rank: rank,
        isError: false,
        follows: follows
      )
      (log.pause, log.awayMax) = (.milliseconds(1), .seconds(20))
      var bytes: [UInt8] = []
      var output = LogOutput(isShown: false, tail: tail) { bytes += $0 }
      do {
        try await log.print(attempt: attempt, to: &output) { told.append($0) }
      } catch let found as Failure {
        failure = found
      }
      text = String(decoding: bytes, as: UTF8.self)
    }
    return (text, told, failure)
  }

  private func script(_ logs: [UInt64: JobScript.WorkerLog]) -> JobScript {
    let script = JobScript()
    script.set { $0.logs = logs }
    return script
  }

  private func running(_ node: String, _ epoch: UInt64, _ address: String) -> HearthV1.JobStatus {
    let worker = Samples.worker(0, node, epoch: epoch, address: address)
    return Samples.status("running", epoch: epoch, workers: [worker])
  }

  @Test func `the latest log is printed, or its last lines`() async throws {
    let script = script([1: .init(node: "eu-1", text: "one\ntwo\nthree\n")])
    let all = try await read(script) { [running("eu-1", 1, $0)] }
    #expect(all.text == "one\ntwo\nthree\n" && all.failure == nil)
    let last = try await read(script, tail: 2) { [running("eu-1", 1, $0)] }
    #expect(last.text == "two\nthree\n")
  }

  @Test func `a job that moves is followed to where it goes on`() async throws {
    let script = script([
      1: .init(node: "eu-1", text: "step 1\n"), 2: .init(node: "us-1", text: "step 2\n"),
    ])
    let waiting = Samples.status("waiting", epoch: 1)
    let read = try await read(script, follows: true) { address in
      [
        running("eu-1", 1, address), waiting, waiting, running("us-1", 2, address),
        Samples.status("succeeded", epoch: 2),
      ]
    }
    #expect(read.text == "step 1\nstep 2\n" && read.failure == nil)
    #expect(
      read.told == [
        "tune waits: nobody knows when it starts", "attempt 2 of tune goes on, on us-1",
      ]
    )
  }

  @Test func `a cut is mended where it was, through the agent if the node is out of reach`()
    async throws
  {
    let cut = GRPCStatus(.unavailable, "the stream was lost")
    let script = script([1: .init(node: "eu-1", text: "0123456789abcdef", cuts: [cut, cut])])
    let read = try await read(script, follows: true) { address in
      var job = running("eu-1", 1, "127.0.0.1:1")
      job.workers[0].agentAddress = address
      return [job, job, job, Samples.status("succeeded")]
    }
    #expect(read.text == "0123456789abcdef" && read.failure == nil)
    #expect(script.now.reads.map(\.offset) == [0, 8, 12])
    #expect(script.now.reads.allSatisfy { $0.node == "eu-1" })
  }

  @Test func `the end of what is followed begins with its last lines`() async throws {
    let script = script([1: .init(node: "eu-1", start: 100, text: "a\nb\nc\n")])
    let read = try await read(script, follows: true, tail: 1) { address in
      [running("eu-1", 1, address), Samples.status("succeeded")]
    }
    #expect(read.text == "c\n" && read.told.isEmpty)
    #expect(script.now.reads.map(\.offset) == [0, 106])
  }

  @Test func `what is no longer kept is told`() async throws {
    let script = script([1: .init(node: "eu-1", start: 100, text: "end\n")])
    let read = try await read(script) { [running("eu-1", 1, $0)] }
    #expect(read.text == "end\n" && read.told == ["100 bytes before that are no longer kept"])
  }

  @Test func `the log of a job that is over, or of an earlier attempt, is looked for on all nodes`()
    async throws
  {
    let script = script([
      1: .init(node: "us-1", text: "first\n"), 2: .init(node: "eu-1", text: "second\n"),
    ])
    func ended(_ address: String) -> [HearthV1.JobStatus] {
      script.set {
        $0.nodes =
          ["eu-1", "us-1"].map { .init(node: $0, address: address) }
          + [.init(node: "lost", address: "127.0.0.1:1")]
      }
      return [Samples.status("failed", epoch: 3)]
    }
    #expect(try await read(script, states: ended).text == "second\n")
    #expect(try await read(script, follows: true, states: ended).text == "second\n")
    #expect(try await read(script, attempt: 1, states: ended).text == "first\n")
    let none = try await read(script, attempt: 9, states: ended).failure
    #expect(none?.code == .notFound && none?.message.contains("no node that can be") == true)
  }

  @Test func `what is not there is told`() async throws {
    let none = script([:])
    let waiting = Samples.waiting(nil, reasons: [])
    let unplaced = try await read(none) { _ in [waiting] }.failure
    #expect(unplaced?.message.hasPrefix("tune has not run, so there is no log: tune wai") == true)
    let rank = try await read(none, rank: 2) { [running("eu-1", 1, $0)] }.failure
    #expect(rank?.message == "tune has workers 0 to 1")
    let away = try await read(none) { _ in [running("eu-1", 1, "127.0.0.1:1")] }.failure
    #expect(away?.code == .unreachable && away?.message.contains("is on eu-1, which") == true)
  }

  @Test func `a terminal shows whole characters, and nothing that moves its cursor`() {
    var shown: [String] = []
    var output = LogOutput(isShown: true) { shown.append(String(decoding: $0, as: UTF8.self)) }
    output.add(Array("zü".utf8.dropLast()))
    output.add(Array("ü".utf8.dropFirst()) + Array("\u{1b}[2J 5%\r10%\r\nend".utf8))
    output.flush()
    #expect(shown == ["z", "ü [2J 5%\n10%\nend"])
    var raw: [UInt8] = []
    var file = LogOutput(isShown: false) { raw += $0 }
    file.add([0x1b, 0xff, 0x0d])
    #expect(raw == [0x1b, 0xff, 0x0d])
  }

  @Test(arguments: [(0, ""), (1, "c"), (2, "b\nc"), (9, "a\nb\nc")])
  func `the last lines count one without an end`(_ lines: Int, _ expected: String) {
    var text = ""
    var output = LogOutput(isShown: false, tail: lines) {
      text += String(decoding: $0, as: UTF8.self)
    }
    output.add(Array("a\nb\nc".utf8))
    output.flush()
    #expect(text == expected)
  }
}
